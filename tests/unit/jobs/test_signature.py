from __future__ import annotations

from datetime import UTC, date, datetime
from enum import Enum
from types import SimpleNamespace
from typing import Annotated, Literal, Optional

import pytest

from jobs import Param, Secret, Upload
from jobs._signature import SignatureError, read


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


class Nothing:
    pass


def properties(func) -> dict:
    return read(func).schema["properties"]


def test_every_type_has_its_schema() -> None:
    def func(
        a: int,
        b: float,
        c: bool,
        d: str,
        e: Literal["x", "y"],
        f: Size,
        g: date,
        h: datetime,
        i: list[int],
        j: Upload,
        k: Annotated[str, Param(lines=5)],
    ) -> None: ...

    found = properties(func)
    assert found["a"] == {"title": "A", "type": "integer"}
    assert found["b"]["type"] == "number"
    assert found["c"]["type"] == "boolean"
    assert found["d"] == {"title": "D", "type": "string"}
    assert found["e"] == {"title": "E", "enum": ["x", "y"]}
    assert found["f"] == {"title": "F", "enum": ["s", "l"]}
    assert (found["g"]["type"], found["g"]["format"]) == ("string", "date")
    assert found["h"]["format"] == "date-time"
    assert found["i"] == {"title": "I", "type": "array", "items": {"type": "integer"}}
    assert (found["j"]["type"], found["j"]["format"]) == ("string", "upload")
    assert (found["k"]["type"], found["k"]["format"], found["k"]["lines"]) == ("string", "textarea", 5)


def test_the_schema_keeps_the_order_of_the_parameters_and_knows_which_are_required() -> None:
    def func(zeta: int, alpha: str = "a", *, middle: bool) -> None: ...

    schema = read(func).schema
    assert schema["type"] == "object"
    assert list(schema["properties"]) == ["zeta", "alpha", "middle"]
    assert schema["required"] == ["zeta", "middle"]
    assert schema["additionalProperties"] is False


def test_optional_values_may_be_null_however_they_are_written() -> None:
    def func(
        a: int | None,
        b: Optional[str] = None,  # noqa: UP045 - this spelling too
        c: Literal["x", None] = None,
        d: Size | None = None,
        e: Annotated[int | None, Param(ge=1)] = None,
        f: Annotated[int, Param(ge=1)] | None = None,
        g: int = None,  # noqa: RUF013 - this spelling too
    ) -> None: ...

    found = properties(func)
    assert found["a"]["type"] == ["integer", "null"]
    assert (found["b"]["type"], found["b"]["default"]) == (["string", "null"], None)
    assert found["c"]["enum"] == ["x", None]
    assert found["d"]["enum"] == ["s", "l", None]
    assert found["e"] == found["f"] | {"title": "E"}
    assert (found["f"]["type"], found["f"]["minimum"]) == (["integer", "null"], 1)
    assert found["g"]["type"] == ["integer", "null"]


def test_defaults_are_stored_as_json() -> None:
    def func(
        a: Size = Size.LARGE,
        b: date = date(2026, 1, 31),
        c: datetime = datetime(2026, 1, 31, 14, tzinfo=UTC),
        d: list[str] = ("x", "y"),  # type: ignore[assignment]
        e: float = 1,
    ) -> None: ...

    defaults = {name: field["default"] for name, field in properties(func).items()}
    assert defaults == {"a": "l", "b": "2026-01-31", "c": "2026-01-31T14:00:00+00:00", "d": ["x", "y"], "e": 1}


def test_help_title_and_limits_come_from_annotated() -> None:
    def func(
        a: Annotated[int, "How many.", Param(ge=1, le=9, multiple_of=2)],
        failure_rate: Annotated[float, Param(help="How likely.", gt=0, lt=1)],
        c: Annotated[str, Param(title="Name", min_length=1, max_length=5, pattern="^[a-z]+$")],
        d: Annotated[list[Annotated[int, Param(ge=0)]], Param(min_length=1, max_length=3)],
        e: Annotated[Upload, Param(accept=".csv,.tsv")],
    ) -> None: ...

    found = properties(func)
    assert found["a"] | {"description": "How many.", "minimum": 1, "maximum": 9, "multipleOf": 2} == found["a"]
    assert found["failure_rate"]["title"] == "Failure rate"
    assert found["failure_rate"]["description"] == "How likely."
    assert (found["failure_rate"]["exclusiveMinimum"], found["failure_rate"]["exclusiveMaximum"]) == (0, 1)
    assert found["c"] | {"title": "Name", "minLength": 1, "maxLength": 5, "pattern": "^[a-z]+$"} == found["c"]
    assert (found["d"]["minItems"], found["d"]["maxItems"], found["d"]["items"]["minimum"]) == (1, 3, 0)
    assert found["e"]["accept"] == ".csv,.tsv"


def test_a_secret_says_so_and_tells_no_default() -> None:
    def func(
        a: Annotated[str, Secret()],
        b: Annotated[str | None, Secret(), "Long."] = "x",
        c: Annotated[str, Param(lines=4), Secret()] = "x",
        d: Annotated[list[Annotated[str, Secret()]], "Several."] = ("x",),
    ) -> None: ...

    found = properties(func)
    assert [found[name].get("format") for name in "abc"] == ["password", "password", "textarea"]
    assert all(found[name]["writeOnly"] for name in "abc")
    assert found["d"]["items"]["writeOnly"]
    assert not any("default" in field for field in found.values())


def test_markers_of_other_libraries_are_understood_by_their_attributes() -> None:
    at_least, length = SimpleNamespace(ge=3), SimpleNamespace(min_length=0, max_length=None)

    def func(a: Annotated[int, at_least], b: Annotated[str, length]) -> None: ...

    func.__annotations__ = {"a": Annotated[int, at_least], "b": Annotated[str, length]}
    found = properties(func)
    assert found["a"]["minimum"] == 3
    assert (found["b"]["minLength"], "maxLength" in found["b"]) == (0, False)


def test_a_parameter_without_annotation_has_the_type_of_its_default() -> None:
    def func(n=3, flag=True) -> None: ...

    assert [field["type"] for field in properties(func).values()] == ["integer", "boolean"]


def with_annotation(annotation, default=...):
    def func(bad) -> None: ...

    func.__annotations__ = {"bad": annotation}
    func.__defaults__ = None if default is ... else (default,)
    return func


@pytest.mark.parametrize(
    ("func", "words"),
    [
        (with_annotation(Nothing), "`Nothing` is not understood"),
        (with_annotation(dict[str, int]), "is not understood"),
        (with_annotation(list), "Say what the list holds"),
        (with_annotation(list[list[int]]), "neither lists nor None"),
        (with_annotation(int | str), "is a choice of types"),
        (with_annotation("Missing"), "cannot be resolved"),
        (with_annotation(Literal[b"x"]), "strings, numbers and booleans"),
        (with_annotation(Annotated[int, Secret()]), "`Secret` suits only str"),
        (with_annotation(Annotated[str, Param(ge=1)]), "`ge` suits only int or float"),
        (with_annotation(Annotated[int, Param(pattern="x")]), "`pattern` suits only str"),
        (with_annotation(Annotated[str, Param(pattern="(")]), "is no limit"),
        (with_annotation(Annotated[int, Param(ge=float("nan"))]), "is no limit"),
        (with_annotation(Annotated[int, Param(ge=5)], 3), "must be at least 5"),
        (with_annotation(datetime, datetime(2026, 1, 31)), "offset from UTC"),
        (lambda bad: None, "has no annotation"),
        (lambda *bad: None, "given by name"),
        (lambda **bad: None, "given by name"),
    ],
)
def test_what_is_not_understood_is_named_with_a_next_step(func, words: str) -> None:
    with pytest.raises(SignatureError, match="`bad`") as caught:
        read(func)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")
