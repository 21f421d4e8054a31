"""The decoder over bytes of any kind: it answers with a value or says what is wrong, and what it shows is JSON."""

import base64
import json
import pickle
import pickletools
import time
import zlib
from collections import OrderedDict, deque
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import ANY_TEXT, bounded
from webapp import decode
from webapp.tree import call_line, tree

PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.binary(max_size=40) | st.complex_numbers()
)
OBJECTS = st.sampled_from(
    [
        datetime(2026, 2, 28, tzinfo=UTC), date.max, timedelta(days=-1), Decimal("NaN"), UUID(int=7), deque([1], 2),
        PurePosixPath("/x"), OrderedDict(a=1), range(3), ValueError("x"), Ellipsis, int, len, {1}, frozenset(),
    ]
)  # fmt: skip
VALUES = st.recursive(
    PLAIN | OBJECTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(ANY_TEXT | st.integers() | st.tuples(st.integers()), inner, max_size=4)
    ),
    max_leaves=15,
)
PICKLES = st.builds(pickle.dumps, VALUES, st.sampled_from([0, 1, 2, 3, 4, 5]))
#: Any order of the opcodes of a pickle, each with bytes that may be its argument.
OPCODES = st.sampled_from([op.code.encode("latin-1") for op in pickletools.opcodes])
PROGRAMS = st.lists(st.tuples(OPCODES, st.binary(max_size=6) | st.just(b"os\nsystem\n")), max_size=25).map(
    lambda parts: b"".join(code + argument for code, argument in parts) + b"."
)


def shown(raw: bytes) -> None:
    """Whatever the bytes are, what a page would show of them is JSON that UTF-8 can carry."""
    call = decode.call(raw)
    told: list[Any] = [
        call.func,
        call.problem,
        tree(list(call.args)),
        tree(call.kwargs),
        call_line(call.args, call.kwargs),
    ]
    try:
        told.append(tree(decode.stored_value(base64.b64encode(raw))))
    except decode.Undecodable as error:
        told.append(str(error))
    told.append(decode.traceback_text(raw))
    json.dumps(told, allow_nan=False, ensure_ascii=False).encode()


@bounded(200)
@given(st.binary(max_size=300))
def test_any_bytes(raw):
    shown(raw)


@bounded(200)
@given(PROGRAMS, st.booleans())
def test_any_program_of_the_pickle_machine(raw, packed):
    began = time.process_time()
    shown(zlib.compress(raw) if packed else raw)
    assert time.process_time() - began < 2


@bounded(200)
@given(PICKLES, st.booleans())
def test_any_value_as_a_payload(raw, packed):
    shown(zlib.compress(raw) if packed else raw)


@bounded(80)
@given(ANY_TEXT, st.lists(VALUES, max_size=3), st.dictionaries(ANY_TEXT, VALUES, max_size=3))
def test_any_call_is_shown_as_the_call_that_it_is(func, args, kwargs):
    raw = zlib.compress(pickle.dumps((func, None, args, kwargs)))
    call = decode.call(raw)
    assert call.problem is None
    assert (len(call.args), list(call.kwargs)) == (len(args), list(kwargs))
    shown(raw)


@bounded(200)
@given(PICKLES, st.data())
def test_what_is_torn_or_spoilt(raw, data):
    packed = zlib.compress(raw)
    whole = data.draw(st.sampled_from([raw, packed]))
    torn = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3)) if torn else 0):
        torn[data.draw(st.integers(0, len(torn) - 1))] = data.draw(st.integers(0, 255))
    shown(bytes(torn))


@bounded(100)
@given(st.integers(0, 2**20), st.binary(min_size=1, max_size=3))
def test_what_unpacks_to_much_is_described(size, part):
    shown(zlib.compress(part * size))
