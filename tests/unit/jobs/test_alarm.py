import asyncio

import pytest
from rq.timeouts import JobTimeoutException

from jobs._alarm import heeding_the_alarm


def test_a_time_limit_that_strikes_in_a_callback_ends_the_job_all_the_same() -> None:
    def strike() -> None:
        raise JobTimeoutException("too long")

    async def job() -> None:
        with heeding_the_alarm():
            asyncio.get_running_loop().call_later(0.01, strike)
            await asyncio.sleep(20)

    with pytest.raises(JobTimeoutException, match="too long"):
        asyncio.run(job())


def test_another_error_in_a_callback_is_logged_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    async def job() -> str:
        with heeding_the_alarm():
            asyncio.get_running_loop().call_soon(lambda: 1 / 0)
            await asyncio.sleep(0.01)
        return "done"

    assert asyncio.run(job()) == "done"
    assert "ZeroDivisionError" in caplog.text
