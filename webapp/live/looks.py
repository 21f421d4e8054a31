"""One look at Redis: reads what is watched and may have changed, and says what did change.

The first thing read is what a user has open (rows, jobs, logs), then the overview; each is handed on as soon as it is
there. No thread and no clock of its own: `watcher.py` says when.
"""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import redis

from webapp import scoped
from webapp.allowance import Allowance
from webapp.live import events
from webapp.live.activity import ActivityTail
from webapp.live.diff import counts_differ, diff
from webapp.live.events import OVERVIEW, Event
from webapp.live.interest import Dirty
from webapp.live.narrowed import Narrow, Narrowed, Publish, concerned, within
from webapp.memory import Memory
from webapp.models_overview import Overview
from webapp.offload import HubBreather
from webapp.queries import log
from webapp.queries.fields import reply
from webapp.queries.job import JobReader
from webapp.queries.overview import OverviewReader, Touched
from webapp.queries.plan import Plan
from webapp.queries.rows import EXPIRED, RowReader
from webapp.queries.titles import Titles
from webapp.rights import EVERYTHING, Rights

#: Words on the same list: pages fetch it again each time. What one person does is a few changes, told at once.
LIST_BURST, LISTS_A_SECOND = 3, 1.0


class Looks:
    """Remembers what was last said of each watched topic. One per web process, used by one thread."""

    def __init__(
        self,
        titles: Titles,
        rows: RowReader,
        jobs: JobReader,
        overview: OverviewReader,
        activity: ActivityTail,
        publish: Publish,
        memory: Memory,
        audiences: Callable[[str], set[Rights]] = lambda topic: set(),
        narrow: Narrow = lambda overview, rights: overview,
    ) -> None:
        """`audiences`: with which rights a topic is watched. `narrow`: what of an overview is within rights."""
        self._titles = titles
        self._rows = rows
        self._jobs = jobs
        self._reader = overview
        self._activity = activity
        self._publish = publish
        self._memory = memory
        #: Those who may not see all.
        self.narrowed = Narrowed(publish, audiences, narrow)
        self._catalog_told = 0
        self._masked_as = rows.redactor.version
        self._values: dict[str, tuple[Any, Event]] = {}
        self._log_ends: dict[str, str] = {}
        self._lists: dict[str, tuple[int, Allowance]] = {}
        self._versions = count(1)
        self._lists_pending: set[str] = set()
        self._snapshot: list[Event] = []
        #: Logs of which the last look has not read all, and activity that it left for later: ask for them again.
        self.unfinished: set[str] = set()
        #: Seconds for which the last look waited for Redis' first reply; None where it asked nothing.
        self.waited: float | None = None
        #: The last overview; None while nobody looks.
        self.overview: Overview | None = None

    def latest(self, topic: str, rights: Rights = EVERYTHING) -> list[Event]:
        """What someone who begins to watch `topic` now should be told; empty where it was not read yet."""
        if topic == OVERVIEW:
            return self._overview_events(rights)
        if topic == events.ACTIVITY:
            return within(self._activity.latest(), rights)
        known = self._values.get(topic)
        if known is None or not (rights is EVERYTHING or self.narrowed.is_fit(topic)):
            return []
        return within([known[1]], rights)

    def list_version(self, name: str) -> int:
        """The version of a watched list that was last told; 0 where none was."""
        known = self._lists.get(events.list_topic(name))
        return known[0] if known else 0

    def runs(self, ids: set[str]) -> bool:
        """Whether one of these jobs ran at the last look, so that the overview shows it."""
        return not self._reader.running_ids().isdisjoint(ids)

    def forget(self) -> None:
        """Nobody looks: what is remembered would grow old unseen."""
        self.overview = None
        self._values.clear()
        self._log_ends.clear()
        self._lists_pending.clear()
        self.narrowed.forget()
        self._activity.forget()

    def start_log(self, job_id: str, after: str) -> None:
        """Someone has the log of this job up to `after`; the next look goes on from the least of these."""
        known = self._log_ends.get(job_id)
        if known is None or _stream_order(after) < _stream_order(known):
            self._log_ends[job_id] = after

    def look(self, reader: redis.Redis, dirty: Dirty, wanted: set[str], asked: set[str], overview: bool) -> bool:
        """Read what is in `wanted` and concerned by `dirty` or in `asked`, and publish what is new.

        Returns whether the overview's counts changed. At most ten round trips, one where nothing is new.
        Raises redis.RedisError; what was read before it is published.
        """
        self.unfinished, self.waited = set(), None
        self._drop_unwatched(wanted)
        rows = sorted(concerned("row:", wanted, dirty.jobs, dirty.everything, asked))
        jobs = sorted(concerned("job:", wanted, dirty.jobs, dirty.everything, asked))
        logs = sorted(concerned("log:", wanted, dirty.logs, dirty.everything, asked))
        ends = {job_id: self._log_ends.get(job_id, "0") for job_id in logs}
        # A look that asks for much has what changed told before the overview is read.
        together = overview and self.overview is not None and (dirty.everything or not dirty.is_tick)
        plan = Plan(reader)
        if dirty.everything or dirty.catalog:
            self._titles.ask(plan)
        beside = self.narrowed.beside(wanted, dirty, asked)
        self._ask(plan, sorted({*rows} | beside), jobs, ends)
        touched = self._touched(dirty)
        if together:
            self._reader.ask(plan, touched)
        self._send(plan)
        self._tell_catalog(plan)
        self._tell_rows(reader, plan, rows, beside)
        self._tell_jobs(reader, plan, jobs)
        self._tell_logs(reader, plan, ends)
        if events.ACTIVITY in wanted:
            self._look_at_activity(reader, dirty.everything or dirty.activity or events.ACTIVITY in asked)
        changed = overview and self._look_at_overview(reader, plan if together else None, touched)
        lists = {topic for topic in wanted if topic.startswith("list:") and dirty.concerns_list(topic)}
        self._look_at_lists(lists, dirty.everything)
        return changed

    def _send(self, plan: Plan) -> None:
        """Execute it, and hear in the same round trip how full Redis is, if that is due."""
        if (asks := bool(len(plan))) and self._memory.is_due:
            plan.ask("memory", self._memory.ask)
        try:
            plan.execute()
        finally:
            self.waited = plan.waited if asks else None
        if "memory" in plan:
            self._memory.absorb(*plan["memory"])

    def _ask(self, plan: Plan, rows: list[str], jobs: list[str], ends: dict[str, str]) -> None:
        for job_id in rows:
            plan.ask(f"listed {job_id}", self._rows.ask, job_id)
        for job_id in jobs:
            self._jobs.ask(plan, job_id)
        for job_id, after in ends.items():
            plan.ask(f"log {job_id}", log.ask, job_id, after)

    def _tell_catalog(self, plan: Plan) -> None:
        if "catalog" in plan:
            self._titles.absorb(plan)
        # A request may have been first to read the change.
        if self._titles.version != self._catalog_told:
            self._catalog_told = self._titles.version
            if self._masked_as != self._rows.redactor.version:
                # Who comes now is told anew: other arguments are secret than were.
                self._masked_as = self._rows.redactor.version
                self._values.clear()
            self._publish([events.catalog()])

    def _tell_rows(self, reader: redis.Redis, plan: Plan, ids: list[str], beside: set[str]) -> None:
        """`beside`: jobs of which something else is watched, with narrowed rights."""
        wanted = {*ids}
        found = self._rows.finish(reader, {job_id: plan[f"listed {job_id}"] for job_id in wanted | beside})
        as_of = self._reader.clock.now_ms()
        self.narrowed.learn(scoped.facts(row for row in found if row.id in beside))
        for row in HubBreather().each(found):
            if row.id in wanted:
                is_gone, topic = row.note == EXPIRED, events.row_topic(row.id)
                make = partial(events.gone, topic, row.id) if is_gone else partial(events.row, row)
                self._say(topic, None if is_gone else row, partial(make, as_of))

    def _tell_jobs(self, reader: redis.Redis, plan: Plan, ids: list[str]) -> None:
        found = self._jobs.finish(reader, plan, ids, self.overview)
        relatives, fresh = self.narrowed.relatives(reader, self._rows, found)
        for job_id, (job, as_of) in found.items():
            topic = events.job_topic(job_id)
            if topic in fresh:
                # Those who begin to watch it now could not be told what was known.
                self._values.pop(topic, None)
            if job is None:
                self._say(topic, None, partial(events.gone, topic, job_id, as_of))
                continue
            named = {name: relatives.get(name) for name in scoped.relatives_of([job])} if relatives else {}
            self._say(topic, (job, named), partial(events.job, job, as_of, relatives))

    def _tell_logs(self, reader: redis.Redis, plan: Plan, ends: dict[str, str]) -> None:
        masks = self._rows.masks.of(reader, [job_id for job_id in ends if reply(plan[f"log {job_id}"][0])])
        for job_id, after in ends.items():
            found = log.parse(plan[f"log {job_id}"], after, masks.get(job_id, self._rows.redactor.nobody))
            reset = not found["lines"] and not found["total"] and after != "0"
            last = "0" if reset else found["last"]
            if self._log_ends.get(job_id, "0") == after:  # else someone meanwhile asked for earlier lines
                self._log_ends[job_id] = last
            if len(found["lines"]) == log.LINES_MAX:
                self.unfinished.add(events.log_topic(job_id))
            if found["lines"] or reset:
                self._publish([events.log(job_id, found["lines"], last, reset, self.narrowed.facts(job_id))])

    def _look_at_activity(self, reader: redis.Redis, changed: bool) -> None:
        self._publish(self._activity.look(reader, changed))
        if self._activity.pending:
            self.unfinished.add(events.ACTIVITY)

    def _touched(self, dirty: Dirty) -> Touched | None:
        if self.overview is None or dirty.may_be_anything:
            return None
        return Touched(dirty.lists, dirty.jobs, dirty.names, dirty.is_tick)

    def _look_at_overview(self, reader: redis.Redis, plan: Plan | None, touched: Touched | None) -> bool:
        if plan is None:
            self._reader.ask(plan := Plan(reader), touched)
            self._send(plan)
        before, self.overview = self.overview, self._reader.finish(reader, plan)
        self._publish(diff(before, self.overview))
        self.narrowed.tell_overview(before, self.overview)
        return before is not None and counts_differ(before, self.overview)

    def _look_at_lists(self, topics: set[str], routine: bool) -> None:
        """Say that lists changed; what is one word too many now is said by a later look."""
        self._lists_pending |= topics
        for topic in sorted(self._lists_pending):
            _, allowance = self._lists.setdefault(topic, (0, Allowance(LIST_BURST, LISTS_A_SECOND)))
            if allowance.spend():
                self._lists[topic] = (next(self._versions), allowance)
                self._lists_pending.discard(topic)
                version, now = self._lists[topic][0], self._reader.clock.now_ms()
                self.narrowed.tell_list(topic.removeprefix("list:"), version, self.overview, now, routine)

    def _say(self, topic: str, value: Any, make: Callable[[], Event]) -> None:
        """Tell `value` as the event that `make` makes of it, unless it was told before."""
        known = self._values.get(topic)
        if known is not None and known[0] == value:
            return
        event = make()
        self._values[topic] = (value, event)
        self.narrowed.tell(known and known[1], event)

    def _overview_events(self, rights: Rights) -> list[Event]:
        """The snapshot as events, made once for however many sockets ask between two looks who may see all."""
        if self.overview is None:
            return []
        if rights is not EVERYTHING:
            return list(events.snapshot(self.narrowed.overview(self.overview, rights)))
        if not self._snapshot or self._snapshot[0].body["as_of"] != self.overview.as_of:
            self._snapshot = list(events.snapshot(self.overview))
        return self._snapshot

    def _drop_unwatched(self, wanted: set[str]) -> None:
        for topic in self._values.keys() - wanted:
            del self._values[topic]
        self.narrowed.drop_unwatched(wanted)
        if events.ACTIVITY not in wanted:
            self._activity.forget()
        self._lists_pending &= wanted
        self._lists = {topic: said for topic, said in self._lists.items() if topic in wanted}
        for job_id in [job_id for job_id in self._log_ends if events.log_topic(job_id) not in wanted]:
            del self._log_ends[job_id]


def _stream_order(stream_id: str) -> tuple[int, int]:
    first, _, second = stream_id.partition("-")
    return int(first), int(second or 0)
