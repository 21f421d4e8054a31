"""One search under way: goes on from where its hash says, window by window, and writes down what it finds.

What is written is whole after each write: position, counts and hits go together, so another process may go on from it.
"""

import logging
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jobs import _keys
from webapp import rights
from webapp.operations.bursts import Bursts
from webapp.operations.search_look import Look
from webapp.operations.search_walk import KeyWalk, ListWalk, plan
from webapp.operations.shift import Gone, Lost, Tools
from webapp.queries.fields import integer, text
from webapp.search.demands import demands
from webapp.search.facets import Facets, Hit
from webapp.search.matcher import Matcher
from webapp.search.parser import parse
from webapp.search.syntax import BadQuery

log = logging.getLogger(__name__)

#: Seconds between two writes; the first hits are written at once.
REPORT_EVERY = 0.2
#: Hits that make a write due: with these and the rest of a window it takes a millisecond of Redis.
REPORT_HITS = 1_000
#: Hits that are remembered so that none counts twice: a list may move, and SCAN may tell a key twice.
SEEN_MAX = 250_000
#: A longer id is counted and not kept: RQ's own have 36.
ID_BYTES = 256
#: Windows under way at a time: Redis reads for one while another is judged.
LANES = 2
_END = object()
COUNTS = ("scanned", "skipped", "found", "kept", "kept_bytes")

#: KEYS: lease, search, hits. ARGV: owner of the lease, time to live, number of fields, (field, value)…, hits…
#: Answers lost or gone, and nothing was written; else stop where somebody wants that, or ok.
REPORT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
if redis.call('EXISTS', KEYS[2]) == 0 then return 'gone' end
local last = 3 + 2 * tonumber(ARGV[3])
for i = 4, last, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
for i = last + 1, #ARGV, 1000 do redis.call('RPUSH', KEYS[3], unpack(ARGV, i, math.min(i + 999, #ARGV))) end
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[3], ARGV[2])
return redis.call('HEXISTS', KEYS[2], 'stop') == 1 and 'stop' or 'ok'
"""


@dataclass
class _Lane:
    """A window that is looked at."""

    bursts: Bursts
    look: Look
    work: Iterator[None]
    #: Where the walk goes on after it.
    position: str
    is_done: bool = False

    def step(self) -> None:
        if not self.is_done and next(self.work, _END) is _END:
            self.is_done = True


class SearchRun:
    """`work()` is advanced in steps of some milliseconds; `close()` gives its connection up."""

    def __init__(self, search_id: str, stored: dict[bytes, bytes], tools: Tools, hits_bytes: int) -> None:
        """`hits_bytes`: what its hits may take."""
        self.id = search_id
        self._hits_bytes = hits_bytes
        self._stored = stored
        self._rights = rights.read(text(stored.get(b"rights")))
        self._tools = tools
        self._free = [Bursts(tools.reader) for _ in range(LANES)]
        self._lanes: deque[_Lane] = deque()
        self._script = tools.writer.register_script(REPORT)
        self._counts = {name: integer(stored.get(name.encode())) or 0 for name in COUNTS}
        self._facets = Facets(stored.get(b"facets"))
        self._is_through = False
        self._seen: set[int] = set()
        self._fresh: list[bytes] = []
        self._reported_at = time.monotonic()

    def work(self) -> Iterator[None]:
        """Search until the end, or until somebody stops it. Raises Gone, Lost, redis.RedisError."""
        query = parse(text(self._stored.get(b"query")) or "")
        matcher = Matcher(query, self._tools.titles.of, self._tools.redactor)
        walk = plan(self._tools.reader, demands(query), text(self._stored.get(b"position")), self._rights)
        started_at = integer(self._stored.get(b"started_at")) or self._tools.clock.now_ms()
        self._remember()
        going = self._report({"state": "running", "started_at": started_at, "walk": walk.kind, "total": walk.total(0)})
        while going and self._fill(walk, matcher):
            for lane in self._lanes:
                lane.step()
            while self._lanes and self._lanes[0].is_done:
                position = self._take(self._lanes.popleft())
                if self._is_due():
                    going = self._report({"position": position, "total": walk.total(self._counts["scanned"])})
            yield
        self._end(going)

    def fail(self, error: Exception) -> None:
        """Write down that it cannot be done. Raises Gone, Lost, redis.RedisError."""
        if not isinstance(error, BadQuery):
            log.error("A search failed", exc_info=error)
        code = "bad_query" if isinstance(error, BadQuery) else "internal"
        self._report({"state": "failed", "error": code, "ended_at": self._tools.clock.now_ms()})

    def close(self) -> None:
        for bursts in (*self._free, *(lane.bursts for lane in self._lanes)):
            bursts.close()

    def _fill(self, walk: ListWalk | KeyWalk, matcher: Matcher) -> bool:
        """Begin further windows; False where there are none left, and none under way."""
        while self._free and not self._is_through:
            ids = walk.window(self._free[-1])
            if ids is None:
                self._is_through = True
            else:
                bursts = self._free.pop()
                look = Look(bursts, matcher, self._tools.clock.now_ms(), self._rights)
                self._lanes.append(_Lane(bursts, look, look.run(ids), walk.position))
        return bool(self._lanes)

    def _remember(self) -> None:
        """What was found before, by whoever. One round trip, none for a new search."""
        if self._counts["kept"]:
            kept = self._tools.writer.lrange(_keys.search_hits(self.id), 0, -1)
            self._seen = {hash(job_id) for job_id in kept}

    def _take(self, lane: "_Lane") -> str:
        """Count what a window has found; where its walk goes on."""
        self._free.append(lane.bursts)
        look = lane.look
        self._counts["scanned"] += look.scanned
        self._counts["skipped"] += look.skipped
        for hit in look.hits:
            mark = hash(hit.id)
            if mark not in self._seen:
                if len(self._seen) < SEEN_MAX:
                    self._seen.add(mark)
                self._keep(hit)
        return lane.position

    def _keep(self, hit: Hit) -> None:
        counts, size = self._counts, len(hit.id)
        counts["found"] += 1
        self._facets.add(hit)
        has_room = counts["kept_bytes"] + size <= self._hits_bytes and counts["kept"] < _keys.SEARCH_HITS_MAX
        if has_room and size <= ID_BYTES:
            counts["kept"] += 1
            counts["kept_bytes"] += size
            self._fresh.append(hit.id)

    def _is_due(self) -> bool:
        is_first = bool(self._fresh) and self._counts["kept"] == len(self._fresh)
        is_much = len(self._fresh) >= REPORT_HITS
        return is_first or is_much or time.monotonic() - self._reported_at >= REPORT_EVERY

    def _report(self, fields: dict[str, Any]) -> bool:
        """Write down where it is; False where it is to stop. One round trip. Raises Gone, Lost."""
        values = fields | self._counts | {"facets": self._facets.stored()}
        args = [self._tools.owner, _keys.SEARCH_TTL, len(values)]
        args += [part for pair in values.items() for part in pair]
        keys = [self._tools.lease_key, _keys.search(self.id), _keys.search_hits(self.id)]
        said = self._script(keys=keys, args=[*args, *self._fresh])
        if said in (b"lost", b"gone"):
            raise Lost if said == b"lost" else Gone
        self._fresh = []
        self._reported_at = time.monotonic()
        return said == b"ok"

    def _end(self, whole: bool) -> None:
        state = ("full" if self._counts["kept"] < self._counts["found"] else "done") if whole else "stopped"
        ended = {"state": state, "ended_at": self._tools.clock.now_ms()}
        self._report(ended | ({"total": self._counts["scanned"]} if whole else {}))
