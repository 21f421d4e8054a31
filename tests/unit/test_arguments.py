"""Arguments against a published schema: what passes, and the one sentence for what does not."""

import pytest

from webapp.actions import arguments

UPLOAD = f"upload:{'0123456789abcdef' * 2}/sales 2026.csv"


def one(shape, value):
    """What is said about `value` for an argument x of this shape; None where it passes."""
    return arguments.checker({"type": "object", "properties": {"x": shape}, "required": ["x"]})({"x": value}).get("x")


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 5}, 5),
        ({"type": "number", "multipleOf": 0.1}, 0.3),
        ({"type": "number", "multipleOf": 0.1}, 1e308),
        ({"type": "number"}, 3),
        ({"type": ["integer", "null"]}, None),
        ({"type": "boolean"}, False),
        ({"type": "string", "pattern": "^a+$", "maxLength": 3}, "aaa"),
        ({"type": "string", "format": "textarea"}, "one\ntwo"),
        ({"enum": ["a", 2, None]}, None),
        ({"type": "string", "format": "date"}, "2024-02-29"),
        ({"type": "string", "format": "date-time"}, "2026-02-28T09:30:00+01:00"),
        ({"type": "string", "format": "date-time"}, "2026-02-28T09:30Z"),
        ({"type": "array", "items": {"type": "integer"}, "maxItems": 2}, [1, 2]),
        ({"type": "string", "format": "upload"}, UPLOAD),
        ({"type": ["string", "null"], "format": "upload"}, None),
    ],
)
def test_a_fitting_value_passes(shape, value):
    assert one(shape, value) is None


@pytest.mark.parametrize(
    ("shape", "value", "sentence"),
    [
        ({"type": "integer"}, "5", "must be a whole number"),
        ({"type": "integer"}, 5.0, "must be a whole number"),
        ({"type": "integer"}, True, "must be a whole number"),
        ({"type": "number"}, True, "must be a number"),
        ({"type": ["integer", "null"]}, "x", "must be a whole number or null"),
        ({"type": "boolean"}, 1, "must be true or false"),
        ({"type": "string"}, None, "must be a text"),
        ({"type": "integer", "minimum": 1}, 0, "must be at least 1"),
        ({"type": "integer", "maximum": 1000}, 1001, "must be at most 1000"),
        ({"type": "number", "exclusiveMinimum": 0}, 0, "must be more than 0"),
        ({"type": "number", "exclusiveMaximum": 1}, 1, "must be less than 1"),
        ({"type": "number", "multipleOf": 0.1}, 0.35, "must be a multiple of 0.1"),
        ({"type": "string", "minLength": 1}, "", "must have at least 1 character"),
        ({"type": "string", "maxLength": 2}, "abc", "must have at most 2 characters"),
        ({"type": "string", "pattern": "^[a-z]+$"}, "A", "must match the pattern ^[a-z]+$"),
        ({"enum": ["fast", "slow", None]}, "x", "must be one of: fast, slow, null"),
        ({"enum": [1, 2]}, True, "must be one of: 1, 2"),
        ({"type": "string", "format": "date"}, "2026-02-30", "must be a date, such as 2026-02-28"),
        ({"type": "string", "format": "date"}, "20260228", "must be a date, such as 2026-02-28"),
        (
            {"type": "string", "format": "date-time"},
            "2026-02-28T09:30:00",
            "must be a time with its offset, such as 2026-02-28T09:30:00+01:00",
        ),
        ({"type": "array", "items": {"type": "integer"}}, [1, "2"], "item 2: must be a whole number"),
        ({"type": "array", "minItems": 1}, [], "must have at least 1 item"),
        ({"type": "array", "uniqueItems": True}, [1, 1], "must not name anything twice"),
        (
            {"type": "string", "format": "upload"},
            "sales.csv",
            "must be an uploaded file: send it to POST /api/uploads and give its `upload` here",
        ),
        ({"not": {}}, 1, "is not what this job type takes"),
    ],
)
def test_one_sentence_says_what_a_value_must_be(shape, value, sentence):
    assert one(shape, value) == sentence


def test_missing_and_unknown_arguments_are_named():
    schema = {"properties": {"path": {}, "depth": {}}, "required": ["path"], "additionalProperties": False}
    assert arguments.checker(schema)({"pth": 1}) == {
        "path": "is missing",
        "pth": "is no argument of this job type; it takes path, depth",
    }
    assert arguments.checker({"properties": {}})({"x": 1})["x"].endswith("it takes none")


def test_a_flood_of_wrong_values_gives_a_short_answer():
    schema = {"properties": {"x": {"type": "array", "items": {"type": "integer"}}}}
    assert len(arguments.checker(schema)({"x": ["a"] * 100_000})) == 1
    assert len(arguments.checker(schema)({f"unknown{number}": 1 for number in range(10_000)})) <= arguments.ERRORS_MAX


@pytest.mark.parametrize(
    "shape",
    [
        {"type": "no such type"},
        {"type": "string", "pattern": "("},
        {"multipleOf": 0},
        {"$ref": "#/nowhere"},
        {"$ref": "http://127.0.0.1:1/schema.json"},
    ],
)
def test_a_broken_schema_is_unusable_and_nothing_is_fetched(shape):
    with pytest.raises(arguments.Unusable):
        one(shape, "text" if "multipleOf" not in shape else 5)


def test_uploads_are_found_in_single_values_and_lists():
    upload = {"type": "string", "format": "upload"}
    schema = {"properties": {"one": upload, "many": {"type": "array", "items": upload}, "text": {"type": "string"}}}
    found = arguments.uploads(schema, {"one": "upload:1", "many": ["upload:2", "upload:3"], "text": "upload:4"})
    assert list(found) == [("one", "upload:1"), ("many", "upload:2"), ("many", "upload:3")]
