"""Changed keys and what they concern: a key that is missed here is late by a reconcile, one too many costs a read."""

import pytest

from jobs import _keys
from webapp.live.feed.prefixes import JOBS, MEANT, TRACKED
from webapp.live.interest import Dirty


def dirty(*keys: str | bytes) -> Dirty:
    made = Dirty()
    made.add([key.encode() if isinstance(key, str) else key for key in keys])
    return made


def test_nothing_is_dirty_at_first():
    assert not Dirty()
    assert not dirty()


def test_anything_may_have_changed():
    made = Dirty()
    made.add(None)
    assert made
    assert made.everything
    assert made.concerns_list("list:any/thing")


def test_a_job_and_its_log():
    made = dirty("rq:job:6f0c", _keys.log("77aa"))
    assert made.jobs == {"6f0c"}
    assert made.logs == {"77aa"}
    assert not made.counts


@pytest.mark.parametrize("key", ["rq:job::6f0c:dependencies", "rq:job:6f0c:dependents", _keys.probe("web-1")])
def test_keys_beside_a_job_and_our_own_concern_nobody(key):
    assert not dirty(key)


@pytest.mark.parametrize(
    "key", ["rq:workers", "rq:workers:default", "rq:suspended", "rq:queues", "rq:rl-keys", "rq:wip:default"]
)
def test_what_is_counted_makes_the_overview_due(key):
    assert dirty(key).counts


def test_the_notes_of_a_job_and_not_their_index():
    made = dirty(_keys.notes("6f0c"), _keys.NOTES_INDEX)
    assert made.notes == {"6f0c"}
    assert not made.counts
    assert not made.jobs


def test_a_search_and_nothing_else_of_it():
    made = dirty(_keys.search("5ea4"), _keys.search_hits("5ea4"), _keys.SEARCHES)
    assert made.searches == {"5ea4"}
    assert not made.counts


def test_groups_and_cron_count_for_nothing_but_their_boards():
    made = dirty("rq:groups", "rq:group:night/1", "rq:cron_schedulers", "rq:cron_job:hello:jobs")
    assert made
    assert (made.groups, made.cron) == ({"", "night/1"}, True)
    assert not made.counts
    assert not made.lists


@pytest.mark.parametrize("prefixes", [MEANT, TRACKED, *JOBS], ids=["meant", "asked for", "jobs", "asked for jobs"])
def test_the_prefixes_of_the_feed_are_disjoint(prefixes):
    assert not [(one, two) for one in prefixes for two in prefixes if one is not two and one.startswith(two)]


def test_what_is_asked_for_covers_what_is_meant_and_no_heartbeats():
    assert len(TRACKED) < len(MEANT) / 2
    assert all(prefix.startswith(TRACKED) for prefix in MEANT)
    assert not "rq:worker:w".startswith(TRACKED)
    assert not "rq:execution:j:1".startswith(TRACKED)
    assert not "rq:executions:j".startswith(TRACKED)


def test_who_hears_of_jobs_alone_hears_neither_of_queues_nor_of_registries_and_adds_no_beginning_to_compare():
    assert all(prefix.startswith(JOBS.tracked) for prefix in JOBS.meant)
    assert {*JOBS.tracked} <= {*TRACKED}
    assert "rq:workers".startswith(JOBS.meant)
    assert not any(key.startswith(JOBS.tracked) for key in ("rq:queue:a", "rq:wip:a", "rq:finished:a", "rq:worker:w"))


def test_the_activity():
    made = dirty(_keys.ACTIVITY)
    assert made
    assert made.activity
    assert not made.counts


def test_the_catalog():
    made = dirty(_keys.CATALOG)
    assert made.catalog
    assert not made.counts


@pytest.mark.parametrize(
    ("key", "concerned"),
    [
        ("rq:queue:default", ["default/queued", "/queued", "default/", "/"]),
        ("rq:failed:default", ["default/failed", "default/stopped", "/failed", "/stopped", "default/", "/"]),
        ("rq:wip:a/b c%", ["a/b c%/started", "/started", "a/b c%/", "/"]),
        ("rq:ready:default", ["default/ready_to_enqueue", "/ready_to_enqueue", "default/", "/"]),
        ("rq:rl:key:rate_limited", ["default/rate_limited", "/rate_limited", "a/b c%/rate_limited", "default/", "/"]),
        ("rq:scheduled:x", ["x/scheduled", "/scheduled", "x/", "/"]),
        ("rq:queue:default:intermediate", []),
    ],
)
def test_lists_that_a_key_concerns(key, concerned):
    made = dirty(key)
    names = ["default/queued", "default/failed", "default/stopped", "default/started", "default/ready_to_enqueue"]
    names += ["default/rate_limited", "a/b c%/rate_limited", "a/b c%/started", "x/scheduled"]
    names += ["default/", "x/", "a/b c%/"]
    names += ["/queued", "/failed", "/stopped", "/started", "/ready_to_enqueue", "/rate_limited", "/scheduled", "/"]
    if key.startswith("rq:rl:"):
        concerned = [*concerned, "x/", "a/b c%/"]
    assert {name for name in names if made.concerns_list(f"list:{name}")} == set(concerned)


def test_names_that_are_not_utf8_are_taken_as_they_are_shown():
    made = dirty(b"rq:job:\xff", b"rq:queue:\xfe")
    assert made.jobs == {"\ufffd"}
    assert made.concerns_list("list:\ufffd/queued")


def test_a_list_without_a_slash_is_no_list():
    assert not dirty("rq:queue:default").concerns_list("list:default")
