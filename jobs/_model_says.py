"""Which sentence fits what was measured, and the figures in it. Pure: the words are the page's, in its languages.

A sentence is {"text": its key, "values": {name: number}}; the end of a name tells how to show it: `_seconds`, `_share`
(of 1), `_ratio`, `_micros`; any other is a count. No claim without a figure: what was measured decides which is made.
"""

from typing import Any, NamedTuple

from jobs._model_blocking import BEAT, Beside
from jobs._model_clock import Span
from jobs._model_deadlock import LIMIT, Embrace
from jobs._model_tiny import Heap
from jobs._model_ways import Measured

#: From here on one way is called faster than another: what is nearer may be chance.
FASTER = 1.25

Sentence = dict[str, Any]


class Machine(NamedTuple):
    """What decides beside the figures."""

    cores: int
    #: False in a Python that runs without the interpreter lock.
    gil: bool


def of_way(kind: str, way: Measured, base: Measured, tasks: int, machine: Machine, limit: float) -> Sentence:
    """Why one of the four ways took as long as it did. `kind` is io or cpu; `base` is one after the other."""
    done = sum(span.whole for span in way.spans)
    if done < tasks:
        return _cut(done, tasks, limit)
    if way is base:
        text = f"{kind}_sequential"
    elif sum(span.whole for span in base.spans) < tasks:
        text = "no_base"
    elif base.seconds / way.seconds >= FASTER:
        text = _faster(kind, way.model, machine)
    else:
        text = _not_faster(kind, way.model, machine)
    return _sentence(text, **_figures(way, base, tasks, machine.cores))


def _faster(kind: str, model: str, machine: Machine) -> str:
    if kind == "io" or model == "processes":
        return f"{kind}_{model}"
    return "cpu_threads_parallel" if model == "threads" and not machine.gil else "faster"


def _not_faster(kind: str, model: str, machine: Machine) -> str:
    if kind == "cpu" and model == "asyncio":
        return "cpu_asyncio"
    if kind == "cpu" and model == "threads" and machine.gil:
        return "cpu_threads"
    return "cpu_one_core" if kind == "cpu" and machine.cores == 1 else "not_faster"


def _figures(way: Measured, base: Measured, tasks: int, cores: int) -> dict[str, float]:
    took = [span.ended - span.began for span in way.spans]
    cpu = sum(span.cpu for span in way.spans)
    return {
        "tasks": tasks,
        "total_seconds": way.seconds,
        "base_seconds": base.seconds,
        "longest_seconds": max(took),
        "cpu_seconds": cpu,
        "core_share": cpu / sum(took),
        "at_once": at_once(way.spans),
        "start_seconds": min(span.began for span in way.spans) - way.began,
        "workers": way.workers,
        "cores": cores,
    }


def at_once(spans: list[Span]) -> int:
    """How many tasks were under way at the same time, at most."""
    moments = sorted([(span.began, 1) for span in spans] + [(span.ended, -1) for span in spans])
    most = now = 0
    for _, step in moments:
        now += step
        most = max(most, now)
    return most


def of_sleep(beside: Beside, tasks: int, limit: float) -> Sentence:
    """What blocking calls did to the loop."""
    done = sum(span.whole for span in beside.measured.spans)
    if done < tasks:
        return _cut(done, tasks, limit)
    values = {"beat_seconds": BEAT, "silence_seconds": beside.silence, "total_seconds": beside.measured.seconds}
    return _sentence(f"blocking_{beside.measured.model}", tasks=tasks, **values)


def of_heap(heap: Heap, tasks: int, workers: int, bundle: int, limit: float) -> Sentence:
    """What it cost to hand over thousands of tasks."""
    if heap.tasks < tasks:
        return _cut(heap.tasks, tasks, limit)
    return _sentence(
        f"tiny_{heap.model}",
        tasks=tasks,
        total_seconds=heap.seconds,
        work_seconds=heap.work,
        work_micros=heap.work / tasks * 1e6,
        each_micros=(heap.seconds - heap.work) / tasks * 1e6,
        workers=workers,
        bundle=bundle,
    )


def of_embrace(embrace: Embrace) -> Sentence:
    """How two tasks with two locks got on."""
    if embrace.lines and embrace.model == "ordered":
        return _cut(2 - len(embrace.lines), 2, LIMIT)
    text = "deadlock_ended" if embrace.lines else "deadlock_none"
    return _sentence(text, total_seconds=embrace.seconds, cpu_seconds=embrace.cpu)


def _cut(done: int, tasks: int, limit: float) -> Sentence:
    return _sentence("cut", done=done, tasks=tasks, limit_seconds=limit)


def _sentence(text: str, **values: float) -> Sentence:
    return {"text": text, "values": {name: round(value, 7) for name, value in values.items()}}
