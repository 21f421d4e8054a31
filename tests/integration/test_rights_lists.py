"""Pages of a list of which somebody may see only some functions: all of these, in RQ's order, and no id of another."""

import base64
import random

import pytest

from tests import raw_jobs
from webapp.queries import lists, lists_within
from webapp.queries.clock import RedisClock
from webapp.queries.cursors import Cursor, decode
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles
from webapp.rights import Rights

OURS = Rights("viewer", ("default",), ("ours.*",))
#: One in so many jobs is ours, and never two beside each other.
STEP = 23


@pytest.fixture
def page(reader):
    rows, clock = RowReader(Titles()), RedisClock()

    def read(status: str, cursor: str | None = None, queue: str = "default", limit: int = 5, rights: Rights = OURS):
        return lists.page(reader, rows, clock, queue, status, cursor, limit, rights=rights)

    return read


@pytest.fixture
def filled(redis):
    """Puts so many jobs into a list; returns the ids of ours in the order of the list."""

    def fill(status: str, count: int) -> list[str]:
        for number in range(count):
            func = "ours.run" if number % STEP == 3 else "theirs.run"
            name = f"{func.partition('.')[0]}-{number:04}"
            # Finished and failed jobs are listed from the highest score down.
            score = 4_000_000_000 + (count - number if status in ("finished", "failed") else number)
            raw_jobs.listed(redis, status, name, score=score, data=raw_jobs.payload(func))
        return [f"ours-{number:04}" for number in range(3, count, STEP)]

    return fill


def walked(page, status: str, between=lambda: None) -> list[str]:
    found, cursor, pages = [], None, 0
    while True:
        got = page(status, cursor)
        found += [row.id for row in got.jobs]
        assert all(row.id.startswith("ours") for row in got.jobs)
        if got.next is None:
            return found
        assert b"theirs" not in base64.urlsafe_b64decode(got.next + "==")
        cursor, pages = got.next, pages + 1
        between()
        assert pages < 200


@pytest.mark.parametrize("status", ["queued", "failed", "finished", "scheduled", "deferred", "started"])
def test_a_walk_meets_all_of_ours_in_order_and_once(page, filled, status):
    ours = filled(status, 600)
    assert walked(page, status) == ours


@pytest.mark.parametrize("status", ["queued", "failed"])
def test_jobs_that_leave_meanwhile_make_no_other_be_met_twice_or_missed(page, filled, redis, status):
    ours = filled(status, 600)
    left = [f"theirs-{number:04}" for number in range(600) if number % STEP != 3]
    random.Random(4).shuffle(left)

    def leave() -> None:
        for _ in range(5):
            job_id = left.pop()
            redis.zrem("rq:failed:default", job_id) if status == "failed" else redis.lrem("rq:queue:default", 0, job_id)

    found = walked(page, status, leave)
    assert sorted(set(found)) == ours
    assert len(found) == len(set(found))


def test_one_page_looks_at_so_many_jobs_and_leads_on(page, filled, redis):
    for number in range(lists_within.LOOKED_AT_MAX + 300):
        redis.rpush("rq:queue:default", raw_jobs.write(redis, f"theirs-{number}", data=raw_jobs.payload("theirs.run")))
    redis.rpush("rq:queue:default", raw_jobs.write(redis, "ours-last", data=raw_jobs.payload("ours.run")))
    first = page("queued")
    assert (first.jobs, first.total) == ((), lists_within.LOOKED_AT_MAX + 301)
    assert decode(first.next, "default/queued").anchor is None
    assert [row.id for row in page("queued", first.next).jobs] == ["ours-last"]


def test_a_cursor_that_names_a_job_of_others_tells_no_more_than_one_that_names_nothing(page, filled):
    filled("failed", 100)

    def told(anchor: str):
        got = page("failed", Cursor("default/failed", 0, anchor).encode())
        return [row.id for row in got.jobs], got.note, got.next and decode(got.next, "default/failed").rank

    assert told("theirs-0050") == told("nothing-0050")
    assert told("ours-0026")[:2] == (["ours-0049", "ours-0072", "ours-0095"], None)


def test_a_queue_out_of_sight_is_as_empty_as_one_that_nobody_knows(page, filled, redis):
    raw_jobs.listed(redis, "failed", "theirs-x", queue="secret")
    for queue in ("secret", "nowhere"):
        got = page("failed", queue=queue)
        assert (got.jobs, got.total, got.next, got.note, got.list) == ((), 0, None, None, f"{queue}/failed")


def test_whoever_sees_each_function_gets_the_pages_that_all_get(page, filled):
    filled("failed", 60)
    by_queue, cursor = Rights("viewer", ("def*",)), None
    for _ in range(8):
        whole, seen = (
            page("failed", cursor, limit=8, rights=Rights("admin")),
            page("failed", cursor, limit=8, rights=by_queue),
        )
        assert (whole.jobs, whole.next, whole.prev, whole.note) == (seen.jobs, seen.next, seen.prev, seen.note)
        cursor = whole.next
