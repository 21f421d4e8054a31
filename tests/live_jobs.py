"""Job types that do what jobs do: print, log, fork, fail, make files. Enqueued as `tests.live_jobs.<name>`.

A `gate` is the path of a file: the job goes on when the test has made it.
"""

import asyncio
import logging
import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rq import get_current_job

from jobs import Artifact, Upload, job_type, report_progress, track

log = logging.getLogger(__name__)


def wait_for(gate: str, timeout: float = 20.0) -> None:
    end = time.monotonic() + timeout
    while not os.path.exists(gate):
        if time.monotonic() > end:
            raise TimeoutError(f"nobody made {gate} within {timeout} s")
        time.sleep(0.01)


@job_type
def nothing() -> None:
    return None


@job_type
def talk() -> str:
    print("printed")
    log.info("logged")
    log.debug("not shown")
    thread = threading.Thread(target=lambda: print("from a thread"))
    thread.start()
    thread.join()
    return "talked"


@job_type
async def talk_async() -> str:
    async def one(name: str) -> None:
        await asyncio.sleep(0)
        print("task", name)

    await asyncio.gather(one("a"), one("b"))
    log.warning("both done")
    return "talked"


@job_type
async def busy_in_callbacks(seconds: float = 30) -> None:
    """Python runs callbacks of the loop nearly all of the time, and the task itself sleeps."""
    loop, over = asyncio.get_running_loop(), time.monotonic() + seconds

    def turn() -> None:
        end = time.monotonic() + 0.01
        while time.monotonic() < end:
            pass
        loop.call_soon(turn)

    loop.call_soon(turn)
    await asyncio.sleep(over - time.monotonic())


@job_type
def typed(count: int, share: float = 0.5, name: str | None = None) -> list:
    return [count, share, name]


@job_type
def say_and_wait(gate: str, lines: list[str]) -> None:
    for line in lines:
        print(line)
    wait_for(gate)


@job_type
def nested(inner_gate: str, outer_gate: str) -> None:
    for turn in track(range(3), "Files", unit="files"):
        for page in track(range(5), f"Pages of {turn}"):
            if (turn, page) == (1, 2):
                wait_for(inner_gate)
    wait_for(outer_gate)
    report_progress(7, 7, "Last")


@job_type
def until_gate(gate: str) -> int:
    """Says something new until the gate opens."""
    turns = 0
    while not os.path.exists(gate):
        print("turn", turns)
        report_progress(turns, 1000, "Turning")
        time.sleep(0.01)
        turns += 1
    return turns


@job_type
def slowest_turn(gate: str, seconds: float) -> float:
    """The longest that one turn of talking took, in seconds, after the gate."""
    print("begun")
    wait_for(gate)
    slowest, end = 0.0, time.monotonic() + seconds
    while (start := time.monotonic()) < end:
        print("turn")
        log.info("turn")
        report_progress(start, end)
        slowest = max(slowest, time.monotonic() - start)
        time.sleep(0.001)
    return slowest


@job_type
def flood(lines: int) -> None:
    for number in range(lines):
        print("line", number)


@job_type
def fail_once(say: str) -> str:
    """Fails if it has retries left; shows progress only then."""
    print(say, "again" if get_current_job().retries_left == 0 else "first")
    if get_current_job().retries_left:
        report_progress(1, 2, "Failing")
        raise RuntimeError("as asked for")
    return say


@job_type
def raise_error() -> None:
    print("before")
    raise RuntimeError("as asked for")


def in_a_child(number: int, gate: str) -> int:
    print("child prints", number)
    log.info("child logs %d", number)
    for turn in track(range(3), f"Child {number}"):
        if turn == 1:
            wait_for(gate)
    print("child ends", number)
    return number


@job_type
def in_children(method: str, gate: str) -> list[int]:
    """Says nothing itself: two children of the pool do."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        return sorted(pool.map(in_a_child, range(2), [gate] * 2))


@job_type
def in_a_killed_child(gate: str) -> int:
    """A child that dies within its stage."""
    child = multiprocessing.get_context("fork").Process(target=in_a_child, args=(1, "/never"))
    child.start()
    time.sleep(0.3)
    child.kill()
    child.join()
    print("it is dead")
    wait_for(gate)
    return child.exitcode


@job_type
def shout(file: Upload) -> dict:
    made = Artifact(f"{Path(file.name).stem}.shout.txt")
    with file.open("r", encoding="utf-8") as source:
        made.write(source.read().upper())
    return {"size": file.size, "made": made}
