"""Which sentence is said: decided by what was measured, not by what ought to be."""

import re

import pytest

from jobs import _model_says as says
from jobs._model_clock import Span
from jobs._model_deadlock import Embrace, Waits
from jobs._model_tiny import Heap
from jobs._model_ways import Measured
from tests.support import page_words

TASKS = 4
EN = page_words("en")


def way(model: str, seconds: float, at_once: bool = True, whole: int = TASKS, cpu: float = 0.1) -> Measured:
    """Tasks of equal length that fill the time, all at once or one after the other; `whole` of them end."""
    each = seconds if at_once else seconds / TASKS
    starts = [100.0 if at_once else 100.0 + task * each for task in range(TASKS)]
    spans = [
        Span(task, start, start + each, cpu, task < whole, pid=1, thread=1, core=0) for task, start in enumerate(starts)
    ]
    return Measured(model, 100.0, seconds, spans, workers=TASKS)


BASE = way("sequential", 4.0, at_once=False)


def text(kind: str, measured: Measured, cores: int = 2, gil: bool = True, base: Measured = BASE) -> str:
    sentence = says.of_way(kind, measured, base, TASKS, says.Machine(cores, gil), limit=9.0)
    wanted = set(re.findall(r"\{(\w+)\}", EN[f"lanes.says.{sentence['text']}"]))
    assert wanted <= set(sentence["values"]), sentence["text"]
    return sentence["text"]


@pytest.mark.parametrize("model", ["asyncio", "threads", "processes"])
def test_waiting_at_once_is_explained_only_where_it_was_faster(model: str) -> None:
    assert text("io", way(model, 1.0)) == f"io_{model}"
    assert text("io", way(model, 3.9)) == "not_faster"


def test_the_first_way_is_what_the_others_are_compared_with() -> None:
    assert text("io", BASE) == "io_sequential"
    assert text("cpu", BASE) == "cpu_sequential"


def test_computing_that_is_not_faster_has_its_reason() -> None:
    assert text("cpu", way("asyncio", 4.1)) == "cpu_asyncio"
    assert text("cpu", way("threads", 4.1)) == "cpu_threads"
    assert text("cpu", way("threads", 4.1, cpu=4.0), gil=False) == "not_faster"
    assert text("cpu", way("processes", 3.9)) == "not_faster"


def test_computing_that_is_faster_has_its_reason_or_is_called_strange() -> None:
    assert text("cpu", way("processes", 2.0)) == "cpu_processes"
    assert text("cpu", way("threads", 2.0), gil=False) == "cpu_threads_parallel"
    assert text("cpu", way("threads", 2.0)) == "faster"
    assert text("cpu", way("asyncio", 2.0)) == "faster"


def test_a_machine_with_one_core_is_not_promised_anything() -> None:
    assert text("cpu", way("processes", 4.2), cores=1) == "cpu_one_core"
    assert text("cpu", way("threads", 4.2), cores=1, gil=False) == "cpu_one_core"
    assert text("cpu", way("processes", 2.0), cores=1) == "cpu_processes"


def test_what_was_cut_short_is_compared_with_nothing() -> None:
    assert text("io", way("threads", 9.0, whole=3)) == "cut"
    assert text("io", way("threads", 1.0), base=way("sequential", 9.0, at_once=False, whole=2)) == "no_base"


def test_figures_are_those_that_were_measured() -> None:
    values = says.of_way("cpu", way("threads", 4.0), BASE, TASKS, says.Machine(2, True), 9.0)["values"]
    assert values["at_once"] == TASKS
    assert values["core_share"] == pytest.approx(0.1 / 4.0)
    assert values["cpu_seconds"] == pytest.approx(0.4)
    assert (values["total_seconds"], values["base_seconds"]) == (4.0, 4.0)


def test_tasks_that_touch_are_not_under_way_at_once() -> None:
    assert says.at_once(BASE.spans) == 1
    assert says.at_once(way("threads", 1.0).spans) == TASKS


def test_the_cost_of_handing_over_is_what_is_not_work() -> None:
    heap = Heap("threads", seconds=1.5, tasks=1000, work=0.5, density={})
    values = says.of_heap(heap, 1000, workers=2, bundle=100, limit=9.0)["values"]
    assert values["each_micros"] == pytest.approx(1000)
    assert values["work_micros"] == pytest.approx(500)
    assert says.of_heap(heap, 1001, 2, 100, 9.0)["text"] == "cut"


def test_a_deadlock_is_told_only_of_tasks_that_had_to_be_ended() -> None:
    line = Waits(1, "jobs/x.py", 1, "async with lock_b:")

    def told(model: str, lines: list[Waits]) -> str:
        return says.of_embrace(Embrace(model, 0.0, 1.0, 0.001, [], lines))["text"]

    assert told("crossed", [line, line]) == "deadlock_ended"
    assert told("crossed", []) == "deadlock_none"
    assert told("ordered", []) == "deadlock_none"
    assert told("ordered", [line]) == "cut"
