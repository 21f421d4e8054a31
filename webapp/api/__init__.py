"""The JSON API. One file per resource: parse the request, call one query or action, answer JSON. No Redis here."""

from importlib import import_module

from flask import Blueprint, Response, request

from webapp import live, security

bp = Blueprint("api", __name__)

RESOURCES = (
    "overview",
    "jobs",
    "job_types",
    "submit",
    "batch",
    "job_actions",
    "notes",
    "uploads",
    "artifacts",
    "activity",
    "boards",
    "cron",
    "failures",
    "searches",
    "queues",
    "operations",
    "workers",
    "added_workers",
    "openapi",
    "login",
    "access",
)


@bp.after_request
def note_act(answer: Response) -> Response:
    """Whoever has done something reads of it in what they ask for next. No round trip."""
    if request.method not in security.SAFE_METHODS:
        live.current().watcher.acted()
    return answer


def load() -> Blueprint:
    """The blueprint with the routes of every resource."""
    for name in RESOURCES:
        import_module(f"{__name__}.{name}")
    return bp
