"""What is measured and how it is told, on a run with little to do. No test holds how fast this machine is."""

import asyncio
import json
import os
import re
import signal
import threading
import time
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from jobs._model_clock import Steps, Until
from jobs._model_ways import with_processes, with_threads
from jobs._model_work import compute
from jobs.execution_models import execution_models
from tests.support import ROOT, page_words

LITTLE = {"tasks": 4, "wait_seconds": 0.1, "turns": 200_000, "tiny_tasks": 500}
NONE = {"io_bound": False, "cpu_bound": False, "blocking": False, "tiny": False, "deadlock": False}
WORDS = {lang: page_words(lang) for lang in ("en", "ko")}


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    """All parts, once, as JSON carries them."""
    return json.loads(json.dumps(execution_models(**LITTLE), allow_nan=False))


@pytest.fixture(scope="module")
def groups(result: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """(title of the comparison, model) -> group"""
    return {
        (comparison["title"], group["model"]): group
        for comparison in result["comparisons"]
        for group in comparison["groups"]
    }


def bars(group: dict[str, Any]) -> list[dict[str, Any]]:
    """The bars of its tasks, in the order of their beginning."""
    found = [bar for lane in group["lanes"] if "task" in lane for bar in lane["bars"]]
    return sorted(found, key=lambda bar: bar["from"])


def nodes(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(nodes, value.values()))
    return 1 + sum(map(nodes, value)) if isinstance(value, list) else 1


def test_every_part_has_its_models_and_every_model_a_lane_for_each_task(result, groups) -> None:
    four = ["sequential", "asyncio", "threads", "processes"]
    assert [(one["title"], [group["model"] for group in one["groups"]]) for one in result["comparisons"]] == [
        ("io", four),
        ("cpu", four),
        ("blocking", ["sleep", "to_thread"]),
        ("tiny", ["loop", "asyncio", "threads", "processes", "bundles"]),
        ("deadlock", ["crossed", "ordered"]),
    ]
    for (title, _), group in groups.items():
        if title in ("io", "cpu", "blocking"):
            assert [lane["task"] for lane in group["lanes"] if "task" in lane] == [1, 2, 3, 4]
        for bar in bars(group):
            assert 0 <= bar["from"] <= bar["to"] <= group["seconds"] + 1e-3
            assert 0 <= bar.get("busy", 0) <= 1
    assert nodes(result) < 2_000


@pytest.mark.parametrize("model", ["asyncio", "threads", "processes"])
def test_waits_go_on_at_once_in_every_model_but_the_first(groups, model: str) -> None:
    base, group = bars(groups["io", "sequential"]), bars(groups["io", model])
    assert all(bar["to"] <= later["from"] + 1e-4 for bar, later in pairwise(base))
    assert groups["io", model]["says"][0]["values"]["at_once"] >= 2
    assert all(bar["to"] - bar["from"] >= 0.099 for bar in base + group)
    assert groups["io", model]["ratio"] == pytest.approx(
        groups["io", "sequential"]["seconds"] / groups["io", model]["seconds"], rel=1e-3
    )


def test_waiting_needs_no_processor_and_computing_does(groups) -> None:
    """Of the time that a task lasts alone, so that what else runs here cannot change it much."""
    waiting, computing = groups["io", "sequential"]["says"][0], groups["cpu", "sequential"]["says"][0]
    assert waiting["values"]["core_share"] < 0.1
    assert computing["values"]["cpu_seconds"] > 0.01


def test_only_threads_and_processes_have_more_than_one_computing_task_under_way(groups) -> None:
    for model in ("sequential", "asyncio"):
        assert all(bar["to"] <= later["from"] + 1e-4 for bar, later in pairwise(bars(groups["cpu", model])))
    pids = {lane["id"] for lane in groups["cpu", "processes"]["lanes"]}
    assert os.getpid() not in pids
    assert len({lane["id"] for lane in groups["cpu", "threads"]["lanes"]}) >= 1


def test_a_blocking_call_silences_the_heartbeat_and_a_thread_does_not(groups) -> None:
    blocked, free = groups["blocking", "sleep"], groups["blocking", "to_thread"]
    silence = [group["says"][0]["values"]["silence_seconds"] for group in (blocked, free)]
    assert silence[0] >= 4 * 0.1
    assert silence[1] < silence[0] / 2
    heart = blocked["lanes"][0]
    assert heart["name"] == "heartbeat"
    assert heart["bars"][0]["to"] <= bars(blocked)[0]["to"]


def test_thousands_of_tasks_are_counted_by_who_ended_them_when(groups) -> None:
    for model in ("loop", "asyncio", "threads", "processes", "bundles"):
        lanes = groups["tiny", model]["lanes"]
        assert sum(sum(lane["density"]) for lane in lanes) == 500
        assert all(len(lane["density"]) == 48 for lane in lanes)
        assert groups["tiny", model]["says"][0]["values"]["each_micros"] > 0
    assert len(groups["tiny", "loop"]["lanes"]) == 1
    assert all(lane["on"] == "process" for lane in groups["tiny", "processes"]["lanes"])


def test_a_deadlock_is_ended_by_its_timeout_with_the_lines_where_both_waited(groups) -> None:
    crossed, ordered = groups["deadlock", "crossed"], groups["deadlock", "ordered"]
    assert 1 <= crossed["seconds"] < 10
    assert [(line["task"], line["text"]) for line in crossed["lines"]] == [
        (1, "async with lock_b:"),
        (2, "async with lock_a:"),
    ]
    for line in crossed["lines"]:
        assert (ROOT / line["file"]).read_text().splitlines()[line["line"] - 1].strip() == line["text"]
    assert [lane["bars"][-1]["label"] for lane in crossed["lanes"]] == ["waits", "waits"]
    assert "lines" not in ordered
    assert [lane["bars"][-1]["locks"] for lane in ordered["lanes"]] == ["A, B", "A, B"]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_sentence_and_title_has_its_words_and_all_their_figures(result, lang: str) -> None:
    for comparison in result["comparisons"]:
        told = [(f"lanes.title.{comparison['title']}", comparison["values"])]
        told += [(f"lanes.legend.{comparison['shows']}", {})]
        for group in comparison["groups"]:
            told += [(f"lanes.model.{group['model']}", {})]
            told += [(f"lanes.says.{said['text']}", said["values"]) for said in group["says"]]
        for key, values in told:
            assert set(re.findall(r"\{(\w+)\}", WORDS[lang][key])) <= set(values), key


def test_parts_are_chosen_and_none_is_refused() -> None:
    only = execution_models(**(NONE | LITTLE | {"tiny": True}))
    assert [comparison["title"] for comparison in only["comparisons"]] == ["tiny"]
    with pytest.raises(ValueError, match=r"nothing to measure\. Switch on at least one part"):
        execution_models(**NONE)


def test_a_limit_ends_each_measurement_and_the_next_one_is_made() -> None:
    chosen = NONE | {"cpu_bound": True, "io_bound": True, "blocking": True, "tiny": True}
    began = time.monotonic()
    result = execution_models(**chosen, tasks=4, wait_seconds=2, turns=100_000_000, tiny_tasks=20_000, limit=0.1)
    assert time.monotonic() - began < 30
    for comparison in result["comparisons"][:3]:
        for group in comparison["groups"]:
            (said,) = group["says"]
            assert said == {"text": "cut", "values": {"done": 0, "tasks": 4, "limit_seconds": 0.1}}
            assert group["ratio"] is None
            assert all(bar["cut"] for bar in bars(group))
    tiny = {group["model"]: group["says"][0] for group in result["comparisons"][3]["groups"]}
    assert tiny["processes"]["text"] == "cut"
    assert tiny["processes"]["values"]["done"] < 20_000


def test_no_thread_and_no_warning_is_left(result) -> None:
    """Warnings are errors here: sockets and loops that stay open would be one each."""
    execution_models(**(NONE | LITTLE | {"io_bound": True, "blocking": True}))
    assert not [thread for thread in threading.enumerate() if "server" in thread.name or "asyncio" in thread.name]


@pytest.mark.parametrize("way", [with_threads, partial(with_processes, workers=2)])
def test_a_timeout_of_the_job_ends_what_computes(way) -> None:
    """RQ raises it in the main thread, from a signal."""

    class TimeOfTheJobIsOver(Exception):
        pass

    def strike(*_: object) -> None:
        raise TimeOfTheJobIsOver

    before = signal.signal(signal.SIGUSR1, strike)
    began = time.monotonic()
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    try:
        with pytest.raises(TimeOfTheJobIsOver):
            way(partial(compute, 10**12), 3, Until(60))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - began < 20


def test_the_steps_of_a_coroutine_are_timed_without_what_runs_between_them() -> None:
    def burn(seconds: float) -> None:
        end = time.thread_time() + seconds
        while time.thread_time() < end:
            pass

    async def work() -> str:
        burn(0.02)
        await asyncio.sleep(0)
        burn(0.02)
        return "done"

    async def run() -> tuple[str, float]:
        steps = Steps(work())
        other = asyncio.create_task(asyncio.to_thread(burn, 0))
        between = asyncio.get_running_loop().call_soon(burn, 0.2)
        said = await steps
        await other
        between.cancel()
        return said, steps.cpu

    said, cpu = asyncio.run(run())
    assert said == "done"
    assert 0.04 <= cpu < 0.12


def test_what_is_thrown_into_a_timed_coroutine_arrives() -> None:
    async def stubborn() -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "was canceled"

    async def run() -> str:
        async def timed() -> str:
            return await Steps(stubborn())

        task = asyncio.create_task(timed())
        await asyncio.sleep(0.01)
        task.cancel()
        return await task

    assert asyncio.run(run()) == "was canceled"


def test_a_moment_can_be_brought_forward() -> None:
    until = Until(60)
    assert not until.over()
    assert 59 < until.left() <= 60
    until.end()
    assert until.over()
    assert until.left() == 0.001
