import json
from itertools import pairwise
from math import isqrt

import pytest

from jobs import prime_count as module
from jobs._pool import process_pool
from jobs._prime_sieve import PIECE, count_between
from jobs.prime_count import KNOWN, prime_count


def is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, isqrt(number) + 1))


def test_any_piece_is_counted_rightly_wherever_it_begins_and_ends() -> None:
    for low in range(30):
        for high in range(low, 60):
            assert count_between(low, high) == sum(map(is_prime, range(low + 1, high + 1))), (low, high)


def test_pieces_far_out_agree_with_each_other() -> None:
    low, high = 10**10 - 40_000, 10**10 + 60_000
    cuts = [low, low + 1, low + 30_000, 10**10, high - 1, high]
    assert sum(count_between(*pair) for pair in pairwise(cuts)) == count_between(low, high)
    assert count_between(10**10, 10**10 + 100) == sum(map(is_prime, range(10**10 + 1, 10**10 + 101)))


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 9, 10, 11, 100, 7919])
def test_small_limits(limit: int) -> None:
    assert prime_count(limit, 2)["primes"] == sum(map(is_prime, range(2, limit + 1)))


@pytest.mark.parametrize("power", range(1, 8))
def test_powers_of_ten_have_as_many_as_are_known(power: int) -> None:
    result = prime_count(10**power, 2)
    assert result["primes"] == KNOWN[power - 1]
    assert result["checked"] == {"up_to": 10**power, "primes": KNOWN[power - 1]}


def test_the_count_at_the_power_of_ten_on_the_way_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KNOWN", (*KNOWN[:5], 78_499, *KNOWN[6:]))
    with pytest.raises(RuntimeError, match=r"78,498 primes were counted up to 10\^6, and there are 78,499\."):
        prime_count(3_000_000, 2)


def test_all_processes_take_part_and_each_has_a_lane_of_its_parts() -> None:
    result = json.loads(json.dumps(prime_count(100 * PIECE, 3)))
    assert sum(process["numbers"] for process in result["processes"]) == 100 * PIECE
    (comparison,) = result["comparisons"]
    (group,) = comparison["groups"]
    lanes = group["lanes"]
    assert [lane["id"] for lane in lanes] == [process["pid"] for process in result["processes"]]
    assert len({lane["id"] for lane in lanes}) == 3
    for lane in lanes:
        assert all(0 <= bar["from"] <= bar["to"] <= group["seconds"] + 1e-3 for bar in lane["bars"])
        assert all(bar["to"] <= later["from"] + 1e-3 for bar, later in pairwise(lane["bars"]))
    others = [bar for lane in lanes[1:] for bar in lane["bars"]]
    assert any(bar["from"] < lanes[0]["bars"][-1]["to"] for bar in others), "they work at the same time"
    says = {said["text"]: said["values"] for said in group["says"]}
    assert says["primes_processes"]["processes"] == 3
    assert says["primes_checked"] == {"up_to": 10**8, "known": KNOWN[7]}


def test_no_more_processes_are_started_than_there_are_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    def note(count: int):
        started.append(count)
        return process_pool(count)

    monkeypatch.setattr(module, "process_pool", note)
    prime_count(1001, 64)
    assert started == [2]
