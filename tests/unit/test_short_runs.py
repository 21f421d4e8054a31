"""Functions whose runs flash by: learned from looking, told while they run, forgotten after a minute."""

from webapp.models import JobSummary
from webapp.queries.short_runs import REMEMBER_MS, SHOW_MS, ShortRuns

NOW = 1_795_360_400_000


def run(job_id: str, started_at: int, func: str = "mail.send") -> JobSummary:
    return JobSummary(id=job_id, status="started", func=func, title=func, queue="default", started_at=started_at)


def names(short: ShortRuns, queues: tuple[str, ...] = ("default",), now_ms: int = NOW + 50) -> list[str]:
    return [entry["func"] for entry in short.gathered(queues, now_ms)]


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


def test_a_function_is_shown_while_it_runs_and_just_after_in_the_queues_that_exist():
    short = ShortRuns()
    short.learn([run("a", NOW)], NOW)
    short.learn([], NOW + 50)
    assert names(short, ("other",)) == []
    assert names(short, now_ms=NOW + 49 + SHOW_MS) == ["mail.send"]
    assert names(short, now_ms=NOW + 50 + SHOW_MS) == []


def test_a_function_counts_as_short_for_a_minute():
    short = ShortRuns()
    short.learn([run("a", NOW)], NOW)
    short.learn([], NOW + 50)
    short.learn([], NOW + 49 + REMEMBER_MS)
    assert short.functions() == {"mail.send"}
    short.learn([], NOW + 50 + REMEMBER_MS)
    assert short.functions() == set()


def test_a_run_that_was_shown_is_shown_until_it_ends_though_its_function_turns_out_to_be_short():
    short, gathered = ShortRuns(), {"mail.send"}
    shown = run("a", NOW - 100)
    assert short.lasting([shown], set(), NOW) == [shown]
    assert short.lasting([run("b", NOW), shown], gathered, NOW + 50) == [shown]
    assert short.lasting([], gathered, NOW + 100) == []
    assert short.lasting([run("a", NOW + 150)], gathered, NOW + 150) == []
