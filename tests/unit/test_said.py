"""Everything that the server and the job types that come along say in English has its Korean, and nothing is left over.

What is said is found in the source: sentences of `webapp`, forms of the job types, and what they report as progress.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from jobs import _publish
from tests.support import ROOT

#: What the server shows by itself, which a page loads first; and what it answers to a deed.
FIRST, LATER = (json.loads((ROOT / f"webapp/static/i18n/{name}.ko.json").read_text()) for name in ("said", "said.acts"))
KOREAN: dict[str, str] = FIRST | LATER
#: Said only to who asks for something.
ASKED = re.compile(r"webapp/(actions|api|search|room)/|/(security|errors|files|memory|uploads)\.py$")
#: Said in the terminal only, to programs, or by the demo, which stands for somebody else's program.
IN_THE_TERMINAL = re.compile(
    r"webapp/(supervisor|demo|operations|openapi|accounts)/|/(config|config_reader|redis_address|local_redis|__main__|monitoring|redact/rules)\.py$"
)
#: What programmers are told, and logs.
NOT_FOR_PAGES = {"RuntimeError", "TypeError", "debug", "info", "warning", "error", "exception", "say"}
#: Words of Python, the same in every language.
NAMES = {"asyncio", "asyncio.to_thread", "bytes"}
#: Neither sentences nor parts of forms.
WORDS = {"anyone", "is not there (any more); upload the file again", "is used by nobody and no worker listens to it"}
WORDS |= {"names jobs that are not there (any more): {}", "names jobs that were canceled and will never finish: {}"}
WORDS |= {"has a masked value that was not there"}
WORDS |= {"must be 1 to 128 printable characters without a comma", "must be from 60 to {}, or null for no end"}

#: What is wrong with a cell or a row of many, as the preview shows it.
IN_CELLS = {
    "is missing",
    "is missing in the first line",
    "is no argument of this job type; it takes {}",
    "is no argument of this job type; it takes none",
    "is empty",
    "has {} cells, and the first line names {}",
    "has columns that stand twice in its first line: {}",
    "is no CSV in line {}: {}",
    "is not JSON: {}",
    'must be an object such as {"seconds": 5}',
    "must be a whole number",
    "must be a number",
    "must be true or false",
    "must be a text",
    "must be a list",
    "must be {} as JSON writes it",
    "must be a time such as 2026-02-28T09:30",
    "must be a date, such as 2026-02-28",
    "must be one of: {}",
    "must be at least {}",
    "must be at most {}",
    "must be more than {}",
    "must be less than {}",
    "must be a multiple of {}",
    "must have at least {}",
    "must have at most {}",
    "must match the pattern {}",
}
WORDS |= IN_CELLS


def template(node: ast.AST) -> str | None:
    """The text of a literal or an f-string, `{}` for each gap."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        return joined("".join(parts))
    return None


def joined(text: str) -> str:
    """Gaps without names; two in a row are one."""
    return re.sub(r"(\{\w*\})+", "{}", text)


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def texts(node: ast.AST) -> Iterator[str]:
    """Templates in `node`, without docstrings, logs, and what only programmers are told."""
    if isinstance(node, ast.Call) and name_of(node) in NOT_FOR_PAGES:
        return
    if (found := template(node)) is not None:
        yield found
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and template(child.value) is not None:
            continue
        if isinstance(child, ast.keyword) and child.arg == "problem" and (problem := template(child.value)):
            yield f"{problem[0].upper()}{problem[1:]}."
            continue
        yield from texts(child)


def sources(folder: str) -> Iterator[Path]:
    yield from sorted((ROOT / folder).rglob("*.py"))


def sentences(without: re.Pattern = IN_THE_TERMINAL) -> set[str]:
    """What `webapp` may tell a page."""
    files = [path for path in sources("webapp") if not IN_THE_TERMINAL.search(path.as_posix())]
    files = [path for path in files if not without.search(path.as_posix())]
    said = {text for path in files for text in texts(ast.parse(path.read_text()))}
    is_sentence = re.compile(r"\S+ .*\.|[A-Z]\S* .*: \{\}", re.DOTALL)
    return {text for text in said if is_sentence.fullmatch(text) and not text.startswith("Job stopped by user")}


def forms() -> set[str]:
    """Titles, paragraphs, and parameters of the job types that come along."""
    found: set[str] = set()
    for entry in _publish.merge({}, _publish.find(["jobs"]), {"jobs"}, "here", 0).values():
        assert entry["error"] is None, entry
        found |= {entry["title"], *(" ".join(part.split()) for part in entry["help"].split("\n\n"))}
        for parameter in entry["schema"]["properties"].values():
            found |= {parameter["title"], parameter.get("description", "")}
    return found - {""}


def progress() -> set[str]:
    """Messages and units that the job types report."""
    found: set[str] = set()
    for path in sources("jobs"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or name_of(call) not in ("track", "report_progress", "step"):
                continue
            given = [*call.args, *(each.value for each in call.keywords if each.arg in ("message", "unit"))]
            found |= {text for each in given if (text := template(each))}
        if path.name == "execution_models.py":
            found |= set(re.findall(r'"([^"]+)": \d', path.read_text().partition("STEPS = ")[2].partition("}")[0]))
    return found - NAMES


def test_every_sentence_form_and_report_is_said_in_korean() -> None:
    known = {joined(english) for english in KOREAN}
    assert {joined(text) for text in sentences() | forms() | progress() | WORDS} - known == set()


def test_what_is_shown_unasked_comes_first_and_nothing_comes_twice() -> None:
    first = {joined(text) for text in sentences(without=ASKED) | forms() | progress()}
    assert {english for english in LATER if joined(english) in first} == set()
    assert FIRST.keys() & LATER.keys() == set()


def test_nothing_is_said_in_korean_that_is_not_said_in_english() -> None:
    said = {joined(text) for text in sentences() | forms() | progress() | WORDS}
    assert {english for english in KOREAN if joined(english) not in said} == set()


def test_each_is_korean_and_fills_no_gap_that_is_not_there() -> None:
    for english, korean in KOREAN.items():
        gaps = [set(re.findall(r"\{(\w+)\}", text)) for text in (english, korean)]
        assert gaps[1] <= gaps[0], english
        assert re.search("[가-힣]", korean) or gaps[0], english


def test_the_source_is_really_read() -> None:
    assert "The job {} names no queue any more." in sentences()
    assert "The job has no payload." in sentences()
    assert "How many steps to take." in forms()
    assert {"Profiling {}", "links", "CPU-bound", "a plain loop"} <= progress()
