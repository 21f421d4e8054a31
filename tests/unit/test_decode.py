"""Payloads by anybody: whatever the bytes say, they are shown or named, in bounded time, and nothing of them is run."""

import base64
import contextlib
import datetime
import json
import os
import pickle
import random
import sys
import time
import zlib
from collections import OrderedDict, deque
from enum import Enum

import pytest

from webapp import decode
from webapp.decode import Opaque, Undecodable
from webapp.tree import call_line, tree

#: Seconds that one row may take on a machine that others use too; alone it is a few milliseconds.
ROW_SECONDS = 0.2


class Colour(Enum):
    RED = 1


class Bomb:
    """Runs a command when it is unpickled for real."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return os.system, (f"touch {self.marker}",)


def stored(args: tuple = (), kwargs: dict | None = None, protocol: int = 5, func: object = "m.f") -> bytes:
    """The `data` field as RQ writes it."""
    return zlib.compress(pickle.dumps((func, None, args, kwargs or {}), protocol))


def with_argument(opcodes: bytes) -> bytes:
    """The `data` field of a job whose one argument these opcodes build; not compressed, as before RQ 1.0."""
    return b"\x80\x05(X\x03\x00\x00\x00m.fN(" + opcodes + b"t}t."


def decoded(opcodes: bytes) -> object:
    call = decode.call(with_argument(opcodes))
    assert call.problem is None, call.problem
    return call.args[0]


@pytest.mark.parametrize("protocol", range(6))
def test_plain_arguments_are_read_whatever_the_protocol(protocol):
    args = (1, -2.5, "text", None, True, [1, {"k": (1, 2)}], 10**40)
    call = decode.call(stored(args, {"name": "x"}, protocol))
    assert (call.func, call.args, call.kwargs, call.problem) == ("m.f", args, {"name": "x"}, None)


def test_arguments_of_the_json_serializer_are_read():
    data = zlib.compress(json.dumps(["m.f", None, [1, "two"], {"three": 3.0}]).encode())
    call = decode.call(data)
    assert (call.func, call.args, call.kwargs) == ("m.f", (1, "two"), {"three": 3.0})


@pytest.mark.parametrize("value", [0, 42, -7, 2.5, "text", None, True, False, [1], {"a": 1}, "", float("inf")])
def test_every_result_of_the_json_serializer_is_read(value):
    assert decode.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize("protocol", range(6))
def test_a_bomb_is_named_and_never_goes_off(protocol, tmp_path):
    marker = tmp_path / "went-off"
    call = decode.call(stored((Bomb(str(marker)),), protocol=protocol))
    bomb = call.args[0]
    assert isinstance(bomb, Opaque)
    assert bomb.name.endswith(".system")
    tree(list(call.args))
    call_line(call.args, {})
    assert not marker.exists()


@pytest.mark.parametrize(
    "opcodes",
    [
        b"cos\nsystem\n(S'true'\ntR",
        b"(S'true'\nios\nsystem\n",
        b"(cos\nsystem\nS'true'\no",
        b"\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R",
        b"cos\nsystem\n\x8c\x04true\x85\x81",
        b"cos\nsystem\n)}\x8c\x01a\x8c\x04trues\x92",
        b"cbuiltins\neval\n\x8c\x041/0)\x85R",
    ],
)
def test_no_opcode_imports_or_calls_anything(opcodes):
    assert isinstance(decode.call(with_argument(opcodes)), decode.Call)


def test_a_module_that_does_not_exist_is_only_a_name():
    assert decoded(b"cno.such.module\nfunction\n(tR").name == "no.such.module.function"
    assert "no" not in sys.modules


@pytest.mark.parametrize(
    ("opcodes", "word"),
    [
        (b"Pstorage-id\n", "outside the pickle"),
        (b"S'id'\nQ", "outside the pickle"),
        (b"\x82\x01", "copyreg"),
        (b"\x83\x01\x01", "copyreg"),
        (b"\x84\x01\x01\x01\x01", "copyreg"),
        (b"\x96\xff\xff\xff\xff\xff\xff\x00\x00", "longer than the payload"),
        (b"\x97", "not a pickle"),
        (b"cm\nc\nK\x01R", "something else than arguments"),
        (b"cm\nc\n}\x8c\x04name]sb", "changed"),
        (b"I" + b"9" * 100_000 + b"\n", "not a pickle"),
    ],
)
def test_what_cannot_be_shown_is_said_in_words(opcodes, word):
    call = decode.call(with_argument(opcodes))
    assert call.func is None
    assert word in call.problem


@pytest.mark.parametrize(
    "opcodes",
    [
        b"K\x01r\xff\xff\xff\x7f",
        b"K\x01q\xff0h\xff",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"X\xff\xff\xff\x7f",
        b"B\xff\xff\xff\x7f",
        b"\x8b\xff\xff\xff\x7f",
        b"\x95\xff\xff\xff\xff\xff\xff\xff\x7fK\x01",
    ],
)
def test_a_claim_of_a_huge_size_allocates_nothing(opcodes):
    began = time.process_time()
    decode.call(with_argument(opcodes))
    assert time.process_time() - began < ROW_SECONDS


def test_a_tuple_nested_in_itself_is_no_endless_key():
    doubled = b")" + b"q\x00h\x00\x86" * 200
    began = time.process_time()
    call = decode.call(with_argument(b"}" + doubled + b"K\x01s"))
    assert len(call.args[0]) == 1
    assert len(json.dumps(tree(call.args))) < 10_000_000
    assert time.process_time() - began < 5


def test_a_deep_tuple_as_a_key_does_not_end_the_process():
    call = decode.call(with_argument(b"}" + b")" + b"\x85" * 200_000 + b"K\x01s"))
    assert len(call.args[0]) == 1


@pytest.mark.parametrize("level", [b"]h\x00a", b"]\x94K\x00h\x00\x86a", b"cm\nc\nh\x00\x85R", b"}\x8c\x01kh\x00s"])
def test_sixty_fold_sharing_is_cut(level):
    shared = b"]\x94q\x00" + b"".join(b"](h\x00h\x00eq\x00" for _ in range(60)) + level
    began = time.process_time()
    value = decoded(shared)
    shown = tree(value)
    call_line((value,), {"k": value})
    assert len(json.dumps(shown)) < 2_000_000
    assert time.process_time() - began < 2


def test_one_long_list_in_many_objects_is_kept_once():
    long = b"(" + b"K\x01" * 50_000 + b"t\x94q\x00"
    began = time.process_time()
    value = decoded(long + b"".join(b"cm\nc\nh\x00R0" for _ in range(5_000)) + b"](cm\nc\nh\x00Recm\nc\nh\x00R\x86")
    assert len(json.dumps(tree(value))) < 2_000_000
    assert time.process_time() - began < 5


@pytest.mark.parametrize("opening", [b"]" * 100_000 + b"a" * 99_999, b"(" * 100_000, b"[" * 100_000])
def test_depth_is_no_matter(opening):
    assert isinstance(decode.call(with_argument(opening)), decode.Call)
    assert isinstance(decode.call(opening), decode.Call)


def test_deep_json_is_undecodable():
    with pytest.raises(Undecodable, match="not JSON"):
        decode.loads(b"[" * 200_000)


def test_objects_show_what_they_would_have_been_built_from():
    value = decode.loads(pickle.dumps([Colour.RED, deque([1, 2]), OrderedDict(a=1), datetime.date(2026, 11, 22)]))
    names = [part.name for part in value]
    assert names == [f"{__name__}.Colour", "collections.deque", "collections.OrderedDict", "datetime.date"]
    assert tuple(value[0].args) in {(1,), ("RED",)}
    assert value[1].items == [1, 2]
    assert value[2].items == [("a", 1)]


def test_a_method_is_named_with_the_class_of_its_instance():
    class_state = pickle.dumps(("run", Colour.RED, (), {}))
    assert decode.call(zlib.compress(class_state)).func == f"{__name__}.Colour.run"


@pytest.mark.parametrize(
    "payload",
    [
        ["not", "a", "call"],
        ("m.f", None, 5, {}),
        ("m.f", None, (), []),
        (None, None, (), {}),
        (b"m.f", None, (), {}),
        "text",
        7,
        {"a": 1, "b": 2, "c": 3, "d": 4},
    ],
)
def test_a_payload_that_is_no_call_says_so(payload):
    call = decode.call(zlib.compress(pickle.dumps(payload)))
    assert call.func is None
    assert call.problem


@pytest.mark.parametrize("data", [None, b""])
def test_no_payload_says_so(data):
    assert decode.call(data).problem == "the job has no payload"


def test_a_payload_beyond_the_limit_is_not_inflated():
    call = decode.call(zlib.compress(b"x" * 50_000_000, 1), decode.ROW_BYTES)
    assert call.problem == "the payload cannot be shown: larger than 8 KB"


def test_lone_surrogates_do_not_reach_the_wire():
    as_json = b'["m.\\ud800", null, [], {"\\ud800": 1}]'
    for data in (stored(("\ud800",), {"\udfff": "\ud800"}, func="m.\ud800"), as_json):
        call = decode.call(data)
        shown = [call.func, call_line(call.args, call.kwargs), tree(list(call.args)), tree(call.kwargs)]
        json.dumps(shown, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    "value",
    [10**100_000, -(10**100_000), float("nan"), float("-inf"), {10**100_000: 1}, (10**5_000,) * 50],
    ids=["huge", "hugely negative", "nan", "-inf", "a huge key", "many"],
)
def test_numbers_that_json_or_python_cannot_print(value):
    call = decode.call(stored((value,), {"x": value}), decode.DETAIL_BYTES)
    json.dumps([tree(list(call.args)), tree(call.kwargs)], allow_nan=False)
    assert call_line(call.args, call.kwargs)


def test_keys_that_are_not_text_are_shown():
    line = call_line((), {1: "a", (1, 2): "b", None: "c", b"x": "d", 10**5_000: "e"})
    assert line.startswith("1='a', [1, 2]='b', None='c'")


@pytest.mark.parametrize("protocol", range(6))
def test_bytes_and_sets_look_alike_in_every_protocol(protocol):
    value = decode.loads(pickle.dumps([b"\x00ab", {1}, frozenset({2})], protocol))
    assert tree(value) == [
        {"__type__": "bytes", "text": repr(b"\x00ab"), "size": 3},
        {"__type__": "set", "items": [1]},
        {"__type__": "frozenset", "items": [2]},
    ]


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_never_raise(seed):
    chance = random.Random(seed)
    good = [stored(([1, "a", {2: 3}], b"x", 2.5), {"k": (1,)}, protocol) for protocol in range(6)]
    opcodes = [bytes([code]) for code in b"(.0123]})NKMJGlsuebRtaqrhjcoi\x80\x81\x85\x86\x87\x8c\x8f\x90\x91\x93\x94"]
    for _ in range(150):
        kind = chance.randrange(4)
        if kind == 0:
            data = chance.randbytes(chance.randrange(1, 200))
        elif kind == 1:
            raw = bytearray(zlib.decompress(chance.choice(good)))
            for _ in range(chance.randrange(1, 6)):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            data = bytes(raw)
        elif kind == 2:
            data = b"\x80\x04(" + b"".join(chance.choices(opcodes, k=chance.randrange(1, 80))) + b"t."
        else:
            data = chance.choice(good)[: chance.randrange(40)]
        began = time.process_time()
        call = decode.call(data, decode.ROW_BYTES)
        shown = [call.func, call_line(call.args, call.kwargs), tree(list(call.args)), tree(call.kwargs)]
        json.dumps(shown, ensure_ascii=False, allow_nan=False).encode()
        assert time.process_time() - began < ROW_SECONDS
        decode.traceback_text(data)
        for read in (decode.loads, decode.stored_value):
            with contextlib.suppress(Undecodable):
                tree(read(data))


def test_the_worst_row_takes_little_time():
    colliding = [number * sys.hash_info.modulus for number in range(500)]
    worst = [
        with_argument(b"](" + b"K\x01" * 4_000 + b"e"),
        with_argument(b"]" + b"]a" * 4_000),
        with_argument(b"}(" + b"N]" * 1_000 + b"u"),
        with_argument(b"cm\nc\n" + b")\x81" * 4_000),
        with_argument(b"".join(b"I%d\n0" % number for number in range(1_000)) + b"N"),
        with_argument(b"\x8f(" + b"".join(b"\x8a\x09" + n.to_bytes(9, "little") for n in colliding) + b"\x90"),
    ]
    for data in worst:
        assert len(data) <= decode.ROW_BYTES * 1.1
        times = []
        for _ in range(3):
            began = time.process_time()
            call = decode.call(data[: decode.ROW_BYTES], decode.ROW_BYTES)
            call_line(call.args, call.kwargs)
            times.append(time.process_time() - began)
        assert min(times) < 0.02


def test_a_stored_value_is_base64_of_the_serializers_bytes():
    assert decode.stored_value(base64.b64encode(pickle.dumps({"a": 1}))) == {"a": 1}
    assert decode.stored_value(base64.b64encode(b"42")) == 42
    with pytest.raises(Undecodable, match="base64"):
        decode.stored_value(b"\xff\xfe not base64")
    with pytest.raises(Undecodable, match="larger than 256 KB"):
        decode.stored_value(b"A" * 1_000_000)


def test_a_traceback_is_cut_and_never_raises():
    assert decode.traceback_text(base64.b64encode(zlib.compress(b"boom"))) == "boom"
    assert len(decode.traceback_text(base64.b64encode(zlib.compress(b"x" * 10_000_000)))) == decode.TRACEBACK_CHARS
    assert decode.traceback_text(base64.b64encode(zlib.compress(b"\xff\xfe"))) == "\ufffd\ufffd"
    for broken in (b"???", b"\xff", base64.b64encode(b"plain")):
        assert decode.traceback_text(broken) == "The stored traceback cannot be decoded."


@pytest.mark.parametrize(
    ("description", "func"),
    [
        ("jobs.wait(steps=5)", "jobs.wait"),
        ("f()", "f"),
        ("October figures", None),
        ("October (all)", "October"),
        ("two words (x)", None),
        ("", None),
        ("(x)", None),
        ("<b>()", None),
    ],
)
def test_the_function_at_the_head_of_rqs_description(description, func):
    assert decode.function_of_description(description) == func
