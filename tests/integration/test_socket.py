"""The socket under good and bad clients: what it says, how it ends, and that nobody is hurt by another."""

import contextlib
import json
import socket
import struct
import time
from itertools import pairwise

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from jobs import _keys
from tests import raw_jobs
from tests.feed_mode import needs_notices
from tests.live import Page, get, get_ok
from tests.processes import WebServer
from tests.support import eventually


def raw_socket(web: WebServer, path: str = "/live") -> socket.socket:
    """A TCP connection upgraded by hand: nobody reads from it or answers its pings."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.settimeout(10)
    made.connect(("127.0.0.1", web.port))
    made.sendall(
        b"GET %s HTTP/1.1\r\nHost: localhost:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" % (path.encode(), web.port)
    )
    assert b" 101 " in made.recv(1_000).split(b"\r\n")[0]
    return made


def masked(message: object, opcode: int = 1) -> bytes:
    """One text frame as a client sends it."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    length = struct.pack("!BH", 0x80 | 126, len(body)) if len(body) > 125 else struct.pack("!B", 0x80 | len(body))
    return struct.pack("!B", 0x80 | opcode) + length + b"\0\0\0\0" + body


def test_the_first_frame_says_hello_and_how_it_is(web):
    with Page(web, {}) as page:
        page.read(5)
        first = page.frames[0]
        assert first["seq"] == 1
        assert first["re"] == 1
        assert [event["type"] for event in first["events"]] == ["hello", "health"]
        hello = first["events"][0]
        assert hello["protocol"] == 1
        assert set(hello["server"]) >= {"attached", "may_write", "why_not", "worker_command", "queues", "assets"}


def test_nothing_is_said_before_it_was_asked(web, redis):
    with Page(web, {"overview": True}) as other, Page(web) as silent:
        raw_jobs.listed(redis, "queued")
        other.until(lambda: other.parts["queue"], message="another page hears")
        other.until_seen("health", 8)
        assert silent.settle(0.2) == 0
        silent.watch(overview=True)
        silent.until(lambda: silent.complete)
        assert silent.frames[0]["events"][0]["type"] == "hello"


def test_an_answer_names_its_question_and_only_what_is_new_is_told(page, redis):
    job_id = raw_jobs.listed(redis, "queued")
    page.until(lambda: page.parts["queue"].get("default", {}).get("queued") == 1)
    start = len(page.events)
    asked = page.watch(overview=True, rows=[job_id])
    page.until(lambda: job_id in page.rows)
    assert any(frame.get("re") == asked for frame in page.frames)
    assert not any(event.get("part") == "complete" for event in page.events[start:])


def test_a_watch_is_replaced_whole(page, redis):
    first, second = raw_jobs.listed(redis, "queued"), raw_jobs.listed(redis, "queued")
    page.watch(rows=[first], job=second)
    page.until(lambda: first in page.rows and second in page.jobs)
    page.watch(rows=[second])
    page.until(lambda: second in page.rows)
    start = len(page.events)
    redis.hset(f"rq:job:{first}", "status", "canceled")
    redis.hset(f"rq:job:{second}", "status", "failed")
    page.until(lambda: page.rows[second]["status"] == "failed")
    later = page.events[start:]
    assert {event["type"] for event in later} <= {"row", "health"}
    assert {event["row"]["id"] for event in later if event["type"] == "row"} == {second}


def test_a_row_of_no_job_is_gone_and_comes_to_life(page, redis):
    page.watch(rows=["nobody"], job="nobody")
    page.until_seen("gone", id="nobody")
    raw_jobs.write(redis, "nobody")
    page.until(lambda: page.rows.get("nobody") and page.jobs.get("nobody"))


def test_a_ping_is_answered(page):
    page.send({"ping": 1_795_360_400_022})
    assert page.until_seen("pong")["pong"] == 1_795_360_400_022
    page.send({"ping": {"not": "a stamp"}})
    assert page.until_seen("pong")["pong"] is None


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        "[]",
        "5",
        "null",
        '"text"',
        "[" * 20_000,
        '{"watch": 5}',
        '{"watch": {"rows": "x"}}',
        '{"watch": {"rows": [5]}}',
        '{"watch": {"log": {"job": "x", "after": "tomorrow"}}}',
        b"\x00\xff\xfe",
    ],
)
def test_a_message_that_makes_no_sense_gets_an_error_and_not_a_close(page, message):
    page.socket.send(message)
    error = page.until_seen("error")
    assert error["message"]
    assert error["fix"]
    page.send({"ping": 1})
    page.until_seen("pong")


def test_odd_fields_are_left_alone(page):
    for message in ({}, {"id": 5}, {"unknown": 1}, {"id": [1], "watch": {"overview": True, "more": 5}}):
        page.send(message)
    page.send({"ping": 7})
    page.until_seen("pong", pong=7)


def test_surrogates_in_a_name_do_no_harm(page):
    page.socket.send('{"watch": {"rows": ["\\ud800"], "job": "\\udfff", "lists": ["\\ud800/queued"]}}')
    page.send({"ping": 1})
    page.until_seen("pong")
    page.settle(0.3)


def test_a_flood_is_ended(page):
    with contextlib.suppress(Exception):
        for number in range(70):
            page.send({"ping": number})
    assert page.closed_with() == 1008


def test_a_page_that_scrolls_quickly_is_not_a_flood(page):
    for number in range(50):
        page.watch(overview=True, rows=[f"r{number}"])
    page.send({"ping": 1})
    page.until_seen("pong")


def test_a_message_beyond_64_kib_is_ended(page):
    page.send({"ping": "x" * 70_000})
    assert page.closed_with() == 1009


def test_a_large_watch_fits(page):
    page.watch(rows=[f"{number:0>36}" for number in range(200)])
    page.until_seen("gone")


@needs_notices
def test_who_answers_no_message_is_not_slowed_by_who_does_not_read(page, redis, web):
    """One client never reads: the others go on as before, and it is dropped."""
    ids = [raw_jobs.listed(redis, "queued", description="x" * 3_000) for _ in range(200)]
    deaf = raw_socket(web)
    deaf.sendall(masked({"watch": {"overview": True, "rows": ids, "job": ids[0]}}))
    page.watch(overview=True, rows=ids[:1])
    page.until(lambda: ids[0] in page.rows)
    before = open_sockets(web)
    ended, number, waits = False, 0, []
    end = time.monotonic() + 25
    while not ended and time.monotonic() < end:
        number += 1
        with redis.pipeline(transaction=False) as pipe:
            for job_id in ids:
                pipe.hset(f"rq:job:{job_id}", "worker_name", f"worker-{number}-" + "y" * 2_000)
            pipe.execute()
        began = time.monotonic()
        page.until(lambda: (page.rows[ids[0]]["worker"] or "").startswith(f"worker-{number}-"), 5)  # noqa: B023
        waits.append(time.monotonic() - began)
        ended = open_sockets(web) < before
    assert ended, "a client that does not read is dropped within seconds"
    assert sorted(waits)[len(waits) // 2] < 0.5
    deaf.close()


def open_sockets(web: WebServer) -> int:
    """TCP connections that the web process holds to its clients."""
    return sum(
        connection.status == psutil.CONN_ESTABLISHED
        for pid in web.family()
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.laddr.port == web.port
    )


def test_a_slow_client_is_resynced_not_disconnected(redis, beaten_server):
    """More happens than its mailbox holds: it is told everything anew, and goes on."""
    web = beaten_server({"RQLIVE_TEST_MAILBOX": 20})
    ids = [raw_jobs.listed(redis, "queued", queue=f"q{number}") for number in range(30)]
    with Page(web, {"overview": True, "rows": ids}) as page:
        page.until(lambda: page.complete and len(page.rows) == 30, message="a snapshot larger than a mailbox")
        snapshots = [event for event in page.events if event.get("part") == "complete"]
        for number in range(3):
            with redis.pipeline(transaction=True) as pipe:
                for job_id in ids:
                    pipe.hset(f"rq:job:{job_id}", "worker_name", f"w{number}")
                pipe.execute()
            page.until(lambda: {row["worker"] for row in page.rows.values()} == {f"w{number}"}, 8)  # noqa: B023
        assert len([event for event in page.events if event.get("part") == "complete"]) > len(snapshots)
        assert len([event for event in page.events if event["type"] == "hello"]) == 1


def test_a_client_that_reads_late_has_missed_nothing(page, redis, web):
    slow = raw_socket(web)
    job_id = raw_jobs.listed(redis, "started")
    slow.sendall(masked({"watch": {"overview": True, "log": {"job": job_id, "after": "0"}}}))
    page.watch(log={"job": job_id, "after": "0"})
    began = time.monotonic()
    for batch in range(6):
        with redis.pipeline(transaction=False) as pipe:
            for number in range(1_000):
                fields = {"at": 1, "run": "r", "level": "OUT", "text": f"{batch}-{number} " + "z" * 200}
                pipe.xadd(_keys.log(job_id), fields)
            pipe.execute()
    page.until(lambda: len(page.logs.get(job_id, [])) == 6_000, 15, "the other reads all lines")
    assert time.monotonic() - began < 15
    slow.settimeout(0.3)
    received = b""
    with contextlib.suppress(TimeoutError):
        while chunk := slow.recv(1 << 16):
            received += chunk
    assert received.count(b'"text":"5-999 ') >= 1, "it has the last line"
    slow.close()


def test_a_log_goes_on_after_the_last_line_that_a_page_has(page, redis):
    job_id = raw_jobs.listed(redis, "started")

    def say(text: str) -> str:
        fields = {"at": 1_795_360_400_022, "run": "0123abcd", "level": "INFO", "text": text}
        return redis.xadd(_keys.log(job_id), fields).decode()

    say("one")
    second = say("two")
    say("three")
    page.watch(log={"job": job_id, "after": second})
    page.until(lambda: [line["text"] for line in page.logs.get(job_id, [])] == ["three"])
    say("four")
    page.until(lambda: [line["text"] for line in page.logs[job_id]] == ["three", "four"])
    line = page.logs[job_id][-1]
    assert (line["at"], line["run"], line["level"]) == (1_795_360_400_022, "0123abcd", "INFO")
    redis.delete(_keys.log(job_id))
    page.until(lambda: page.logs[job_id] == [], message="the log was deleted")
    say("again")
    page.until(lambda: [line["text"] for line in page.logs[job_id]] == ["again"])


def test_a_long_log_arrives_whole_and_at_once(page, redis):
    job_id = raw_jobs.listed(redis, "started")
    with redis.pipeline(transaction=False) as pipe:
        for number in range(3_500):
            pipe.xadd(_keys.log(job_id), {"at": 1, "run": "r", "level": "OUT", "text": str(number)})
        pipe.execute()
    page.watch(log={"job": job_id, "after": "0-0"})
    page.until(lambda: len(page.logs.get(job_id, [])) == 3_500, 3, "all lines, before the next reconcile")
    assert [line["text"] for line in page.logs[job_id]] == [str(number) for number in range(3_500)]


def test_two_pages_at_different_places_of_a_log_both_have_it(page, redis, web):
    job_id = raw_jobs.listed(redis, "started")
    ids = [redis.xadd(_keys.log(job_id), {"at": 1, "text": str(number)}).decode() for number in range(20)]
    page.watch(log={"job": job_id, "after": ids[9]})
    page.until(lambda: len(page.logs.get(job_id, [])) == 10)
    with Page(web, {"log": {"job": job_id, "after": "0"}}) as other:
        other.until(lambda: len(other.logs.get(job_id, [])) == 20, 3)


def test_what_is_watched_already_is_not_told_again(page, redis):
    job_id = raw_jobs.listed(redis, "started")
    redis.xadd(_keys.log(job_id), {"at": 1, "text": "once"})
    log = {"job": job_id, "after": "0-0"}
    page.watch(overview=True, log=log, rows=[job_id])
    page.until(lambda: page.logs.get(job_id) and job_id in page.rows)
    start = len(page.events)
    page.watch(overview=True, log=log, rows=[job_id, "other"])
    page.until_seen("gone", id="other")
    page.settle(0.2)
    assert not [event for event in page.events[start:] if event["type"] in ("log", "row")]


@needs_notices
def test_a_list_is_announced_thrice_at_once_and_then_once_a_second(page, redis):
    page.watch(lists=["default/queued", "/", "other/queued"])
    began, moments = time.monotonic(), []
    while time.monotonic() - began < 2.5:
        raw_jobs.listed(redis, "queued")
        before = len(page.events)
        page.settle(0.02)
        moments += [event["as_of"] for event in page.events[before:] if event.get("list") == "default/queued"]
    total = redis.llen("rq:queue:default")
    page.until(lambda: page.lists["default/queued"]["total"] == total, message="the last change is announced too")
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert 4 <= len(moments) <= 6
    assert min(gaps[2:]) >= 900, "a bucket of three that fills by one a second"
    versions = [event["version"] for event in page.events if event.get("list") == "default/queued"]
    assert versions == sorted(set(versions))


def test_whoever_is_told_of_a_change_is_given_a_page_that_holds_it(page, redis, web):
    page.watch(lists=["default/queued"])
    for _ in range(3):
        get_ok(web, "/api/jobs", queue="default", status="queued")
        job_id = raw_jobs.listed(redis, "queued")
        page.until_seen("list", list="default/queued")
        shown = get_ok(web, "/api/jobs", queue="default", status="queued")
        assert job_id in [row["id"] for row in shown["jobs"]]


def test_the_catalog_is_announced_when_it_changes_and_not_otherwise(page, redis):
    start = len(page.events)
    page.settle(6)
    assert not [event for event in page.events[start:] if event["type"] == "catalog"], "a reconcile is no change"
    redis.hset(_keys.CATALOG, "wait", json.dumps({"name": "wait", "title": "Wait", "func": "jobs.wait", "schema": {}}))
    page.until_seen("catalog")


def test_beyond_the_cap_a_socket_is_refused_and_http_lives(redis, web_server):
    web = web_server(env={"RQLIVE_MAX_SOCKETS": 3})
    with contextlib.ExitStack() as open_pages:
        for _ in range(3):
            one = open_pages.enter_context(Page(web, {"overview": True}))
            one.until(lambda: one.complete)  # noqa: B023
        with pytest.raises(InvalidStatus) as refused:
            Page(web, {})
        assert refused.value.response.status_code == 503
        error = json.loads(refused.value.response.body)["error"]
        assert error["code"] == "too_many_sockets"
        assert "RQLIVE_MAX_SOCKETS" in error["fix"]
        assert get(web, "/api/overview")[0] == 200
    eventually(lambda: can_connect(web), message="a place is free again")


def can_connect(web: WebServer) -> bool:
    try:
        with Page(web, {}) as page:
            return page.read(5)
    except InvalidStatus:
        return False


def test_a_plain_get_of_the_socket_is_refused(web):
    status, body = get(web, "/live")
    assert status == 404
    assert body["error"]["fix"]


def test_compression_is_not_taken(web):
    from websockets.sync.client import connect

    with connect(f"ws://127.0.0.1:{web.port}/live", compression="deflate") as offered:
        assert "Sec-WebSocket-Extensions" not in offered.response.headers


def test_on_sigterm_every_socket_is_told_and_the_server_ends(redis, web_server):
    web = web_server()
    pages = [Page(web, {"overview": True}) for _ in range(5)]
    for one in pages:
        one.until(lambda: one.complete)  # noqa: B023
    began = time.monotonic()
    web.signal(15)
    assert {one.closed_with(3) for one in pages} == {1001}
    assert time.monotonic() - began < 2
    assert web.wait(5) == 0
    assert time.monotonic() - began < 4
    for one in pages:
        one.close()
    assert "Traceback" not in web.output


def test_sigterm_is_not_held_up_by_a_client_that_answers_nothing(redis, web_server):
    web = web_server()
    deaf = raw_socket(web)
    deaf.sendall(masked({"watch": {"overview": True}}))
    time.sleep(0.1)
    began = time.monotonic()
    web.signal(15)
    assert web.wait(5) == 0
    assert time.monotonic() - began < 4
    deaf.close()
