"""GET /api/jobs, /api/jobs/<id>, /api/jobs/<id>/log: pages of lists, one job, its log."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from flask import current_app, request
from flask.blueprints import BlueprintSetupState

from webapp import connections, live, rqkeys, security
from webapp.accounts import web
from webapp.api import bp, parameters
from webapp.api.single_flight import SingleFlight
from webapp.async_views import blocking, for_any_thread
from webapp.errors import BadInput, NotFound
from webapp.live.ending import Ending
from webapp.models import ENDED, STATUSES
from webapp.models_job import JobDetail
from webapp.models_overview import Overview
from webapp.queries import lists, log

#: Longest wait for a job's end, seconds: proxies give up after 60.
WAIT_MAX = 50
PAGE_DEFAULT = 50

#: Requests that wait read so many at a time: their jobs may end all at once, and others are served in between.
PATIENT_READS = 4

#: Tabs that hear of a change fetch the same page within 300 ms of each other.
SHARED_SECONDS = 0.25


@bp.record
def init_app(state: BlueprintSetupState) -> None:
    state.app.extensions["job_pages"] = SingleFlight(SHARED_SECONDS)
    state.app.extensions["patient_reads"] = asyncio.Semaphore(PATIENT_READS)


@bp.get("/jobs")
def job_list() -> dict[str, Any]:
    """One page of a list."""
    queue, status, rights = request.args.get("queue", ""), request.args.get("status", ""), security.rights().sight
    cursor, order, limit = request.args.get("cursor"), request.args.get("order", ""), parameters.limit(PAGE_DEFAULT)
    shared = live.current()
    reader = connections.reader()

    def read() -> dict[str, Any]:
        shared.titles.refresh(reader)
        page = lists.page(reader, shared.rows, shared.clock, queue, status, cursor, limit, order, rights)
        return page.as_json() | {"counts": _counts(shared.overview(rights), queue)}

    # Who was told of a change must not be given a page that is older.
    version = shared.looks.list_version(f"{queue}/{status}")
    pages: SingleFlight = current_app.extensions["job_pages"]
    return pages.get((queue, status, order, cursor, limit, version, rights), read)


@bp.get("/jobs/<path:job_id>")
async def job(job_id: str) -> dict[str, Any]:
    """One job in full; with `?wait=30` as soon as it has ended, or after so many seconds."""
    wait = request.args.get("wait")
    if wait is None:
        found, as_of = await blocking(read_job, job_id)
    else:
        found, as_of = await _wait_for_end(job_id, _seconds(wait))
        if web.gate():
            await blocking(security.check_again)
    return {"job": found.as_json(), "as_of": as_of}


@bp.get("/jobs/<path:job_id>/log")
def job_log(job_id: str) -> dict[str, Any]:
    """Lines of its log after a given one. A job out of sight has none, like one that never was."""
    limit, after = parameters.limit(log.LINES_MAX), request.args.get("after", "0")
    shared = live.current()
    seen = job_id if shared.sees(job_id, security.rights()) else rqkeys.NOBODY
    return log.lines(connections.reader(), shared.rows.masks, seen, after, limit)


def read_job(job_id: str) -> tuple[JobDetail, int]:
    """The job as it is now, and the Redis time of the read. Raises NotFound where there is none in sight."""
    shared, rights = live.current(), security.rights()
    reader = connections.reader()
    shared.titles.refresh(reader)
    found, as_of = shared.jobs.read(reader, job_id, shared.overview(rights))
    found = shared.within(found, rights, reader)
    if found is None:
        raise NotFound(f"There is no job {job_id[:100]!r}.")
    return found, as_of


async def _wait_for_end(job_id: str, seconds: float) -> tuple[JobDetail, int]:
    """The same, once it has ended or after `seconds`. On the loop it only waits."""
    shared, ended = live.current(), asyncio.Event()
    ending = Ending(shared.hub, shared.watcher, job_id, for_any_thread(ended.set))
    deadline = time.monotonic() + seconds
    try:
        await blocking(ending.open)
        while True:
            ended.clear()
            async with current_app.extensions["patient_reads"]:
                found, as_of = await blocking(read_job, job_id)
            left = deadline - time.monotonic()
            if found.status in ENDED or left <= 0:
                return found, as_of
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await ended.wait()
            if ending.server_ends:
                return found, as_of
    finally:
        await blocking(ending.close)


def _counts(overview: Overview, queue: str) -> dict[str, int | None]:
    """Jobs by status, of one queue or of all; None where RQ keeps no count."""
    source: Any = overview.queues.get(queue) if queue else overview.totals
    counts: dict[str, int | None] = dict.fromkeys(STATUSES)
    for status in STATUSES:
        counts[status] = getattr(source, {"ready_to_enqueue": "ready"}.get(status, status), None)
    return counts


def _seconds(text: str) -> float:
    if not text.replace(".", "", 1).isdecimal() or len(text) > 6 or float(text) > WAIT_MAX:
        raise BadInput(f"wait={text[:40]!r} is not a number of seconds up to {WAIT_MAX}.", fix="Use wait=30.")
    return float(text)
