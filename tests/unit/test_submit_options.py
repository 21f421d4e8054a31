"""How a job is to run: every option's limits, and all problems at once."""

from datetime import UTC, datetime, timedelta

import pytest

from webapp.actions import option_values, options
from webapp.errors import BadInput

NOW = datetime(2026, 2, 28, 9, 30, 0, 500_000, UTC)


def parse(**body):
    return options.parse(body, NOW)


def problems(**body):
    with pytest.raises(BadInput) as refused:
        parse(**body)
    assert refused.value.fix
    return refused.value.fields


def test_nothing_said_is_nothing_chosen():
    assert parse() == options.Options()
    assert parse(queue=None, at=None, retry=None, at_front=None, **{"in": None}) == options.Options()


def test_every_option_is_understood():
    chosen = parse(
        id="order-17_a", queue="app:high", at_front=True, timeout=-1, result_ttl=0, retry=3, description="by hand"
    )
    assert chosen == options.Options(
        id="order-17_a",
        queue="app:high",
        at_front=True,
        timeout=-1,
        result_ttl=0,
        retries=3,
        intervals=(0,),
        description="by hand",
    )
    assert parse(retry={"max": 2, "interval": [1, 60]}).intervals == (1, 60)
    assert parse(retry={"max": 2, "interval": 5}).intervals == (5,)
    assert parse(retry={"max": 2, "interval": None}).intervals == (0,)


def test_what_a_job_waits_for_and_how_often_it_runs_is_understood():
    chosen = parse(after=["a", "b", "a"], repeat={"times": 3, "interval": [60, 300]}, ttl=60, failure_ttl=-1)
    assert chosen == options.Options(after=("a", "b"), repeats=3, repeat_intervals=(60, 300), ttl=60, failure_ttl=-1)
    assert parse(after={"jobs": ["a"], "allow_failure": True}).allow_failure
    assert parse(repeat=2).repeat_intervals == (0,)
    limited = parse(rate_limit={"key": "mail", "concurrency": 2}, group="g", meta={"a": 1}, id="x", unique=True)
    assert limited == options.Options(limit=("mail", 2), group="g", meta={"a": 1}, id="x")


def test_what_rq_would_not_honour_together_is_refused():
    assert "due" in problems(after=["a"], **{"in": 60})["after"]
    assert "is over before" in problems(ttl=60, **{"in": 60})["ttl"]
    assert parse(ttl=62, **{"in": 60}).ttl == 62
    assert "is missing" in problems(unique=True)["id"]


def test_a_delay_is_never_cut_short():
    """RQ's scheduler counts whole seconds: 5 s from 9:30:00.5 is due at 9:30:06, not at 9:30:05."""
    assert parse(**{"in": 5}).run_at == datetime(2026, 2, 28, 9, 30, 6, tzinfo=UTC)
    assert parse(**{"in": 0.2}).run_at == datetime(2026, 2, 28, 9, 30, 1, tzinfo=UTC)
    assert parse(**{"in": 0}).run_at is None


def test_a_moment_has_an_offset_and_is_not_over():
    assert parse(at="2026-02-28T12:00:00+01:00").run_at == datetime(2026, 2, 28, 11, tzinfo=UTC)
    assert parse(at="2026-02-28T10:00Z").run_at == datetime(2026, 2, 28, 10, tzinfo=UTC)
    assert "passed" in problems(at="2026-02-28T09:28:00Z")["at"]


def test_the_minute_that_a_form_offers_as_now_is_now():
    assert parse(at="2026-02-28T09:30:00Z").run_at is None


@pytest.mark.parametrize(
    "value", ["2026-02-28T12:00:00", "soon", "", 5, "2026-02-30T00:00Z", "9999-12-31T23:59:59+00:00", [], "0001-01-01"]
)
def test_a_moment_that_is_none_is_refused(value):
    assert "at" in problems(at=value)


def test_a_delay_and_a_moment_together_are_refused():
    both = {"in": 5, "at": (NOW + timedelta(hours=1)).isoformat()}
    assert "together" in problems(**both)["at"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "a b"),
        ("id", ""),
        ("id", "x" * 129),
        ("id", 5),
        ("id", "a:b"),
        ("id", "a\n"),
        ("queue", ""),
        ("queue", "a,b"),
        ("queue", " a"),
        ("queue", "a\x00b"),
        ("queue", "x" * 129),
        ("queue", "default:intermediate"),
        ("queue", "_compact:1"),
        ("queue", 5),
        ("in", -1),
        ("in", "5"),
        ("in", True),
        ("in", option_values.SECONDS_MAX + 1),
        ("at_front", 1),
        ("timeout", 0),
        ("timeout", -2),
        ("timeout", 1.5),
        ("timeout", True),
        ("timeout", 2**40),
        ("result_ttl", -2),
        ("result_ttl", "1d"),
        ("retry", 0),
        ("retry", True),
        ("retry", "3"),
        ("retry", {}),
        ("retry", {"max": 1, "intervals": 5}),
        ("retry", {"max": 1, "interval": -1}),
        ("retry", {"max": 1, "interval": [1, "2"]}),
        ("retry", {"max": option_values.TIMES_MAX + 1}),
        ("repeat", 0),
        ("repeat", {"max": 1}),
        ("repeat", {"times": 1, "interval": [-1]}),
        ("after", []),
        ("after", "a"),
        ("after", [""]),
        ("after", ["a\x00"]),
        ("after", ["a"] * 101),
        ("after", {"jobs": ["a"], "allow_failure": 1}),
        ("after", {"ids": ["a"]}),
        ("rate_limit", "mail"),
        ("rate_limit", {"key": "mail"}),
        ("rate_limit", {"key": "", "concurrency": 1}),
        ("rate_limit", {"key": "mail", "concurrency": 0}),
        ("rate_limit", {"key": "mail:allowed", "concurrency": 1}),
        ("group", " a"),
        ("group", "x" * 129),
        ("unique", 1),
        ("ttl", 0),
        ("ttl", -1),
        ("failure_ttl", 0),
        ("failure_ttl", -2),
        ("meta", []),
        ("meta", {"a": "x" * 5000}),
        ("description", 5),
        ("description", "x" * 1001),
    ],
)
def test_what_rq_would_choke_on_is_refused_by_name(name, value):
    assert list(problems(**{name: value})) == [name]


def test_all_problems_are_named_at_once():
    assert set(problems(timeout=0, queue="a,b", at="soon")) == {"timeout", "queue", "at"}
