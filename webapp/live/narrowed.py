"""What those are told who may not see all: kept beside `looks.py`, and used by its thread.

Nothing here costs anything while everybody may see all.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import redis

from webapp import scoped
from webapp.live import events
from webapp.live.diff import diff
from webapp.live.events import OVERVIEW, Event, Facts
from webapp.live.interest import Dirty
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.queries.rows import RowReader
from webapp.rights import EVERYTHING, Rights

#: Events, and `only` those rights for which they were made.
Publish = Callable[..., None]
#: What of an overview is within rights.
Narrow = Callable[[Overview, Rights], Overview]
Found = Mapping[str, tuple[JobDetail | None, int]]


class Narrowed:
    """Who watches with narrowed rights, and what they must not be told again."""

    def __init__(self, publish: Publish, audiences: Callable[[str], set[Rights]], narrow: Narrow) -> None:
        """`audiences`: with which rights a topic is watched."""
        self._publish = publish
        self.audiences = audiences
        self.overview = narrow
        #: Of jobs that somebody with narrowed rights watches, as they were last read.
        self._facts: dict[str, Facts] = {}
        #: Rights -> the overview as it was last told to those who have them.
        self._overviews: dict[Rights, Overview] = {}
        #: Topics of jobs whose event knows of the jobs that it names.
        self._knowing: set[str] = set()

    def of(self, topic: str) -> set[Rights]:
        """With which narrowed rights a topic is watched."""
        return self.audiences(topic) - {EVERYTHING}

    def facts(self, job_id: str) -> Facts | None:
        """Queue and function of a job that is watched so; None where they were not read."""
        return self._facts.get(job_id)

    def learn(self, facts: Mapping[str, Facts]) -> None:
        """These were just read."""
        self._facts.update(facts)

    def beside(self, wanted: set[str], dirty: Dirty, asked: set[str]) -> set[str]:
        """Jobs whose log or lookers are watched, and may have changed. Whether one may see them stands in the job's own
        hash, which those need not watch.
        """
        found: set[str] = set()
        for prefix, changed in (("log:", dirty.logs | dirty.jobs), ("presence:", dirty.jobs)):
            ids = concerned(prefix, wanted, changed, dirty.everything, asked)
            found |= {job_id for job_id in ids if self.of(prefix + job_id)}
        return found

    def is_fit(self, topic: str) -> bool:
        """Whether what is known of a topic can be told: of a job that names others, these must have been read."""
        return topic in self._knowing or not topic.startswith("job:")

    def relatives(self, reader: redis.Redis, rows: RowReader, found: Found) -> tuple[dict[str, Facts], set[str]]:
        """(queue and function of those whom these jobs name, topics of jobs that are so watched for the first time).

        No round trip where nobody watches a job with narrowed rights, else that of a row for each that is named.
        """
        watched = {topic: job for job_id, (job, _) in found.items() if self.of(topic := events.job_topic(job_id))}
        fresh = watched.keys() - self._knowing
        self._knowing |= fresh
        named = scoped.relatives_of(job for job in watched.values() if job)
        return (scoped.facts(rows.rows(reader, sorted(named))) if named else {}), fresh

    def tell_overview(self, before: Overview | None, after: Overview) -> None:
        """What has changed within the rights of each who watches."""
        told: dict[Rights, Overview] = {}
        for rights in self.of(OVERVIEW):
            known = self._overviews.get(rights) or (before and self.overview(before, rights))
            told[rights] = self.overview(after, rights)
            self._publish(diff(known, told[rights]), only=rights)
        self._overviews = told

    def tell(self, before: Event | None, event: Event) -> None:
        """Put `event` in the place of `before`. What was out of sight was gone, and tells no more of how it goes on."""
        narrowed = self.of(event.topic)
        if not narrowed:
            self._publish([event])
            return
        self._publish([event], only=EVERYTHING)
        for rights in narrowed:
            known, now = before and before.within(rights), event.within(rights)
            if now is not None and not (known and known.body["type"] == now.body["type"] == "gone"):
                self._publish([now], only=rights)

    def tell_list(self, name: str, version: int, overview: Overview | None, now: int, routine: bool) -> None:
        """That a list has changed, to each with their own count.

        Of a queue out of sight as much is told as of one that nobody knows: a word whenever all is looked at again.
        """
        queue = name.rpartition("/")[0]
        for rights in self.audiences(events.list_topic(name)):
            if routine or not queue or rights.sees_queue(queue):
                seen = overview if overview is None or rights is EVERYTHING else self.overview(overview, rights)
                self._publish([events.list_changed(name, version, _total(seen, name), now)], only=rights)

    def drop_unwatched(self, wanted: set[str]) -> None:
        self._knowing &= wanted
        if self._facts:
            ids = {topic.partition(":")[2] for topic in wanted}
            self._facts = {job_id: facts for job_id, facts in list(self._facts.items()) if job_id in ids}

    def forget(self) -> None:
        """Nobody looks: what is remembered would grow old unseen."""
        self._facts.clear()
        self._overviews.clear()
        self._knowing.clear()


def _total(overview: Overview | None, name: str) -> int | None:
    """How many jobs the list holds, where the overview counts them."""
    queue, _, status = name.rpartition("/")
    field = {"ready_to_enqueue": "ready"}.get(status, status)
    if overview is None or not status:
        return None
    source: Any = overview.queues.get(queue) if queue else overview.totals
    return getattr(source, field, None)


def within(told: Iterable[Event], rights: Rights) -> list[Event]:
    """These events for somebody with these rights."""
    return [seen for event in told if (seen := event.within(rights)) is not None]


def concerned(prefix: str, wanted: set[str], changed: set[str], everything: bool, asked: set[str]) -> set[str]:
    """Ids of watched topics of one kind that must be read."""
    ids = {topic.removeprefix(prefix) for topic in wanted if topic.startswith(prefix)}
    return ids if everything else {job_id for job_id in ids if job_id in changed or prefix + job_id in asked}
