"""The Room on two servers that share one Redis: who says what is heard by all, and nobody is hurt by another."""

import contextlib
import json
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from jobs import _keys
from tests.accounts import THREE, page_of
from tests.integration.test_socket import masked, raw_socket
from tests.live import Page, get
from tests.processes import WebServer
from tests.room import Talker
from tests.servers import RedisServer
from tests.support import eventually

WRITE = {"RQLIVE_WRITE": 1}


@pytest.fixture(scope="module")
def _two(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[WebServer]]:
    made = [WebServer(redis_server.url, tmp_path_factory.mktemp("room"), WRITE) for _ in range(2)]
    try:
        for server in made:
            server.wait_ready()
        yield made
    finally:
        for server in made:
            server.close()


@pytest.fixture
def here(_two: list[WebServer], redis) -> WebServer:
    """A server whose Room is empty, and whose Redis too. Do not end it."""
    return _two[0]


@pytest.fixture
def there(_two: list[WebServer], redis) -> WebServer:
    """Another one on the same Redis."""
    return _two[1]


def unique(text: str) -> str:
    return f"{text} {uuid4().hex[:8]}"


@pytest.mark.parametrize("path", ["/ws/chat/", "/ws/chat"])
def test_a_program_is_greeted_in_the_words_of_the_note(here, path):
    with connect(f"ws://127.0.0.1:{here.port}{path}") as client:
        assert client.recv(timeout=5) == '{"message": "연결 성공"}'


@pytest.mark.parametrize(
    ("headers", "query", "greeting"),
    [
        ({"Accept-Language": "en-GB,en;q=0.9"}, {}, "Connected"),
        ({"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.5"}, {}, "연결 성공"),
        ({"Accept-Language": "fr"}, {}, "Connected"),
        ({"Accept-Language": "ko"}, {"lang": "en"}, "Connected"),
        ({"Accept-Language": "en"}, {"lang": "ko"}, "연결 성공"),
        ({}, {"lang": "xx"}, "연결 성공"),
    ],
)
def test_a_visitor_is_greeted_in_their_language(here, headers, query, greeting):
    with Talker(here, headers=headers, **query) as visitor:
        visitor.read(5)
        assert visitor.words == [{"message": greeting}]


def test_what_is_said_on_one_server_is_heard_on_both(here, there):
    with Talker(here, name="Mina") as mina, Talker(there, name="Ada") as ada, Talker(here) as guest:
        for one in (mina, ada, guest):
            one.ready()
        text = unique("안녕하세요")
        before = time.time() * 1000
        mina.say(text, ref="r1")
        heard = [one.hears(text) for one in (mina, ada, guest)]
        assert heard[0] == heard[1] == heard[2]
        assert heard[0]["name"] == "Mina"
        assert heard[0]["by"] == mina.you["by"]
        assert heard[0]["ref"] == "r1"
        assert abs(heard[0]["at"] - before) < 5_000


def test_all_hear_everything_in_one_order(here, there):
    with Talker(here) as first, Talker(there) as second:
        for one in (first, second):
            one.ready()
        texts = [unique(str(number)) for number in range(12)]
        for number, text in enumerate(texts):
            (first, second)[number % 2].say(text)
        orders = []
        for one in (first, second):
            one.until(lambda: set(texts) <= set(one.texts))  # noqa: B023
            orders.append([text for text in one.texts if text in texts])
        assert orders[0] == orders[1]


def test_who_comes_later_on_any_server_reads_what_was_said(here, there, redis):
    texts = [unique(str(number)) for number in range(60)]
    with redis.pipeline() as pipe:
        for text in texts:
            pipe.xadd(_keys.ROOM, {"name": "Mina", "by": "0a", "text": text})
        pipe.execute()
    with Talker(here) as late:
        late.until(lambda: texts[-1] in late.texts)
        assert [text for text in late.texts if text in texts] == texts[-50:]
        now = unique("now")
        late.say(now)
        late.hears(now)
        with Talker(there) as later:
            later.hears(now)
            assert later.texts[-1] == now


def test_what_is_kept_has_a_cap_and_a_life(here, redis):
    with Talker(here) as one:
        one.ready()
        with redis.pipeline() as pipe:
            for number in range(_keys.ROOM_MAX + 50):
                pipe.xadd(_keys.ROOM, {"name": "x", "by": "0a", "text": str(number)})
            pipe.execute()
        text = unique("last")
        one.say(text)
        one.hears(text)
        assert redis.xlen(_keys.ROOM) == _keys.ROOM_MAX
        assert 0 < redis.ttl(_keys.ROOM) <= 24 * 3600
        eventually(lambda: 0 < redis.ttl(_keys.ROOM_HERE) <= 60)


def test_entries_that_are_no_messages_are_passed_over(here, redis):
    with Talker(here) as one:
        one.ready()
        redis.xadd(_keys.ROOM, {"odd": 1})
        redis.xadd(_keys.ROOM_HERE, {"server": "x", "people": "[]", "count": "?"})
        text = unique("goes on")
        one.say(text)
        one.hears(text)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", "bad_json"),
        ("[" * 20_000, "bad_json"),
        (b"\x00\xff\xfe", "bad_json"),
        ("[]", "bad_input"),
        ("5", "bad_input"),
        ("null", "bad_input"),
        ("{}", "bad_input"),
        ('{"message": 5}', "bad_input"),
        ('{"message": ["x"]}', "bad_input"),
        ('{"message": " \\n\\t "}', "empty"),
        ('{"message": "\\u202e\\u0000"}', "empty"),
        (json.dumps({"message": "x" * 2_001}), "too_large"),
    ],
)
def test_a_message_that_makes_no_sense_gets_an_error_and_not_a_close(here, message, code):
    with Talker(here) as one:
        one.ready()
        one.send(message)
        error = one.until(lambda: one.errors)[0]["error"]
        assert error["code"] == code
        assert error["message"]
        assert error["fix"]
        text = unique("still here")
        one.say(text)
        one.hears(text)


def test_an_error_names_the_message_that_it_is_about(here):
    with Talker(here) as one:
        one.ready()
        one.say("", ref="mine")
        assert one.until(lambda: one.errors)[0]["ref"] == "mine"
        one.say("", ref="x" * 100)
        one.until(lambda: len(one.errors) == 2)
        assert "ref" not in one.errors[1]


def test_what_is_shown_can_harm_nobody(here, there):
    with Talker(here, name="\u202eanim\x00\nA") as one, Talker(there) as other:
        other.ready()
        mark = uuid4().hex[:8]
        one.send(f'{{"message": "{mark}\\u202e\\u0007 \\ud800 <b>\\r\\nx", "ref": "\\udfff"}}')
        heard = other.until(lambda: [said for said in other.said if mark in said["message"]])[0]
        assert heard["message"] == f"{mark} ? <b>\nx"
        assert heard["name"] == "anim A"


def test_who_says_too_much_too_fast_is_told_so_and_nothing_is_lost_silently(here):
    with Talker(here) as one:
        one.ready()
        texts = [unique(str(number)) for number in range(14)]
        for number, text in enumerate(texts):
            one.say(text, ref=str(number))
        one.until(lambda: len(one.errors) + sum(text in one.texts for text in texts) == 14)
        assert {word["error"]["code"] for word in one.errors} == {"too_fast"}
        said = {number for number, text in enumerate(texts) if text in one.texts}
        refused = {int(word["ref"]) for word in one.errors}
        assert said | refused == set(range(14))
        assert not said & refused
        assert 8 <= len(said) <= 11


def test_a_flood_is_ended(here):
    with Talker(here) as one:
        with contextlib.suppress(Exception):
            for _ in range(80):
                one.send("{}")
        assert one.closed_with() == 1008


def test_a_message_beyond_64_kib_is_ended(here):
    with Talker(here) as one:
        one.say("x" * 70_000)
        assert one.closed_with() == 1009


def test_another_site_is_refused(here):
    with pytest.raises(InvalidStatus) as refused:
        Talker(here, origin="https://evil.example")
    assert refused.value.response.status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        Talker(here, headers={"Sec-Fetch-Site": "same-site"})
    assert refused.value.response.status_code == 403
    with Talker(here, origin=here.url) as ours:
        assert ours.read(5)


def test_compression_is_not_taken_and_a_plain_get_is_refused(here):
    with connect(f"ws://127.0.0.1:{here.port}/ws/chat/", compression="deflate") as offered:
        assert "Sec-WebSocket-Extensions" not in offered.response.headers
    status, body = get(here, "/ws/chat/")
    assert status == 404
    assert body["error"]["fix"]


def test_the_cap_counts_the_pages_and_the_room_together(redis, web_server):
    web = web_server(env={"RQLIVE_MAX_SOCKETS": 3})
    with Talker(web) as one, Page(web, {}) as page, Talker(web) as other:
        assert one.read(5)
        assert page.read(5)
        assert other.read(5)
        for opening in (lambda: Talker(web), lambda: Page(web, {})):
            with pytest.raises(InvalidStatus) as refused:
                opening()
            assert refused.value.response.status_code == 503


def test_behind_a_login_one_speaks_under_its_name(redis, web_server):
    web = web_server(env={"RQLIVE_USERS": THREE, "RQLIVE_BASE_PATH": "/rq", **WRITE})
    with pytest.raises(InvalidStatus) as refused:
        Talker(web, "/rq/ws/chat/")
    assert refused.value.response.status_code == 401
    with Talker(web, "/rq/ws/chat/", headers=page_of(web, "ada", "/rq"), name="somebody else", key="k") as ada:
        ada.ready()
        assert ada.you["name"] == "ada"
        assert ada.you["fixed"]
        assert ada.here == ["ada"]


def test_who_is_there_is_known_on_all_servers(here, there):
    with Talker(here, name="Mina", key="one") as mina:
        mina.until(lambda: mina.here == ["Mina"], message="alone")
        with Talker(there, name="Ada") as ada:
            ada.until(lambda: ada.here == ["Ada", "Mina"], 2)
            mina.until(lambda: mina.here == ["Ada", "Mina"], 2)
            with Talker(there, name="Mina", key="one") as tab:
                tab.until(lambda: tab.here == ["Ada", "Mina"], 2, "two pages of one browser are one person")
                assert tab.count == 2
                assert tab.you["by"] == mina.you["by"]
            with Talker(there, name="Mina", key="two") as namesake:
                namesake.until(lambda: namesake.here == ["Ada", "Mina", "Mina"], 2)
        mina.until(lambda: mina.here == ["Mina"], 2, "both have left")


def test_a_guest_keeps_the_name_that_its_key_gives(here, there):
    key = "secret of mine"
    with Talker(here, key=key) as first, Talker(there, key=key) as second, Talker(here) as other:
        for one in (first, second, other):
            one.ready()
        assert first.you == second.you
        assert first.you["name"] == f"guest-{first.you['by'][:4]}"
        assert other.you["by"] != first.you["by"]


def test_many_who_come_and_go_at_once_are_a_few_words(here, there):
    with Talker(there) as one:
        one.ready()
        start = len(one.words)
        with contextlib.ExitStack() as crowd:
            for number in range(30):
                crowd.enter_context(Talker(here, name=f"n{number:02}"))
            one.until(lambda: one.count == 31)
        one.until(lambda: one.count == 1)
        assert len(one.words) - start < 25
        assert one.here == [one.you["name"]]


@pytest.mark.slow
def test_a_killed_server_drops_out_of_who_is_there(here, web_server):
    lost = web_server(env=WRITE)
    with Talker(here, name="Mina") as mina, Talker(lost, name="Ada") as ada:
        ada.until(lambda: ada.here == ["Ada", "Mina"])
        mina.until(lambda: mina.here == ["Ada", "Mina"])
        lost.close()
        began = time.monotonic()
        mina.until(lambda: mina.here == ["Mina"], 18)
        assert 3 < time.monotonic() - began < 16


def test_a_server_that_ends_says_goodbye_to_all(here, web_server):
    ending = web_server(env=WRITE)
    with Talker(here, name="Mina") as mina, Talker(ending, name="Ada") as ada, Talker(ending) as guest:
        for one in (mina, ada, guest):
            one.until(lambda: one.count == 3)  # noqa: B023
        began = time.monotonic()
        ending.signal(15)
        assert {ada.closed_with(3), guest.closed_with(3)} == {1001}
        assert time.monotonic() - began < 1.5
        mina.until(lambda: mina.here == ["Mina"], 2, "the other server is told, and need not wait")
        assert ending.wait(5) == 0
        assert time.monotonic() - began < 4
        assert "Traceback" not in ending.output


def test_each_server_listens_on_one_connection_and_only_while_somebody_is_there(here, there, redis):
    def listeners() -> int:
        return redis.info("clients")["blocked_clients"]

    eventually(lambda: listeners() == 0, message="nobody is in the Room")
    with Talker(here) as one, Talker(here) as two, Talker(there) as three:
        for talker in (one, two, three):
            talker.ready()
        eventually(lambda: listeners() == 2)
    eventually(lambda: listeners() == 0)


def test_who_does_not_read_holds_up_nobody(here, there, redis):
    """More is said than the socket of a client that never reads can hold."""
    deaf = raw_socket(here, "/ws/chat/")
    deaf.sendall(masked({"message": "I shall not listen"}))
    with Talker(here) as one:
        one.ready()
        waits = []
        for number in range(40):
            texts = [f"{number}-{place} " + "말" * 1_990 for place in range(20)]
            began = time.monotonic()
            with redis.pipeline() as pipe:
                for text in texts:
                    pipe.xadd(_keys.ROOM, {"name": "x", "by": "0a", "text": text}, maxlen=_keys.ROOM_MAX)
                pipe.execute()
            one.hears(texts[-1], 5)
            waits.append(time.monotonic() - began)
        assert max(waits) < 2
        assert sorted(waits)[20] < 0.3
    deaf.close()


def test_the_room_goes_on_after_redis_was_away(own_redis_server, web_server):
    servers = [web_server(url=own_redis_server.url, env=WRITE) for _ in range(2)]
    with Talker(servers[0], name="Mina") as mina, Talker(servers[1], name="Ada") as ada:
        for one in (mina, ada):
            one.until(lambda: one.count == 2)  # noqa: B023
        before = unique("before")
        mina.say(before)
        ada.hears(before)
        own_redis_server.stop()
        mina.until(lambda: mina.reach == "away", message="it is said that nobody is reached")
        mina.say("while away", ref="lost?")
        refusal = mina.until(lambda: mina.errors)[0]
        assert refusal["error"]["code"] == "redis_away"
        assert refusal["ref"] == "lost?"
        own_redis_server.start()
        for one in (mina, ada):
            one.until(lambda: one.reach == "servers")  # noqa: B023
        after = unique("after")
        ada.say(after)
        mina.hears(after)
        assert mina.texts == [before, after]
        own_redis_server.restart(save=False)
        for one in (mina, ada):
            one.until(lambda: [word for word in one.words if word.get("reach")][-1]["reach"] == "servers")  # noqa: B023
        anew = unique("on an empty Redis")
        eventually(lambda: not ada.say(anew) and ada.hears(anew, 1))
        mina.hears(anew)


def test_on_a_redis_that_is_only_looked_at_the_room_stays_within_the_server(own_redis_server, web_server):
    servers = [web_server(url=own_redis_server.url, env={"RQLIVE_RECORD": 0}) for _ in range(2)]
    with Talker(servers[0]) as one, Talker(servers[0]) as near, Talker(servers[1]) as far:
        for talker in (one, near, far):
            talker.ready()
        assert one.reach == far.reach == "server"
        one.say("only for those here", ref="r")
        assert one.hears("only for those here")["ref"] == "r"
        near.hears("only for those here")
        with Talker(servers[0]) as late:
            late.hears("only for those here")
        near.until(lambda: near.count == 2)
        far.say("another Room")
        far.hears("another Room")
        assert far.texts == ["another Room"]
        assert far.count == 1
    assert own_redis_server.connection().keys("*") == []
