"""`make audit`: asks for known holes in what is installed, and says plainly what could not be asked.

Fails where a hole is found. Where no source of advisories can be reached it says NOT AUDITED and goes on: a machine
without internet must be able to run the tests, and silence would pass for an answer.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Seconds for one source; eighty packages are asked for one by one.
TIMEOUT = 180
PIP_AUDIT = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--disable-pip", "--no-deps"]
PIP_AUDIT += ["--format", "json", "--progress-spinner", "off"]
#: Where Python's advisories are, the second where the first answers for none.
SOURCES = ("pypi", "osv")


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
        return Found(trouble="pip-audit could not ask: its source of advisories cannot be reached.")
    found = Found()
    for one in told["dependencies"]:
        name = f"{one['name']} {one.get('version', '')}".strip()
        if "skip_reason" in one:
            found.unknown.append(name)
            continue
        found.asked += 1
        for hole in one.get("vulns", ()):
            fixed = ", ".join(hole.get("fix_versions", ())) or "no version"
            found.holes.append(f"{name}: {hole['id']}, mended in {fixed}")
    return found


def of_npm(output: str) -> Found:
    """From what `npm audit --json` prints."""
    told = _json(output)
    if not isinstance(told, dict) or "vulnerabilities" not in told:
        return Found(trouble="npm's registry does not answer for advisories.")
    count = told.get("metadata", {}).get("dependencies", {}).get("total", 0)
    holes = [f"{name}: {one.get('severity')}" for name, one in told["vulnerabilities"].items()]
    return Found(asked=max(count, len(holes)), holes=holes)


def main() -> int:
    """0 where no hole is known, 1 where one is."""
    python = Found()
    for source in SOURCES:
        python = of_pip(_run([*PIP_AUDIT, "--vulnerability-service", source]))
        if python.asked:
            break
    npm = _run(["npm", "audit", "--json", "--package-lock-only"]) if shutil.which("npm") else ""
    page = of_npm(npm) if npm else Found(trouble="npm is not here.")
    print(python.report("Python's packages (requirements.lock)"))
    print(page.report("The page's packages (package-lock.json)"))
    return 1 if python.holes or page.holes else 0


def _run(command: list[str]) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT).stdout
    except subprocess.TimeoutExpired:
        return ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


if __name__ == "__main__":
    sys.exit(main())
