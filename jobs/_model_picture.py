"""What was measured, as the page draws it: comparisons of groups of lanes of bars.

Times are seconds from the start of a group. A comparison has one time axis for all its groups. `shows` tells what fills
a bar: "busy", the share of the time in which the task had a processor; "density", how many tasks ended when; "words",
a label.
"""

from typing import Any

from jobs._model_blocking import BEAT, Beside
from jobs._model_clock import Span
from jobs._model_deadlock import Embrace, Held
from jobs._model_says import Sentence
from jobs._model_tiny import Heap
from jobs._model_ways import Measured

Group = dict[str, Any]


def comparison(title: str, shows: str, groups: list[Group], **values: float) -> dict[str, Any]:
    """Groups below each other. The ratio of each is how many times as fast as the first it was, where both ended."""
    first = groups[0]
    for group in groups:
        compares = group is not first and shows != "words" and not _cut(group) and not _cut(first)
        group["ratio"] = round(first["seconds"] / group["seconds"], 4) if compares else None
    return {"title": title, "values": values, "shows": shows, "groups": groups}


def of_way(way: Measured, says: Sentence) -> Group:
    """A lane for each task."""
    return _group(way.model, way.seconds, _lanes(way), says)


def of_sleep(beside: Beside, says: Sentence) -> Group:
    """A lane for each task, and one for the heartbeat: a bar for as long as no beat was late."""
    began, beats = beside.measured.began, beside.beats
    alive = [[beats[0], beats[0]]]
    for beat in beats[1:-1]:
        if beat - alive[-1][1] > 3 * BEAT:
            alive.append([beat, beat])
        alive[-1][1] = beat
    heart = {"name": "heartbeat", "bars": [_bar(start - began, end - began) for start, end in alive]}
    return _group(beside.measured.model, beside.measured.seconds, [heart, *_lanes(beside.measured)], says)


def of_heap(heap: Heap, says: Sentence) -> Group:
    """A lane for each thread or process, with the number of tasks that ended in each of equal parts of the time."""
    lanes = []
    for number, ((pid, _), counts) in enumerate(heap.density.items(), 1):
        lanes.append(_on(heap.model, number, pid) | {"bars": [], "density": counts})
    return _group(heap.model, heap.seconds, lanes, says)


def of_embrace(embrace: Embrace, says: Sentence) -> Group:
    """A lane for each of both tasks, and where they stood when the time was over."""
    lanes = [
        {"task": task, "bars": [_held(held, embrace.began) for held in embrace.held if held.task == task]}
        for task in (1, 2)
    ]
    lines = [line._asdict() for line in embrace.lines]
    return _group(embrace.model, embrace.seconds, lanes, says) | ({"lines": lines} if lines else {})


def _group(model: str, seconds: float, lanes: list[dict[str, Any]], says: Sentence) -> Group:
    return {"model": model, "seconds": round(seconds, 6), "lanes": lanes, "says": [says]}


def _cut(group: Group) -> bool:
    return group["says"][0]["text"] == "cut"


def _lanes(way: Measured) -> list[dict[str, Any]]:
    threads: dict[int, int] = {}
    return [_lane(way, span, threads.setdefault(span.thread, len(threads) + 1)) for span in way.spans]


def _lane(way: Measured, span: Span, thread: int) -> dict[str, Any]:
    took = max(span.ended - span.began, 1e-9)
    bar = _bar(span.began - way.began, span.ended - way.began) | {"busy": round(min(1.0, span.cpu / took), 3)}
    if not span.whole:
        bar["cut"] = True
    core = {} if span.core is None else {"core": span.core}
    return {"task": span.task + 1} | _on(way.model, thread, span.pid) | core | {"bars": [bar]}


def _on(model: str, thread: int, pid: int) -> dict[str, Any]:
    """Who worked, where that is more than one."""
    if model in ("processes", "bundles"):
        return {"on": "process", "id": pid}
    return {"on": "thread", "id": thread} if model in ("threads", "to_thread") else {}


def _held(held: Held, began: float) -> dict[str, Any]:
    return _bar(held.began - began, held.ended - began) | {"label": held.does, "locks": held.locks}


def _bar(start: float, end: float) -> dict[str, Any]:
    return {"from": round(start, 6), "to": round(end, 6)}
