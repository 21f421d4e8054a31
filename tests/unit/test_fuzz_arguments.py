"""Forms over JSON of any kind: a value that the function takes, or a sentence for each field; never an exception."""

from contextlib import suppress
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Literal

from hypothesis import example, given
from hypothesis import strategies as st

from jobs import Param, Upload
from jobs._convert import convert, convert_arguments
from jobs._signature import read
from tests.fuzz import JSON, bounded
from webapp.actions import arguments, cells, option_values, options
from webapp.errors import BadInput


class Colour(Enum):
    RED = "red"
    TWO = 2


def everything(
    count: Annotated[int, Param(ge=1, le=10)],
    step: Annotated[int, Param(multiple_of=7)],
    share: Annotated[float, Param(gt=0, lt=1)],
    odd: Annotated[float, Param(multiple_of=0.1)],
    name: Annotated[str, Param(min_length=1, max_length=5, pattern="^[a-z]+$")],
    many: Annotated[list[int], Param(max_length=3)],
    words: list[str],
    days: list[date],
    on: bool,
    day: date,
    moment: datetime,
    colour: Colour,
    letter: Literal["a", 1, None],
    file: Annotated[Upload, Param(accept=".csv")],
    maybe: int | None = None,
) -> None:
    """Takes one of each kind."""


SIGNATURE = read(everything)
NAMES = list(SIGNATURE.fields)
DAYS = ["2026-02-28", "2026-02-30", "0000-00-00", "2026-02-28T09:30:00+01:00", "9999-12-31T23:59:59-23:59"]
FLOATS = [0.3, 1e308, -1e308, 5e-324]
TEXTS = ["red", "a", "upload:" + "0" * 32 + "/x.csv", "upload:../x", "\ud800", "\x00"]
LIKELY = st.sampled_from([*DAYS, *FLOATS, *TEXTS, 1, 10**18, 2**63 - 1, True, [], {}])
CHECKS = (option_values.job_id, option_values.queue, option_values.name, option_values.meta, option_values.after)
ARGS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), LIKELY | JSON, max_size=len(NAMES))


@bounded(250)
@given(ARGS)
@example({"odd": 1e308})
def test_any_arguments_are_judged_before_they_are_stored(args):
    problems = arguments.checker(SIGNATURE.schema)(args)
    assert all(isinstance(name, str) and isinstance(says, str) and says for name, says in problems.items())
    assert {name for name in SIGNATURE.required if name not in args} <= set(problems)


@bounded(250)
@given(ARGS)
@example({"odd": 1e308})
@example({"step": 1e300})
def test_any_arguments_are_judged_again_at_the_start_of_the_run(args):
    try:
        converted = convert_arguments(everything, (), args)[1]
    except ValueError as problem:
        said = str(problem)
    else:
        said = "" if set(SIGNATURE.required) <= set(converted) <= set(NAMES) else str(converted)
    assert said == "" or "cannot run with these arguments" in said


@bounded(200)
@given(st.sampled_from(NAMES).filter(lambda name: name != "file"), LIKELY | JSON)
def test_what_passes_the_form_passes_at_the_start_of_the_run(name, value):
    problems: list[str] = []
    said = arguments.checker(SIGNATURE.schema)({name: value})
    convert(SIGNATURE.fields[name], value, name, problems)
    if name not in said:
        assert problems == [], "what was accepted would fail each time that it runs"


@bounded(200)
@given(st.dictionaries(st.sampled_from(options.NAMES), LIKELY | JSON, max_size=6))
@example({"in": 1e308})
@example({"at": "9999-12-31T23:59:59-23:59"})
@example({"at": "0001-01-01T00:00:00+14:00"})
@example({"retry": {"max": 1, "interval": {"a": 1}}})
def test_any_options_are_options_or_say_what_is_wrong(body):
    try:
        options.parse(body, datetime.now(UTC))
        fields = {}
    except BadInput as problem:
        fields = problem.fields
    assert set(fields) <= set(options.NAMES)
    assert all(isinstance(says, str) for says in fields.values())


@bounded(200)
@given(st.sampled_from(NAMES), st.text(max_size=30) | LIKELY.filter(lambda value: isinstance(value, str)))
def test_any_cell_becomes_a_value_or_says_what_is_wrong(name, text):
    shape: dict[str, Any] = SIGNATURE.schema["properties"][name]
    try:
        value = cells.convert(shape, text, UTC)
    except ValueError:
        return
    arguments.checker(SIGNATURE.schema)({name: value})


@bounded(200)
@given(LIKELY | JSON)
def test_any_value_of_an_option_is_judged(value):
    for check in CHECKS:
        with suppress(ValueError):
            check(value)
