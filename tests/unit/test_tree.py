"""Values as JSON: what JSON has no place for is named, and no value makes more than a page can use."""

import datetime
import decimal
import json
import pathlib
import pickle
import uuid

import pytest

from webapp import decode
from webapp.decode import Opaque
from webapp.tree import MAX_DEPTH, MAX_NODES, MAX_TEXT, brief, call_line, tree


def shown(value: object) -> object:
    """What the page gets of `value` after RQ has pickled it."""
    return tree(decode.loads(pickle.dumps(value)))


@pytest.mark.parametrize("value", [None, True, False, 0, -1, 1 << 53, 0.5, "text", [], {}, [1, [2]], {"a": {"b": 1}}])
def test_what_json_knows_stays_as_it_is(value):
    assert shown(value) == value


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (datetime.datetime(2026, 11, 22, 14, 2, 11), "datetime", "2026-11-22 14:02:11"),
        (datetime.datetime(2026, 11, 22, 14, 2, tzinfo=datetime.UTC), "datetime", "2026-11-22 14:02:00+00:00"),
        (
            datetime.datetime(2026, 11, 22, 14, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))),
            "datetime",
            "2026-11-22 14:02:00-05:30",
        ),
        (
            datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone(datetime.timedelta(hours=9))),
            "datetime",
            "2026-11-22 00:00:00+09:00",
        ),
        (datetime.date(2026, 2, 28), "date", "2026-02-28"),
        (datetime.timedelta(days=1, seconds=3), "timedelta", "1 day, 0:00:03"),
        (uuid.UUID(int=5), "uuid", "00000000-0000-0000-0000-000000000005"),
        (decimal.Decimal("1.20"), "decimal", "1.20"),
        (pathlib.PosixPath("/srv/data/x.csv"), "path", "/srv/data/x.csv"),
        (pathlib.PosixPath("data/x.csv"), "path", "data/x.csv"),
        (float("nan"), "float", "nan"),
        (float("-inf"), "float", "-inf"),
        ((1 << 53) + 1, "int", "9007199254740993"),
    ],
)
def test_well_known_values_are_put_into_words(value, kind, text):
    assert shown(value) == {"__type__": kind, "text": text}
    assert brief(decode.loads(pickle.dumps(value))) == (text if kind not in ("float",) else repr(value))


@pytest.mark.parametrize("protocol", range(6))
def test_a_datetime_reads_the_same_in_every_protocol(protocol):
    moment = datetime.datetime(2026, 11, 22, 14, 2, 11, 500_000, tzinfo=datetime.UTC)
    assert tree(decode.loads(pickle.dumps(moment, protocol)))["text"] == "2026-11-22 14:02:11.500000+00:00"


@pytest.mark.parametrize(
    ("name", "args", "state"),
    [
        ("datetime.datetime", (b"short",), None),
        ("datetime.datetime", (), None),
        ("datetime.datetime", (b"\x07\xea\x0b\x16\x0e\x02\x0b\x00\x00\x00", Opaque("datetime.timezone", (5,))), None),
        (
            "datetime.datetime",
            (
                b"\x07\xea\x0b\x16\x0e\x02\x0b\x00\x00\x00",
                Opaque("datetime.timezone", (Opaque("datetime.timedelta", (b"x" * 200_000, 0)),)),
            ),
            None,
        ),
        ("datetime.timedelta", (1 << 80, 0, 0), None),
        ("datetime.date", (5,), None),
        ("uuid.UUID", (), {"int": "x"}),
        ("uuid.UUID", (), {"int": 1 << 200}),
        ("uuid.UUID", (), None),
        ("decimal.Decimal", ([[]],), None),
        ("pathlib.PosixPath", (["a"], Opaque("x")), None),
        ("_codecs.encode", ("\u20ac", "latin1"), None),
        ("_codecs.encode", ("abc", "rot13"), None),
        ("builtins.set", (5,), None),
    ],
)
def test_a_forged_well_known_value_is_shown_as_an_object(name, args, state):
    value = Opaque(name, args)
    value.state = state
    node = tree(value)
    assert node["text"].startswith((name, "2026-11-22")), node
    json.dumps(node, allow_nan=False)
    assert brief(value)


def test_an_object_shows_its_arguments_state_and_items():
    value = Opaque("m.Thing", (1, "a"))
    value.state = {"x": 1}
    value.items = [2]
    assert tree(value) == {"__type__": "object", "text": "m.Thing", "args": [1, "a"], "state": {"x": 1}, "items": [2]}


def test_tuples_sets_and_odd_keys_keep_their_kind():
    assert shown((1, (2,))) == {"__type__": "tuple", "items": [1, {"__type__": "tuple", "items": [2]}]}
    assert shown({3}) == {"__type__": "set", "items": [3]}
    odd = shown({1: "a", (2, 3): "b"})
    assert odd["__type__"] == "dict"
    assert [item["items"][1] for item in odd["items"]] == ["a", "b"]


def test_a_value_cannot_pass_itself_off_as_one_of_ours():
    assert shown({"__type__": "bytes", "text": "x"})["__type__"] == "dict"


def nodes(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(nodes(item) for item in value.values())
    return 1 + sum(nodes(item) for item in value) if isinstance(value, list) else 1


def test_a_tree_is_cut_by_nodes():
    for value in (list(range(100_000)), dict.fromkeys(map(str, range(100_000))), [[[1]] * 100] * 1_000):
        built = shown(value)
        assert nodes(built) < MAX_NODES * 1.5
        assert '"truncated"' in json.dumps(built)


def test_a_tree_is_cut_by_depth():
    value: list = []
    for _ in range(100):
        value = [value]
    text = json.dumps(shown(value))
    assert text.count("[") == MAX_DEPTH + 1
    assert "truncated" in text


@pytest.mark.parametrize("piece", ["x" * 1_000_000, b"\x00" * 1_000_000, 10**4_000, "\x00" * 1_000_000])
def test_a_long_text_named_a_thousand_times_stays_small(piece):
    assert len(json.dumps(tree([piece] * 5_000))) < 4_000_000
    one = tree(piece)
    assert len(one["text"]) <= MAX_TEXT * 4 + 3


def test_long_keys_and_names_are_cut():
    node = tree([{"k" * 100_000: 1}, Opaque("n" * 100_000)])
    assert len(json.dumps(node)) < 1_000


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("x", "'x'"),
        ("it's", '"it\'s"'),
        ("x" * 500, "'" + "x" * 80 + "…'"),
        (5, "5"),
        (True, "True"),
        (None, "None"),
        (2.5, "2.5"),
        ([1, 2], "[1, 2]"),
        ([1, 2, 3, 4], "[1, 2, 3, …]"),
        ((1, [2]), "[1]"),
        ({}, "{}"),
        ({"a": 1, "b": 2}, "{2 keys}"),
        (b"abcd", "<4 bytes>"),
        (Opaque("m.Thing", (1,)), "<m.Thing>"),
        (10**30, "1000000000000000000000000000000"),
        (decode.loads(pickle.dumps({1, 2}, 2)), "[1, 2]"),
        (decode.loads(pickle.dumps(b"abc", 2)), "b'abc'"),
    ],
)
def test_one_value_on_a_short_line(value, line):
    assert brief(value) == line


def test_arguments_on_one_line():
    args = ("upload:0123/sales-2026.csv", 5)
    assert call_line(args, {"delimiter": ","}) == "sales-2026.csv, 5, delimiter=','"
    assert call_line((), {}) == ""


def test_a_line_of_arguments_is_bounded():
    assert len(call_line(("x" * 10_000,) * 50, {"k" * 500 + str(n): "y" * 500 for n in range(50)})) == 200
    assert len(call_line(("upload:1/" + "n" * 10_000,), {})) <= 200


def test_a_line_of_nested_sets_ends():
    value: frozenset = frozenset()
    for number in range(60):
        value = frozenset({value, frozenset({value, number}), frozenset({value, -number})})
    assert len(brief(value)) < 100
