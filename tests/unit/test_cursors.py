"""Cursors: what we gave out is understood, and everything else is refused with a way on."""

import base64
import json
import random

import pytest

from webapp.errors import BadInput
from webapp.queries import cursors
from webapp.queries.cursors import Cursor


def forged(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor("default/failed", 50, "6f0c"),
        Cursor("default/failed", 0),
        Cursor("a/b c%/queued", 100_000, "\u00e9 \U0001f600"),
        Cursor("x" * 1_000 + "/queued", 7, "id"),
        Cursor("default/started", 5, "3b24:0123456789abcdef0123456789abcdef"),
    ],
)
def test_a_cursor_comes_back_as_it_was(cursor):
    text = cursor.encode()
    assert cursors.decode(text, cursor.list) == cursor
    assert text.replace("-", "").replace("_", "").isalnum(), "it needs no quoting in an address"


def test_an_id_too_long_for_a_cursor_is_done_without():
    cursor = Cursor("default/failed", 50, "x" * 100_000)
    assert cursors.decode(cursor.encode(), "default/failed") == Cursor("default/failed", 50, None)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "!!!!",
        "A" * 20_000,
        "\u00e9",
        forged(5),
        forged([1]),
        forged([1, "default/failed", 5]),
        forged([1, "default/failed", -1, None]),
        forged([1, "default/failed", 1 << 50, None]),
        forged([1, "default/failed", True, None]),
        forged([1, "default/failed", 1.5, None]),
        forged([1, "default/failed", "5", None]),
        forged([1, "default/failed", 5, 6]),
        forged([1, "default/failed", 5, None, None]),
        forged([2, "default/failed", 5, None]),
        forged([1, "default/finished", 5, None]),
        forged([1, None, 5, None]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
)
def test_a_bad_cursor_is_refused_with_a_way_on(text):
    with pytest.raises(BadInput) as refused:
        cursors.decode(text, "default/failed")
    assert refused.value.code == "bad_cursor"
    assert refused.value.status == 400
    assert "first page" in refused.value.fix


def test_a_cursor_of_another_list_says_of_which():
    with pytest.raises(BadInput, match="'default/failed'"):
        cursors.decode(Cursor("default/failed", 5).encode(), "default/queued")


def test_random_text_is_refused_and_nothing_else():
    chance = random.Random(5)
    for _ in range(300):
        text = base64.urlsafe_b64encode(chance.randbytes(chance.randrange(1, 60))).decode()
        with pytest.raises(BadInput):
            cursors.decode(text[: chance.randrange(1, len(text))], "default/failed")
