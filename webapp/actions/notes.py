"""Notes on a job: anyone may leave one, and take back one's own. They go with the job, see `_keys.notes`."""

from jobs import _keys
from webapp import rqkeys
from webapp.actions import refusals, scripts
from webapp.actions.door import Door
from webapp.errors import BadInput, NotFound, Refused, StateChanged, TooLarge
from webapp.speaker import Speaker, harmless

#: What all notes may take of `maxmemory`, where that is set.
MEMORY_SHARE = 0.001
CHARS = f"{_keys.NOTE_CHARS:,}"


def leave(door: Door, job_id: str, author: Speaker, text: str) -> str:
    """The note stands on the job, on every page that shows it; returns its id, `<epoch ms>-<number>`.

    The text is made harmless first. Raises BadInput where nothing is left of it, TooLarge beyond NOTE_CHARS, NotFound,
    StateChanged where there are as many as there may be or Redis is nearly full, Refused. Three round trips.
    """
    words = _words(text)
    with door.act("note", job_id):
        door.memory.require()
        args = [job_id, _keys.NOTES_FIELD, _keys.NOTES_MAX, _keys.NOTED_JOBS_MAX, _room(door.memory.max)]
        args += [rqkeys.JOB_PREFIX, _keys.notes(""), author.name, author.by, words]
        word, note_id = scripts.run(door.writer, "note", _names(job_id), args)
        if word == b"missing":
            raise refusals.not_found(job_id)
        if word == b"many":
            raise StateChanged(
                f"There are {_keys.NOTES_MAX} notes on this job already.",
                fix="Take back one that is no longer needed, then leave this one.",
                code="notes_full",
            )
        if word == b"full":
            raise StateChanged(
                "All notes together take as much of Redis as they may.",
                fix="Take back notes that are no longer needed, or delete jobs that have some.",
                code="notes_full",
            )
        return note_id.decode()


def take_back(door: Door, job_id: str, note_id: str, author: Speaker) -> None:
    """The author's own note is gone. Raises NotFound, Refused where it is another's. Two round trips."""
    with door.act("unnote", job_id):
        args = [job_id, _keys.NOTES_FIELD, note_id, author.by]
        word, name = scripts.run(door.writer, "unnote", _names(job_id), args)
        if word == b"missing":
            raise NotFound("There is no such note (any more).", fix="Look at the notes as they are now.")
        if word == b"other":
            raise Refused(
                f"This note is of {name.decode(errors='replace') or 'somebody else'}.",
                fix="Only who left a note can take it back.",
                code="not_yours",
            )


def _words(text: str) -> str:
    words = harmless(text)
    if not words:
        raise BadInput("The note is empty.", fix="Write something, then leave it.", code="empty")
    if len(words) > _keys.NOTE_CHARS:
        raise TooLarge(f"The note has {len(words):,} characters.", fix=f"Write at most {CHARS} in one note.")
    return words


def _names(job_id: str) -> list[str]:
    return [rqkeys.job(job_id), _keys.notes(job_id), _keys.NOTES_INDEX]


def _room(limit: int) -> int:
    """Bytes that all notes may take where `maxmemory` is so much, 0 for no limit."""
    return min(_keys.NOTES_BYTES, int(limit * MEMORY_SHARE)) if limit else _keys.NOTES_BYTES
