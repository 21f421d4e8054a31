"""Reading the body of a request from a client that may send a byte a minute: each would keep a place for ever."""

from flask import request

from webapp.errors import TooSlow
from webapp.offload import in_time

#: Seconds for one piece.
PIECE_SECONDS = 30.0
#: Bytes of a piece: what comes more slowly than 2 KB a second is not read.
PIECE_BYTES = 64 * 1024


def read(most: int) -> bytes:
    """The next bytes of the body, at most `most` of them; none at its end. Raises TooSlow, ClientDisconnected."""
    with in_time(PIECE_SECONDS, TooSlow(f"The body did not come within {PIECE_SECONDS:.0f} s.")):
        return request.stream.read(min(most, PIECE_BYTES))
