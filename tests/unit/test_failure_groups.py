"""Failed jobs put together: counts by age, trend, who and where, what is new; kept right while jobs come and go."""

from types import SimpleNamespace

import pytest

from webapp.boards.failures import boards
from webapp.failure_cause import cause
from webapp.live.interest import Dirty
from webapp.queries.failure_groups import AGES, HOUR_MS, NAMES_MAX, TREND_HOURS, Groups, trend
from webapp.queries.failure_read import Failure
from webapp.queries.failure_views import GROUPS_MAX, View, last_hour, overview
from webapp.queries.titles import Titles
from webapp.rights import EVERYTHING

#: In the middle of an hour.
NOW = 1_795_360_400_000 // HOUR_MS * HOUR_MS + HOUR_MS // 2
MINUTE = 60_000


def put(groups: Groups, job: str, ago_ms: int, text: str = "ValueError: no", **more: str) -> str:
    """A failure `ago_ms` before NOW; returns the id of its cause."""
    reason = cause(text, more.get("func", "shop.f"))
    found = Failure(
        job, more.get("queue", "q"), NOW - ago_ms, more.get("func", "shop.f"), more.get("worker"), reason.id
    )
    groups.put(found, reason)
    return reason.id


def told(groups: Groups, mutes: dict | None = None, is_whole: bool = True, now: int = NOW) -> dict:
    return overview(View(groups, mutes or {}, now, Titles(), is_whole))


@pytest.fixture
def groups() -> Groups:
    return Groups()


def test_a_failure_is_counted_in_every_column_that_it_is_young_enough_for(groups):
    for n, seconds in enumerate(AGES):
        put(groups, f"just {n}", seconds * 1_000)
        put(groups, f"over {n}", seconds * 1_000 + 1)
    (group,) = told(groups)["groups"]
    assert group["ages"] == [1, 3, 5, 7, 9]
    assert (group["count"], group["older"]) == (10, 1)


def test_the_trend_has_an_hour_of_the_clock_for_each_bar(groups):
    ages = [0, 29 * MINUTE, 31 * MINUTE, 23 * HOUR_MS, 24 * HOUR_MS]
    times = sorted(NOW - ago for ago in ages)
    assert trend(times, NOW) == [1, *[0] * (TREND_HOURS - 3), 1, 2]
    assert trend(times, NOW) == trend(times, NOW + 29 * MINUTE), "it stands still within the hour"


def test_who_failed_where_is_counted_and_cut(groups):
    text = 'Traceback (most recent call last):\n  File "/srv/shop/a.py", line 3, in charge\n    x\nValueError: no'
    for n in range(30):
        put(groups, f"j{n}", n, text, func=f"shop.f{n % 12}", worker="w1" if n else None, queue=f"q{n % 2}")
    (group,) = told(groups)["groups"]
    assert [item["n"] for item in group["functions"]] == [3] * 6 + [2] * 4
    assert (len(group["functions"]), group["more"]["functions"]) == (NAMES_MAX, 2)
    assert group["workers"] == [{"name": "w1", "n": 29}, {"name": None, "n": 1}]
    assert group["queues"] == [{"name": "q0", "n": 15}, {"name": "q1", "n": 15}]
    assert group["sample"] == {"job": "j0"}


def test_the_words_are_shown_as_they_are_while_all_say_the_same(groups):
    put(groups, "a", 5, "ValueError: order 5 is locked")
    put(groups, "b", 4, "ValueError: order 5 is locked")
    assert told(groups)["groups"][0]["message"] == "order 5 is locked"
    put(groups, "c", 3, "ValueError: order 6 is locked")
    assert told(groups)["groups"][0]["message"] == "order # is locked"


def test_a_job_that_left_is_counted_no_more(groups):
    put(groups, "a", 50), put(groups, "b", 5)
    groups.drop("b")
    (group,) = told(groups)["groups"]
    assert (group["count"], group["last"], group["sample"]["job"]) == (1, NOW - 50, "a")
    groups.drop("a")
    groups.drop("never known")
    assert told(groups)["groups"] == []
    assert len(groups) == 0


def test_a_job_that_failed_again_of_something_else_changes_its_cause(groups):
    first = put(groups, "a", 50)
    second = put(groups, "a", 5, "KeyError: 'x'")
    assert [group["id"] for group in told(groups)["groups"]] == [second]
    assert groups.get(first) is None


def test_what_never_occurred_before_this_hour_is_new(groups):
    put(groups, "a", 5 * MINUTE)
    put(groups, "b", 5 * MINUTE, "KeyError: 'x'")
    put(groups, "c", HOUR_MS + 1, "KeyError: 'x'")
    assert {group["type"]: group["new"] for group in told(groups)["groups"]} == {"ValueError": True, "KeyError": False}


def test_a_cause_whose_jobs_have_gone_is_known_when_it_comes_back(groups):
    put(groups, "a", 5 * HOUR_MS)
    groups.drop("a")
    put(groups, "b", 5 * MINUTE)
    (group,) = told(groups)["groups"]
    assert (group["new"], group["first"], group["count"]) == (False, NOW - 5 * HOUR_MS, 1)


def test_nothing_is_called_new_while_no_more_than_the_last_hour_is_known(groups):
    put(groups, "a", 5 * MINUTE)
    assert not told(groups, is_whole=False)["groups"][0]["new"]
    put(groups, "b", 2 * HOUR_MS, "KeyError: 'x'")
    assert {group["type"]: group["new"] for group in told(groups, is_whole=False)["groups"]} == {
        "ValueError": True,
        "KeyError": False,
    }


def test_the_last_hour_is_counted_without_what_is_muted(groups):
    first, second = put(groups, "a", 5), put(groups, "b", 5, "KeyError: 'x'")
    put(groups, "c", 5, "KeyError: 'y'"), put(groups, "d", 2 * HOUR_MS, "OSError: no")
    mute = {"type": "KeyError", "by": "ada", "at": NOW, "until": None}
    assert last_hour(groups, {}, NOW) == {"causes": 2, "jobs": 3}
    assert last_hour(groups, {second: mute}, NOW) == {"causes": 1, "jobs": 1}
    assert last_hour(groups, {second: mute | {"until": NOW - 1}}, NOW) == {"causes": 2, "jobs": 3}
    shown = told(groups, {second: mute, "0" * 12: mute, "1" * 12: mute | {"until": NOW}})
    assert [group["id"] for group in shown["groups"]][-1] == second, "muted ones stand last"
    assert {group["id"]: group["muted"] for group in shown["groups"]}[first] is None
    assert shown["mutes"] == [{"id": "0" * 12} | mute], "those of which no job is left"


def test_the_latest_causes_are_told_and_the_others_counted(groups):
    for n in range(GROUPS_MAX + 30):
        put(groups, f"j{n}", n * 1_000, f"Type{'abcdefghij'[n % 10]}{chr(97 + n // 10)}: no")
    shown = told(groups)
    assert (len(shown["groups"]), shown["more"], shown["causes"], shown["failed"]) == (200, 30, 230, 230)
    assert [group["last"] for group in shown["groups"]] == [NOW - n * 1_000 for n in range(200)]


def test_a_value_changes_only_where_something_did(groups):
    put(groups, "a", 10 * MINUTE)
    assert told(groups) == told(groups, now=NOW + 20 * MINUTE)
    assert told(groups) != told(groups, now=NOW + 51 * MINUTE)


@pytest.mark.parametrize(
    ("dirty", "concerned"),
    [
        (Dirty(), False),
        (Dirty(lists={("q", "failed")}), True),
        (Dirty(lists={("q", "finished"), ("q", "queued")}), False),
        (Dirty(jobs={"some job"}), False),
        # A mute leaves a line.
        (Dirty(activity=True), True),
        (Dirty(everything=True), True),
    ],
)
def test_the_boards_are_read_sooner_when_a_job_fails_or_a_cause_is_muted(dirty, concerned):
    made = boards(EVERYTHING)
    told = {name: made[name].concerned(dirty, "", None) for name in ("failures", "failure", "failures_count")}
    assert set(told.values()) == {concerned}


def test_the_count_that_every_page_shows_is_not_read_because_all_is_looked_at_again():
    made, again = boards(EVERYTHING), Dirty(everything=True, is_routine=True)
    assert made["failures"].concerned(again, "", None)
    assert not made["failures_count"].concerned(again, "", None)


def test_no_board_is_due_before_it_may_be_read():
    """Else the thread of the boards would turn on the spot."""
    for board in boards(EVERYTHING).values():
        board._failures = SimpleNamespace(has_more=True, has_more_recent=True)
        assert board.every >= board.gap
