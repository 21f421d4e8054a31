"""How primes are counted: the sieve of Eratosthenes, a piece at a time. What a process of the pool does; no pool here.

Only odd numbers are kept, a byte for each, and multiples are struck out by slice assignment: the loop runs in C.
"""

import os
import time
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

from jobs import report_progress

#: Odd numbers in one piece: it lies in the processor's cache, and is still long beside the primes that strike.
PIECE = 1 << 20

#: Numbers that this process has been through.
_done = 0


class Part(NamedTuple):
    """What a process has done at once. Times are of the clock that all processes share (s, monotonic)."""

    pid: int
    numbers: int
    primes: int
    high: int
    began: float
    ended: float
    cpu: float


def count_part(low: int, high: int) -> Part:
    """Count the primes p with low < p <= high. Reports how far this process is."""
    global _done
    began, cpu, primes = time.monotonic(), time.process_time(), 0
    for start in range(low, high, 2 * PIECE):
        end = min(start + 2 * PIECE, high)
        primes += count_between(start, end)
        _done += end - start
        report_progress(_done, None, f"Process {os.getpid()}", "numbers")
    return Part(os.getpid(), high - low, primes, high, began, time.monotonic(), time.process_time() - cpu)


def count_between(low: int, high: int) -> int:
    """How many primes p there are with low < p <= high, sieved in one piece of (high - low) / 2 bytes."""
    first = low + 1 + low % 2
    size = (high - first) // 2 + 1
    if size <= 0:
        return int(low < 2 <= high)
    odd = bytearray(b"\1") * size
    if first == 1:
        odd[0] = 0
    for prime in _odd_primes(isqrt(high)):
        multiple = max(prime * prime, (first + prime - 1) // prime * prime)
        at = (multiple + prime * (multiple % 2 == 0) - first) // 2
        if at < size:
            odd[at::prime] = bytearray((size - at + prime - 1) // prime)
    return odd.count(1) + (low < 2 <= high)


def _odd_primes(limit: int) -> list[int]:
    """The odd primes up to `limit`, or up to somewhat more: what is made once serves the pieces that follow."""
    return _odd_primes_below(1 << limit.bit_length())


@lru_cache(maxsize=1)
def _odd_primes_below(limit: int) -> list[int]:
    odd = bytearray(b"\1") * (limit // 2)
    for number in range(3, isqrt(limit) + 1, 2):
        if odd[number // 2]:
            odd[number * number // 2 :: number] = bytearray(len(range(number * number // 2, limit // 2, number)))
    return [2 * at + 1 for at in range(1, limit // 2) if odd[at]]
