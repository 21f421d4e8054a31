"""Two overviews: the events between them turn one into the other, and are no more than needed."""

import random
from dataclasses import replace

from webapp.live.diff import counts_differ, diff
from webapp.models import JobSummary
from webapp.models_overview import Overview, QueueStats, Totals, WorkerInfo


def overview(as_of: int = 1, **more: object) -> Overview:
    base = {
        "totals": Totals(),
        "queues": {},
        "workers": {},
        "running": {},
        "figures": {"recording": False},
        "gathered": (),
        "servers": 1,
    }
    return Overview(as_of=as_of, **(base | more))


def apply(state: dict, events: object) -> dict:
    """What a page makes of the events."""
    for event in events:
        body = event.body
        part, key = body["part"], body.get("key")
        if part == "complete":
            for name, keys in body["keys"].items():
                state[name] = {key: state[name][key] for key in keys}
        elif key is None:
            state[part] = body["value"]
        elif body["value"] is None:
            del state[part][key]
        else:
            state[part][key] = body["value"]
    return state


def empty() -> dict:
    return {"queue": {}, "worker": {}, "running": {}}


def plain(shown: Overview) -> dict:
    return apply(empty(), diff(None, shown))


def test_nothing_new_makes_no_event():
    shown = overview(queues={"a": QueueStats(name="a")})
    assert list(diff(shown, replace(shown, as_of=2))) == []


def test_without_a_before_all_is_told_and_then_what_there_is():
    shown = overview(queues={"a": QueueStats(name="a")}, workers={"w": WorkerInfo(name="w", state="idle")})
    events = list(diff(None, shown))
    assert events[-1].body["part"] == "complete"
    assert events[-1].body["keys"] == {"queue": ["a"], "worker": ["w"], "running": []}
    assert [event.body["part"] for event in events[:-1]] == ["totals", "figures", "gathered", "queue", "worker"]


def test_only_what_changed_is_told():
    before = overview(queues={"a": QueueStats(name="a"), "b": QueueStats(name="b")})
    after = replace(before, as_of=2, queues=before.queues | {"b": QueueStats(name="b", queued=1)})
    (event,) = diff(before, after)
    assert (event.body["part"], event.body["key"], event.body["value"]["queued"]) == ("queue", "b", 1)
    assert event.body["as_of"] == 2


def test_what_is_gone_is_told_as_null():
    before = overview(running={"j": JobSummary(id="j", status="started")})
    (event,) = diff(before, overview(as_of=2))
    assert event.body == {"type": "overview", "part": "running", "key": "j", "value": None, "as_of": 2}


def test_events_of_the_same_thing_replace_each_other():
    before = overview(queues={"a": QueueStats(name="a")})
    middle = replace(before, queues={"a": QueueStats(name="a", queued=1)})
    keys = [event.key for event in (*diff(before, middle), *diff(middle, overview()))]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def some_overview(chance: random.Random, as_of: int) -> Overview:
    names = chance.sample("abcdefgh", chance.randrange(8))
    return overview(
        as_of,
        totals=Totals(queued=chance.randrange(3)),
        queues={name: QueueStats(name=name, queued=chance.randrange(2)) for name in names},
        workers={name: WorkerInfo(name=name, state=chance.choice(["idle", "busy"])) for name in names[::2]},
        running={name: JobSummary(id=name, status="started", args=chance.choice("xy")) for name in names[1:]},
        gathered=tuple({"func": name} for name in names[:2]),
        figures={"count": chance.randrange(2)},
    )


def test_the_events_turn_the_one_into_the_other():
    chance = random.Random(3)
    before = some_overview(chance, 0)
    state = plain(before)
    for step in range(1, 300):
        after = some_overview(chance, step)
        events = list(diff(before, after))
        assert len({event.key for event in events}) == len(events)
        assert apply(state, events) == plain(after)
        before = after


def test_counts_that_only_a_write_can_change():
    before = overview(queues={"a": QueueStats(name="a", finished=5, failed=2, workers=1)})
    later = replace(before, queues={"a": QueueStats(name="a", finished=4, failed=1, workers=0, stalled=1)})
    assert not counts_differ(before, later)
    for name in ("queued", "started", "deferred", "scheduled", "canceled"):
        assert counts_differ(before, replace(before, queues={"a": QueueStats(name="a", **{name: 1})}))
    assert counts_differ(before, overview())
