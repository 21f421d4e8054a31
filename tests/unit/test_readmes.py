"""The Korean README says what the English one says: parts, commands, links, figures; each in the words of the page."""

import json
import re

from tests.support import ROOT, page_words

ENGLISH = (ROOT / "README.md").read_text()
KOREAN = (ROOT / "README.ko.md").read_text()
PAGE = page_words("ko")
SAID = json.loads((ROOT / "webapp/static/i18n/said.ko.json").read_text())


def parts(text: str) -> list[str]:
    """What stands below each heading."""
    return re.split(r"^## .*$", text, flags=re.MULTILINE)


def commands(text: str) -> list[str]:
    """Lines of the code blocks, without what explains them or is said in them."""
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    lines = (re.sub(r"(^|\s+)(#|//) .*", "", line) for line in blocks.splitlines())
    return [re.sub(r'"message": "[^"]*"', '"message": "…"', line) for line in lines if line]


def quoted(text: str) -> list[str]:
    """Code within the lines, but for what only one language has."""
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"`([^`]+)`", outside)
    return sorted(set(found) - {"Connected", "연결 성공", "print", *(each for each in found if '"message"' in each)})


def links(text: str) -> list[str]:
    return sorted({target or bare for target, bare in re.findall(r"\]\(([^)]+)\)|(http://[\w:./]*[\w/])", text)})


def figures(text: str) -> list[list[str]]:
    """Numbers that each row of the last table says were measured."""
    rows = parts(text)[-3].split("|---|---|\n")[1].splitlines()
    return [re.findall(r"\d+(?:[.,]\d+)*", row.split("|")[-2]) for row in rows if row.startswith("|")]


def test_both_have_the_same_parts_and_tables() -> None:
    assert [part.count("\n|") for part in parts(KOREAN)] == [part.count("\n|") for part in parts(ENGLISH)]
    assert [part.count("\n- ") for part in parts(KOREAN)] == [part.count("\n- ") for part in parts(ENGLISH)]


def test_both_have_the_same_commands_and_code() -> None:
    assert commands(KOREAN) == commands(ENGLISH)
    assert quoted(KOREAN) == quoted(ENGLISH)


def test_both_have_the_same_figures() -> None:
    assert len(figures(ENGLISH)) >= 2
    assert figures(KOREAN) == figures(ENGLISH)


def test_both_lead_to_the_same_places_and_to_each_other() -> None:
    assert "](README.ko.md)" in ENGLISH.partition("\n## ")[0]
    assert "](README.md)" in KOREAN.partition("\n## ")[0]
    assert set(links(KOREAN)) - {"README.md"} == set(links(ENGLISH)) - {"README.ko.md"}


def test_each_job_type_is_called_as_the_page_calls_it() -> None:
    for text, titles in ((ENGLISH, SAID), (KOREAN, SAID.values())):
        named = re.findall(r"\[\*([^*]+)\*\]\(jobs/", text)
        assert len(named) == 4
        assert set(named) <= set(titles)
    assert "*서버 2대*" in KOREAN
    assert PAGE["status.servers"]["other"] == "서버 {n}대"
    assert "*2 servers*" in ENGLISH
    assert f"*{PAGE['links.outcome.dns_error']}*" in KOREAN
    assert SAID["Profile a CSV"] in KOREAN
