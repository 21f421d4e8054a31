"""How the jobs of an operation are kept: OPERATION_CHUNK at a time, compressed. Pure.

An id of RQ's takes some 20 bytes so. Bytes that are no text survive.
"""

import json
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from jobs import _keys


class Kept(NamedTuple):
    """A job of an operation."""

    id: str
    #: As it was collected; "" where it does not matter.
    status: str
    #: It stands in its queue once, and further ones stand behind it: it is found near the head.
    once: bool = False


EMPTY = zlib.compress(b"[]")


def pack(jobs: Sequence[Kept]) -> list[bytes]:
    """The chunks of these jobs."""
    starts = range(0, len(jobs), _keys.OPERATION_CHUNK)
    return [
        zlib.compress(json.dumps(jobs[start : start + _keys.OPERATION_CHUNK], separators=(",", ":")).encode(), 6)
        for start in starts
    ]


def unpack(chunk: bytes) -> list[Kept]:
    """The jobs of a chunk."""
    return [Kept(*kept) for kept in json.loads(zlib.decompress(chunk))]


def text(job_id: bytes) -> str:
    """An id as JSON keeps it."""
    return job_id.decode("utf-8", "surrogateescape")


def raw(job_id: str) -> bytes:
    """The id, or a key of it, as it lies in Redis."""
    return job_id.encode("utf-8", "surrogateescape")
