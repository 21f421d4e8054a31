"""POST and DELETE of notes on a job. They are read as the board `notes/<job id>`."""

from typing import Any

from flask.typing import ResponseReturnValue

from webapp import security
from webapp.actions import notes
from webapp.api import bp
from webapp.api.bodies import read_object
from webapp.errors import BadInput
from webapp.queries.log import stream_id
from webapp.speaker import Speaker, author


@bp.post("/jobs/<path:job_id>/notes")
def leave_note(job_id: str) -> ResponseReturnValue:
    """The note stands on the job: 201 with its id and its author as all see them."""
    body = read_object(("text", "name", "key"))
    if not isinstance(body.get("text"), str):
        raise BadInput("The note has no text.", fix='Send {"text": "…"}.', fields={"text": "must be a text"})
    writer = _author(body)
    note_id = notes.leave(security.door(), job_id, writer, body["text"])
    return {"note": {"id": note_id, "name": writer.name, "by": writer.by}}, 201


@bp.delete("/jobs/<path:job_id>/notes/<note_id>")
def take_note_back(job_id: str, note_id: str) -> ResponseReturnValue:
    """The note is gone."""
    writer = _author(read_object(("name", "key")))
    notes.take_back(security.door(), job_id, stream_id(note_id, "note"), writer)
    return "", 204


def _author(body: dict[str, Any]) -> Speaker:
    given = {name: body.get(name) or "" for name in ("name", "key")}
    wrong = {name: "must be a text" for name, value in given.items() if not isinstance(value, str) or len(value) > 300}
    if wrong:
        raise BadInput(
            "It is not said in words who writes.", fix="Send texts as name and key, or neither.", fields=wrong
        )
    return author(security.login(), given["name"], given["key"])
