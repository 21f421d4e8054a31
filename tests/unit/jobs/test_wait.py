import logging
import time

import pytest

from jobs.wait import wait


def test_it_waits_as_long_as_asked_and_tells_of_each_step(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    start = time.monotonic()
    assert wait(steps=4, seconds=0.2) == "Waited 0.2 s in 4 steps"
    assert 0.2 <= time.monotonic() - start < 2
    assert caplog.messages == [f"Step {step} of 4 done" for step in range(1, 5)]


def test_it_always_fails_at_a_rate_of_one_and_says_why() -> None:
    with pytest.raises(
        RuntimeError, match=r"Step \d of 3 failed, as asked for by failure_rate=1\. Requeue it, or set 0"
    ):
        wait(steps=3, seconds=0, failure_rate=1)


def test_it_never_fails_at_a_rate_of_zero() -> None:
    for _ in range(50):
        wait(steps=1, seconds=0)
