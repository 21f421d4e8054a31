"""What a page may ask for: checked before anything is read."""

import pytest

from webapp.errors import BadInput
from webapp.live.watch import Looker, Watch


def test_a_whole_watch():
    watch = Watch.parse(
        {
            "overview": True,
            "activity": True,
            "job": "6f0c",
            "log": {"job": "6f0c", "after": "1795360400022-0"},
            "rows": ["6f0c", "77aa"],
            "lists": ["default/failed", "/"],
        }
    )
    topics = {"overview", "activity", "job:6f0c", "log:6f0c", "row:6f0c", "row:77aa", "list:default/failed", "list:/"}
    assert watch.topics == topics
    assert watch.logs == {"6f0c": "1795360400022-0"}


@pytest.mark.parametrize(
    "empty", [{}, {"overview": False}, {"rows": []}, {"rows": None, "lists": None, "job": None, "log": None}]
)
def test_nothing_may_be_watched(empty):
    assert Watch.parse(empty).topics == frozenset()


def test_who_looks_at_an_open_job_says_who_they_are():
    watch = Watch.parse({"job": "j", "looking": {"job": "j", "name": "Mina", "key": "k"}})
    assert watch.looking == Looker("j", "Mina", "k")
    assert watch.topics == {"job:j", "presence:j"}
    assert Watch.parse({"looking": {"job": "j", "name": None}}).looking == Looker("j", "", "")


@pytest.mark.parametrize("after", [None, "", "0", "0-0"])
def test_a_log_from_its_start(after):
    assert Watch.parse({"log": {"job": "j", "after": after}}).logs == {"j": after or "0"}


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [],
        "overview",
        5,
        {"job": ""},
        {"job": 5},
        {"job": "x" * 6_001},
        {"job": ["a"]},
        {"looking": "j"},
        {"looking": {}},
        {"looking": {"job": "j", "name": 5}},
        {"looking": {"job": "j", "key": "x" * 301}},
        {"rows": "abc"},
        {"rows": {"a": 1}},
        {"rows": ["x"] * 201},
        {"rows": [None]},
        {"rows": [""]},
        {"lists": ["/"] * 21},
        {"lists": [5]},
        {"log": "j"},
        {"log": {}},
        {"log": {"job": "j", "after": "yesterday"}},
        {"log": {"job": "j", "after": "1-x"}},
        {"log": {"job": "j", "after": "-"}},
        {"log": {"job": "j", "after": "1" * 40}},
        {"log": {"job": "j", "after": ["1"]}},
        {"log": {"after": "0"}},
    ],
)
def test_what_cannot_be_watched_is_refused_with_a_way_on(wanted):
    with pytest.raises(BadInput) as refused:
        Watch.parse(wanted)
    assert refused.value.fix


def test_as_much_as_allowed():
    watch = Watch.parse({"rows": [str(number) for number in range(200)], "lists": [f"{n}/" for n in range(20)]})
    assert len(watch.topics) == 220
