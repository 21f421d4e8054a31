import asyncio
import inspect
import pickle

import pytest

from jobs import _run, job_type
from jobs._job_type import MARK
from tests.support import ROOT


@job_type
def double(x: int, *, plus: int = 0) -> int:
    """Twice x."""
    return 2 * x + plus


@job_type(title="Later", queue="low", timeout=60, result_ttl=-1)
async def later(x: int) -> int:
    await asyncio.sleep(0)
    return x


def test_a_job_type_is_still_its_function() -> None:
    assert double(2, plus=1) == 5
    assert double(1.5) == 3.0, "nothing is checked outside a job"
    assert (double.__name__, double.__doc__, double.__module__) == ("double", "Twice x.", __name__)
    assert list(inspect.signature(double).parameters) == ["x", "plus"]
    assert _run.current is None


def test_an_async_job_type_is_still_a_coroutine_function() -> None:
    assert inspect.iscoroutinefunction(later)
    assert asyncio.run(later(3)) == 3


def test_it_is_found_by_its_name_as_rq_looks_for_it() -> None:
    assert pickle.dumps(double)


def test_what_the_decorator_was_told_can_be_read() -> None:
    told = getattr(later, MARK)
    assert (told.title, told.queue, told.timeout, told.result_ttl) == ("Later", "low", 60, -1)
    assert (getattr(double, MARK).title, getattr(double, MARK).func) == (None, inspect.unwrap(double))


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": -2}, {"timeout": "1h"}, {"result_ttl": 1.5}])
def test_an_option_that_cannot_be_is_refused_with_what_would_work(options: dict) -> None:
    with pytest.raises(ValueError, match=r"is not a number of seconds\. Use one from"):
        job_type(**options)(lambda: None)


def test_calling_it_as_a_function_loads_no_rq_and_no_redis(loaded_after) -> None:
    loaded = loaded_after("from jobs.wait import wait; wait(steps=1, seconds=0)")
    assert loaded.isdisjoint({"rq", "redis", "flask", "webapp", "fsspec", "duckdb", "jobs._courier", "jobs._files"})


def test_every_plain_named_job_type_is_light_to_import(loaded_after) -> None:
    names = [path.stem for path in (ROOT / "jobs").glob("[!_]*.py")]
    loaded = loaded_after("\n".join(f"import jobs.{name}" for name in names))
    assert loaded.isdisjoint({"duckdb", "fsspec", "numpy", "pandas", "PIL", "pydantic", "flask", "webapp"})
