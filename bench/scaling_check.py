"""Whether the model of `bench.scaling` is right where it can be tried: three installations that fit on this machine.

    python -m bench.costs && python -m bench.scaling_check [--quick] [--seconds 5] [--tabs 1000]

Utilisations are CPU seconds a second of one core, of the model at the measured rates of jobs and looks: they hold on a
busy machine, too. The looks a second and the delay are the model's own, and hold on a quiet one.
The costs must have been measured on the same machine.
"""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rq import Queue

from bench import _installation
from bench._costs import Costs
from bench._delay import delay_p95
from bench._maths import flat, p95
from bench._meter import Helper, redis_cpu
from bench._model import CHANGES_A_JOB, Scenario, at_gap, load
from bench._report import RESULTS, Report, options
from bench._stage import Stage, cpu_seconds
from bench._tabs import Group, Tabs, latencies
from bench.costs import looks_so_far
from tests.processes import Process, WebServer

NAME = Path(__file__).stem
MARK = '"queued":'
#: Changes a second in front of many tabs; jobs a second of the crowd.
CHANGES, CROWD_RATE = 10.0, 150
WORKERS = 1_000


def watched(stage: Stage, webs: list[WebServer], others: list[Process], act: Callable[[], float]) -> dict[str, float]:
    """What was used a second while `act` went on, which returns its seconds."""
    for web in webs:
        looks_so_far(web)
    looks = sum(map(looks_so_far, webs))
    before = redis_cpu(stage.redis), sum(map(cpu_seconds, webs)), sum(map(cpu_seconds, others))
    seconds = act()
    after = redis_cpu(stage.redis), sum(map(cpu_seconds, webs)), sum(map(cpu_seconds, others))
    redis, web, operations = ((now - then) / seconds for then, now in zip(before, after, strict=True))
    looked = (sum(map(looks_so_far, webs)) - looks) / seconds / len(webs)
    found = {"Redis CPU": redis, "web CPU": web / len(webs), "looks/s": looked}
    return found | ({"operations CPU": operations} if others else {})


def worked(
    stage: Stage, webs: list[WebServer], others: list[Process], seconds: float
) -> tuple[dict[str, float], float]:
    """(what was used a second, jobs a second that ended) while workers are at work."""
    started, before = time.monotonic(), stage.redis.zcard("rq:finished:default")

    def act() -> float:
        begun = time.monotonic()
        time.sleep(seconds)
        return time.monotonic() - begun

    found = watched(stage, webs, others, act)
    return found, (stage.redis.zcard("rq:finished:default") - before) / (time.monotonic() - started)


def one_worker(stage: Stage, seconds: float) -> tuple[Scenario, dict[str, float]]:
    """A stock worker as fast as it goes, one page open, operations."""
    web, operations = stage.web(stage.tcp_url), stage.operations(stage.tcp_url)
    worker, queue = stage.worker("checked"), Queue(connection=stage.redis)
    queue.enqueue_many([Queue.prepare_data("time.sleep", args=(0,), result_ttl=500) for _ in range(int(400 * seconds))])

    with Tabs({"tab": Group(f"{web.url}/live", 1, MARK, {"overview": True})}):
        time.sleep(2.0)
        found, jobs = worked(stage, [web], [operations], seconds)
    for process in (worker, operations, web):
        stage.end(process)
    return Scenario(hosts=1, workers=1, viewers=1, jobs=jobs, queues=1, job_seconds=0.01), found


def three_webs(stage: Stage, seconds: float) -> tuple[Scenario, dict[str, float]]:
    """Three web processes with a page each, a thousand workers that are listed, a crowd that works."""
    alive = _installation.make(stage.redis, 10, WORKERS, 0)
    webs, operations = [stage.web(stage.tcp_url) for _ in range(3)], stage.operations(stage.tcp_url)
    with ExitStack() as ending:
        for web in webs:
            ending.enter_context(Tabs({"tab": Group(f"{web.url}/live", 1, MARK, {"overview": True})}))
        crowd = ending.enter_context(Helper("_replay", stage.tcp_url, CROWD_RATE, seconds + 2, 16))
        working = threading.Thread(target=crowd.ask)
        working.start()
        time.sleep(1.5)

        found, jobs = worked(stage, webs, [operations], seconds)
        working.join()
    alive.close()
    for process in (operations, *webs):
        stage.end(process)
    return Scenario(hosts=3, workers=WORKERS, viewers=3, jobs=jobs, queues=10, job_seconds=0.02), found


def many_tabs(stage: Stage, tabs: int, seconds: float) -> tuple[Scenario, dict[str, float]]:
    """Ten changes a second in front of so many pages of one web process; how late they see them."""
    _installation.make(stage.redis, 1, 0, 0)
    web, written, rate = stage.web(stage.tcp_url), {}, CHANGES

    def act() -> float:
        nonlocal rate
        started = time.monotonic()
        for place in range(int(CHANGES * seconds)):
            time.sleep(max(0.0, started + place / CHANGES - time.monotonic()))
            written[place + 1] = time.monotonic()
            stage.redis.rpush("rq:queue:default", "nobody")
        rate = len(written) / (time.monotonic() - started)
        return time.monotonic() - started

    with Tabs({"tabs": Group(f"{web.url}/live", tabs, MARK, {"overview": True})}) as opened:
        time.sleep(3.0)
        opened.collect()
        found = watched(stage, [web], [], act)
        time.sleep(1.0)
        found["p95, ms"] = p95(flat(latencies(opened.collect()["tabs"], written)[0]))
    stage.end(web)
    return Scenario(hosts=1, workers=1, viewers=tabs, jobs=rate / CHANGES_A_JOB, queues=1), found


def main() -> None:
    """Measure, print beside the model, keep."""
    asked = options(__doc__, seconds=(5, 2, "of each"), tabs=(1_000, 50, "open tabs"))
    costs = Costs.load(RESULTS / "costs.json")
    report = Report(
        name=NAME,
        question="The model of bench.scaling beside what was measured: CPU seconds a second, looks a second, ms.",
        samples=f"one run of {asked.seconds} s each",
        columns=("installation", "of", "model", "measured", "measured by model"),
        bias=(
            "A forking worker on the same cores empties Redis' caches, which elsewhere it would not; the model has no "
            "machine that is full, and 1,000 tabs are a process that takes about 10 ms to read a change."
        ),
    )
    points: dict[str, Callable[[Stage], tuple[Scenario, dict[str, float]]]] = {
        "a stock worker, a page, operations": lambda stage: one_worker(stage, asked.seconds),
        f"3 web processes, {WORKERS} workers, {CROWD_RATE} jobs/s": lambda stage: three_webs(stage, asked.seconds),
        f"{asked.tabs} tabs, {CHANGES:.0f} changes/s": lambda stage: many_tabs(stage, asked.tabs, asked.seconds),
    }
    for name, measure in points.items():
        with Stage() as stage:
            scene, found = measure(stage)
        model = load(costs, scene)
        # How often is looked depends on how busy the machine is; what that costs should not.
        told = {**at_gap(costs, scene, 1 / found["looks/s"]).used, "looks/s": model.looks_s}
        told["p95, ms"] = 1000 * delay_p95(costs, scene, model)
        report.rows += [(name, of, told[of], value, value / told[of]) for of, value in found.items()]
        report.notes.append(f"{name}: {scene.jobs:.3g} jobs/s, {scene.jobs * CHANGES_A_JOB:.3g} changes/s")
    report.finish()


if __name__ == "__main__":
    main()
