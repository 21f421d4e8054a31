"""Which Chromium the browser tests use: one that is there, else Playwright's own. `python -m tests.chromium` gets one.

RQLIVE_TEST_CHROMIUM names another.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

#: The first is the same engine without the windows that nobody sees: half of the work.
ON_PATH = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPS = tuple(
    f"{folder}/Applications/{name}.app/Contents/MacOS/{name}"
    for folder in ("", str(Path.home()))
    for name in ("Chromium", "Google Chrome")
)


def find_chromium() -> str | None:
    """The path of a Chromium for `executable_path`, or None where there is none."""
    candidates = [os.environ.get("RQLIVE_TEST_CHROMIUM"), *map(shutil.which, ON_PATH), *APPS]
    found = next((path for path in candidates if path and Path(path).exists()), None)
    return found or _playwrights_own()


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def main() -> int:
    """Make sure that there is one; says which."""
    if not find_chromium():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    path = find_chromium()
    if path:
        print(f"Browser tests use {path}")
        return 0
    print(
        "The browser tests need Chromium, and Playwright could not fetch one. Install it (Debian, Ubuntu: "
        "apt install chromium; macOS: brew install chromium), or name one: RQLIVE_TEST_CHROMIUM=/path make test",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
