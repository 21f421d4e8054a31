"""Who may import whom: the rules of docs/architecture.md, checked by walking every import of the project.

An import inside a function counts like any other, except where a rule speaks of the top level.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import ROOT, clean_env

STDLIB = frozenset(sys.stdlib_module_names)
PURE = (
    "webapp.models",
    "webapp.models_figures",
    "webapp.models_job",
    "webapp.models_overview",
    "webapp.alike_keys",
    "webapp.decode",
    "webapp.live.diff",
    "webapp.live.events",
    "webapp.rights",
    "webapp.scoped",
    "webapp.room.presence",
)
WEB = ("flask", "flask_sock", "simple_websocket", "werkzeug", "gunicorn")


class Import(NamedTuple):
    """One import statement: who, what, and whether it stands at the top level of its module."""

    module: str
    target: str
    top: bool
    line: int


class Rule(NamedTuple):
    """Modules in `who` (and below) do not import anything in `never` (and below), but for `apart_from`."""

    who: tuple[str, ...]
    never: tuple[str, ...]
    why: str
    apart_from: tuple[str, ...] = ()
    #: Modules in `who` that the rule is not for.
    excused: tuple[str, ...] = ()


RULES = [
    Rule(("jobs", "worker"), (*WEB, "gevent"), "a worker is a plain RQ process"),
    Rule(("jobs",), ("webapp",), "jobs stand alone"),
    Rule(
        ("worker",),
        ("webapp",),
        "a worker needs the settings and nothing else",
        apart_from=("webapp.config", "webapp.redis_address"),
    ),
    Rule(
        ("webapp",),
        ("jobs",),
        "the web process never imports job code",
        apart_from=("jobs._keys", "jobs._address", "jobs._sentinel"),
    ),
    Rule(("webapp",), ("pickle", "dill", "cloudpickle"), "nothing is unpickled", excused=("webapp.decode",)),
    Rule(("webapp.api",), ("redis", "rq", "gevent"), "a resource parses, calls a query or an action, and answers"),
    Rule(("webapp.openapi",), ("redis", "rq", "gevent"), "what is told of the API needs no Redis"),
    Rule(("webapp.queries",), (*WEB, "rq", "gevent"), "reads know neither HTTP nor RQ's objects"),
    Rule(("webapp.queries",), ("webapp.actions", "webapp.api", "webapp.live"), "reads never write or call upwards"),
    Rule(("webapp.actions",), (*WEB, "gevent"), "writes know nothing of HTTP"),
    Rule(("webapp.actions",), ("webapp.api", "webapp.live"), "writes never call upwards"),
    Rule(
        ("webapp.live",),
        WEB,
        "HTTP and sockets end at the door",
        excused=("webapp.live.socket", "webapp.live.safe_socket", "webapp.live.__init__"),
    ),
    Rule(("webapp.live",), ("webapp.api", "webapp.actions", "rq"), "the live side reads"),
    Rule(
        ("webapp.room",),
        WEB,
        "HTTP and sockets end at the door",
        excused=("webapp.room.socket", "webapp.room.__init__"),
    ),
    Rule(("webapp.room",), ("webapp.api", "webapp.actions", "rq"), "talking touches no job"),
    Rule(
        ("webapp.search",),
        (*WEB, "rq", "redis", "gevent", "webapp.queries", "webapp.actions", "webapp.api", "webapp.live"),
        "the language of the search has no I/O",
    ),
    Rule(("webapp.operations",), (*WEB, "gevent", "webapp.api"), "operations run in plain Python"),
    Rule(
        ("webapp.supervisor", "webapp.local_redis", "webapp.__main__"),
        (*WEB, "gevent", "webapp.api", "webapp.queries", "webapp.actions", "webapp.live", "webapp.operations"),
        "the supervisor knows its children by their commands",
    ),
    Rule(
        ("webapp.accounts",),
        (
            "flask_sock",
            "simple_websocket",
            "gunicorn",
            "gevent",
            "rq",
            "webapp.api",
            "webapp.live",
            "webapp.operations",
        ),
        "who asks is found out without what they ask for",
    ),
    Rule(("webapp.accounts",), ("flask", "werkzeug"), "HTTP ends at one file", excused=("webapp.accounts.web",)),
    Rule(
        ("webapp.config", "webapp.config_reader", "webapp.redis_address"),
        ("webapp", "redis", "rq", "flask"),
        "settings have no I/O",
        apart_from=("webapp.config_reader", "webapp.redis_address"),
    ),
]


def sources() -> list[Path]:
    """Every Python file that is not a test or a measurement."""
    return sorted(
        [*(path for room in ("webapp", "jobs", "demo") for path in ROOT.glob(f"{room}/**/*.py")), ROOT / "worker.py"]
    )


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(module: str, source: str) -> Iterator[Import]:
    """What a module imports. `from a import b` counts as a.b, whichever of both is meant."""
    tree = ast.parse(source)
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}:{node.lineno}: relative imports hide who imports whom"
            targets = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            yield Import(module, target, id(node) in top, node.lineno)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def violations(rule: Rule, found: list[Import]) -> list[str]:
    return [
        f"{one.module}:{one.line} imports {one.target}"
        for one in found
        if within(one.module, rule.who) and one.module not in rule.excused
        if within(one.target, rule.never) and not within(one.target, rule.apart_from)
    ]


@pytest.fixture(scope="module")
def found() -> list[Import]:
    return [one for path in sources() for one in imports(module_name(path), path.read_text())]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.who[0]}: {rule.why}")
def test_nobody_imports_what_is_not_theirs(rule, found):
    assert any(within(one.module, rule.who) for one in found), "the rule is about nobody"
    assert violations(rule, found) == []


def test_pure_modules_import_the_standard_library_and_each_other(found):
    strangers = [
        f"{one.module}:{one.line} imports {one.target}"
        for one in found
        if one.module in PURE and one.target.split(".")[0] not in STDLIB and not within(one.target, PURE)
    ]
    assert strangers == []


def test_jobs_import_only_the_standard_library_rq_and_redis_at_their_top(found):
    """Each forked horse pays for an import again; publishing the catalog is not done by a horse."""
    heavy = [
        f"{one.module}:{one.line} imports {one.target}"
        for one in found
        if within(one.module, ("jobs",)) and one.top
        if one.target.split(".")[0] not in STDLIB | {"rq", "redis", "jobs"}
    ]
    assert [line for line in heavy if not line.startswith("jobs.__main__:")] == []


def test_only_the_door_to_gevent_imports_it(found):
    users = {one.module for one in found if within(one.target, ("gevent",))}
    assert users <= {
        "webapp.offload",
        "webapp.async_views",
        "webapp.live.rounds",
        "webapp.live.safe_socket",
        "webapp.turns",
    }


def test_every_module_says_what_it_is_for():
    silent = [module_name(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_a_worker_does_not_load_what_its_jobs_may_not_need():
    """What a module imports may import more: so the process itself is asked."""
    code = "import sys, worker; print(sorted({'gevent', 'duckdb', 'pydantic', 'fsspec'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean_env(), capture_output=True, text=True)
    assert said.stdout == "[]\n", said.stderr


def test_a_forbidden_import_is_found_wherever_it_stands():
    rule = Rule(("a",), ("b", "c.d"), "for the test", apart_from=("b.allowed",), excused=("a.excused",))
    source = "import b\nfrom b import allowed\ndef f():\n    from c import d\n    from c import e\n"
    assert violations(rule, list(imports("a.x", source))) == ["a.x:1 imports b", "a.x:4 imports c.d"]
    assert violations(rule, list(imports("a.excused", source))) == []
    assert violations(rule, list(imports("ab", source))) == []
