"""Why a mode of the feed cannot be used, and which refusal is no reason."""

from redis.exceptions import ResponseError


class ModeRefused(Exception):
    """The server or its rights do not allow this mode."""


class Deaf(Exception):
    """The mode was allowed, but notices do not come."""


def raise_unless_unsaved(error: ResponseError) -> None:
    """A server that cannot save to its disk refuses a PING too, and goes on to tell what changes: no trouble."""
    if not str(error).startswith("MISCONF"):
        raise error
