"""When a board is read and who is told: with boards that count their reads, and no Redis."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.support import eventually
from webapp.boards.board import Board
from webapp.errors import NeedsAll, NotFound
from webapp.live import events
from webapp.live.boards import RIGHTS_MAX, Boards
from webapp.live.hub import Hub
from webapp.live.interest import Dirty
from webapp.queries.clock import RedisClock
from webapp.rights import EVERYTHING, Rights


class Counting(Board):
    """Tells what `told` holds, or raises it, and counts how often it was asked."""

    every, gap = 60.0, 0.02
    lists = frozenset({"failed"})

    def __init__(self) -> None:
        self.told: dict | Exception = {"n": 1}
        self.reads: list[str] = []

    def read(self, context, argument: str) -> dict:
        self.reads.append(argument)
        if isinstance(self.told, Exception):
            raise self.told
        return self.told

    def jobs(self, value: dict) -> frozenset[str]:
        return frozenset(value.get("jobs", ()))


@pytest.fixture
def board() -> Counting:
    return Counting()


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def boards(board, hub):
    made = Boards(lambda rights: {"counting": board}, SimpleNamespace(clock=RedisClock()), hub)
    yield made
    made.stop()


def watching(boards: Boards, hub: Hub, *names: str) -> list[dict]:
    """What somebody is told from now on who watches these."""
    told: list[dict] = []
    subscription = hub.subscribe(lambda: told.extend(event.body for event in subscription.take()))
    hub.watch(subscription, {events.board_topic(name) for name in names})
    boards.ask()
    return told


def test_nothing_is_read_while_nobody_watches(boards, board, hub):
    told = watching(boards, hub, "counting")
    eventually(lambda: len(told) == 1)
    boards.heard(Dirty(lists={("default", "failed")}))
    eventually(lambda: len(board.reads) == 2)
    hub.unsubscribe(next(iter(hub._subscriptions)))
    boards.heard(Dirty(lists={("default", "failed")}))
    told = watching(boards, hub, "counting/other")
    eventually(lambda: told)
    assert board.reads == ["", "", "other"]


def test_who_begins_to_watch_is_told_the_value_once(boards, board, hub):
    told = watching(boards, hub, "counting/night")
    eventually(lambda: told)
    assert told == [
        {"type": "board", "board": "counting/night", "value": {"n": 1}, "error": None, "as_of": told[0]["as_of"]}
    ]
    assert board.reads == ["night"]
    assert [event.body for event in boards.latest(events.board_topic("counting/night"))] == told


def test_who_comes_back_to_a_board_is_told_what_changed_while_nobody_watched(boards, board, hub):
    first = watching(boards, hub, "counting")
    eventually(lambda: len(first) == 1)
    hub.unsubscribe(next(iter(hub._subscriptions)))
    board.told = {"n": 2}
    boards.heard(Dirty(lists={("default", "failed")}))
    assert boards.latest(events.board_topic("counting")) == [], "what is known is older than what was heard of"
    second = watching(boards, hub, "counting")
    eventually(lambda: [event["value"] for event in second] == [{"n": 2}])


def test_what_nobody_kept_up_is_read_again_and_told_though_it_is_the_same(boards, board, hub):
    first = watching(boards, hub, "counting")
    eventually(lambda: len(first) == 1)
    hub.unsubscribe(next(iter(hub._subscriptions)))
    board.every = 0.02
    eventually(lambda: boards.latest(events.board_topic("counting")) == [])
    second = watching(boards, hub, "counting")
    eventually(lambda: [event["value"] for event in second] == [{"n": 1}])


def test_what_a_request_read_first_is_told_to_those_who_watch(boards, board, hub):
    told = watching(boards, hub, "counting")
    eventually(lambda: len(told) == 1)
    board.told = {"n": 2}
    eventually(lambda: boards.read("counting")[0] == {"n": 2})
    boards.heard(Dirty(lists={("default", "failed")}))
    eventually(lambda: [event["value"] for event in told] == [{"n": 1}, {"n": 2}])


def test_a_change_that_concerns_it_is_told_and_others_are_not_even_read(boards, board, hub):
    told = watching(boards, hub, "counting")
    eventually(lambda: told)
    board.told = {"n": 2, "jobs": ["a"]}
    boards.heard(Dirty(lists={("default", "queued")}, jobs={"z"}))
    boards.heard(Dirty(lists={("default", "failed")}))
    eventually(lambda: len(told) == 2)
    assert told[1]["value"]["n"] == 2
    assert len(board.reads) == 2
    board.told = {"n": 3}
    boards.heard(Dirty(jobs={"a"}))
    eventually(lambda: told[-1]["value"]["n"] == 3)


def test_a_value_that_stays_the_same_is_not_told_again(boards, board, hub):
    told = watching(boards, hub, "counting")
    eventually(lambda: told)
    boards.heard(Dirty(everything=True))
    eventually(lambda: len(board.reads) == 2)
    board.told = {"n": 2}
    boards.heard(Dirty(everything=True))
    eventually(lambda: len(told) == 2)
    assert [body["value"]["n"] for body in told] == [1, 2]


def test_the_last_value_stays_with_the_reason_why_it_is_not_newer(boards, board, hub):
    told = watching(boards, hub, "counting")
    eventually(lambda: told)
    board.told = RedisConnectionError("gone")
    boards.heard(Dirty(everything=True))
    eventually(lambda: len(told) == 2)
    assert told[1]["value"] == {"n": 1}
    assert told[1]["error"]["code"] == "redis_away"
    assert told[1]["error"]["fix"]


def test_what_is_gone_has_no_value(boards, board, hub):
    told = watching(boards, hub, "counting")
    eventually(lambda: told)
    board.told = NotFound("There is no such thing.")
    boards.heard(Dirty(everything=True))
    eventually(lambda: len(told) == 2)
    assert (told[1]["value"], told[1]["error"]["code"]) == (None, "not_found")


def test_an_error_of_its_own_is_no_end_of_the_others(boards, board, hub):
    board.told = ZeroDivisionError()
    told = watching(boards, hub, "counting")
    eventually(lambda: told)
    assert told[0]["error"]["code"] == "internal"
    assert "Zero" not in str(told)


def test_a_board_that_nobody_wrote_is_named_as_such(boards, hub):
    told = watching(boards, hub, "nothing/x")
    eventually(lambda: told)
    assert told[0]["error"]["code"] == "not_found"
    assert "counting" in told[0]["error"]["fix"]
    with pytest.raises(NotFound):
        boards.read("nothing/x")


def test_requests_share_what_was_read_a_moment_ago(boards, board):
    board.gap = 60.0
    assert [boards.read("counting")[0] for _ in range(3)] == [{"n": 1}] * 3
    assert len(board.reads) == 1


def test_what_was_asked_for_by_name_is_remembered_only_so_far(boards, board):
    for number in range(500):
        boards.read(f"counting/{number}")
    assert len(boards._kept) <= 100


class OfRights(Counting):
    """Tells whose it is."""

    narrows = True

    def read(self, context, argument: str) -> dict:
        self.reads.append(argument)
        return {"of": context.rights.queues}


@dataclass(frozen=True)
class Whose:
    """Enough of a context for boards that tell whose they are."""

    clock: RedisClock
    rights: Rights = EVERYTHING


@pytest.fixture
def made(hub):
    """Boards of which each set of rights has its own, and what was made of them."""
    sets: list[Rights] = []

    def load(rights: Rights) -> dict[str, Board]:
        sets.append(rights)
        return {"own": OfRights(), "counting": Counting()}

    boards = Boards(load, Whose(RedisClock()), hub)
    yield boards, sets
    boards.stop()


def test_each_set_of_rights_is_told_by_boards_of_its_own(made, hub):
    boards, sets = made
    told = {}
    for queue in ("a", "b"):
        told[queue] = []
        subscription = hub.subscribe(lambda: None, rights=Rights("viewer", (queue,)))
        subscription.wake = lambda heard=told[queue], own=subscription: heard.extend(own.take())
        hub.watch(subscription, {events.board_topic("own")})
    boards.ask()
    eventually(lambda: all(told.values()))
    assert {queue: heard[0].body["value"]["of"] for queue, heard in told.items()} == {"a": ("a",), "b": ("b",)}
    assert boards.read("own")[0] == {"of": ("*",)}
    assert boards.read("own", Rights("admin", ("a",)))[0] == {"of": ("a",)}
    assert len(sets) == 3, "a role sees what another sees that is narrowed alike"


def test_a_board_that_does_not_say_that_it_narrows_is_refused(made):
    boards, _ = made
    ours = Rights("admin", ("a",))
    with pytest.raises(NeedsAll):
        boards.read("counting", ours)
    assert boards.refusal(events.board_topic("counting"), ours).body["error"]["code"] == "needs_all"
    assert boards.refusal(events.board_topic("own"), ours) is None
    assert boards.refusal(events.board_topic("counting"), Rights("viewer")) is None


def test_rights_that_nobody_watches_with_make_room_for_others(made, hub):
    boards, sets = made
    watched = Rights("viewer", ("watched",))
    hub.watch(hub.subscribe(lambda: None, rights=watched), {events.board_topic("own")})
    boards.read("own", watched)
    for number in range(60):
        boards.read("own", Rights("viewer", (str(number),)))
    assert len(boards._sets) <= RIGHTS_MAX + 1
    boards.read("own", watched)
    assert sets.count(watched) == 1
