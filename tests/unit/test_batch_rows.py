"""Many at once: text to rows, cells to values, and what is wrong in which row and line."""

import json
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from jobs import _keys
from webapp.actions import cells, rows, table
from webapp.errors import BadInput

SEOUL = ZoneInfo("Asia/Seoul")
SCHEMA = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "minLength": 1},
        "n": {"type": "integer", "minimum": 1, "maximum": 9},
        "dry": {"type": "boolean", "default": False},
        "at": {"type": ["string", "null"], "format": "date-time"},
        "tags": {"type": "array", "items": {"enum": ["a", "b", 3]}},
    },
    "required": ["to", "n"],
    "additionalProperties": False,
}


def checked(text, form="csv", zone=UTC):
    return rows.check(SCHEMA, table.from_text(text, form, lambda raw: json.loads(raw)), zone)


def refused(text, form="csv"):
    with pytest.raises(BadInput) as error:
        checked(text, form)
    return error.value.fields


def test_csv_becomes_arguments_of_the_types_that_the_schema_asks_for():
    found = checked("to,n,dry,at,tags\nann,3,yes,2026-02-28T09:30,a|3\n", zone=SEOUL)
    (good,) = found.good
    assert good.args == {"to": "ann", "n": 3, "dry": True, "at": "2026-02-28T09:30:00+09:00", "tags": ["a", 3]}


def test_an_empty_cell_is_left_out_or_null_where_that_is_a_value():
    (good,) = checked("to,n,dry,at\nann,3,,\n").good
    assert good.args == {"to": "ann", "n": 3, "at": None}


def test_what_is_wrong_is_told_by_row_line_and_field():
    found = checked('to,n\n"two\nlines",1\n\n,2\nbob,many\nbob,10\nbob,1,2\n')
    assert [one.args["to"] for one in found.good] == ["two\nlines"]
    told = [(one.row.number, one.row.line, one.problems) for one in found.wrong]
    assert told == [
        (2, 5, {"to": "must have at least 1 character"}),
        (3, 6, {"n": "must be a whole number"}),
        (4, 7, {"n": "must be at most 9"}),
        (5, 8, {"": "has 3 cells, and the first line names 2"}),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_a_spreadsheet_copies_or_saves_is_read(delimiter):
    text = "\ufeff" + "\r\n".join(delimiter.join(cells) for cells in (("to", "n", ""), ("ann", "1", ""), ("", "", "")))
    (good,) = checked(text).good
    assert good.args == {"to": "ann", "n": 1}


def test_a_header_that_does_not_fit_makes_every_row_wrong_and_is_told_once():
    found = checked("to,mail\nann,x\n")
    assert set(found.columns) == {"mail", "n"}
    assert not found.good
    assert len(found.wrong) == 1


def test_json_lines_keep_their_types():
    found = checked('{"to": "ann", "n": 1}\n\n{"to": "bob", "n": "1"}\n[1]\n', "jsonl")
    assert [one.args for one in found.good] == [{"to": "ann", "n": 1}]
    assert [(one.row.line, list(one.problems)) for one in found.wrong] == [(3, ["n"]), (4, [""])]


@pytest.mark.parametrize(
    ("text", "form", "field"),
    [
        ("", "csv", "text"),
        (None, "csv", "text"),
        ("a", "xlsx", "format"),
        ("to,n,to\n", "csv", "text"),
        ('to,n\n"a,1\n', "csv", "text"),
        ("to,n\n" + "a,1\n" * (_keys.BATCH_ROWS_MAX + 1), "csv", "rows"),
    ],
)
def test_what_is_no_table_is_refused(text, form, field):
    assert set(refused(text, form)) == {field}


def test_rows_may_come_as_json():
    found = rows.check(SCHEMA, table.from_objects([{"to": "ann", "n": 1}, 5]), UTC)
    assert (len(found.good), found.wrong[0].problems) == (1, {"": 'must be an object such as {"seconds": 5}'})


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ({"type": "integer"}, " +12 ", 12),
        ({"type": "number"}, "1e3", 1000.0),
        ({"type": "number"}, "2", 2),
        ({"type": "boolean"}, "FALSE", False),
        ({"enum": [None, True, 2, "two"]}, "true", True),
        ({"enum": ["", "x"]}, "x", "x"),
        ({"type": "array", "items": {"type": "integer"}}, "[1, 2]", [1, 2]),
        ({"type": "array", "items": {"type": "integer"}}, "1\n2", [1, 2]),
        ({"type": "object"}, '{"a": 1}', {"a": 1}),
        ({"type": "string"}, " kept ", " kept "),
        ({"type": "string", "format": "date-time"}, "2026-02-28T09:30Z", "2026-02-28T09:30:00+00:00"),
        ({"type": "integer"}, "", cells.ABSENT),
    ],
)
def test_a_cell_is_taken_as_its_schema_means_it(schema, text, value):
    found = cells.convert(schema, text, UTC)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "integer"}, "1.0"),
        ({"type": "integer"}, str(2**63)),
        ({"type": "number"}, "nan"),
        ({"type": "number"}, "1_0"),
        ({"type": "boolean"}, "maybe"),
        ({"enum": ["a"]}, "b"),
        ({"type": "array"}, "[1"),
        ({"type": "array"}, "[NaN]"),
        ({"type": "object"}, "[]"),
        ({"type": "string", "format": "date-time"}, "soon"),
    ],
)
def test_what_cannot_be_meant_is_refused(schema, text):
    with pytest.raises(ValueError, match=r"^must be "):
        cells.convert(schema, text, UTC)


def test_the_preview_shows_what_stands_in_a_wrong_cell_and_no_more_than_fits():
    long = "x" * 500
    told = checked(f"to,n\n{long},many\n").as_json()
    assert (told["total"], told["good"], told["wrong"]) == (1, 0, 1)
    assert told["rows"] == told["wrong_rows"]
    assert told["rows"][0]["args"] == {"to": f"{'x' * 200}…", "n": "many"}
