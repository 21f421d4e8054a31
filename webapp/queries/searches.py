"""Searches as they stand, and the jobs that they found. Reads only; who searches is the operations process."""

import json
from typing import Any

import redis

from jobs import _keys
from webapp import rqkeys, scoped
from webapp.errors import BadInput, NotFound
from webapp.queries.clock import RedisClock
from webapp.queries.fields import integer, reply, text
from webapp.queries.rows import RowReader
from webapp.rights import EVERYTHING, Rights, covers
from webapp.rights import read as read_rights
from webapp.search.facets import FACETS, REST

#: Names that a facet tells; the rest is summed up.
NAMES_MAX = 20
PAGE_MAX = 200
#: A search that waits so long, while nobody holds the lease of searches, waits for an operations process.
NOBODY_AFTER_MS = 3_000
#: Why a search goes on or ended badly: code -> (what is so, the next step).
ERRORS = {
    "no_operations": (
        "No operations process runs, and it is that which searches.",
        "Start it with `python -m webapp.operations`, or with `make run`; the search then goes on by itself.",
    ),
    "bad_query": ("The search cannot be understood.", "Correct it and search again."),
    "internal": ("The search met an error of its own.", "Look into the output of the operations process."),
}


def exact(reader: redis.Redis, query: str) -> str | None:
    """The query itself where it is the id of a job: one word, not quoted. One round trip. Raises redis.RedisError."""
    word = query.strip()
    if not word or any(char.isspace() or char in '"“”„():' for char in word):
        return None
    return word if reader.exists(rqkeys.job(word)) else None


def read(reader: redis.Redis, clock: RedisClock, search_id: str, rights: Rights = EVERYTHING) -> dict[str, Any]:
    """How a search stands, see docs/api.md. One round trip. Raises NotFound, redis.RedisError.

    One that was asked for with other rights is not there for who may not see all.
    """
    pipe = reader.pipeline(transaction=False)
    pipe.hgetall(_keys.search(search_id)).exists(_keys.lease("searches")).time()
    stored, held, moment = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    now_ms = clock.absorb(moment)
    if not stored or b"state" not in stored or not covers(rights, read_rights(text(stored.get(b"rights")))):
        raise NotFound("There is no such search (any more).", fix="Search again.")
    return _search(search_id, stored, bool(held), now_ms)


def page(
    reader: redis.Redis,
    rows: RowReader,
    clock: RedisClock,
    search_id: str,
    after: int,
    limit: int,
    rights: Rights = EVERYTHING,
) -> dict[str, Any]:
    """{"search", "jobs", "next", "order"}: rows of kept hits, from the `after`th on, in the order they were found in.

    Three round trips, up to three more for jobs not met before. Raises BadInput, NotFound, redis.RedisError.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise BadInput(f"limit={limit} is not from 1 to {PAGE_MAX}.", fix=f"Ask for at most {PAGE_MAX} jobs a page.")
    search = read(reader, clock, search_id, rights)
    ids = reader.lrange(_keys.search_hits(search_id), after, after + limit - 1)
    found = rows.rows(reader, [job_id.decode("utf-8", "replace") for job_id in ids])
    # What was moved out of sight since it was found, or is gone.
    found = scoped.rows(found, rights) if rights.is_narrowed else found
    ends = after + len(ids)
    has_more = len(ids) == limit and ends < search["kept"]
    return {
        "search": search,
        "jobs": [row.as_json() for row in found],
        "next": ends if has_more else None,
        "order": "found",
    }


def _search(search_id: str, stored: dict[bytes, bytes], held: bool, now_ms: int) -> dict[str, Any]:
    state = text(stored.get(b"state"))
    asked_at = integer(stored.get(b"asked_at")) or now_ms
    code = text(stored.get(b"error"))
    if state in ("waiting", "running") and not held and now_ms - asked_at >= NOBODY_AFTER_MS:
        code = "no_operations"
    return {
        "id": search_id,
        "query": text(stored.get(b"query")) or "",
        "state": state,
        "scanned": integer(stored.get(b"scanned")) or 0,
        "total": integer(stored.get(b"total")),
        "found": integer(stored.get(b"found")) or 0,
        "kept": integer(stored.get(b"kept")) or 0,
        "skipped": integer(stored.get(b"skipped")) or 0,
        "walk": text(stored.get(b"walk")),
        "facets": facets(stored.get(b"facets")),
        "asked_at": asked_at,
        "started_at": integer(stored.get(b"started_at")),
        "ended_at": integer(stored.get(b"ended_at")),
        "error": _error(code),
    }


def facets(stored: bytes | None) -> dict[str, dict[str, int]]:
    """What facets hold, the most frequent names of each; nothing where it is not to be read."""
    try:
        kept = json.loads(stored or b"{}")
        return {name: _most(kept.get(name, {})) for name in FACETS}
    except (ValueError, AttributeError, TypeError):
        return {name: {} for name in FACETS}


def _most(counts: dict[str, int]) -> dict[str, int]:
    """The most frequent names, the rest summed up under "…"."""
    rest = counts.pop(REST, 0)
    ranked = sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    rest += sum(count for _, count in ranked[NAMES_MAX:])
    return dict(ranked[:NAMES_MAX]) | ({REST: rest} if rest else {})


def _error(code: str | None) -> dict[str, str] | None:
    if not code:
        return None
    message, fix = ERRORS.get(code, ERRORS["internal"])
    return {"code": code, "message": message, "fix": fix}
