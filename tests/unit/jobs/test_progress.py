import asyncio
import json
import threading
import time

import pytest

from jobs import _keys, _run, report_progress, track
from jobs._progress import snapshot
from tests.support import eventually


def shown(run) -> list[tuple]:
    return [(stage["message"], stage["done"], stage["total"]) for stage in snapshot(run, time.monotonic())]


def test_outside_a_job_a_loop_is_a_loop() -> None:
    assert list(track([1, 2], "x")) == [1, 2]
    assert report_progress(1, 2) is None
    assert _run.current is None


def test_a_stage_shows_how_many_turns_are_over(run) -> None:
    with run:
        for turn in track(range(3), "Reading rows", unit="rows"):
            assert shown(run) == [("Reading rows", turn, 3)]
        assert shown(run) == [("Reading rows", 3, 3)]
        assert snapshot(run, time.monotonic())[0]["unit"] == "rows"


def test_total_is_the_length_where_there_is_one(run) -> None:
    with run:
        for _ in track([1, 2]):
            assert shown(run) == [("", 0, 2)]
            break
        for _ in track(iter([1, 2])):
            assert shown(run) == [("", 0, None)]
            break
        for _ in track(iter([1, 2]), total=9):
            assert shown(run) == [("", 0, 9)]
            break


def test_stages_nest_and_only_the_outermost_stays_when_it_is_over(run) -> None:
    with run:
        for _ in track("ab", "outer"):
            for _ in track("xyz", "inner"):
                assert [message for message, *_ in shown(run)] == ["outer", "inner"]
            assert [message for message, *_ in shown(run)] == ["outer"]
        assert shown(run) == [("outer", 2, 2)]
        for _ in track("c", "next"):
            assert shown(run) == [("next", 0, 1)]


def test_at_most_four_stages_are_shown_the_outermost(run) -> None:
    def nest(depth: int) -> None:
        for _ in track([0], f"level {depth}"):
            if depth < 6:
                nest(depth + 1)
            else:
                assert [message for message, *_ in shown(run)] == ["level 0", "level 1", "level 2", "level 3"]

    with run:
        nest(0)


def fail_in_a_loop() -> None:
    for _ in track("abc", "raises"):
        raise KeyError


def test_a_loop_that_ends_early_raises_or_is_abandoned_closes_its_stage(run) -> None:
    with run:
        for _ in track("abc", "outer"):
            for _ in track("abc", "broken off"):
                break
            with pytest.raises(KeyError):
                fail_in_a_loop()
            abandoned = iter(track("abc", "abandoned"))
            next(abandoned)
            del abandoned
            never_begun = iter(track("abc", "never begun"))
            assert shown(run) == [("outer", 0, 3)]
            del never_begun
            break
        assert shown(run) == [("outer", 0, 3)]


def test_a_stage_left_open_shows_where_the_job_failed(run, post) -> None:
    rows = iter(track(range(5), "Rows"))

    def work() -> None:
        with run:
            next(rows), next(rows)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert [(stage["message"], stage["done"]) for stage in post.progress[-1]] == [("Rows", 1)]


def test_report_progress_is_one_stage_within_its_loop(run) -> None:
    with run:
        for _ in track("ab", "files"):
            report_progress(1, 10, "pages")
            report_progress(2, 10, "pages of the same")
            assert shown(run) == [("files", 0, 2), ("pages of the same", 2, 10)]
            break
        assert shown(run) == [("files", 0, 2)]
        report_progress(0.25)
        assert shown(run) == [("", 0.25, None)]


def test_a_message_that_changes_with_each_report_keeps_the_speed(run) -> None:
    with run:
        for done in range(5):
            report_progress(done, 5, f"page {done}")
            snapshot(run, time.monotonic() + done)
        assert snapshot(run, time.monotonic() + 4)[0]["rate"] == pytest.approx(1, rel=0.1)


def test_the_last_value_is_always_written(run, post) -> None:
    with run:
        for done in range(1, 1001):
            report_progress(done, 1000, "quick")
    assert (post.progress[-1][0]["done"], post.progress[-1][0]["total"]) == (1000, 1000)


def test_at_most_ten_writes_a_second(run, post) -> None:
    with run:
        start = time.monotonic()
        for _ in track(range(10**9), "busy"):
            if time.monotonic() - start > 0.55:
                break
        seconds = time.monotonic() - start
    assert 3 <= len(post.progress) <= seconds * 10 + 2


def test_nothing_is_written_while_nothing_changes(run, post) -> None:
    with run:
        report_progress(1, 2, "waits")
        eventually(lambda: post.progress)
        time.sleep(0.35)
    assert len(post.progress) == 1


def test_a_slow_turn_is_seen_while_it_lasts(run, post) -> None:
    with run:
        for _ in track("ab", "slow"):
            eventually(lambda: post.progress)
            break


def test_threads_have_stages_of_their_own(run) -> None:
    inside, done = threading.Barrier(3), threading.Barrier(3)

    def work(name: str) -> None:
        for _ in track("ab", name):
            report = name == "one"
            if report:
                report_progress(1, 2, "reported")
            inside.wait(5)
            done.wait(5)
            break

    with run:
        for _ in track("x", "main"):
            threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
            for thread in threads:
                thread.start()
            inside.wait(5)
            assert {message for message, *_ in shown(run)} == {"main", "one", "two", "reported"}
            assert shown(run)[0][0] == "main"
            done.wait(5)
            for thread in threads:
                thread.join()
            assert shown(run) == [("main", 0, 1)]


def test_async_loops_are_tracked(run, post) -> None:
    async def numbers():
        for number in range(3):
            await asyncio.sleep(0)
            yield number

    async def work() -> list[int]:
        return [number async for number in track(numbers(), "async", total=3)]

    with run:
        assert asyncio.run(work()) == [0, 1, 2]
        assert shown(run) == [("async", 3, 3)]
    assert asyncio.run(work()) == [0, 1, 2]


def test_the_largest_progress_fits_its_cap(run) -> None:
    with run:
        stages = [iter(track("ab", "\x01\U0001f600" * 100, total=1e300, unit="\x02" * 99)) for _ in range(5)]
        for stage in stages:
            next(stage)
        text = json.dumps({"run": run.id, "at": 10**13, "stages": snapshot(run, 1e9)}, ensure_ascii=False)
        assert len(text.encode()) <= _keys.PROGRESS_BYTES


@pytest.mark.parametrize("odd", [None, "many", float("nan"), float("inf"), 10**400, object()])
def test_odd_figures_neither_raise_nor_spoil_the_json(run, post, odd: object) -> None:
    with run:
        report_progress(odd, odd, odd, odd)
    json.dumps(post.progress[-1], allow_nan=False)
