"""Which functions usually run for less than a second, as seen by looking: what the recorder knows, but without it.

A run that flashes by cannot be read, nor aimed at; so one of these is shown once it has lasted a second, and then until
it ends. No I/O.
"""

from collections.abc import Container, Iterable

from webapp.models import JobSummary
from webapp.models_figures import Gathered

#: Runs of such functions are shown once they have lasted this long.
SHORT_RUN_MS = 1_000
#: A function counts as short so long after its last short run was seen.
REMEMBER_MS = 60_000
#: And is shown among what runs now so long after it: longer, and the line would tell of the past.
SHOW_MS = 5_000


class ShortRuns:
    """Learns from one read to the next. One per web process."""

    def __init__(self) -> None:
        self._running: dict[str, JobSummary] = {}
        #: function -> (a row of it, epoch ms at which its last short run was seen)
        self._short: dict[str, tuple[JobSummary, int]] = {}
        #: Ids of the runs that were shown.
        self._shown: set[str] = set()

    def learn(self, rows: Iterable[JobSummary], now_ms: int) -> None:
        """Take what runs at this read: what ran at the last one, and not for a second, was short."""
        running = {row.id: row for row in rows}
        for row in self._running.values():
            if row.id not in running and row.func and row.started_at and now_ms - row.started_at < SHORT_RUN_MS:
                self._short[row.func] = (row, now_ms)
        self._running = running
        self._short = {func: known for func, known in self._short.items() if now_ms - known[1] < REMEMBER_MS}

    def functions(self) -> set[str]:
        """The functions that count as short."""
        return set(self._short)

    def lasting(self, rows: Iterable[JobSummary], gathered: Container[str], now_ms: int) -> list[JobSummary]:
        """Those that are shown, longest first. `gathered`: functions that are told of in one line each.

        What was shown is not taken back when its function turns out to be short: whoever aims at it, and whose list is
        kept still, would be told that it has ended.
        """
        shown = [row for row in rows if row.func not in gathered or row.id in self._shown or _is_long(row, now_ms)]
        self._shown = {row.id for row in shown}
        return sorted(shown, key=lambda row: (row.started_at or now_ms, row.id))

    def gathered(self, queues: Container[str], now_ms: int) -> tuple[dict, ...]:
        """One line a function of these queues that ran just now, without the figures that only the recorder has."""
        seen = (row for row, at in self._short.values() if now_ms - at < SHOW_MS)
        known = sorted(seen, key=lambda row: row.func or "")
        rows = [row for row in known if row.queue in queues]
        return tuple(Gathered(func=row.func, title=row.title, queue=row.queue).as_json() for row in rows)


def _is_long(row: JobSummary, now_ms: int) -> bool:
    return bool(row.started_at and now_ms - row.started_at >= SHORT_RUN_MS)
