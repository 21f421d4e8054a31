"""`make audit`: asks for known holes in what is installed, and says plainly what could not be asked.

Fails where a hole is found. Where no source of advisories can be reached it says NOT AUDITED and goes on: a machine
without internet must be able to run the tests, and silence would pass for an answer. Each source is asked for a package
with a famous hole as well: one that does not tell of that one tells nothing of the others either.

`--osv-url URL`: ask this mirror of OSV, and no other source. npm asks the registry that it is configured for.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Seconds for one source; eighty packages are asked for one by one.
TIMEOUT = 180
PIP_AUDIT = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--disable-pip", "--no-deps"]
PIP_AUDIT += ["--format", "json", "--progress-spinner", "off"]
#: Where Python's advisories are, the second where the first answers for none.
SOURCES = (["--vulnerability-service", "pypi"], ["--vulnerability-service", "osv"])
#: Packages and versions with a hole that every source of advisories knows. Nothing of them is installed.
FAMOUS = ("pycrypto", "2.6.1")
FAMOUS_NPM = ("minimist", "0.0.8")


@dataclass
class Found:
    """What one source said. Not a word of a package means that it was asked and has no known hole."""

    asked: int = 0
    holes: list[str] = field(default_factory=list)
    #: Packages that the source knows nothing of.
    unknown: list[str] = field(default_factory=list)
    #: Why nothing was asked at all.
    trouble: str = ""

    def report(self, what: str) -> str:
        """The lines for a terminal."""
        if self.trouble or not self.asked:
            return f"{what}: NOT AUDITED. {self.trouble or 'No source of advisories knows any of them.'}"
        lines = [f"{what}: {self.asked} packages were asked for, {len(self.holes)} known holes."]
        lines += [f"  HOLE {hole}" for hole in self.holes]
        if self.unknown:
            lines.append(f"  NOT AUDITED, since the source does not know them: {', '.join(self.unknown)}")
        return "\n".join(lines)


def of_pip(output: str) -> Found:
    """From what `pip-audit --format json` prints. It ends with 0, too, where it could ask for nothing."""
    told = _json(output)
    if not isinstance(told, dict) or "dependencies" not in told:
        return Found(trouble="pip-audit's source of advisories cannot be reached, or answers with something else.")
    found, is_proved = Found(), False
    for one in told["dependencies"]:
        if one["name"] == FAMOUS[0]:
            is_proved = bool(one.get("vulns"))
            continue
        name = f"{one['name']} {one.get('version', '')}".strip()
        if "skip_reason" in one:
            found.unknown.append(name)
            continue
        found.asked += 1
        for hole in one.get("vulns", ()):
            fixed = ", ".join(hole.get("fix_versions", ())) or "no version"
            found.holes.append(f"{name}: {hole['id']}, mended in {fixed}")
    return found if is_proved or found.holes or not found.asked else _unproved(FAMOUS)


def of_npm(output: str) -> Found:
    """From what `npm audit --json` prints."""
    told = _json(output)
    if not isinstance(told, dict) or "vulnerabilities" not in told:
        return Found(trouble="npm's registry does not answer for advisories.")
    count = told.get("metadata", {}).get("dependencies", {}).get("total", 1) - 1
    is_proved = told["vulnerabilities"].pop(FAMOUS_NPM[0], None)
    holes = [f"{name}: {one.get('severity')}" for name, one in told["vulnerabilities"].items()]
    return Found(asked=max(count, len(holes)), holes=holes) if is_proved or holes else _unproved(FAMOUS_NPM)


def mirror(url: str) -> list[str]:
    """A source beside SOURCES: what answers at `url` as OSV does at `/v1/query`."""
    return ["--vulnerability-service", "osv", "--osv-url", url]


def ask_pip(source: list[str]) -> str:
    """What pip-audit prints of our packages and the famous one."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as famous:
        famous.write("==".join(FAMOUS))
        famous.flush()
        return _run([*PIP_AUDIT, "--requirement", famous.name, *source])


def ask_npm() -> str:
    """What npm prints of the page's packages and the famous one, which a copy of our two files names as well."""
    name, version = FAMOUS_NPM
    package, lock = (json.loads((ROOT / file).read_text()) for file in ("package.json", "package-lock.json"))
    for dependencies in (package["dependencies"], lock["packages"][""]["dependencies"]):
        dependencies[name] = version
    lock["packages"][f"node_modules/{name}"] = {"version": version}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "package.json").write_text(json.dumps(package))
        (Path(folder) / "package-lock.json").write_text(json.dumps(lock))
        return _run(["npm", "audit", "--json", "--package-lock-only"], Path(folder))


def main(arguments: list[str] | None = None) -> int:
    """0 where no hole is known, 1 where one is."""
    parser = argparse.ArgumentParser(description="Asks for known holes in what is installed.")
    parser.add_argument("--osv-url", help="ask this mirror of OSV, and no other source, for Python's packages")
    own = parser.parse_args(arguments).osv_url
    python = Found()
    for source in [mirror(own)] if own else SOURCES:
        python = of_pip(ask_pip(source))
        if python.asked:
            break
    page = of_npm(ask_npm()) if shutil.which("npm") else Found(trouble="npm is not here.")
    print(python.report("Python's packages (requirements.lock)"))
    print(page.report("The page's packages (package-lock.json)"))
    return 1 if python.holes or page.holes else 0


def _unproved(famous: tuple[str, str]) -> Found:
    return Found(trouble=f"Its source does not know the hole of {' '.join(famous)}, so its silence means nothing.")


def _run(command: list[str], folder: Path | None = None) -> str:
    try:
        return subprocess.run(command, cwd=folder or ROOT, capture_output=True, text=True, timeout=TIMEOUT).stdout
    except subprocess.TimeoutExpired:
        return ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


if __name__ == "__main__":
    sys.exit(main())
