"""Answers that many ask for are made once of the same things, and never given to who must not see them."""

import json

from webapp.live.encoded import KEPT_MAX, Encoded


class Maker:
    """Makes an answer, and counts how often."""

    def __init__(self, **told: object) -> None:
        self.told = told
        self.made = 0

    def __call__(self) -> dict:
        self.made += 1
        return self.told


def test_a_thousand_who_ask_cost_one_encoding():
    kept, make, source = Encoded(), Maker(queued=1), object()
    told = {id(kept.of("overview", (source,), make)) for _ in range(1_000)}
    assert (make.made, len(told)) == (1, 1)


def test_of_anything_else_it_is_made_anew_also_of_what_looks_the_same():
    kept, make = Encoded(), Maker(queued=1)
    for _ in range(3):
        assert json.loads(kept.of("overview", ([1],), make)) == {"queued": 1}
    assert make.made == 3


def test_one_of_several_sources_that_changed_is_enough():
    kept, make, steady = Encoded(), Maker(), object()
    kept.of("overview", (steady, object()), make)
    kept.of("overview", (steady, object()), make)
    assert make.made == 2


def test_what_is_within_other_rights_is_another_answer():
    kept, source = Encoded(), object()
    all_of_it, little = Maker(queues=["a", "b"]), Maker(queues=["a"])
    assert kept.of(("overview", "all"), (source,), all_of_it) != kept.of(("overview", "few"), (source,), little)
    assert json.loads(kept.of(("overview", "few"), (source,), all_of_it)) == {"queues": ["a"]}


def test_what_is_remembered_is_bounded_and_the_oldest_goes_first():
    kept, make, source = Encoded(), Maker(), object()
    for number in range(KEPT_MAX + 1):
        kept.of(number, (source,), make)
    kept.of(KEPT_MAX, (source,), make)
    assert make.made == KEPT_MAX + 1
    kept.of(0, (source,), make)
    assert make.made == KEPT_MAX + 2
