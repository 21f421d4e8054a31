"""When the board of a search is read: as it writes while it goes, and hardly once it has ended."""

from types import SimpleNamespace

import pytest

from webapp.boards import search as board
from webapp.boards.search import Search
from webapp.live.interest import Dirty
from webapp.rights import EVERYTHING, Rights


@pytest.fixture
def reads(monkeypatch):
    """Every read; the search ends with the third."""
    made: list[str] = []

    def read(reader, clock, search_id: str, rights: Rights) -> dict:
        made.append(search_id)
        return {"state": "running" if len(made) < 3 else "done", "scanned": len(made)}

    monkeypatch.setattr(board.searches, "read", read)
    return made


@pytest.fixture
def context():
    return SimpleNamespace(reader=None, clock=None, rights=EVERYTHING)


def test_it_is_read_when_the_search_has_written_and_not_when_another_has(reads, context):
    made = Search()
    value = made.read(context, "5ea4")
    assert made.concerned(Dirty(searches={"5ea4"}), "5ea4", value)
    assert made.concerned(Dirty(everything=True), "5ea4", value)
    assert made.concerned(Dirty(searches={"5ea4"}), "5ea4", None), "it was not read yet"
    assert not made.concerned(Dirty(searches={"other"}, jobs={"5ea4"}), "5ea4", value)


def test_a_search_that_has_ended_is_left_alone(reads, context, monkeypatch):
    made = Search()
    values = [made.read(context, "5ea4") for _ in range(6)]
    assert [value["scanned"] for value in values] == [1, 2, 3, 3, 3, 3]
    assert not made.concerned(Dirty(searches={"5ea4"}, everything=True), "5ea4", values[-1])
    monkeypatch.setattr(board, "ENDED_SECONDS", 0.0)
    made.read(context, "5ea4")
    assert len(reads) == 4


def test_only_so_many_are_remembered(reads, context):
    made = Search()
    for number in range(3 * board.ENDED_MAX):
        made.read(context, f"{number}")
    assert len(made._ended) == board.ENDED_MAX
