"""`make audit` tells a hole from no hole, and neither from not having been able to ask."""

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.support import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import audit

CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
HOLED = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": []}]}
SKIPPED = {"name": "odd", "skip_reason": "Dependency not found on PyPI and could not be audited: odd (1)"}
PROOF = {"name": "pycrypto", "version": "2.6.1", "vulns": [{"id": "PYSEC-2017-94", "fix_versions": [], "aliases": []}]}


def told(*dependencies: dict) -> audit.Found:
    return audit.of_pip(json.dumps({"dependencies": [*dependencies, PROOF], "fixes": []}))


def advisory(name: str, number: str, *events: dict) -> dict:
    """As OSV writes it."""
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": number, "aliases": [], "schema_version": "1.7.3", "summary": "A hole.", "affected": [affected]}


JINJA = advisory("jinja2", "PYSEC-2014-8", {"introduced": "0"}, {"fixed": "2.7.2"})
PYCRYPTO = advisory("pycrypto", "PYSEC-2017-94", {"introduced": "0"})
#: As npm's registry answers to its bulk request.
MINIMIST = {
    "id": 1179,
    "url": "https://github.com/advisories/GHSA-xvch-5gv4-984h",
    "title": "Prototype pollution",
    "severity": "critical",
    "vulnerable_versions": "<0.2.4",
}
NPM_ROOT = {"name": "rq-live", "version": "1.0.0", "dependencies": {"marked": "0.3.5"}}


class Source:
    """A source of advisories on loopback: `answers` by name of the package, or one `body` for everything."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.body: bytes | None = None
        self.status = 200
        source = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                is_npm = self.path.startswith("/-/npm/")
                name = "npm" if is_npm else json.loads(asked)["package"]["name"]
                body = source.body or json.dumps(source.answers.get(name, {})).encode()
                self.send_response(source.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                """Nothing into the output of the tests."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def source(tmp_path, monkeypatch) -> Iterator[Source]:
    """`make audit` is about two packages and one of npm's, in a folder of its own, and can ask this source alone."""
    source = Source()
    (tmp_path / "requirements.lock").write_text("flask==3.1.3\njinja2==2.4.1\n")
    lock = {"": NPM_ROOT, "node_modules/marked": {"version": "0.3.5"}}
    (tmp_path / "package.json").write_text(json.dumps(NPM_ROOT))
    (tmp_path / "package-lock.json").write_text(json.dumps({**NPM_ROOT, "lockfileVersion": 3, "packages": lock}))
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    monkeypatch.setenv("npm_config_registry", f"{source.url}/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    thread = Thread(target=source.server.serve_forever)
    thread.start()
    yield source
    source.server.shutdown()
    thread.join()
    source.server.server_close()


def test_advisories_that_the_sources_know_fail_the_audit_and_are_named(source, capsys):
    source.answers = {
        "jinja2": {"vulns": [JINJA]},
        "pycrypto": {"vulns": [PYCRYPTO]},
        "npm": {"minimist": [MINIMIST], "marked": [MINIMIST | {"id": 1180, "vulnerable_versions": "<0.3.6"}]},
    }
    assert audit.main(["--osv-url", source.url]) == 1
    told = capsys.readouterr().out
    assert "2 packages were asked for, 1 known holes" in told
    assert "HOLE jinja2 2.4.1: PYSEC-2014-8, mended in 2.7.2" in told
    assert "HOLE marked: " in told or "npm is not here" in told


def test_where_the_sources_know_none_the_audit_passes(source, capsys):
    source.answers = {"pycrypto": {"vulns": [PYCRYPTO]}, "npm": {"minimist": [MINIMIST]}}
    assert audit.main(["--osv-url", source.url]) == 0
    python, page = capsys.readouterr().out.split("The page's packages")
    assert "2 packages were asked for, 0 known holes" in python
    assert "1 packages were asked for, 0 known holes" in page or "npm is not here" in page


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"{}"),
        (200, b"<html>Log in to the network</html>"),
        (200, json.dumps({"vulns": [PYCRYPTO | {"schema_version": "2.0.0"}]}).encode()),
        (500, b"{}"),
    ],
)
def test_an_answer_that_tells_nothing_is_no_pass(source, status, body):
    source.status, source.body = status, body
    told = audit.of_pip(audit.ask_pip(audit.mirror(source.url))).report("It")
    assert told.startswith("It: NOT AUDITED. ")


def test_nor_is_such_an_answer_of_npms_registry(source):
    for source.body in (b"{}", b"<html>Log in to the network</html>"):
        assert audit.of_npm(audit.ask_npm()).report("It").startswith("It: NOT AUDITED. ")


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
    [
        told(SKIPPED, SKIPPED),
        told(),
        audit.of_pip(json.dumps({"dependencies": [CLEAN]})),
        audit.of_pip(""),
        audit.of_pip("Traceback …"),
        audit.of_npm('{"message": "405"}'),
    ],
)
def test_what_could_not_be_asked_is_no_answer(found):
    assert found.holes == []
    assert found.report("It").startswith("It: NOT AUDITED. ")


def test_what_npm_found():
    known = {"minimist": {"severity": "critical"}}
    packages = {"vulnerabilities": {"left": {"severity": "high"}} | known, "metadata": {"dependencies": {"total": 10}}}
    found = audit.of_npm(json.dumps(packages))
    assert (found.asked, found.holes) == (9, ["left: high"])
    assert "0 known holes" in audit.of_npm(json.dumps(packages | {"vulnerabilities": known})).report("The page")
    assert "NOT AUDITED" in audit.of_npm(json.dumps(packages | {"vulnerabilities": {}})).report("The page")


@pytest.mark.parametrize(("holes", "code"), [([], 0), (["x"], 1)])
def test_only_a_hole_fails(monkeypatch, capsys, holes, code):
    monkeypatch.setattr(audit, "_run", lambda *_: "")
    monkeypatch.setattr(audit, "of_pip", lambda output: audit.Found(asked=1, holes=holes))
    assert audit.main([]) == code
