"""Easing off: slow answers stretch the looks, a single hiccup does not, and all is as before by itself."""

import pytest
import redis

from webapp.live.easing import Easing
from webapp.memory import FULL, REFUSING, Memory


@pytest.fixture
def memory() -> Memory:
    return Memory(redis.Redis())


def info(used: int, policy: str = "noeviction") -> dict:
    return {"used_memory": used, "maxmemory": 100, "maxmemory_policy": policy}


def test_a_quick_redis_is_not_eased(memory):
    easing = Easing(memory)
    for _ in range(100):
        easing.took(0.02, 1.0)
    assert (easing.gap, easing.as_json()) == (0.0, None)


def test_a_single_hiccup_is_none(memory):
    easing = Easing(memory)
    easing.took(0.001, 1.0)
    easing.took(0.2, 1.0)
    assert easing.as_json() is None


def test_slow_answers_stretch_the_looks_as_far_as_they_are_slow_and_at_most_two_seconds(memory):
    easing = Easing(memory)
    for _ in range(50):
        easing.took(0.08, 1.0)
    assert easing.as_json() == {"reason": "slow", "ms": 80, "every_ms": 800}
    for _ in range(50):
        easing.took(5.0, 1.0)
    assert easing.gap == 2.0


def test_a_server_that_stands_still_by_turns_is_slow_though_most_answers_are_quick(memory):
    easing = Easing(memory)
    for _ in range(20):
        easing.took(0.2, 0.2)
        for _ in range(5):
            easing.took(0.001, 0.004)
    assert easing.reason == "slow"


def test_it_ends_by_itself_and_does_not_flap(memory):
    easing = Easing(memory)
    for _ in range(20):
        easing.took(0.2, 1.0)
    for _ in range(50):
        easing.took(0.04, 1.0)
    assert easing.reason == "slow", "between the two bounds nothing changes"
    for _ in range(12):
        easing.took(0.001, 1.0)
    assert easing.as_json() is None


def test_a_redis_that_refuses_for_memory_is_eased_and_one_that_is_only_nearly_full_is_not(memory):
    easing = Easing(memory)
    memory.absorb(info(85))
    assert (memory.level, easing.gap) == (FULL, 0.0)
    memory.absorb(info(100))
    assert (memory.level, easing.reason, easing.gap) == (REFUSING, "memory", 2.0)
    memory.absorb(info(100, "allkeys-lru"))
    assert (memory.level, easing.reason) == (FULL, None), "it throws keys away instead"


def test_a_write_that_was_refused_for_memory_counts_at_once(memory):
    memory.noted(redis.exceptions.OutOfMemoryError("OOM"))
    assert memory.level == REFUSING


def test_how_full_does_not_flap_and_is_nothing_without_a_limit(memory):
    memory.absorb(info(81))
    memory.absorb(info(79))
    assert memory.level == FULL
    memory.absorb(info(77))
    assert memory.level == "fine"
    memory.absorb({"used_memory": 10**12, "maxmemory": 0})
    assert (memory.level, memory.percent, memory.as_json()) == ("fine", 0, None)
