"""Job type: count primes with a pool of processes, one for each core. Shows work that needs the processor."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import as_completed
from typing import Annotated, Any

from jobs import Param, job_type, report_progress
from jobs._pool import cores, process_pool
from jobs._prime_sieve import PIECE, Part, count_part

log = logging.getLogger(__name__)

#: How many primes there are up to each power of ten, from 10 to 10^11: as is known, and not from this program.
KNOWN = (4, 25, 168, 1229, 9592, 78498, 664_579, 5_761_455, 50_847_534, 455_052_511, 4_118_054_813)
LIMIT_MAX = 10 ** len(KNOWN)
#: Parts that a process gets one after the other: whoever is faster takes more of them.
PARTS = 16


@job_type(title="Count primes", timeout=3600)
def prime_count(
    limit: Annotated[int, Param(title="Up to", help="The last number to look at.", ge=1, le=LIMIT_MAX)] = 3_000_000_000,
    processes: Annotated[int | None, Param(help="How many count; empty: one for each core.", ge=1, le=64)] = None,
) -> dict[str, Any]:
    """Count the primes up to a number by a sieve, in as many processes as there are cores.

    Python lets one thread of a process compute at a time; processes do not wait for each other. The count is checked
    against the one that is known for the largest power of ten on the way.
    """
    count = processes or cores()
    power = len(str(limit)) - 1
    began = time.monotonic()
    parts = _count(limit, 10**power, count)
    seconds = time.monotonic() - began
    primes = sum(part.primes for part in parts)
    if power:
        _check(sum(part.primes for part in parts if part.high <= 10**power), power)
    log.info("%s primes up to %s, in %.2f s with %d processes", f"{primes:,}", f"{limit:,}", seconds, count)
    return {
        "view": "lanes",
        "limit": limit,
        "primes": primes,
        "seconds": round(seconds, 3),
        "processes": [_process(pid, own) for pid, own in _by_process(parts).items()],
        "checked": {"up_to": 10**power, "primes": KNOWN[power - 1]} if power else None,
        "comparisons": [_picture(limit, primes, parts, began, seconds, power)],
    }


def _count(limit: int, power_of_ten: int, processes: int) -> list[Part]:
    """All parts in their order."""
    waiting = list(_parts(limit, power_of_ten, processes))
    parts, done = [], 0
    with process_pool(min(processes, len(waiting))) as pool:
        futures = [pool.submit(count_part, low, high) for low, high in waiting]
        report_progress(0, limit, "Counting primes", "numbers")
        for future in as_completed(futures):
            parts.append(future.result())
            done += parts[-1].numbers
            report_progress(done, limit, "Counting primes", "numbers")
    return sorted(parts, key=lambda part: part.high)


def _parts(limit: int, power_of_ten: int, processes: int) -> Iterator[tuple[int, int]]:
    """Parts of about the same size, each (low, high]; the power of ten ends one, so that the count there is known."""
    size = max(PIECE, -(-limit // (processes * PARTS)))
    for start, end in ((0, power_of_ten), (power_of_ten, limit)):
        for low in range(start, end, size):
            yield low, min(low + size, end)


def _check(primes: int, power: int) -> None:
    if primes != KNOWN[power - 1]:
        raise RuntimeError(
            f"{primes:,} primes were counted up to 10^{power}, and there are {KNOWN[power - 1]:,}. "
            "Run it again, and report it if that does not help: a program or a memory is at fault."
        )


def _by_process(parts: list[Part]) -> dict[int, list[Part]]:
    """The parts of each process, in the order of their work; the process that began first comes first."""
    found: dict[int, list[Part]] = {}
    for part in sorted(parts, key=lambda part: part.began):
        found.setdefault(part.pid, []).append(part)
    return found


def _process(pid: int, parts: list[Part]) -> dict[str, Any]:
    numbers, seconds = sum(part.numbers for part in parts), parts[-1].ended - parts[0].began
    return {
        "pid": pid,
        "numbers": numbers,
        "seconds": round(seconds, 3),
        "numbers_per_second": round(numbers / max(seconds, 1e-9)),
    }


def _picture(limit: int, primes: int, parts: list[Part], began: float, seconds: float, power: int) -> dict[str, Any]:
    """What the page draws: a lane for each process."""
    own = _by_process(parts)
    speeds = [_process(pid, done)["numbers_per_second"] for pid, done in own.items()]
    says = [
        {
            "text": "primes_processes",
            "values": {
                "processes": len(own),
                "busy_ratio": round(sum(part.cpu for part in parts) / seconds, 2),
                "cores": cores(),
                "each_speed": round(sum(speeds) / len(speeds)),
            },
        }
    ]
    if power:
        says.append({"text": "primes_checked", "values": {"up_to": 10**power, "known": KNOWN[power - 1]}})
    lanes = [{"on": "process", "id": pid, "bars": [_bar(part, began) for part in done]} for pid, done in own.items()]
    group = {"model": "processes", "seconds": round(seconds, 4), "ratio": None, "lanes": lanes, "says": says}
    return {"title": "primes", "values": {"primes": primes, "limit": limit}, "shows": "busy", "groups": [group]}


def _bar(part: Part, began: float) -> dict[str, float]:
    took = max(part.ended - part.began, 1e-9)
    return {
        "from": round(part.began - began, 4),
        "to": round(part.ended - began, 4),
        "busy": round(min(1.0, part.cpu / took), 3),
    }
