"""What is promised in writing matches the code: settings, addresses, events, keys, links."""

import ast
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from jobs import _keys
from webapp import create_app, server_info
from webapp.config import Config
from webapp.live import events
from webapp.models import STATUSES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("README*.md")), *sorted(DOCS.rglob("*.md"))]


def addresses() -> set[str]:
    """`GET /api/jobs/<job_id>` of every route of the API, and what monitors ask."""
    app = create_app(Config(redis_url="redis://localhost:1/0", own_redis=True))
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") or rule.endpoint.startswith("monitoring."):
            found |= {f"{method} {rule.rule.replace('<path:', '<')}" for method in rule.methods - {"HEAD", "OPTIONS"}}
    return found


def test_every_address_of_the_api_is_documented_and_no_other() -> None:
    text = (DOCS / "api.md").read_text()
    documented = {
        row.partition("?")[0] for row in re.findall(r"^\| `((?:GET|POST|DELETE) /[^`]*)`", text, re.MULTILINE)
    }
    assert documented == addresses()


@pytest.mark.parametrize("setting", [field.name for field in fields(Config)])
def test_every_setting_is_documented(setting: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \|", (DOCS / "operations.md").read_text(), re.MULTILINE)
    variables = dict(rows)[setting]
    assert f"RQLIVE_{setting.upper()}" in variables


def test_every_event_is_documented() -> None:
    text = (DOCS / "protocol.md").read_text()
    makers = (name for name, value in vars(events).items() if callable(value) and value.__module__ == events.__name__)
    words = {"part": "overview", "snapshot": "complete", "list_changed": "list"}
    helpers = {
        "Event",
        "open_to_all",
        "job_topic",
        "row_topic",
        "log_topic",
        "list_topic",
        "board_topic",
        "presence_topic",
    }
    for name in {name for name in makers if not name.startswith("_")} - helpers:
        assert f"`{words.get(name, name)}`" in text, name


def test_every_key_of_ours_is_documented() -> None:
    text = (DOCS / "operations.md").read_text()
    keys = {_keys.CATALOG, _keys.ACTIVITY, _keys.LOG_INDEX, _keys.RECORDER, _keys.log("<job id>")}
    keys |= {_keys.lease("<name>"), f"{_keys.PREFIX}figures:<minute>", f"{_keys.PREFIX}functions:<minute>"}
    keys |= {_keys.ROOM, _keys.ROOM_HERE, _keys.MUTES}
    keys |= {_keys.SEARCHES, _keys.search("<id>"), _keys.search_hits("<id>"), _keys.batch("<id>")}
    keys |= {_keys.OPERATIONS, _keys.operation("<id>"), _keys.operation_jobs("<id>"), _keys.operation_later("<id>")}
    keys |= {_keys.TRASH, _keys.SWEEP, f"{_keys.TRASH_NOTES}<digest>", _keys.held("<queue>")}
    keys |= {_keys.ASIDE, _keys.PAUSED, _keys.PAUSE_BEAT, _keys.PAUSABLE, _keys.hold("<queue>"), _keys.pause("<queue>")}
    keys |= {_keys.parked("<queue>"), _keys.resuming("<queue>"), _keys.slipped("<queue>")}
    keys |= {_keys.trash_part(part, "<job id>") for part in _keys.TRASH_PARTS}
    keys |= {_keys.told("<worker>"), _keys.told_to_end("<worker>"), _keys.SUPERVISORS, _keys.output("<worker>")}
    keys |= {_keys.added("<make run>"), _keys.added_asked("<make run>")}
    keys |= {_keys.notes("<job id>"), _keys.NOTES_INDEX}
    keys |= {_keys.SECRET, _keys.ACCESS_VERSION, _keys.TOKENS, _keys.TOKENS_USED, f"{_keys.ATTEMPTS}:…"}
    keys |= {_keys.ended("<login>"), _keys.signed_out("<user>")}
    for key in keys:
        assert f"`{key.removeprefix(_keys.PREFIX)}`" in text, key
    assert _keys.PROGRESS_FIELD in text
    assert _keys.ACTOR_FIELD in text
    assert _keys.SUBMITTED_FIELD in text
    assert _keys.NOTES_FIELD in text
    assert _keys.META_FIELD in text


def test_the_version_stands_the_same_in_both_places() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == server_info.VERSION


def test_the_statuses_are_those_of_rq() -> None:
    from rq.job import JobStatus

    assert set(STATUSES) == {status.value for status in JobStatus}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def reads_without_a_cost(name: str, source: str) -> list[str]:
    """Public functions and methods that are given a connection to read with, and do not say how many round trips."""
    return [
        f"{name}: {function.name}"
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef) and not function.name.startswith("_")
        if any("redis.Redis" in ast.unparse(each.annotation or ast.Constant("")) for each in function.args.args)
        if "round trip" not in " ".join((ast.get_docstring(function) or "").lower().split())
    ]


def test_every_read_says_how_many_round_trips_it_takes() -> None:
    paths = sorted((ROOT / "webapp" / "queries").glob("*.py"))
    assert [said for path in paths for said in reads_without_a_cost(path.name, path.read_text())] == []
    silent = 'def read(reader: redis.Redis) -> int:\n    """How many there are."""\n    return reader.dbsize()\n'
    assert reads_without_a_cost("x.py", silent) == ["x.py: read"], "such a one is found"
    assert reads_without_a_cost("x.py", silent.replace("are.", "are. One round\n    trip.")) == []
