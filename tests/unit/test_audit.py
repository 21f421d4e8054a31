"""`make audit` tells a hole from no hole, and neither from not having been able to ask."""

import json
import sys

import pytest

from tests.support import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import audit

CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
HOLED = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": []}]}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found on PyPI and could not be audited: odd (1)"}


def told(*dependencies: dict) -> audit.Found:
    return audit.of_pip(json.dumps({"dependencies": list(dependencies), "fixes": []}))


def test_a_hole_is_named_with_the_version_that_mends_it():
    found = told(CLEAN, HOLED)
    assert found.holes == ["old 1.0: PYSEC-2026-1, mended in 1.1"]
    assert "HOLE old 1.0" in found.report("Python")


def test_no_hole_is_said_only_of_what_was_asked():
    report = told(CLEAN, SKIPPED).report("Python")
    assert "1 packages were asked for, 0 known holes" in report
    assert "NOT AUDITED, since the source does not know them: odd" in report


@pytest.mark.parametrize(
    "found",
    [told(SKIPPED, SKIPPED), told(), audit.of_pip(""), audit.of_pip("Traceback …"), audit.of_npm('{"message": "405"}')],
)
def test_what_could_not_be_asked_is_no_answer(found):
    assert found.holes == []
    assert found.report("It").startswith("It: NOT AUDITED. ")


def test_what_npm_found():
    packages = {"vulnerabilities": {"left": {"severity": "high"}}, "metadata": {"dependencies": {"total": 9}}}
    found = audit.of_npm(json.dumps(packages))
    assert (found.asked, found.holes) == (9, ["left: high"])
    assert "0 known holes" in audit.of_npm(json.dumps(packages | {"vulnerabilities": {}})).report("The page")


@pytest.mark.parametrize(("holes", "code"), [([], 0), (["x"], 1)])
def test_only_a_hole_fails(monkeypatch, capsys, holes, code):
    monkeypatch.setattr(audit, "_run", lambda command: "")
    monkeypatch.setattr(audit, "of_pip", lambda output: audit.Found(asked=1, holes=holes))
    assert audit.main() == code
