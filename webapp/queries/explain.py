"""Why a job does not run: the reason as a code with its figures, from what was read. No I/O, no clock.

Jobs that wait for other jobs or for a slot are in `explain_waits.py`; what is read for it in `explain_read.py`.
"""

from collections.abc import Callable

from webapp.queries.explain_facts import Facts, Reason
from webapp.queries.explain_waits import deferred, rate_limited

#: A scheduler looks every second: what is later than this was not seen by one.
LATE_MS = 10_000
#: A job that became ready is pushed within a second; one that stays is left over from a worker that died.
READY_LEFT_OVER_MS = 5_000
#: Recorded time below which there is no rate.
ENOUGH_MS = 10_000

TAKING = Reason("taking")


def explain(facts: Facts) -> Reason | None:
    """The reason, or None where there is nothing to explain: it runs, it has finished, RQ knows no such status."""
    find = _BY_STATUS.get(facts.row.status or "")
    return find(facts) if find else None


def _queued(facts: Facts) -> Reason | None:
    if facts.aside:
        return _set_aside(facts)
    if facts.position is None and facts.queued <= 2 * facts.searched:
        return _not_in_its_queue(facts)
    if facts.suspended:
        return Reason("suspended", {"left_ms": facts.suspended_left})
    alive = facts.alive()
    if not alive:
        return _nobody_listens(facts)
    if facts.position is None:
        return Reason("far_behind", {"queue": facts.queue, "ahead": facts.searched, "queued": facts.queued})
    figures = {"queue": facts.queue, "ahead": facts.position, "workers": len(alive), **_estimate(facts)}
    first = _served_first(facts)
    if first:
        return Reason("other_queues", figures | {"first": first})
    return Reason("behind" if facts.position else "next", figures)


def _set_aside(facts: Facts) -> Reason:
    """It waits in a list of ours: somebody held it, or its queue is paused."""
    stats = facts.overview.queues.get(facts.queue) if facts.overview else None
    told = stats and (stats.held if facts.aside == "held" else stats.paused)
    figures = {"queue": facts.queue, "by": told.by if told else None, "at": told.at if told else None}
    if facts.aside == "parked":
        pause = stats.paused if stats else None
        figures["until"] = pause.until if pause else None
        return Reason("parked" if pause is None or pause.kept else "parked_left", figures)
    return Reason("held", figures)


def _not_in_its_queue(facts: Facts) -> Reason:
    """A worker has it in its hands, or had it when it died."""
    if facts.runs:
        return Reason("starting", {"worker": facts.runs[0].worker})
    figures = {"queue": facts.queue, "workers": len(facts.alive())}
    return Reason("stuck_intermediate" if facts.intermediate else "in_no_list", figures, until=TAKING)


def _nobody_listens(facts: Facts) -> Reason:
    listeners = list(facts.listeners())
    lost = [worker for worker in listeners if worker.state == "lost"]
    if len(lost) < len(listeners):
        return Reason("no_signal", {"queue": facts.queue, "n": len(listeners)})
    if lost:
        return Reason("workers_lost", {"queue": facts.queue, "n": len(lost)})
    return Reason("no_worker", {"queue": facts.queue})


def _served_first(facts: Facts) -> int:
    """Jobs of other queues that each of its workers takes before it: workers serve their queues in order."""
    queues = facts.overview.queues if facts.overview else {}

    def before(names: tuple[str, ...]) -> int:
        return sum(queues[name].queued for name in names[: names.index(facts.queue)] if name in queues)

    return min((before(worker.queues) for worker in facts.alive()), default=0)


def _estimate(facts: Facts) -> dict:
    """When its turn comes at the rate of the last minutes, and how many seconds these were; nothing where not known."""
    if not facts.starts or facts.covered_ms < ENOUGH_MS or facts.position is None:
        return {}
    seconds = (facts.position + 1) * facts.covered_ms / facts.starts / 1000
    return {"start_in": _rounded(seconds), "window_s": round(facts.covered_ms / 1000)}


def _rounded(seconds: float) -> float:
    """Two digits that matter: an estimate does not tick."""
    return float(f"{seconds:.2g}")


def _scheduled(facts: Facts) -> Reason:
    if not facts.registered:
        return Reason("in_no_list", {"queue": facts.queue, "workers": len(facts.alive())}, until=TAKING)
    at = facts.row.run_at
    figures = {"queue": facts.queue, "at": at, "after": _after(facts)}
    late = max(0, facts.now - at) if at is not None else 0
    if facts.scheduler_alive:
        return Reason("overdue" if late > LATE_MS else "due", figures)
    return Reason("overdue_no_scheduler" if late > LATE_MS else "no_scheduler", figures)


def _after(facts: Facts) -> str | None:
    """What it was scheduled for: a retry of a failed run, a repeat of a good one, or at first."""
    if facts.row.started_at is None:
        return None
    if facts.retries_left is not None:
        return "retry"
    return "repeat" if facts.repeats_left is not None else None


def _ready(facts: Facts) -> Reason:
    if facts.ready_since is None:
        return Reason("in_no_list", {"queue": facts.queue, "workers": len(facts.alive())}, until=Reason("ready"))
    if facts.now - facts.ready_since > READY_LEFT_OVER_MS:
        figures = {"queue": facts.queue, "workers": len(facts.alive()), "at": facts.ready_since}
        return Reason("ready_left_over", figures)
    return Reason("ready")


def _started(facts: Facts) -> Reason | None:
    listed = [run for run in facts.runs if run.listed]
    figures = {"queue": facts.queue, "workers": len(facts.alive()), "retries": facts.retries_left or 0}
    if not listed:
        return Reason("started_nowhere", figures, until=Reason("running"))
    if all(run.deadline is not None and run.deadline < facts.now for run in listed):
        figures |= {"at": max(run.deadline or 0 for run in listed), "worker": listed[-1].worker}
        return Reason("abandoned", figures)
    workers = facts.overview.workers if facts.overview else {}
    known = [workers[run.worker] for run in listed if run.worker in workers]
    if not known or any(worker.state not in ("lost", "no signal") for worker in known):
        return None
    worker = known[-1]
    figures |= {"worker": worker.name, "at": listed[-1].deadline}
    if any(one.runs_on for one in known):
        return Reason("runs_on", figures)
    return Reason("silent" if worker.state == "no signal" else "lost", figures)


def _canceled(facts: Facts) -> Reason:
    live = [run for run in facts.runs if run.deadline is None or run.deadline > facts.now]
    if live:
        return Reason("canceled_runs", {"worker": live[-1].worker})
    return _done(facts)


def _done(facts: Facts) -> Reason:
    actor, at = facts.done_by or (None, None)
    return Reason(f"{facts.row.status}_by" if actor else str(facts.row.status), {"actor": actor, "at": at})


_BY_STATUS: dict[str, Callable[[Facts], Reason | None]] = {
    "created": lambda facts: Reason("created"),
    "queued": _queued,
    "scheduled": _scheduled,
    "deferred": deferred,
    "rate_limited": rate_limited,
    "ready_to_enqueue": _ready,
    "started": _started,
    "failed": lambda facts: Reason("failed"),
    "stopped": _done,
    "canceled": _canceled,
}
