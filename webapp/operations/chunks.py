"""How the jobs of an operation are kept: OPERATION_CHUNK at a time, compressed. Pure.

An id of RQ's takes some 20 bytes so. Bytes that are no text survive.
"""

import json
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from jobs import _keys

#: Where a job stands once in its list, when its turn comes: near the head, or near the end. HELD: in the list of those
#: that are set aside.
HEAD, END, HELD = "+", "-", "h"


class Kept(NamedTuple):
    """A job of an operation."""

    id: str
    #: As it was collected; "" where it does not matter.
    status: str
    #: HEAD or END, with HELD; "" where it is not known.
    stands: str = ""

    def as_args(self) -> tuple[bytes, str, str]:
        """As the script of a chunk takes it."""
        return raw(self.id), self.status, self.stands


def pack(jobs: Sequence[Kept]) -> list[bytes]:
    """The chunks of these jobs."""
    starts = range(0, len(jobs), _keys.OPERATION_CHUNK)
    return [
        zlib.compress(json.dumps(jobs[start : start + _keys.OPERATION_CHUNK], separators=(",", ":")).encode(), 6)
        for start in starts
    ]


def unpack(chunk: bytes | None) -> list[Kept]:
    """The jobs of a chunk; none of one that is gone."""
    return [Kept(*kept) for kept in json.loads(zlib.decompress(chunk))] if chunk else []


def text(job_id: bytes) -> str:
    """An id as JSON keeps it."""
    return job_id.decode("utf-8", "surrogateescape")


def raw(job_id: str) -> bytes:
    """The id, or a key of it, as it lies in Redis."""
    return job_id.encode("utf-8", "surrogateescape")
