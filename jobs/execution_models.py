"""Job type: the same work one after the other, with asyncio, with threads, with processes; measured, and drawn."""

import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar

from jobs import Param, _model_says, job_type, report_progress
from jobs import _model_picture as picture
from jobs._model_blocking import sleep_in_loop, sleep_in_threads
from jobs._model_clock import AsyncWork, Until, Work
from jobs._model_deadlock import crossed, in_one_order
from jobs._model_tiny import in_a_loop, in_asyncio, in_processes, in_threads
from jobs._model_ways import Measured, one_after_the_other, with_asyncio, with_processes, with_threads
from jobs._model_work import compute, compute_async, slow_server, wait, wait_async
from jobs._pool import cores

log = logging.getLogger(__name__)

#: Errands into which each process's share of the tiny tasks is bundled.
BUNDLES = 4
#: How many measurements each part has.
STEPS = {"I/O-bound": 4, "CPU-bound": 4, "Blocking": 2, "Tiny tasks": 5, "Deadlock": 2}

T = TypeVar("T")
Comparison = dict[str, Any]


@job_type(title="Compare execution models", timeout=900)
def execution_models(
    io_bound: Annotated[bool, Param(title="I/O-bound work", help="Waits for a socket, four ways.")] = True,
    cpu_bound: Annotated[bool, Param(title="CPU-bound work", help="Computes, four ways.")] = True,
    blocking: Annotated[bool, Param(title="Blocking call in async def", help="Then in asyncio.to_thread.")] = True,
    tiny: Annotated[bool, Param(title="Tiny tasks", help="So many that handing them over costs more.")] = True,
    deadlock: Annotated[bool, Param(title="Deadlock", help="Two tasks that wait for each other.")] = True,
    tasks: Annotated[int, Param(help="How many of each kind.", ge=2, le=24)] = 8,
    wait_seconds: Annotated[float, Param(help="Of each wait and each blocking call.", ge=0.02, le=2)] = 0.25,
    turns: Annotated[int, Param(help="Of the loop in each computing task.", ge=1_000, le=100_000_000)] = 2_000_000,
    tiny_tasks: Annotated[int, Param(title="How many tiny tasks", ge=100, le=50_000)] = 10_000,
    limit: Annotated[float, Param(title="Limit, seconds", help="Of each measurement.", ge=0.1, le=30)] = 20.0,
) -> dict[str, Any]:
    """See what asyncio, threads and processes are good for: the same work in each, a lane for each task.

    And what to beware of: a blocking call inside async def, thousands of tiny tasks, two tasks that wait for each
    other. What is said about each is drawn from what was measured. It measures well where nothing else runs.
    """
    size = max(2, cores())
    chosen = {
        "I/O-bound": io_bound and partial(_io_bound, tasks, wait_seconds, limit),
        "CPU-bound": cpu_bound and partial(_cpu_bound, tasks, turns, min(tasks, size), limit),
        "Blocking": blocking and partial(_blocking, tasks, wait_seconds, limit),
        "Tiny tasks": tiny and partial(_tiny, tiny_tasks, min(8, size), limit),
        "Deadlock": deadlock and _deadlock,
    }
    parts = {name: measure for name, measure in chosen.items() if measure}
    if not parts:
        raise ValueError("There is nothing to measure. Switch on at least one part, such as io_bound.")
    began = time.monotonic()
    step = _Steps([name for name in parts for _ in range(STEPS[name])])
    comparisons = [measure(step) for measure in parts.values()]
    return {
        "view": "lanes",
        "about": {"python": sys.version.split()[0], "cores": cores(), "gil": _has_gil()},
        "seconds": round(time.monotonic() - began, 3),
        "comparisons": comparisons,
    }


class _Steps:
    """Runs one measurement after the other: progress shows which, the log how long it took."""

    def __init__(self, parts: list[str]) -> None:
        self._waiting = iter(enumerate(parts))
        self._total = len(parts)

    def __call__(self, model: str, measure: Callable[[], T]) -> T:
        done, part = next(self._waiting)
        report_progress(done, self._total, f"{part}: {model}", "measurements")
        measured = measure()
        log.info("%s, %s: %.3f s", part, model, measured.seconds)
        return measured


def _io_bound(tasks: int, seconds: float, limit: float, step: _Steps) -> Comparison:
    with slow_server(seconds) as port:
        ways = _four_ways(partial(wait, port), partial(wait_async, port), tasks, tasks, limit, step)
    return _compared("io", ways, limit, {"tasks": tasks, "wait_seconds": seconds})


def _cpu_bound(tasks: int, turns: int, processes: int, limit: float, step: _Steps) -> Comparison:
    ways = _four_ways(partial(compute, turns), partial(compute_async, turns), tasks, processes, limit, step)
    return _compared("cpu", ways, limit, {"tasks": tasks, "turns": turns})


def _four_ways(
    work: Work, async_work: AsyncWork, tasks: int, processes: int, limit: float, step: _Steps
) -> list[Measured]:
    return [
        step("one after the other", lambda: one_after_the_other(work, tasks, Until(limit))),
        step("asyncio", lambda: with_asyncio(async_work, tasks, Until(limit))),
        step("threads", lambda: with_threads(work, tasks, Until(limit))),
        step("processes", lambda: with_processes(work, tasks, Until(limit), processes)),
    ]


def _compared(kind: str, ways: list[Measured], limit: float, values: dict[str, Any]) -> Comparison:
    machine = _model_says.Machine(cores(), _has_gil())
    groups = [
        picture.of_way(way, _model_says.of_way(kind, way, ways[0], values["tasks"], machine, limit)) for way in ways
    ]
    return picture.comparison(kind, "busy", groups, **values)


def _blocking(tasks: int, seconds: float, limit: float, step: _Steps) -> Comparison:
    naps = [
        step("time.sleep in async def", lambda: sleep_in_loop(seconds, tasks, Until(limit))),
        step("asyncio.to_thread", lambda: sleep_in_threads(seconds, tasks, Until(limit))),
    ]
    groups = [picture.of_sleep(nap, _model_says.of_sleep(nap, tasks, limit)) for nap in naps]
    return picture.comparison("blocking", "busy", groups, tasks=tasks, wait_seconds=seconds)


def _tiny(tasks: int, workers: int, limit: float, step: _Steps) -> Comparison:
    bundle = -(-tasks // (workers * BUNDLES))
    heaps = [
        step("a plain loop", lambda: in_a_loop(tasks)),
        step("asyncio", lambda: in_asyncio(tasks)),
        step("threads", lambda: in_threads(tasks, Until(limit), workers)),
        step("processes", lambda: in_processes(tasks, Until(limit), workers)),
        step("processes, in bundles", lambda: in_processes(tasks, Until(limit), workers, bundle)),
    ]
    groups = [picture.of_heap(heap, _model_says.of_heap(heap, tasks, workers, bundle, limit)) for heap in heaps]
    return picture.comparison("tiny", "density", groups, tasks=tasks)


def _deadlock(step: _Steps) -> Comparison:
    pairs = [step("another lock first", crossed), step("the same lock first", in_one_order)]
    for line in pairs[0].lines:
        log.info("Task %d was waiting at %s:%d: %s", line.task, line.file, line.line, line.text)
    groups = [picture.of_embrace(pair, _model_says.of_embrace(pair)) for pair in pairs]
    return picture.comparison("deadlock", "words", groups)


def _has_gil() -> bool:
    """False in a Python that was built without the interpreter lock, and runs without it."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()
