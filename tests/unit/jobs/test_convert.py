from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Literal

import pytest

from jobs import Param, Secret, Upload
from jobs._convert import convert_arguments


class Size(Enum):
    SMALL = "s"
    ONE = 1


def everything(
    count: Annotated[int, Param(ge=1, le=10, multiple_of=2)] = 2,
    share: Annotated[float, Param(gt=0, lt=1)] = 0.5,
    flag: bool = False,
    name: Annotated[str, Param(min_length=2, max_length=4, pattern="^[a-z]+$")] = "ab",
    colour: Literal["red", 1] = "red",
    size: Size = Size.SMALL,
    day: date = date(2026, 1, 1),
    moment: datetime | None = None,
    sizes: Annotated[list[Size], Param(max_length=2)] = (),
    big: int = 0,
) -> None: ...


def converted(**given):
    return convert_arguments(everything, (), given)[1]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"count": 4}, 4),
        ({"count": 4.0}, 4),
        ({"big": 10**30}, 10**30),
        ({"share": 0.25}, 0.25),
        ({"flag": True}, True),
        ({"name": "abc"}, "abc"),
        ({"colour": 1}, 1),
        ({"size": "s"}, Size.SMALL),
        ({"size": 1}, Size.ONE),
        ({"size": Size.ONE}, Size.ONE),
        ({"day": "2026-02-28"}, date(2026, 2, 28)),
        ({"day": date(2026, 2, 28)}, date(2026, 2, 28)),
        ({"moment": None}, None),
        ({"moment": "2026-02-28T10:00:00Z"}, datetime(2026, 2, 28, 10, tzinfo=UTC)),
        ({"moment": "2026-02-28 10:00+00:00"}, datetime(2026, 2, 28, 10, tzinfo=UTC)),
        ({"sizes": ["s", 1]}, [Size.SMALL, Size.ONE]),
    ],
)
def test_a_stored_value_becomes_what_the_function_asks_for(given: dict, expected: object) -> None:
    (found,) = converted(**given).values()
    assert found == expected
    assert type(found) is type(expected)


def test_an_int_is_a_float_where_a_float_is_asked_for() -> None:
    def half(x: float) -> None: ...

    assert isinstance(convert_arguments(half, (), {"x": 3})[1]["x"], float)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"count": True}, "count: must be a whole number, is True"),
        ({"count": "4"}, "count: must be a whole number, is '4'"),
        ({"count": 4.5}, "count: must be a whole number"),
        ({"count": None}, "count: must be a whole number, is None"),
        ({"count": 0}, "count: must be at least 1, is 0"),
        ({"count": 12}, "count: must be at most 10"),
        ({"count": 3}, "count: must be a multiple of 2"),
        ({"share": float("nan")}, "share: must be a number, is nan"),
        ({"share": float("inf")}, "share: must be a number, is inf"),
        ({"share": 10**400}, "share: is too large a number"),
        ({"share": 0}, "share: must be more than 0"),
        ({"share": False}, "share: must be a number"),
        ({"flag": 1}, "flag: must be true or false, is 1"),
        ({"flag": "true"}, "flag: must be true or false"),
        ({"name": 5}, "name: must be text, is 5"),
        ({"name": "a"}, "name: must have at least 2 characters"),
        ({"name": "abcde"}, "name: must have at most 4 characters"),
        ({"name": "ABC"}, "name: must match ^[a-z]+$"),
        ({"colour": "blue"}, "colour: must be one of 'red', 1, is 'blue'"),
        ({"colour": True}, "colour: must be one of"),
        ({"size": "x"}, "size: must be one of 's', 1"),
        ({"size": True}, "size: must be one of"),
        ({"day": "2026-13-01"}, "day: is no day of the calendar: 2026-13-01"),
        ({"day": "20260101"}, "day: must be a date such as"),
        ({"day": datetime(2026, 1, 1, tzinfo=UTC)}, "day: must be a date such as"),
        ({"moment": "2026-02-28T10:00:00"}, "moment: must say its offset from UTC"),
        ({"moment": "2026-02-30T10:00:00Z"}, "moment: is no time of the calendar"),
        ({"moment": 1700000000}, "moment: must be a time such as"),
        ({"sizes": "s"}, "sizes: must be a list"),
        ({"sizes": ["s", "s", "s"]}, "sizes: must have at most 2 items"),
        ({"sizes": ["s", "q"]}, "sizes[1]: must be one of"),
        ({"big": 10**5000, "share": 9}, "share: must be less than 1"),
        ({"colour": 10**5000}, "a number of more than 20 digits"),
        ({"unknown": 1}, "unknown: there is no such parameter"),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(given: dict, words: str) -> None:
    with pytest.raises(ValueError, match="everything cannot run") as caught:
        converted(**given)
    assert words in str(caught.value)
    assert str(caught.value).endswith("Submit it again with these put right.")


def test_all_wrong_arguments_are_told_at_once() -> None:
    def func(a: int, b: str, c: bool = True) -> None: ...

    with pytest.raises(ValueError, match="a: must be a whole number") as caught:
        convert_arguments(func, (), {"a": "x", "c": 2, "d": 1})
    for words in ("b: is missing", "c: must be true or false", "d: there is no such parameter", "It takes a, b, c."):
        assert words in str(caught.value)


def test_positional_arguments_are_checked_by_name() -> None:
    assert convert_arguments(everything, (4, 0.25), {"flag": True})[1] == {"count": 4, "share": 0.25, "flag": True}
    with pytest.raises(ValueError, match="count: given twice"):
        convert_arguments(everything, (4,), {"count": 2})
    with pytest.raises(ValueError, match="11 arguments were given, 10 are taken"):
        convert_arguments(everything, tuple(range(11)), {})


def test_a_function_that_cannot_be_a_form_gets_its_arguments_as_they_are() -> None:
    def func(anything: object, *rest: int) -> None: ...

    assert convert_arguments(func, (1, 2), {}) == ((1, 2), {})


def test_an_upload_is_found_by_its_reference(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    def func(file: Annotated[Upload, Param(accept=".csv, .tsv")]) -> None: ...

    monkeypatch.setenv("RQLIVE_FILES", str(tmp_path))
    (tmp_path / "uploads" / "ab12").mkdir(parents=True)
    (tmp_path / "uploads" / "ab12" / "Mein Bericht.CSV").write_bytes(b"a,b\n")
    upload = convert_arguments(func, (), {"file": "upload:ab12/Mein Bericht.CSV"})[1]["file"]
    with upload.open() as file:
        assert (upload.name, upload.size, file.read()) == ("Mein Bericht.CSV", 4, b"a,b\n")
    for reference, words in (
        ("upload:ab12/gone.csv", "Upload it again"),
        ("upload:ab12/../../secret.csv", "is not a file name"),
        ("upload:../ab12/x.csv", "must be an uploaded file"),
        ("/etc/passwd", "must be an uploaded file"),
        (7, "must be an uploaded file"),
    ):
        with pytest.raises(ValueError, match=r"file: ") as caught:
            convert_arguments(func, (), {"file": reference})
        assert words in str(caught.value)
    (tmp_path / "uploads" / "ab12" / "x.png").write_bytes(b"")
    with pytest.raises(ValueError, match=r"must be a file that ends in one of \.csv, \.tsv"):
        convert_arguments(func, (), {"file": "upload:ab12/x.png"})


def test_what_is_wrong_with_a_secret_is_said_without_it() -> None:
    def func(key: Annotated[str, Secret(), Param(min_length=50)]) -> None: ...

    for wrong in (12345678, "too short", ["listed"]):
        with pytest.raises(ValueError, match="key: is not what this secret must be") as told:
            convert_arguments(func, (), {"key": wrong})
        assert str(wrong).strip("[']") not in str(told.value)
