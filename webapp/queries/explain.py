"""Why a job has not started: the reason as a code with its figures, which the page puts into words. No I/O."""

from webapp.models import JobSummary, Overview

#: A job that became ready is pushed within a second; one that stays is left over from a worker that died.
READY_LEFT_OVER_MS = 5_000


def explain(row: JobSummary, queue_info: dict | None, overview: Overview | None, now: int) -> dict | None:
    """{"code", …} or None where there is nothing to explain, or nothing is known of the queue."""
    if row.status == "started" and row.worker_state in ("lost", "runs on"):
        return {"code": row.worker_state.replace(" ", "_"), "worker": row.worker}
    if queue_info is None or overview is None:
        return None
    if row.status == "queued":
        return _queued(row, queue_info, overview)
    if row.status == "scheduled":
        if queue_info["scheduler"]:
            return {"code": "due", "at": row.run_at} if row.run_at else None
        return {"code": "no_scheduler", "queue": row.queue, "at": row.run_at}
    if row.status == "ready_to_enqueue" and row.created_at and now - row.created_at > READY_LEFT_OVER_MS:
        return {"code": "ready_left_over"}
    return {"code": row.status} if row.status in ("deferred", "rate_limited", "created") else None


def _queued(row: JobSummary, queue_info: dict, overview: Overview) -> dict:
    if overview.totals.suspended:
        return {"code": "suspended"}
    if not queue_info["workers"]:
        return {"code": "no_worker", "queue": row.queue}
    if queue_info["position"] is None:
        return {"code": "not_in_queue" if queue_info["queued"] < 2_000 else "far_behind", "queue": row.queue}
    return {"code": "behind", "ahead": queue_info["position"], "queue": row.queue}
