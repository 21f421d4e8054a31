"""Hosts whose clock is five minutes behind: that of Redis, that of a web process."""

import pytest

from tests import clock_off, raw_jobs
from tests.live import Page, ask

BACK = 15.0
IMPOSSIBLE = clock_off.why_not()
pytestmark = pytest.mark.skipif(IMPOSSIBLE is not None, reason=IMPOSSIBLE or "")


def test_a_redis_whose_clock_went_back_is_believed(own_redis_server, web_server):
    """As after a failover to a host whose clock is behind: pages keep the newer value of each thing by that clock."""
    server = own_redis_server
    client = server.connection()
    raw_jobs.listed(client, "queued", "known")
    web = web_server(server.url)
    wanted = {"overview": True, "rows": ["known"], "job": "known", "lists": ["default/queued"]}
    with Page(web, wanted) as page:
        page.until(lambda: page.rows.get("known") and page.complete)
        server.stop()
        server.environment = clock_off.seconds_off(-300)
        server.start()
        hello = page.until_seen("hello", BACK)
        assert hello["now"] < page.frames[0]["events"][0]["now"]
        page.until(lambda: page.events[-1]["type"] != "hello")
        since = len(page.events) - page.events[::-1].index(hello)
        raw_jobs.listed(client, "queued", "later")
        client.hset("rq:job:known", "status", "failed")
        kinds = {"row", "job", "overview", "list"}
        page.until(lambda: kinds <= {event["type"] for event in page.events[since:]}, BACK, "all is told anew")
        page.until(lambda: page.parts["queue"]["default"]["queued"] == 2 and page.rows["known"]["status"] == "failed")


def test_in_an_hour_is_an_hour_by_the_clock_of_redis_on_a_web_host_whose_clock_is_wrong(redis, web_server):
    source = raw_jobs.listed(redis, "finished", data=raw_jobs.payload("time.sleep", (0,)))
    redis.hset("rq:live:catalog", "sleep", '{"func": "time.sleep", "schema": {"type": "object", "properties": {}}}')
    web = web_server(env={"RQLIVE_OWN_REDIS": 1} | clock_off.seconds_off(-300))
    with Page(web, {"overview": True, "rows": [source]}) as page:
        page.until(lambda: page.complete and page.rows.get(source))
        status, answer = ask(web, "POST", "/api/jobs", {"type": "sleep", "id": "later", "in": 3600})
        assert status == 201, answer
    assert abs(redis.zscore("rq:scheduled:default", "later") - redis.time()[0] - 3600) < 5
