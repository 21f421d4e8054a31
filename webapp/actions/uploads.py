"""Taking in a file that a user sends."""

from collections.abc import Callable

from webapp import files
from webapp.actions.door import Door
from webapp.files import Upload


def save(door: Door, read: Callable[[int], bytes], name: str, expected: int | None) -> Upload:
    """The file is stored, at most `upload_max_mb` of it, and can be given to a job. Nothing is read if it may not.

    `read(bytes)` gives the next bytes, and none at the end; `expected` is the length where the client said it.
    Raises Refused, TooLarge, BadInput. No round trip to Redis: the line of activity is that of the job.
    """
    door.authorize("upload")
    limit = door.config.upload_max_mb * 1024 * 1024
    if expected is not None and expected > limit:
        raise files.too_large(limit)
    return files.store(door.config).save_upload(read, name, limit, expected)
