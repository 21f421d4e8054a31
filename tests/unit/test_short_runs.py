"""Functions whose runs flash by: learned from looking, forgotten after a minute, and told only of queues that exist."""

from webapp.models import JobSummary
from webapp.queries.short_runs import REMEMBER_MS, ShortRuns

NOW = 1_795_360_400_000


def run(job_id: str, started_at: int, func: str = "mail.send") -> JobSummary:
    return JobSummary(id=job_id, status="started", func=func, title=func, queue="default", started_at=started_at)


def names(short: ShortRuns, queues: tuple[str, ...] = ("default",)) -> list[str]:
    return [entry["func"] for entry in short.gathered(queues)]


def test_a_run_that_was_gone_within_a_second_makes_its_function_short():
    short = ShortRuns()
    short.learn([run("a", NOW - 20)], NOW)
    assert names(short) == []
    short.learn([], NOW + 50)
    assert names(short) == ["mail.send"]


def test_a_run_that_lasted_does_not():
    short = ShortRuns()
    short.learn([run("a", NOW - 900)], NOW)
    short.learn([], NOW + 200)
    assert names(short) == []


def test_a_function_is_forgotten_after_a_minute_and_at_once_with_its_queue():
    short = ShortRuns()
    short.learn([run("a", NOW)], NOW)
    short.learn([], NOW + 50)
    assert names(short, ("other",)) == []
    short.learn([], NOW + 50 + REMEMBER_MS)
    assert names(short) == []
