"""The figures of /metrics: those of rq-exporter and django-rq under their names, and a few of our own.

All of RQ comes from the overview that the pages share, so a scrape reads what an open page has read already. Where
Redis does not answer, the figures of the process itself are told alone, with `rqlive_redis_up 0`. No HTTP here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from webapp.errors import DashboardError
from webapp.live import Live
from webapp.models_overview import Overview, QueueStats, WorkerInfo

#: Statuses that RQ counts by queue, and the field of QueueStats. rq-exporter and django-rq have the first six.
BY_QUEUE = {
    "queued": "queued",
    "started": "started",
    "finished": "finished",
    "failed": "failed",
    "deferred": "deferred",
    "scheduled": "scheduled",
    "canceled": "canceled",
    "ready_to_enqueue": "ready",
}
FEED_MODES = ("tracking", "keyspace", "sampling", "starting", "away")
#: Counters of a worker: the name in rq-exporter (and in django-rq until 4.0), that in django-rq since, and the field.
COUNTERS = (
    ("rq_workers_success", "rq_job_successful", "RQ workers success count", "successful"),
    ("rq_workers_failed", "rq_job_failed", "RQ workers fail count", "failed"),
    ("rq_workers_working_time", "rq_working_seconds", "RQ workers spent seconds", "working_time"),
)


def registry_of(live: Live, process: dict[str, int]) -> CollectorRegistry:
    """What is told of `live` now; `process` has "sockets" and round trips by connection."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(live, process))
    return registry


@dataclass(frozen=True, eq=False)
class _Figures:
    """A collector of prometheus_client."""

    live: Live
    process: dict[str, int]

    def describe(self) -> list[Metric]:
        """Nothing: registering would otherwise collect."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every family. Reads an overview, see `Live.overview`."""
        try:
            overview = self.live.overview()
        except DashboardError:
            overview = None
        if overview is not None:
            yield from _of_workers(list(overview.workers.values()))
            yield from _of_queues(list(overview.queues.values()))
            yield from _of_all(overview)
        yield _gauge("rqlive_redis_up", "Whether Redis answers", int(overview is not None))
        yield from self._of_this_process()

    def _of_this_process(self) -> Iterator[Metric]:
        yield _gauge("rqlive_sockets", "WebSockets open on this process", self.process["sockets"])
        yield _gauge("rqlive_pages", "Pages open on this process", self.live.hub.pages)
        feed = GaugeMetricFamily("rqlive_feed", "How this process hears of changes: 1 for its mode", labels=["mode"])
        for mode in FEED_MODES:
            feed.add_metric([mode], int(self.live.watcher.feed.status.mode == mode))
        yield feed
        yield from self.live.watcher.look_seconds.collect()
        trips = CounterMetricFamily("rqlive_redis_round_trips", "Requests sent to Redis", labels=["connection"])
        for connection in ("reader", "writer", "feed"):
            trips.add_metric([connection], self.process[connection])
        yield trips


def _of_workers(workers: list[WorkerInfo]) -> Iterator[Metric]:
    states = GaugeMetricFamily("rq_workers", "RQ workers", labels=["name", "state", "queues"])
    for worker in workers:
        states.add_metric([worker.name, worker.state, ",".join(worker.queues)], 1)
    yield states
    for exporters, django, text, field in COUNTERS:
        for name in (exporters, django):
            counter = CounterMetricFamily(name, text, labels=["name", "queues"])
            for worker in workers:
                counter.add_metric([worker.name, ",".join(worker.queues)], getattr(worker, field))
            yield counter


def _of_queues(queues: list[QueueStats]) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("rq_jobs", "RQ jobs by state", labels=["queue", "status"])
    stalled = GaugeMetricFamily("rqlive_jobs_stalled", "Started jobs whose heartbeat is overdue", labels=["queue"])
    listening = GaugeMetricFamily("rqlive_queue_workers", "Workers that listen and are not lost", labels=["queue"])
    oldest = GaugeMetricFamily(
        "rqlive_queue_oldest_enqueued_timestamp_seconds", "When the first in line was enqueued", labels=["queue"]
    )
    for queue in queues:
        for status, field in BY_QUEUE.items():
            jobs.add_metric([queue.name, status], getattr(queue, field))
        stalled.add_metric([queue.name], queue.stalled)
        listening.add_metric([queue.name], queue.workers)
        if queue.oldest_enqueued_at is not None:
            oldest.add_metric([queue.name], queue.oldest_enqueued_at / 1000)
    yield from (jobs, stalled, listening, oldest)


def _of_all(overview: Overview) -> Iterator[Metric]:
    totals = overview.totals
    yield _gauge("rqlive_jobs_rate_limited", "Jobs that wait for a rate limit", totals.rate_limited)
    yield _gauge("rqlive_jobs_held", "Jobs that are set aside, by hand or for a pause", totals.held + totals.parked)
    yield _gauge("rqlive_suspended", "Whether all workers are suspended", int(totals.suspended))
    if overview.servers is not None:
        yield _gauge("rqlive_servers", "Web processes that share this Redis", overview.servers)


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, value=value)
