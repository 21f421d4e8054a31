"""GET /api/jobs/<id>/artifact?name=: a file that a job made, always as a download."""

import unicodedata
from urllib.parse import quote

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from webapp import files, live, rqkeys, security
from webapp.api import bp


@bp.get("/jobs/<path:job_id>/artifact")
def artifact(job_id: str) -> ResponseReturnValue:
    """The bytes of the file. Whatever a job wrote, it is never run or shown as a page of ours."""
    store = files.store(current_app.config["RQLIVE"])
    # A job out of sight has no files, like one that never was.
    seen = job_id if live.current().sees(job_id, security.rights()) else rqkeys.NOBODY
    found, chunks = store.open_artifact(seen, request.args.get("name", ""))
    response = Response(chunks, mimetype=found.media_type)
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = _attachment(found.name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _attachment(name: str) -> str:
    """A file name for old browsers and, exactly, for new ones (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(char for char in plain if char not in '"\\%;') or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
