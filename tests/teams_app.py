"""The web application for whoever the header X-Test-Rights says, for gunicorn in tests only: a role, and patterns of
queues and functions, as a JSON list; else RQLIVE_TEST_RIGHTS says it for all. Without either everybody may see all, as
without users.
"""

import json
import os

from flask import Flask, g, request

from webapp import create_app
from webapp.rights import Rights


def create() -> Flask:
    """The application, with rights by header."""
    app = create_app()

    @app.before_request
    def take_rights() -> None:
        if given := request.headers.get("X-Test-Rights") or os.environ.get("RQLIVE_TEST_RIGHTS"):
            role, queues, functions = json.loads(given)
            g.rights = Rights(role, tuple(queues), tuple(functions))

    return app


def header(rights: Rights) -> dict[str, str]:
    """What says to the application that these rights are those of who asks."""
    return {"X-Test-Rights": json.dumps([rights.role, rights.queues, rights.functions])}
