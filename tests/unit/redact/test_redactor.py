"""Arguments as they may be shown: by names, by what the catalog says, by the hook; and what else is told of the job."""

import pickle
import zlib

import pytest

from tests import secret_hook
from webapp import decode
from webapp.decode import Masked
from webapp.redact.names import Names
from webapp.redact.patterns import MASK
from webapp.redact.redactor import Published, Redactor
from webapp.redact.rules import HookError, Rules, load
from webapp.redact.unmask import Moved, unmasked
from webapp.tree import call_line, tree

PROPERTIES = {
    "host": {"type": "string"},
    "key": {"type": "string", "writeOnly": True},
    "otp": {"type": ["integer", "null"], "default": 5},
    "token_count": {"type": "integer", "default": 5},
}
REDACTOR = Redactor(Published({"m.f": PROPERTIES}))


def call(*args, func="m.g", **kwargs) -> decode.Call:
    return decode.call(zlib.compress(pickle.dumps((func, None, args, kwargs))))


def line(given) -> str:
    return call_line(given.args, given.kwargs)


def test_by_name_whatever_is_there():
    given = REDACTOR.call(
        call(password="x", apiKey=b"12", auth=("u", "p"), cookies={"a": 1}, token=None, use_token=True)
    )
    assert line(given) == f"password={MASK}, apiKey={MASK}, auth={MASK}, cookies={MASK}, token=None, use_token=True"


def test_the_catalog_names_what_is_given_by_position():
    given = REDACTOR.call(call("h", "s3cr3tval", 777_777, 12, func="m.f", note="is s3cr3tval"))
    assert line(given) == f"'h', {MASK}, {MASK}, 12, note=is {MASK}"
    assert REDACTOR.call(call("h", "s3cr3tval", func="m.other")).args == ("h", "s3cr3tval")


def test_within_everything_also_objects_and_keys():
    value = [{"a": ({"secret": "abcdefgh"},)}, {"abcdefgh": 1}, {"plain abcdefgh"}, b"abcdefgh", ValueError("abcdefgh")]
    shown = tree([*REDACTOR.call(call(value)).args])
    assert "abcdefgh" not in repr(shown)
    assert repr(shown).count(MASK) == 5, shown


def test_what_nothing_points_at_is_the_same_object():
    plain = call(1, {"money": "x"}, name="y")
    assert REDACTOR.call(plain).args is plain.args
    assert not REDACTOR.call(plain).is_masked


def test_what_else_is_told_of_the_job():
    mask = REDACTOR.call(call(password="swordfish", url="redis://:pa55word@h")).mask
    assert mask.text("no swordfish, no pa55word, password=other") == f"no {MASK}, no {MASK}, password={MASK}"
    assert tree(mask.value({"a": "swordfish", "n": [1, "b"]}, "meta")) == {
        "a": {"__type__": "masked", "text": MASK},
        "n": [1, "b"],
    }


def test_a_description_is_made_anew_where_it_is_rqs_own():
    given = REDACTOR.call(call("h", "ab", func="m.f"))
    assert given.description("m.f", "m.f('h', 'ab')", 99) == f"m.f('h', {MASK})"
    assert REDACTOR.described("m.f", "m.f('h', 'ab')") == f"m.f({MASK})"
    assert REDACTOR.described("m.g", "m.g('h', password='ab', echo='ab')") == f"m.g({MASK})"
    assert REDACTOR.described("m.g", "m.g('h')") == "m.g('h')"
    assert REDACTOR.nobody.text("12:00 default: m.f('h', 'ab') (id)") == f"12:00 default: m.f({MASK}) (id)"


def test_the_form_is_told_what_is_secret_and_no_default():
    properties = REDACTOR.schema({"properties": PROPERTIES})["properties"]
    assert {name: (field.get("writeOnly"), "default" in field) for name, field in properties.items()} == {
        "host": (None, False),
        "key": (True, False),
        "otp": (True, False),
        "token_count": (None, True),
    }


def test_what_is_too_deep_or_too_much_is_masked():
    deep: list = ["leaf"]
    for _ in range(40):
        deep = [deep]
    assert "leaf" not in repr(tree([*REDACTOR.call(call(deep, token="x")).args]))
    wide = REDACTOR.call(call(["w"] * 60_000, token="x")).args[0]
    assert isinstance(wide[-1], Masked)
    knot: list = []
    knot.append(knot)
    assert REDACTOR.call(call(knot, token="x")).is_masked


def test_a_hook_masks_more_and_where_it_fails_all_of_it():
    redactor = Redactor(rules=Rules(Names(), secret_hook.hides))
    assert line(redactor.call(call(iban="DE0212", raises="x", n=1))) == f"iban=DE…, raises={MASK}, n=1"
    assert load((), "tests.secret_hook:hides").hook is secret_hook.hides


@pytest.mark.parametrize("path", ["tests.secret_hook:nothing", "no.such:thing", "tests.secret_hook", "os:sep"])
def test_a_hook_that_is_none_is_told_at_the_start(path):
    with pytest.raises(HookError, match=r"package\.module:function"):
        load((), path)


def test_what_comes_back_masked_is_the_stored_value_in_its_place_only():
    stored = {"a": {"password": "x"}, "l": [{"password": "y"}, {"password": "z"}], "n": 1}
    given = REDACTOR.call(call(**stored))
    sent = tree(given.kwargs)
    assert unmasked(sent, stored, given.kwargs, ("named",)) == stored
    assert unmasked(sent | {"n": 2}, stored, given.kwargs, ("named",)) == stored | {"n": 2}
    for wrong in (
        sent | {"n": sent["a"]["password"]},
        sent | {"l": sent["l"][::-1]},
        sent | {"l": sent["l"][1:]},
        sent | {"n": {"__type__": "masked"}},
        sent | {MASK: 1},
    ):
        with pytest.raises(Moved):
            unmasked(wrong, stored, given.kwargs, ("named",))
