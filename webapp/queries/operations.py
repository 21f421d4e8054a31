"""Operations as they stand: what is done to many jobs. Reads only; who does it is the operations process."""

import json
from typing import Any

import redis

from jobs import _keys
from webapp.errors import NotFound
from webapp.queries import searches
from webapp.queries.clock import RedisClock
from webapp.queries.fields import integer, number, reply, text
from webapp.rights import EVERYTHING, Rights, covers
from webapp.rights import read as read_rights

UNDER_WAY = frozenset({"collecting", "running", "trying"})
ENDED = frozenset({"done", "canceled", "failed"})
#: Ids that are told back of those that were given.
IDS_TOLD = 20
_REFUSED = b"refused:"


def read(reader: redis.Redis, clock: RedisClock, operation_id: str, rights: Rights = EVERYTHING) -> dict[str, Any]:
    """How an operation stands, see docs/api.md. One round trip. Raises NotFound, redis.RedisError.

    One that was asked for with other rights is not there for who may not see all.
    """
    pipe = reader.pipeline(transaction=False)
    pipe.hgetall(_keys.operation(operation_id)).exists(_keys.lease("operations")).time()
    stored, held, moment = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    now_ms = clock.absorb(moment)
    if not stored or b"state" not in stored or not _is_seen(stored, rights):
        raise NotFound("There is no such operation (any more).", fix="Ask for it anew.")
    return _operation(operation_id, stored, bool(held), now_ms)


def recent(reader: redis.Redis, clock: RedisClock, rights: Rights = EVERYTHING) -> dict[str, Any]:
    """{"operations"}: all that are kept and in sight, the newest first. Two round trips, one for none.

    Raises redis.RedisError.
    """
    known = [member.decode("utf-8", "replace") for member in reader.zrevrange(_keys.OPERATIONS, 0, -1)]
    if not known:
        return {"operations": []}
    pipe = reader.pipeline(transaction=False)
    pipe.exists(_keys.lease("operations")).time()
    for operation_id in known:
        pipe.hgetall(_keys.operation(operation_id))
    held, moment, *found = (reply(answer) for answer in pipe.execute(raise_on_error=False))
    now_ms = clock.absorb(moment)
    told = [(one, stored) for one, stored in zip(known, found, strict=True) if stored and _is_seen(stored, rights)]
    return {"operations": [_operation(one, stored, bool(held), now_ms) for one, stored in told]}


def _is_seen(stored: dict[bytes, bytes], rights: Rights) -> bool:
    return covers(rights, read_rights(text(stored.get(b"rights"))))


def _operation(operation_id: str, stored: dict[bytes, bytes], held: bool, now_ms: int) -> dict[str, Any]:
    state = text(stored.get(b"state"))
    asked_at = integer(stored.get(b"asked_at")) or now_ms
    message = _json(stored.get(b"message"), None)
    # Nobody holds the lease while all that there is waits for people: it is taken up anew when they go on.
    waits_since = max(asked_at, *(integer(stored.get(name)) or 0 for name in (b"started_at", b"resumed_at")))
    if state in UNDER_WAY and not held and now_ms - waits_since >= searches.NOBODY_AFTER_MS:
        message = {"code": "no_operations"}
    options = _json(stored.get(b"options"), {})
    refused = {text(name[len(_REFUSED) :]): integer(n) for name, n in stored.items() if name.startswith(_REFUSED)}
    return {
        "id": operation_id,
        "verb": text(stored.get(b"verb")),
        "of": _of(_json(stored.get(b"of"), {})),
        "options": options,
        "state": state,
        "scanned": integer(stored.get(b"scanned")) or 0,
        "expected": integer(stored.get(b"expected")),
        "total": integer(stored.get(b"total")) or 0,
        "done": integer(stored.get(b"done")) or 0,
        "refused": {code: n for code, n in refused.items() if n},
        "refused_sample": _sample(text(stored.get(b"refused_sample"))),
        "more": stored.get(b"more") == b"1",
        "facets": searches.facets(stored.get(b"facets")),
        "skipped": _json(stored.get(b"skipped"), {}),
        "sample": _json(stored.get(b"sample"), []),
        "runs": _json(stored.get(b"runs"), {}),
        "actor": text(stored.get(b"actor")),
        "asked_at": asked_at,
        "started_at": integer(stored.get(b"started_at")),
        "ended_at": integer(stored.get(b"ended_at")),
        "rate": options.get("rate"),
        "per_second": number(stored.get(b"per_second")) if state in UNDER_WAY else None,
        "undo_until": integer(stored.get(b"undo_until")),
        "undo_jobs": _undo_jobs(stored, state),
        "undo_why": _json(stored.get(b"undo_why"), None),
        "undone_by": text(stored.get(b"undone_by")),
        "message": message,
    }


def _undo_jobs(stored: dict[bytes, bytes], state: str | None) -> int | None:
    """How many of the jobs can be put back, of a delete: first as it is promised, then as it is."""
    if stored.get(b"verb") != b"delete":
        return None
    return integer(stored.get(b"undo_kept" if state in ENDED else b"undo_jobs")) or 0


def _of(of: dict[str, Any]) -> dict[str, Any]:
    """Which jobs were asked for; of many ids the first, and how many."""
    if len(of.get("ids", ())) > IDS_TOLD:
        return {"ids": of["ids"][:IDS_TOLD], "count": len(of["ids"])}
    return of


def _sample(stored: str | None) -> list[dict[str, str]]:
    lines = (line.rpartition("\x1f") for line in (stored or "").split("\n") if line)
    return [{"job": job_id, "code": code} for job_id, _, code in lines]


def _json(stored: bytes | None, otherwise: Any) -> Any:
    try:
        return json.loads(stored) if stored else otherwise
    except ValueError:
        return otherwise
