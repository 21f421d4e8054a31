"""The Room within one server: what may be said and by whom, who is there, and the consumer's three methods."""

import json
import threading

import pytest

from tests.support import eventually
from webapp.allowance import Allowance
from webapp.errors import BadInput, TooLarge
from webapp.live.hub import Subscription
from webapp.room import said
from webapp.room.channel_layer import ChannelLayer
from webapp.room.consumer import ChatConsumer
from webapp.room.loopback import Loopback
from webapp.room.presence import (
    CROWD_MAX,
    GONE,
    HERE_MAX,
    LOOKED_AT_BYTES,
    LOOKED_AT_MAX,
    LOOKERS_MAX,
    LOOKERS_TOLD_MAX,
    Crowd,
    Presence,
    worth_telling,
)
from webapp.speaker import NAME_CHARS, harmless, introduce


class Client:
    """A consumer without a socket: what it sent, and what lies in its channel."""

    def __init__(self, layer: ChannelLayer, name: str = "", key: str = "") -> None:
        self.sent: list[dict] = []
        self.channel: Subscription = layer.new_channel(lambda: None)
        self.consumer = ChatConsumer(layer, self.channel, self.sent.append)
        self.consumer.connect(introduce("", name, key), "연결 성공")
        self.heard: list[dict] = []

    def hear(self) -> list[dict]:
        """All that came through the channel so far."""
        self.heard += [json.loads(event.text) for event in self.channel.take()]
        return self.heard

    def texts(self) -> list[str]:
        return [word["message"] for word in self.hear() if "id" in word]


@pytest.fixture
def layer():
    made = ChannelLayer(Loopback())
    yield made
    made.close()
    eventually(lambda: not [one for one in threading.enumerate() if one.name == "rqlive-room-here"])


def test_connect_greets_and_says_who_one_is_before_anything_is_heard(layer):
    client = Client(layer, "Mina")
    assert client.sent[0] == {"message": "연결 성공"}
    assert client.sent[1]["you"]["name"] == "Mina"
    assert client.hear()[0] == {"reach": "server"}
    assert {"history": []} in client.hear()


def test_what_one_receives_all_hear(layer):
    mina, ada = Client(layer, "Mina"), Client(layer, "Ada")
    mina.consumer.receive('{"message": "hello", "ref": "1"}')
    for client in (mina, ada):
        assert client.texts() == ["hello"]
    assert client.hear()[-1]["name"] == "Mina"
    assert client.hear()[-1]["ref"] == "1"


def test_after_disconnect_nothing_is_heard(layer):
    mina, ada = Client(layer, "Mina"), Client(layer, "Ada")
    ada.consumer.disconnect()
    mina.consumer.receive('{"message": "hello"}')
    assert mina.texts() == ["hello"]
    assert ada.texts() == []
    eventually(lambda: any(word.get("count") == 1 for word in mina.hear()))


def test_an_error_goes_to_its_client_alone(layer):
    mina, ada = Client(layer), Client(layer)
    ada.hear()
    mina.consumer.receive("no json")
    assert mina.sent[-1]["error"]["code"] == "bad_json"
    assert len(ada.sent) == 2
    assert ada.texts() == []


def test_what_is_too_fast_is_refused_and_the_rest_is_heard(layer):
    mina = Client(layer)
    for number in range(said.BURST + 5):
        mina.consumer.receive(json.dumps({"message": str(number), "ref": str(number)}))
    refused = [word["ref"] for word in mina.sent if "error" in word]
    assert mina.texts() + refused == [str(number) for number in range(said.BURST + 5)]


def test_a_client_whose_mailbox_overflowed_goes_on_with_what_is_kept(layer):
    mina = Client(layer, "Mina")
    mina.hear()
    for number in range(5_000):
        layer.group_send(mina.consumer.speaker, str(number))
    assert mina.channel.overflowed
    layer.resync(mina.channel)
    history = [word["history"] for word in mina.hear() if "history" in word][-1]
    assert [message["message"] for message in history] == [str(number) for number in range(4_950, 5_000)]
    mina.consumer.receive('{"message": "now"}')
    assert mina.texts()[-1] == "now"


def test_ids_rise(layer):
    mina = Client(layer)
    for number in range(8):
        mina.consumer.receive(json.dumps({"message": str(number)}))
    ids = [tuple(map(int, word["id"].split("-"))) for word in mina.hear() if "id" in word]
    assert ids == sorted(set(ids))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  hello \n", "hello"),
        ("a\r\nb", "a\nb"),
        ("a\tb", "a\tb"),
        ("a\x00\x1b[31mb\x7f\x9b", "a[31mb"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("a\u2028b\u2029c", "abc"),
        ("a\n\n\n\n \n\nb", "a\n\nb"),
        ("a\n\nb", "a\n\nb"),
        ("\ud800", "?"),
        ("<script>&amp;", "<script>&amp;"),
        ("👩‍👩‍👧 مرحبا שלום 안녕", "👩‍👩‍👧 مرحبا שלום 안녕"),
    ],
)
def test_a_text_is_made_harmless_and_otherwise_left_alone(text, shown):
    assert harmless(text) == shown


def test_a_text_is_measured_after_it_was_made_harmless():
    assert said.text_of({"message": "\x00" * 5_000 + "말" * said.MESSAGE_CHARS}) == "말" * said.MESSAGE_CHARS
    with pytest.raises(TooLarge) as refused:
        said.text_of({"message": "x" * (said.MESSAGE_CHARS + 1)})
    assert str(said.MESSAGE_CHARS) in refused.value.fix
    with pytest.raises(BadInput, match="empty"):
        said.text_of({"message": "\u202e \n"})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Mina", "Mina"),
        ("  민아   김 ", "민아 김"),
        ("a\nb\x00c", "a b c"),
        ("\u202eanim", "anim"),
        ("x" * 500, "x" * NAME_CHARS),
        ("\ud800Mina", "Mina"),
    ],
)
def test_a_name_is_one_line_that_harms_nobody(name, shown):
    assert introduce("", name, "key").name == shown


@pytest.mark.parametrize("name", ["", "  ", "\n", "\u202e\u2066", "\u200b"])
def test_who_has_no_name_is_a_guest(name):
    speaker = introduce("", name, "key")
    assert speaker.name == f"guest-{speaker.by[:4]}"


def test_one_is_told_apart_by_a_key_and_cannot_pretend_to_be_a_login():
    assert introduce("", "Mina", "k") == introduce("", "Mina", "k")
    assert introduce("", "Mina", "k").by != introduce("", "Mina", "other").by
    assert introduce("", "", "").by != introduce("", "", "").by
    assert introduce("ada", "Mina", "k") == introduce("ada", "", "")
    assert introduce("ada", "", "").fixed
    assert introduce("", "", "login:ada").by != introduce("ada", "", "").by


def crowd(*names: str) -> Crowd:
    return Crowd.of((name, name.upper()) for name in names)


def names(presence: Presence) -> list[str]:
    return [person["name"] for person in presence.here()["here"]]


def test_who_is_here_is_who_is_on_any_server():
    presence = Presence()
    presence.heard("a", crowd("x", "y"), 0)
    presence.heard("b", crowd("y", "z"), 0)
    assert names(presence) == ["X", "Y", "Z"]
    assert presence.here()["count"] == 3
    presence.heard("a", crowd("x"), 1)
    assert names(presence) == ["X", "Y", "Z"]
    presence.heard("b", Crowd(), 1)
    assert names(presence) == ["X"]


def test_a_server_that_falls_silent_is_forgotten():
    presence = Presence()
    presence.heard("a", crowd("x"), 0)
    presence.heard("b", crowd("y"), 5)
    presence.expire(GONE - 0.1)
    assert names(presence) == ["X", "Y"]
    presence.expire(GONE)
    assert names(presence) == ["Y"]
    presence.expire(GONE + 5)
    assert presence.here() == {"here": [], "count": 0}


def test_a_crowd_too_large_to_name_is_counted():
    presence = Presence()
    for server in range(5):
        presence.heard(str(server), crowd(*(f"{server}-{number:03}" for number in range(CROWD_MAX + 20))), 0)
    here = presence.here()
    assert len(here["here"]) == HERE_MAX
    assert here["count"] == 5 * (CROWD_MAX + 20)


def test_who_looks_at_a_job_is_who_does_on_any_server():
    presence = Presence()
    presence.heard("a", Crowd(), 0, {"j1": crowd("x", "y"), "j2": crowd("x")})
    presence.heard("b", crowd("z"), 0, {"j1": crowd("y", "z")})
    assert [person["name"] for person in presence.looking("j1")["here"]] == ["X", "Y", "Z"]
    assert presence.looking("j1")["count"] == 3
    assert presence.looking("j2") == {"here": [{"name": "X", "by": "x"}], "count": 1}
    assert presence.looking("j3") == {"here": [], "count": 0}
    presence.heard("a", Crowd(), 1, {"j2": crowd("x")})
    assert presence.looking("j1")["count"] == 2
    presence.expire(GONE)
    assert presence.looking("j1")["count"] == 0, "b has fallen silent"
    assert presence.looking("j2")["count"] == 1, "a server without a Room is kept for its lookers"


def test_of_many_who_look_a_few_are_named_and_all_are_counted():
    presence = Presence()
    for server in ("a", "b"):
        people = [(f"{server}{number}", f"{server}{number}") for number in range(50)]
        presence.heard(server, Crowd(), 0, {"j": Crowd.of(people, LOOKERS_MAX)})
    assert len(presence.looking("j")["here"]) == LOOKERS_MAX
    assert presence.looking("j")["count"] == 100


def test_a_server_tells_no_more_of_lookers_than_fits():
    many = {f"j{number}": crowd("x") for number in range(LOOKED_AT_MAX + 5)}
    assert len(worth_telling(many)) == LOOKED_AT_MAX
    crowded = {f"j{number}": crowd(*(f"{number}-{one}" for one in range(LOOKERS_MAX))) for number in range(10)}
    assert sum(len(one.people) for one in worth_telling(crowded).values()) == LOOKERS_TOLD_MAX
    assert worth_telling({"말" * LOOKED_AT_BYTES: crowd("x"), "j": crowd("x")}).keys() == {"j"}


def test_an_allowance_fills_again(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    allowance = Allowance(3, 2.0)
    assert [allowance.spend() for _ in range(5)] == [True, True, True, False, False]
    now[0] += 1
    assert [allowance.spend() for _ in range(3)] == [True, True, False]
    now[0] += 100
    assert [allowance.spend() for _ in range(4)] == [True, True, True, False]
