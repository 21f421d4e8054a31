"""POST /api/uploads: a file as a raw body. Not multipart: its parser would hold the hub for as long as the file is."""

from flask import request
from flask.typing import ResponseReturnValue

from webapp import security
from webapp.actions import uploads
from webapp.api import bp, slow_bodies
from webapp.errors import BadInput
from webapp.security import WrongMediaType


@bp.post("/uploads")
def upload_file() -> ResponseReturnValue:
    """201 with the text that stands for the file in the arguments of a job."""
    name = request.args.get("name", "")
    if not name.strip():
        raise BadInput(
            "The file has no name.", fix="Give it as ?name=file.csv.", fields={"name": "must be the file's name"}
        )
    if request.mimetype != "application/octet-stream":
        raise WrongMediaType(
            "A file is sent as a raw body.", fix="Send its bytes with Content-Type: application/octet-stream."
        )
    saved = uploads.save(security.door(), slow_bodies.read, name, request.content_length)
    return {"upload": saved.reference, "name": saved.name, "size": saved.size}, 201
