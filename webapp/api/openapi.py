"""GET /api/openapi.json: the API for programs that read OpenAPI 3.1."""

from typing import Any

from flask import current_app

from webapp.api import bp
from webapp.openapi import document


@bp.get("/openapi.json")
def openapi() -> dict[str, Any]:
    """This document. It reads no Redis."""
    return document(current_app)
