"""The list of guards names what is there: every file of attacks has one, and each stands where it is looked for."""

import re

import pytest

from tests.attacks.guards import GUARDS
from tests.support import ROOT


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_stands_once_where_it_is_looked_for_and_its_tests_are_there(guard):
    assert (ROOT / guard.file).read_text().count(guard.present) == 1
    assert guard.present != guard.taken_away
    files = [word for word in guard.tests.split() if word.endswith(".py")]
    assert files
    assert all((ROOT / name).is_file() for name in files)


def test_every_file_of_attacks_is_tried_without_a_guard():
    named = {name for guard in GUARDS for name in re.findall(r"\S+\.py", guard.tests)}
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "attacks").glob("test_*.py")} <= named


def test_no_two_guards_have_one_name():
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
