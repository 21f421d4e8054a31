"""Pages of lists: RQ's own order, whole and without doubles while jobs come and go, at the same cost at any depth."""

import random
import time
from dataclasses import replace

import pytest
from rq import Queue

from tests import fixture_jobs, raw_jobs
from tests.relay import Relay
from tests.servers import RedisServer
from webapp.config import Config
from webapp.connections import connect
from webapp.errors import BadInput
from webapp.models import STATUSES
from webapp.queries import lists
from webapp.queries.clock import RedisClock
from webapp.queries.cursors import Cursor
from webapp.queries.rows import RowReader
from webapp.queries.titles import Titles

REGISTRIES = ["failed", "finished", "scheduled", "deferred", "canceled", "started", "ready_to_enqueue"]


class Pager:
    """Asks for pages as the API does."""

    def __init__(self, reader) -> None:
        self.reader, self.rows, self.clock = reader, RowReader(Titles()), RedisClock()

    def page(
        self, status: str = "", queue: str = "default", cursor: str | None = None, limit: int = 10, order: str = ""
    ):
        return lists.page(self.reader, self.rows, self.clock, queue, status, cursor, limit, order)

    def walk(self, status: str, between=lambda: None, **more) -> tuple[list[str], list[str | None]]:
        """(ids of all pages from the first on, their notes); calls `between` after each page."""
        ids, notes, cursor = [], [], None
        while True:
            page = self.page(status, cursor=cursor, **more)
            ids += [row.id for row in page.jobs]
            notes.append(page.note)
            if page.next is None:
                return ids, notes
            cursor = page.next
            between()
            assert len(notes) < 200


@pytest.fixture
def pager(reader) -> Pager:
    return Pager(reader)


@pytest.fixture
def filled(redis):
    """Puts jobs with rising scores into a list; returns their ids in that order."""

    def fill(status: str, count: int) -> list[str]:
        now = time.time() + 100
        return [raw_jobs.listed(redis, status, f"{status}-{n:03}", score=now + n) for n in range(count)]

    return fill


@pytest.mark.parametrize("status", ["queued", *REGISTRIES])
def test_pages_are_whole_and_in_the_order_of_rq(pager, filled, status):
    ids = filled(status, 53)
    page = pager.page(status)
    expected = ids[::-1] if status in ("failed", "finished", "canceled") else ids
    walked, notes = pager.walk(status)
    assert walked == expected
    assert set(notes) == {None}
    assert page.total == 53
    assert page.list == f"default/{status}"
    assert (page.prev, page.next is None) == (None, False)


@pytest.mark.parametrize("status", ["queued", *REGISTRIES])
def test_each_list_can_be_read_from_its_other_end(pager, filled, status):
    ids = filled(status, 53)
    natural = pager.page(status)
    other = {"asc": "desc", "desc": "asc"}[natural.way]
    walked, notes = pager.walk(status, order=other)
    assert walked == pager.walk(status)[0][::-1]
    assert set(walked) == set(ids)
    assert set(notes) == {None}
    assert replace(pager.page(status, order=natural.way), as_of=0) == replace(natural, as_of=0)
    assert (pager.page(status, order=other).list, pager.page(status, order=other).way) == (natural.list, other)


@pytest.mark.parametrize("status", ["queued", "failed", "scheduled"])
def test_read_from_the_other_end_jobs_that_come_and_go_make_no_gap_and_no_doubles(pager, filled, redis, status):
    ids = filled(status, 60)
    other = {"asc": "desc", "desc": "asc"}[pager.page(status).way]
    expected = pager.walk(status, order=other)[0]
    fresh = iter(range(1_000))

    def change() -> None:
        """New ones before the page, old ones gone: at the end of the list from which it is read."""
        if status == "queued":
            redis.rpop("rq:queue:default", 2)
            redis.rpush("rq:queue:default", *(raw_jobs.write(redis, f"new-{next(fresh)}") for _ in range(3)))
        else:
            (redis.zpopmin if other == "asc" else redis.zpopmax)(f"rq:{status}:default", 2)
            score = time.time() + (1 if other == "asc" else 9_000)
            raw_jobs.listed(redis, status, f"new-{next(fresh)}", score=score)

    walked, notes = pager.walk(status, change, order=other)
    assert walked == expected
    assert set(walked) == set(ids)
    assert set(notes) == {None}


def test_what_has_expired_does_not_stand_before_what_expires_first(pager, filled, redis):
    redis.zadd("rq:failed:default", {f"old-{n}": time.time() - 100 - n for n in range(25)})
    ids = filled("failed", 12)
    first = pager.page("failed", order="asc")
    assert [row.id for row in first.jobs] == ids[:10]
    assert first.prev is None
    second = pager.page("failed", order="asc", cursor=first.next)
    assert [row.id for row in second.jobs] == ids[10:]
    assert [row.id for row in pager.page("failed", order="asc", cursor=second.prev).jobs] == ids[:10]


@pytest.mark.parametrize(("status", "queue"), [("", ""), ("failed", ""), ("", "default"), ("created", "default")])
def test_lists_put_together_have_one_order_and_say_so(pager, status, queue):
    natural = pager.page(status, queue=queue)
    assert natural.way is None
    for order in ("asc", "desc"):
        if order == ("desc" if status in ("", "failed") else "asc"):
            assert pager.page(status, queue=queue, order=order).jobs == natural.jobs
            continue
        with pytest.raises(BadInput, match="one order only"):
            pager.page(status, queue=queue, order=order)


def test_a_cursor_of_the_other_way_round_is_refused(pager, filled):
    filled("queued", 20)
    cursor = pager.page("queued", order="desc").next
    with pytest.raises(BadInput) as refused:
        pager.page("queued", cursor=cursor)
    assert refused.value.code == "bad_cursor"
    with pytest.raises(BadInput, match="no order"):
        pager.page("queued", order="sideways")


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20])
def test_the_last_page_is_the_last(pager, filled, count):
    ids = filled("queued", count)
    assert pager.walk("queued")[0] == ids


def test_the_page_before_is_found_again(pager, filled):
    ids = filled("queued", 35)
    second = pager.page("queued", cursor=pager.page("queued").next)
    third = pager.page("queued", cursor=second.next)
    assert [row.id for row in pager.page("queued", cursor=third.prev).jobs] == ids[10:20]
    assert [row.id for row in pager.page("queued", cursor=second.prev).jobs] == ids[:10]


@pytest.mark.parametrize("status", ["queued", *REGISTRIES])
def test_jobs_that_leave_at_the_front_make_no_gap(pager, filled, redis, status):
    ids = filled(status, 60)
    expected = ids[::-1] if status in ("failed", "finished", "canceled") else ids

    def leave() -> None:
        if status == "queued":
            redis.lpop("rq:queue:default", 3)
        else:
            key = {"started": "wip", "ready_to_enqueue": "ready"}.get(status, status)
            (redis.zpopmax if expected != ids else redis.zpopmin)(f"rq:{key}:default", 3)

    walked, notes = pager.walk(status, leave)
    assert walked == expected
    assert set(notes) == {None}


@pytest.mark.parametrize("status", ["queued", *REGISTRIES])
def test_jobs_that_come_at_the_front_make_no_doubles(pager, filled, redis, status):
    ids = filled(status, 60)
    down = status in ("failed", "finished", "canceled")
    fresh = iter(range(1_000))

    def come() -> None:
        for _ in range(4):
            job_id = f"new-{next(fresh)}"
            if status == "queued":
                raw_jobs.write(redis, job_id)
                redis.lpush("rq:queue:default", job_id)
            else:
                raw_jobs.listed(redis, status, job_id, score=time.time() + (9_000 if down else 1))

    walked, notes = pager.walk(status, come)
    assert walked == (ids[::-1] if down else ids)
    assert set(notes) == {None}


@pytest.mark.parametrize("status", ["queued", "failed", "scheduled"])
def test_whatever_comes_and_goes_what_stays_is_shown_once(pager, filled, redis, status):
    chance = random.Random(status)
    ids = filled(status, 80)
    stays = set(ids[::2])
    leaves = [job_id for job_id in ids if job_id not in stays]

    def change() -> None:
        for _ in range(3):
            job_id = leaves.pop(chance.randrange(len(leaves)))
            if status == "queued":
                redis.lrem("rq:queue:default", 1, job_id)
            else:
                redis.zrem(f"rq:{status}:default", job_id)
            raw_jobs.listed(redis, status, f"late-{chance.random()}", score=time.time() + 5_000 * chance.random())

    walked, notes = pager.walk(status, change)
    doubles = {job_id for job_id in walked if walked.count(job_id) > 1}
    if "moved" not in notes:
        assert stays <= set(walked)
        assert not doubles & stays


@pytest.mark.parametrize("status", ["queued", "failed"])
def test_an_anchor_that_is_gone_is_told(pager, filled, redis, status):
    filled(status, 30)
    first = pager.page(status)
    gone = first.jobs[-1].id
    redis.lrem("rq:queue:default", 1, gone)
    redis.zrem("rq:failed:default", gone)
    page = pager.page(status, cursor=first.next)
    assert page.note == "moved"
    assert len(page.jobs) == 10


def test_an_anchor_far_from_its_place_is_told_and_not_searched_for(pager, filled, redis):
    filled("queued", 30)
    first = pager.page("queued")
    redis.lpush("rq:queue:default", *(f"x{n}" for n in range(lists.ANCHOR_WINDOW + 50)))
    assert pager.page("queued", cursor=first.next).note == "moved"


def test_an_id_that_is_twice_in_a_queue_is_one_row(pager, filled, redis):
    ids = filled("queued", 5)
    redis.rpush("rq:queue:default", *ids)
    assert [row.id for row in pager.page("queued").jobs] == ids


def test_jobs_that_have_expired_are_not_shown(pager, redis):
    for number in range(5):
        raw_jobs.listed(redis, "failed", f"old-{number}", score=time.time() - 100)
    alive = raw_jobs.listed(redis, "failed")
    page = pager.page("failed")
    assert [row.id for row in page.jobs] == [alive]
    assert page.total == 1


def test_the_status_of_the_hash_is_shown_wherever_the_job_is_listed(pager, redis):
    job_id = raw_jobs.listed(redis, "canceled", status="finished")
    redis.zadd("rq:finished:default", {job_id: time.time() + 100})
    for status in ("canceled", "finished"):
        assert [(row.id, row.status) for row in pager.page(status).jobs] == [(job_id, "finished")]


def test_stopped_jobs_are_found_in_the_failed_registry(pager, redis):
    failed = [raw_jobs.listed(redis, "failed") for _ in range(3)]
    stopped = [raw_jobs.listed(redis, "stopped", queue=queue) for queue in ("default", "other")]
    assert {row.id for row in pager.page("stopped").jobs} == {stopped[0]}
    assert {row.id for row in pager.page("stopped", queue="").jobs} == set(stopped)
    assert {row.id for row in pager.page("failed").jobs} == {*failed, stopped[0]}
    assert pager.page("stopped").note == "stopped"


def test_all_queues_of_one_status_show_their_heads(pager, redis):
    now = time.time() + 100
    ids = [raw_jobs.listed(redis, "failed", f"f-{n}", queue=f"q{n % 3}", score=now + n) for n in range(20)]
    page = pager.page("failed", queue="")
    assert [row.id for row in page.jobs] == ids[:-11:-1]
    assert (page.next, page.prev, page.total, page.note) == (None, None, None, "heads")


def test_all_statuses_show_the_latest_first(pager, redis):
    now = time.time()
    old = raw_jobs.listed(redis, "queued", enqueued_at=raw_jobs.stamp(now - 50), created_at=raw_jobs.stamp(now - 60))
    new = raw_jobs.listed(redis, "failed", ended_at=raw_jobs.stamp(now - 1), created_at=raw_jobs.stamp(now - 60))
    page = pager.page("", queue="")
    assert [row.id for row in page.jobs] == [new, old]
    assert {row.id for row in pager.page("", queue="default").jobs} == {new, old}
    assert pager.page("", queue="nowhere").jobs == ()


def test_jobs_that_wait_for_a_rate_limit_are_listed_by_their_queue(pager, redis):
    for job_id, queue in (("a", "default"), ("b", "other")):
        raw_jobs.write(redis, job_id, "rate_limited", queue=queue, rate_limit_key="k")
        redis.zadd("rq:rl:k:rate_limited", {job_id: 1})
    redis.sadd("rq:rl-keys", "k")
    redis.sadd("rq:queues", "rq:queue:default", "rq:queue:other")
    assert [row.id for row in pager.page("rate_limited", queue="").jobs] == ["a", "b"]
    assert [row.id for row in pager.page("rate_limited", queue="other").jobs] == ["b"]
    assert {row.id for row in pager.page("", queue="").jobs} == {"a", "b"}


def test_created_jobs_are_in_no_list(pager, redis):
    raw_jobs.write(redis, status="created")
    page = pager.page("created", queue="")
    assert (page.jobs, page.note) == ((), "created")


def test_a_scheduled_job_shows_when_it_is_due(pager, redis):
    raw_jobs.listed(redis, "scheduled", "s", score=2_000_000_000)
    for queue in ("default", ""):
        assert pager.page("scheduled", queue=queue).jobs[0].run_at == 2_000_000_000_000


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_of_rq_can_be_asked_for(pager, redis, status):
    Queue(connection=redis).enqueue(fixture_jobs.nothing)
    for queue in ("", "default", "unknown"):
        page = pager.page(status, queue=queue)
        assert page.order
        assert page.order_field


@pytest.mark.parametrize(("status", "limit"), [("odd", 10), ("", 0), ("", -1), ("queued", 201)])
def test_what_cannot_be_asked_for_is_said(pager, status, limit):
    with pytest.raises(BadInput) as refused:
        pager.page(status, limit=limit)
    assert refused.value.fix


def test_a_rank_beyond_the_end_is_an_empty_page(pager, filled):
    for status in ("queued", "failed"):
        filled(status, 5)
        cursor = Cursor(f"default/{status}", 1 << 39, "x").encode()
        page = pager.page(status, cursor=cursor)
        assert (page.jobs, page.next) == ((), None)


@pytest.mark.parametrize("status", ["finished", "queued"])
def test_every_page_of_a_hundred_thousand_costs_the_same(own_redis_server: RedisServer, status, tmp_path):
    client = own_redis_server.connection()
    for start in range(0, 100_000, 10_000):
        ids = [f"j{number}" for number in range(start, start + 10_000)]
        if status == "queued":
            client.rpush("rq:queue:default", *ids)
        else:
            client.zadd("rq:finished:default", {job_id: 4e9 + number for number, job_id in enumerate(ids, start)})
    places = [0, 50_000, 99_900]
    for place in places:
        for job_id in (f"j{number}" for number in range(place, place + 60)):
            raw_jobs.write(client, job_id, status)
    trips = []
    with Relay(tmp_path, own_redis_server.path) as relay:
        connections = connect(Config(redis_url=relay.url))
        pager = Pager(connections.reader)
        connections.reader.ping()
        for place in places:
            rank = 99_999 - place - 50 if status == "finished" else place
            cursor = Cursor(f"default/{status}", rank, None).encode() if rank else None
            before = relay.round_trips
            page = pager.page(status, cursor=cursor, limit=50)
            trips.append(relay.round_trips - before)
            assert len(page.jobs) == 50
            assert {row.status for row in page.jobs} == {status}
        connections.close()
    # The members, their rows, the payloads of those not met before.
    assert max(trips) <= 4
    assert max(trips) - min(trips) <= 1
