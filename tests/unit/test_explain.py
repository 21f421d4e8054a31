"""The reasoning why a job does not run, and who is stuck: over made-up facts, without Redis."""

from dataclasses import replace

import pytest

from webapp.models import JobSummary
from webapp.models_overview import Overview, QueueStats, Totals, WorkerInfo
from webapp.queries.explain import explain
from webapp.queries.explain_facts import Facts, Node, Run, Slots
from webapp.queries.explain_waits import doomed, way_back
from webapp.queries.sightings import STALE, STANDS, Sightings
from webapp.queries.stuck_graph import Mark, stuck
from webapp.queries.suspects import Suspects

NOW = 1_795_360_400_022
FOUND = dict(now=NOW, searched=100)


def worker(name: str, state: str = "idle", queues: tuple[str, ...] = ("default",), **more) -> WorkerInfo:
    return WorkerInfo(name=name, state=state, queues=queues, **more)


def overview(*workers: WorkerInfo, **queued: int) -> Overview:
    queues = {name: QueueStats(name=name, queued=count) for name, count in queued.items()}
    return Overview(
        as_of=NOW, totals=Totals(), queues=queues, workers={one.name: one for one in workers}, running={}, figures={},
        gathered=(),
    )  # fmt: skip


def facts(status: str, *workers: WorkerInfo, run_at: int | None = None, **more) -> Facts:
    row = JobSummary(id="x", status=status, queue="default", run_at=run_at, started_at=more.pop("started_at", None))
    return Facts(**{**FOUND, "row": row, "overview": more.pop("overview", None) or overview(*workers), **more})


QUEUED = dict(position=3, queued=9)
DAY = 86_400_000
REASONS = [
    ("created", facts("created")),
    ("suspended", facts("queued", worker("w"), **QUEUED, suspended=True)),
    ("held", facts("queued", aside="held")),
    ("parked", facts("queued", aside="parked")),
    ("no_worker", facts("queued", **QUEUED)),
    ("no_worker", facts("queued", worker("w", queues=("high",)), **QUEUED)),
    ("no_signal", facts("queued", worker("w", "no signal"), worker("v", "lost"), **QUEUED)),
    ("workers_lost", facts("queued", worker("w", "lost"), **QUEUED)),
    ("next", facts("queued", worker("w"), position=0, queued=1)),
    ("behind", facts("queued", worker("w"), **QUEUED)),
    ("far_behind", facts("queued", worker("w"), queued=1_000)),
    ("in_no_list", facts("queued", worker("w"), queued=200)),
    ("stuck_intermediate", facts("queued", worker("w"), intermediate=True)),
    ("starting", facts("queued", worker("w"), intermediate=True, runs=(Run(worker="w"),))),
    ("due", facts("scheduled", run_at=NOW + DAY, scheduler_alive=True)),
    ("due", facts("scheduled", run_at=NOW - 2_000, scheduler_alive=True)),
    ("overdue", facts("scheduled", run_at=NOW - DAY, scheduler_alive=True)),
    ("no_scheduler", facts("scheduled", run_at=NOW + DAY)),
    ("overdue_no_scheduler", facts("scheduled", run_at=NOW - DAY)),
    ("in_no_list", facts("scheduled", registered=False, scheduler_alive=True)),
    ("ready", facts("ready_to_enqueue", ready_since=NOW - 1_000)),
    ("ready_left_over", facts("ready_to_enqueue", ready_since=NOW - 6_000)),
    ("in_no_list", facts("ready_to_enqueue")),
    ("started_nowhere", facts("started", worker("w", "busy"), runs=(Run(worker="w", deadline=NOW + 9),))),
    (None, facts("started", worker("w", "busy"), runs=(Run(worker="w", deadline=NOW + 9, listed=True),))),
    (None, facts("started", runs=(Run(worker="unlisted", deadline=NOW + 9, listed=True),))),
    (None, facts("started", worker("w", "busy"), runs=(Run(worker="w", deadline=None, listed=True),))),
    ("abandoned", facts("started", worker("w", "busy"), runs=(Run(worker="w", deadline=NOW - 1, listed=True),))),
    ("lost", facts("started", worker("w", "lost"), runs=(Run(worker="w", deadline=NOW + 9, listed=True),))),
    (
        "runs_on",
        facts("started", worker("w", "lost", runs_on=True), runs=(Run(worker="w", deadline=NOW + 9, listed=True),)),
    ),
    ("silent", facts("started", worker("w", "no signal"), runs=(Run(worker="w", deadline=NOW + 9, listed=True),))),
    ("failed", facts("failed")),
    ("stopped", facts("stopped")),
    ("stopped_by", facts("stopped", done_by=("ada", NOW))),
    ("canceled", facts("canceled", runs=(Run(worker="w", deadline=NOW - 1),))),
    ("canceled_runs", facts("canceled", runs=(Run(worker="w", deadline=NOW + 1),))),
    ("canceled_by", facts("canceled", done_by=("ada", NOW))),
    (None, facts("finished")),
    (None, facts("pondering")),
    (None, facts("")),
]


@pytest.mark.parametrize(("code", "known"), REASONS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_reason(code, known):
    reason = explain(known)
    assert (reason and reason.code) == code


def test_without_an_overview_nothing_is_said_of_workers_that_is_not_known():
    assert explain(facts("started", runs=(Run(worker="w", deadline=NOW + 9, listed=True),))) is None
    known = replace(facts("queued", **QUEUED), overview=None)
    assert explain(known).figures == {"queue": "default"}


def test_only_a_finding_that_two_writes_may_leave_for_a_moment_has_to_stand():
    at_once = {"no_worker", "abandoned", "lost", "overdue_no_scheduler", "suspended", "behind"}
    for code, known in REASONS:
        reason = explain(known)
        if code in ("in_no_list", "stuck_intermediate", "started_nowhere"):
            assert reason.until is not None
        if code in at_once:
            assert reason.until is None


def test_jobs_of_other_queues_that_every_worker_takes_first():
    both = overview(
        worker("a", queues=("high", "default")), worker("b", queues=("high", "low", "default")), high=4, low=9
    )
    reason = explain(facts("queued", overview=both, **QUEUED))
    assert (reason.code, reason.figures["first"]) == ("other_queues", 4)
    free = overview(worker("a", queues=("high", "default")), worker("b"), high=4)
    assert explain(facts("queued", overview=free, **QUEUED)).code == "behind"


@pytest.mark.parametrize(("starts", "covered", "seconds"), [(20, 60_000, 12.0), (0, 60_000, None), (20, 9_000, None)])
def test_an_estimate_needs_recorded_starts(starts, covered, seconds):
    reason = explain(facts("queued", worker("w"), **QUEUED, starts=starts, covered_ms=covered))
    assert reason.figures.get("start_in") == seconds


@pytest.mark.parametrize(("retries", "repeats", "after"), [(2, None, "retry"), (None, 3, "repeat"), (None, None, None)])
def test_a_scheduled_job_that_ran_before_says_what_for(retries, repeats, after):
    known = facts("scheduled", run_at=NOW + DAY, started_at=NOW, retries_left=retries, repeats_left=repeats)
    assert explain(known).figures["after"] == after


def graph(**jobs) -> dict[str, Node]:
    """x="deferred a b": a job with its parents or, of a rate limited one, the holders of its slots."""
    found = {}
    for job_id, text in jobs.items():
        status, *others = text.split()
        key = "holders" if status == "rate_limited" else "parents"
        found[job_id] = Node(
            id=job_id, status=None if status == "gone" else status, queue="default", **{key: tuple(others)}
        )
    return found


WAITS = [
    ("waits_for", graph(x="deferred a b", a="finished", b="started"), ("b",)),
    ("dead_parents", graph(x="deferred a b c", a="failed", b="started", c="canceled"), ("a", "c")),
    ("dead_ancestor", graph(x="deferred a", a="deferred b", b="deferred c", c="stopped"), ("a", "b", "c")),
    ("dead_ancestor", graph(x="deferred a", a="deferred b", b="gone"), ("a",)),
    ("gone_parents", graph(x="deferred a b", a="gone", b="finished"), ()),
    ("waits_for", graph(x="deferred a b", a="gone", b="queued"), ("b",)),
    ("parents_met", graph(x="deferred a", a="finished"), ()),
    ("circle", graph(x="deferred x"), ("x",)),
    ("circle", graph(x="deferred a b", a="started", b="deferred x"), ("x", "b")),
    ("dead_ancestor", graph(x="deferred a", a="deferred b", b="deferred a"), ("a", "b")),
    ("circle", graph(x="deferred a", a="rate_limited x"), ("x", "a")),
    ("waits_for", graph(x="deferred a", a="rate_limited x h", h="started"), ("a",)),
]


@pytest.mark.parametrize(("code", "jobs", "named"), WAITS, ids=[f"{code} {n}" for n, (code, *_) in enumerate(WAITS)])
def test_a_deferred_job_waits_for_what_its_graph_shows(code, jobs, named):
    reason = explain(facts("deferred", graph=jobs, told_by=frozenset(jobs)))
    assert (reason.code, reason.jobs) == (code, named)


def test_failures_that_are_allowed_were_met_and_nothing_else():
    jobs = graph(x="deferred a b", a="failed", b="queued")
    jobs["x"] = replace(jobs["x"], allows_failure=True)
    assert explain(facts("deferred", graph=jobs, told_by=frozenset("b"))).code == "waits_for"
    jobs["a"] = replace(jobs["a"], status="stopped")
    assert explain(facts("deferred", graph=jobs, told_by=frozenset("b"))).code == "dead_parents"


def test_parents_that_do_not_know_of_it_do_not_start_it():
    reason = explain(facts("deferred", graph=graph(x="deferred a", a="queued")))
    assert (reason.code, reason.until.code) == ("forgotten", "waits_for")


SLOTS = [
    ("slots_held", graph(x="rate_limited h", h="started"), {"h"}, 1),
    ("slots_wait", graph(x="rate_limited h", h="queued"), set(), 1),
    ("slots_wait", graph(x="rate_limited h", h="started"), set(), 1),
    ("slots_dead", graph(x="rate_limited h i", h="gone", i="started"), {"i"}, 2),
    ("slots_held", graph(x="rate_limited h", h="canceled"), {"h"}, 1),
    ("slot_free", graph(x="rate_limited h", h="started"), {"h"}, 2),
    ("slot_circle", graph(x="rate_limited x"), set(), 1),
    ("slot_circle", graph(x="rate_limited h", h="deferred x"), set(), 1),
]


@pytest.mark.parametrize(
    ("code", "jobs", "running", "slots"), SLOTS, ids=[f"{one[0]} {n}" for n, one in enumerate(SLOTS)]
)
def test_a_rate_limited_job_waits_for_those_that_hold_the_slots(code, jobs, running, slots):
    jobs = {name: replace(node, runs=name in running) for name, node in jobs.items()}
    limit = Slots(key="k", slots=slots, holders=jobs["x"].holders, ahead=0)
    known = facts("rate_limited", overview=overview(default=1), graph=jobs, limit=limit)
    assert explain(known).code == code
    assert explain(replace(known, limit=replace(limit, ahead=None))).code == "in_no_list"


def test_many_ways_to_the_same_jobs_are_walked_once():
    ladder = {f"{side}{n}": f"deferred a{n + 1} b{n + 1}" for n in range(45) for side in "ab"}
    jobs = graph(x="deferred a0 b0", **ladder, a45="queued", b45="queued")
    assert way_back(jobs, "x") == ()
    assert doomed(jobs, "x") == ()
    jobs |= graph(a45="deferred x", b45="failed")
    assert way_back(jobs, "x")[0] == "x"
    assert doomed(jobs, "a0")[-1] in ("x", "b45")


def test_of_all_deferred_jobs_those_are_found_that_never_run():
    jobs = graph(
        a="failed", b="deferred a", c="deferred b", d="deferred b ok", ok="queued", e="deferred ok", f="deferred gone1",
        gone1="gone", g="deferred h", h="deferred g", i="deferred g", j="deferred j", k="deferred e", l="deferred e h",
    )  # fmt: skip
    found = stuck(jobs, [name for name, node in jobs.items() if node.status == "deferred"])
    assert {name: (mark.reason, mark.parent) for name, mark in found.items()} == {
        "b": ("failed", "a"), "c": ("above", "b"), "d": ("above", "b"), "f": ("gone", "gone1"),
        "g": ("circle", "h"), "h": ("circle", "g"), "i": ("circle", "g"), "j": ("circle", "j"), "l": ("circle", "h"),
    }  # fmt: skip


def test_a_chain_of_any_length_is_judged():
    jobs = graph(**{f"n{n}": f"deferred n{n + 1}" for n in range(20_000)}, n20000="failed")
    assert len(stuck(jobs, [name for name in jobs if name != "n20000"])) == 20_000


def test_what_is_seen_only_now_and_then_does_not_stand():
    seen = Sightings()
    assert not seen.stands("x", "mark", now=0)
    assert not seen.stands("x", "mark", now=STANDS - 0.1)
    assert seen.stands("x", "mark", now=STANDS)
    assert not seen.stands("x", "other", now=STANDS + 1), "it was moved meanwhile"
    assert not seen.stands("x", "other", now=STANDS + 1 + STALE + 1), "nobody knows what was in between"
    seen.forget("x")
    assert not seen.stands("x", "other", now=STANDS + STALE + 2)


def test_sightings_are_bounded_and_let_go_of_what_is_gone():
    seen = Sightings(most=2)
    assert [seen.note(name, now=0) for name in "abc"] == [0, 0, 0]
    assert [seen.note(name, now=1) for name in "bca"] == [1, 1, 0]
    seen.keep(["a"])
    assert [seen.note(name, now=2) for name in "ac"] == [1, 0]


def test_suspects_are_told_when_a_later_look_finds_the_same():
    suspects = Suspects()
    suspects.add({"a": 1, "b": 1}, now=0)
    assert suspects.due(10, 5, stands=5, now=4) == []
    assert suspects.due(10, 5, stands=5, now=5) == ["a", "b"]
    suspects.judge(["a", "b"], {"a": 1, "b": 2}, now=5)
    assert suspects.told() == ["a"], "the other was moved meanwhile"
    assert suspects.due(10, 5, stands=5, now=6) == ["a"], "who is shown is looked at each time"
    suspects.judge(["a"], {}, now=6)
    assert suspects.told() == []
    suspects.judge(suspects.due(10, 5, stands=5, now=10), {"b": 2}, now=10)
    assert (suspects.told(), suspects.mark("b"), suspects.mark("a")) == (["b"], 2, None)


def test_more_suspects_than_are_remembered_are_said_to_be_more(monkeypatch):
    monkeypatch.setattr("webapp.queries.suspects.SUSPECTS_MAX", 2)
    suspects = Suspects()
    suspects.add({"a": 1, "b": 1, "c": 1}, now=0)
    assert suspects.cut
    suspects.judge(["a"], {}, now=9)
    assert not suspects.cut
    suspects.clear()
    assert "b" not in suspects


def test_a_mark_names_the_queue_of_the_job():
    assert stuck(graph(a="failed", b="deferred a"), ["b"])["b"] == Mark("failed", "a", "default")
