"""Progress from our own field and from any program's meta: whatever was stored, a fraction from 0 to 1 or nothing."""

import json

import pytest

from webapp.decode import Opaque
from webapp.queries.progress import from_field, from_meta


def field(*stages: object, **more: object) -> bytes:
    return json.dumps({"run": "0123abcd", "at": 1_795_360_399_942, "stages": list(stages), **more}).encode()


def stage(done: object = None, total: object = None, message: object = "", **more: object) -> dict:
    return {"message": message, "done": done, "total": total, "unit": "", "rate": None, "left": None, **more}


def test_the_field_of_a_tracked_job():
    shown = from_field(field(stage(3, 12, "Reading rows", unit="rows", rate=40.5, left=18.0)))
    assert (shown.source, shown.at, shown.fraction, shown.message) == ("job", 1_795_360_399_942, 0.25, "Reading rows")
    assert (shown.done, shown.total, shown.unit, shown.rate, shown.left) == (3, 12, "rows", 40.5, 18.0)


@pytest.mark.parametrize(
    ("stages", "fraction"),
    [
        ([stage(1, 2)], 0.5),
        ([stage(1, 2), stage(1, 2)], 0.75),
        ([stage(1, 2), stage(1, 2), stage(1, 2)], 0.875),
        ([stage(1, 2), stage(5)], 0.5),
        ([stage(5)], None),
        ([stage(0, 0)], None),
        ([stage(9, 2)], 1.0),
        ([stage(-9, 2)], 0.0),
        ([stage(2, 2), stage(1, 2)], 1.0),
        ([stage(0.4, 1.0)], 0.4),
        ([stage(0, 1e-320), stage(0, 5)], 0.0),
        ([stage(1, -5)], None),
    ],
)
def test_inner_stages_count_as_parts_of_the_outer(stages, fraction):
    shown = from_field(field(*stages))
    assert shown.fraction == (pytest.approx(fraction) if fraction is not None else None)
    json.dumps(shown.as_json(), allow_nan=False)


def test_no_more_than_four_stages_are_shown():
    assert len(from_field(field(*[stage(1, 2)] * 50)).stages) == 4


@pytest.mark.parametrize(
    "raw",
    [
        None,
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"5",
        b"{}",
        b'{"stages": 5}',
        b'{"stages": {}}',
        b'{"stages": []}',
        b'{"stages": "abc"}',
        b'{"stages": [1]}',
        b"[" * 200_000,
    ],
)
def test_what_is_not_ours_is_no_progress(raw):
    assert from_field(raw) is None


@pytest.mark.parametrize("odd", ["x", [], {}, True, None, 10**400, float("nan"), float("inf"), "1e999"])
@pytest.mark.parametrize("name", ["done", "total", "rate", "left", "message", "unit", "at"])
def test_an_odd_value_in_any_place_makes_no_harm(name, odd):
    raw = field(stage(1, 2) | {name: odd}, **({"at": odd} if name == "at" else {}))
    shown = from_field(raw)
    json.dumps(shown.as_json(), allow_nan=False)


def test_words_are_cut_and_fit_for_the_wire():
    shown = from_field(field(stage(1, 2, "\ud800" + "x" * 5_000, unit="u" * 500)))
    assert len(shown.message) == 200
    assert len(shown.unit) == 30
    shown.message.encode("utf-8")


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        (0.4, 0.4),
        (0.0, 0.0),
        (1.0, 1.0),
        (1, 0.01),
        (40, 0.4),
        (100, 1.0),
        (40.0, 0.4),
        ("40%", 0.4),
        ("0.5%", 0.005),
        (" 40 % ", 0.4),
        ("0.4", 0.4),
        ({"done": 2, "total": 5}, 0.4),
        ({"done": 2, "total": 5, "message": "m"}, 0.4),
        ({"done": 2}, None),
    ],
)
def test_ways_in_which_programs_tell_progress(value, fraction):
    shown = from_meta({"progress": value})
    assert shown.source == "meta"
    assert shown.fraction == (pytest.approx(fraction) if fraction is not None else None)


@pytest.mark.parametrize(
    "value", [None, True, "", "soon", "nan%", -1, 101, 10**400, [], Opaque("m.P"), {}, {"total": 5}, b"\xff", (1, 2)]
)
def test_what_cannot_be_progress_is_none(value):
    assert from_meta({"progress": value}) is None


@pytest.mark.parametrize("meta", [None, [], "x", 5, {}, Opaque("m.Meta"), {"other": 1}, {1: 2}])
def test_meta_of_any_shape(meta):
    assert from_meta(meta) is None


def test_a_message_nested_without_end_is_left_out():
    nested: list = []
    for _ in range(60):
        nested = [nested, nested]
    shown = from_meta({"progress": {"done": 1, "total": 2, "message": nested, "unit": 10**5_000}})
    assert (shown.fraction, shown.message, shown.unit) == (0.5, "", "")
