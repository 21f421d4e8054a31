"""The web application with little patience, for gunicorn in tests only: nobody waits half a minute here."""

from flask import Flask

from webapp import create_app
from webapp.api import slow_bodies

#: Seconds for one piece of a body.
PATIENCE = 0.5


def create() -> Flask:
    """The application."""
    slow_bodies.PIECE_SECONDS = PATIENCE
    return create_app()
