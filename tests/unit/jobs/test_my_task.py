import time

import pytest

from jobs import my_task as module
from jobs._signature import read
from jobs.my_task import my_task


def test_it_sleeps_and_adds() -> None:
    start = time.monotonic()
    assert my_task(3, 4, seconds=0.2) == 7
    assert 0.2 <= time.monotonic() - start < 2


def test_as_it_is_it_takes_as_long_as_in_the_note(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)
    assert (my_task(), slept) == (3, [10])


def test_it_has_a_form_of_three_fields_that_may_all_be_left_as_they_are() -> None:
    schema = read(my_task.__wrapped__).schema
    assert list(schema["properties"]) == ["arg1", "arg2", "seconds"]
    assert schema["required"] == []


def test_it_takes_five_lines() -> None:
    with open(module.__file__, encoding="utf-8") as file:
        lines = file.read().split("@job_type")[1].strip().splitlines()
    assert len(lines) == 4, "and the decorator"
