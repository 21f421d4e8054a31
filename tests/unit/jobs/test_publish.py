import json
import sys

import pytest

from jobs import _keys
from jobs.__main__ import redis_url
from jobs._publish import exists, find, merge

MODULES = {
    "good.py": """
from jobs import job_type

@job_type(title="Add up", queue="low", timeout=9, result_ttl=0)
def add(a: int, b: int = 2) -> int:
    '''Adds.

    Twice as fast.
    '''
    return a + b

@job_type
async def later() -> None: ...

@job_type
def odd(what: object) -> None: ...

def plain() -> None: ...
""",
    "broken.py": "import no_such_library",
    "exits.py": "raise SystemExit(3)",
    "_machinery.py": "raise RuntimeError('nobody imports this')",
    "deep/__init__.py": "from acme_jobs.good import add",
    "deep/er.py": "from jobs import job_type\n\n@job_type\ndef dig() -> None: ...\n",
}


@pytest.fixture
def acme(tmp_path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with job types, some of them broken."""
    package = tmp_path / "acme_jobs"
    (package / "deep").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    for name, source in MODULES.items():
        (package / name).write_text(source)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "acme_jobs"
    for name in [name for name in sys.modules if name.partition(".")[0] == "acme_jobs"]:
        del sys.modules[name]


def published(found, packages, before=None, host="here", now=1000, **options) -> dict:
    return merge(before or {}, found, set(packages), host, now, **options)


def test_every_plain_named_module_is_looked_at_and_a_broken_one_is_listed_with_its_error(acme: str) -> None:
    catalog = published(find([acme]), [acme])
    assert sorted(catalog) == ["add", "broken", "dig", "exits", "later", "odd"]
    assert catalog["broken"]["error"] == "ModuleNotFoundError: No module named 'no_such_library'"
    assert catalog["exits"]["error"] == "SystemExit: 3"
    assert catalog["broken"]["schema"] is None
    assert "parameter `what`: `object` is not understood" in catalog["odd"]["error"]
    assert catalog["odd"]["schema"] is None


def test_an_entry_says_everything_that_a_form_needs(acme: str) -> None:
    assert published(find([acme]), [acme])["add"] == {
        "name": "add",
        "title": "Add up",
        "help": "Adds.\n\nTwice as fast.",
        "func": "acme_jobs.good.add",
        "package": "acme_jobs",
        "queue": "low",
        "timeout": 9,
        "result_ttl": 0,
        "schema": {
            "type": "object",
            "properties": {
                "a": {"title": "A", "type": "integer"},
                "b": {"title": "B", "type": "integer", "default": 2},
            },
            "required": ["a"],
            "additionalProperties": False,
        },
        "hosts": ["here"],
        "published_at": 1000,
        "error": None,
        "schema_version": _keys.SCHEMA,
        "is_async": False,
    }


def test_a_title_is_the_name_in_words_and_async_is_told(acme: str) -> None:
    later = published(find([acme]), [acme])["later"]
    assert (later["title"], later["is_async"], later["help"]) == ("Later", True, "")


def test_our_own_job_types_are_whole() -> None:
    catalog = published(find(["jobs"]), ["jobs"])
    assert {"csv_profile", "wait"} <= set(catalog)
    for name, entry in catalog.items():
        assert entry["error"] is None, name
        assert entry["help"], name
        assert entry["func"] == f"jobs.{name}.{name}", "a plain-named file is one job type"
        assert len(json.dumps(entry)) < _keys.CATALOG_ENTRY_BYTES


def test_a_second_host_joins_and_a_type_that_one_has_no_more_stays_while_another_has_it(acme: str) -> None:
    found = find([acme])
    both = published(found, [acme], published(found, [acme]), host="there", now=2000)
    assert both["add"]["hosts"] == ["here", "there"]
    without = [one for one in found if one.short != "add"]
    there_only = published(without, [acme], both, host="here")
    assert there_only["add"]["hosts"] == ["there"]
    assert "add" not in published(without, [acme], there_only, host="there")


def test_pruning_removes_what_only_other_hosts_have(acme: str) -> None:
    found = find([acme])
    there = published(found, [acme], host="there")
    without = [one for one in found if one.short != "add"]
    assert "add" not in published(without, [acme], there, host="here", prune=True)


def test_two_code_bases_leave_each_other_alone(acme: str) -> None:
    ours, theirs = find(["jobs"]), find([acme])
    both = published(theirs, [acme], published(ours, ["jobs"]))
    assert {"wait", "add"} <= set(both)
    assert {"wait", "add"} <= set(published(ours, ["jobs"], both))


def test_a_name_that_another_has_becomes_the_dotted_one_and_stays_it(acme: str) -> None:
    taken = {"add": {"name": "add", "func": "other.sums.add", "package": "other", "hosts": ["x"], "error": None}}
    first = published(find([acme]), [acme], taken)
    assert (first["add"], first["acme_jobs.good.add"]["name"]) == (taken["add"], "acme_jobs.good.add")
    freed = {name: entry for name, entry in first.items() if name != "add"}
    assert "add" not in published(find([acme]), [acme], freed)


def test_a_function_that_moved_keeps_its_short_name(acme: str) -> None:
    found = find([acme])
    before = published(found, [acme])
    before["dig"] |= {"func": "acme_jobs.old_place.dig"}
    after = published(found, [acme], before)
    assert after["dig"]["func"] == "acme_jobs.deep.er.dig"


def test_a_module_that_breaks_speaks_for_all_types_that_it_had(acme: str, tmp_path) -> None:
    before = published(find([acme]), [acme])
    sys.modules.pop("acme_jobs.good")
    (tmp_path / "acme_jobs" / "good.py").write_text("import gone")
    after = published(find([acme]), [acme], before)
    for name in ("add", "later", "odd"):
        assert after[name]["error"] == "ModuleNotFoundError: No module named 'gone'"
        assert after[name]["func"] == f"acme_jobs.good.{name}"
        assert after[name]["schema"] == before[name]["schema"], "it says what is secret of jobs that there are"
    assert "good" not in after


def test_a_host_where_it_is_broken_breaks_it_for_no_host_where_it_works(acme: str, tmp_path) -> None:
    before = published(find([acme]), [acme], host="there")
    sys.modules.pop("acme_jobs.good")
    (tmp_path / "acme_jobs" / "good.py").write_text("import gone")
    after = published(find([acme]), [acme], before, host="here")
    assert (after["add"]["error"], after["add"]["hosts"]) == (None, ["there"])


def test_a_full_catalog_takes_no_more_and_an_entry_too_large_says_so(acme: str, monkeypatch) -> None:
    monkeypatch.setattr(_keys, "CATALOG_MAX", 2)
    assert len(published(find([acme]), [acme])) == 2
    monkeypatch.setattr(_keys, "CATALOG_ENTRY_BYTES", 100)
    (first, *_) = published(find([acme]), [acme]).values()
    assert "Shorten it" in first["error"]
    assert first["schema"] is None


def test_what_is_no_entry_is_left_alone_unless_its_name_is_needed(acme: str) -> None:
    catalog = published(find([acme]), [acme], {"strange": {}, "add": {}})
    assert catalog["strange"] == {}
    assert catalog["add"]["func"] == "acme_jobs.good.add"


def test_a_package_that_is_not_there_is_told_from_one_that_is_broken(acme: str) -> None:
    assert exists("acme_jobs.broken")
    assert not exists("acme_jobs.missing")
    assert not exists("no_such_package.at_all")


@pytest.mark.parametrize(
    ("env", "url"),
    [
        ({}, "redis://localhost:6379/0"),
        ({"REDIS_URL": "redis://a", "RQ_REDIS_URL": "redis://b"}, "redis://b"),
        ({"RQ_REDIS_URL": "redis://b", "RQLIVE_REDIS_URL": "unix:///c"}, "unix:///c"),
        ({"REDIS_URL": "", "REDIS_HOST": "h"}, "redis://h:6379/0"),
        ({"REDIS_HOST": "h", "REDIS_PORT": "1", "REDIS_DB": "2", "REDIS_PASSWORD": "p/@"}, "redis://:p%2F%40@h:1/2"),
        ({"REDIS_HOST": "h", "REDIS_SSL": "True"}, "rediss://h:6379/0"),
    ],
)
def test_redis_is_found_in_the_order_of_rqs_own_command_line(env: dict, url: str) -> None:
    assert redis_url(env) == url
