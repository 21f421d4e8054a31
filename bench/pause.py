"""How many jobs slip through the pause of one queue to idle stock workers, and what the exact way costs a worker.

    python -m bench.pause [--quick] [--times 3] [--pairs 12] [--jobs 200]

Each trial pauses a queue on which stock workers are idle, enqueues, waits until all that can move has moved, and counts
what ran. Nothing may be lost or doubled, and what the page says has to be what ran. Then a worker's rate with the queue
class of `jobs/_pausable.py` beside that of a stock one, in pairs.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

from rq import Queue

from bench._maths import SPREAD, interval, median, spread
from bench._rate import worker_rate
from bench._report import Goal, Report, options
from bench._stage import Stage, worker_command
from jobs import _keys
from tests.support import ROOT, clean_env, eventually
from webapp.actions import queues
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.operations import parkers

NAME = Path(__file__).stem
QUEUE = "paused"
WORKERS = {"1 worker": [(QUEUE,)], "4 workers": [(QUEUE,)] * 4, "4 workers of 2 queues": [("other", QUEUE)] * 4}
CLASS = ("--queue-class", "jobs._pausable.PausableQueue")
FLAGS = {"stock": (), "jobs._pausable": CLASS}


def one_by_one(queue: Queue, count: int) -> None:
    for _ in range(count):
        queue.enqueue("time.sleep", 0)


def at_front(queue: Queue, count: int) -> None:
    for _ in range(count):
        queue.enqueue("time.sleep", 0, at_front=True)


def at_once(queue: Queue, count: int) -> None:
    queue.enqueue_many([Queue.prepare_data("time.sleep", args=(0,)) for _ in range(count)])


#: What comes while the queue is paused.
PUSHES: dict[str, tuple[Callable[[Queue, int], None], int]] = {
    "200 one by one": (one_by_one, 200),
    "200 one by one, at the front": (at_front, 200),
    "enqueue_many of 100": (at_once, 100),
    "enqueue_many of 500": (at_once, 500),
}


def slipped(stage: Stage, push: Callable[[Queue, int], None], count: int) -> tuple[int, int]:
    """(how many ran, how many the page says) of one trial. Raises AssertionError where a job is lost or doubled."""
    client = stage.redis
    door = Door(stage.client(), Config(own_redis=True), Actor("bench", ""))
    queues.pause(door, QUEUE)
    push(Queue(QUEUE, connection=client), count)
    key, parked = f"rq:queue:{QUEUE}", _keys.parked(QUEUE)
    ran = finished(stage)

    def settled() -> bool:
        nonlocal ran
        ran = finished(stage)
        return not client.exists(key) and client.llen(parked) + ran == count

    eventually(settled, 20, "every job is parked or has run")
    told = eventually(lambda: client.scard(_keys.slipped(QUEUE)) >= ran, 5) and client.scard(_keys.slipped(QUEUE))
    ids = client.lrange(parked, 0, -1)
    assert len(set(ids)) == len(ids), "a job is parked twice"
    return ran, told


def finished(stage: Stage) -> int:
    return stage.redis.zcard(f"rq:finished:{QUEUE}")


def trials(report: Report, times: int) -> int:
    """Fill the table; how many slipped of those that one transaction brought with fewer jobs than there are parkers."""
    spared = 0
    for workers, served in WORKERS.items():
        for words, (push, count) in PUSHES.items():
            found = []
            for _ in range(times):
                with Stage() as stage:
                    stage.redis.sadd("rq:queues", f"rq:queue:{QUEUE}")
                    for number, names in enumerate(served):
                        stage.worker(f"w{number}", *names)
                    stage.operations()
                    eventually(lambda: dict(stage.redis.pubsub_numsub(_keys.PAUSE_BELL))[_keys.PAUSE_BELL.encode()])
                    found.append(slipped(stage, push, count))
            ran, told = [one[0] for one in found], [one[1] for one in found]
            report.rows.append((f"{workers}, {words}", *(f"{n}" for n in (count, max(ran), sum(ran), sum(told)))))
            spared += sum(ran) if count < parkers.PARKERS or push is not at_once else 0
    return spared


def rates(pairs: int, jobs: int) -> dict[str, list[float]]:
    """Jobs a second of fresh workers, by queue class."""
    found: dict[str, list[float]] = {name: [] for name in FLAGS}
    with Stage() as stage:
        for pair in range(-1, pairs):
            for name in list(FLAGS)[:: 1 if pair % 2 else -1]:
                stage.redis.flushall()
                at_once(Queue(connection=stage.redis), jobs)
                command = worker_command(stage.url, "--burst", *FLAGS[name])
                subprocess.run(command, check=True, env=clean_env(), cwd=ROOT)
                if pair >= 0:
                    found[name].append(worker_rate(stage.redis, jobs))
    return found


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, times=(3, 1, "trials"), pairs=(12, 2, "pairs of runs"), jobs=(200, 30, "jobs of a run"))
    report = Report(
        name=NAME,
        question=f"Jobs that slip through a pause to idle `rq worker` processes, with {parkers.PARKERS} parkers.",
        samples=f"{asked.times} trials a row; {asked.pairs} pairs of {asked.jobs} jobs",
        columns=("who waits, what comes", "jobs", "most that slipped", "slipped in all", "the page says"),
        bias="No-ops, so that a worker that got a job is back in line at once. All on one machine, over a unix socket.",
    )
    spared = trials(report, asked.times)
    found = rates(asked.pairs, asked.jobs)
    report.notes += [
        f"{name}: jobs/s {', '.join(SPREAD)}: {', '.join(map(str, spread(of)))}" for name, of in found.items()
    ]
    ratios = [ours / plain for plain, ours in zip(found["stock"], found["jobs._pausable"], strict=True)]
    low, high = interval(ratios, median)
    told = sum(int(row[3]) - int(row[4]) for row in report.rows)
    report.goals += [
        Goal("slipped of what comes singly, or fewer at once than there are parkers", spared, 0),
        Goal("slipped, but not told", told, 0),
        Goal(f"jobs/s with the class by without (95 % interval {low:.3f} to {high:.3f})", median(ratios), 0.97, False),
    ]
    report.finish()


if __name__ == "__main__":
    main()
