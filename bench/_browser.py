"""A real Chromium, and when it has painted what it was to show. What to wait for is said by the caller."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import find_chromium

#: Nothing but this machine is found: a dashboard that asks the internet for its fonts does not wait for it here.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
#: Checked at each change of the page. A ResizeObserver is told between layout and paint of the very frame that shows
#: the change, also where the page made it in an animation frame; a message posted there comes after that paint.
WATCH = """
() => {
  const after = (done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(Date.now());
    const frame = new ResizeObserver(() => {
      frame.disconnect();
      channel.port2.postMessage(0);
    });
    frame.observe(document.documentElement);
  };
  const painted = (holds) => new Promise((done) => {
    const check = () => {
      if (!holds()) return;
      observer.disconnect();
      after(done);
    };
    const observer = new MutationObserver(check);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    check();
  });
  window.painted = { %s };
}
"""
TAKE = """
() => Promise.race([window.painted["%s"], new Promise((done) => setTimeout(() => done(null), %d))])
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of the tests."""
    found = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def watch(page: Page, conditions: Mapping[str, str]) -> None:
    """Wait from now on for each condition, an expression in JavaScript, under its name."""
    parts = (f'"{name}": painted(() => {condition})' for name, condition in conditions.items())
    page.evaluate(WATCH % ", ".join(parts))


def painted_at(page: Page, name: str, timeout_ms: int) -> float | None:
    """When the condition was first painted, epoch milliseconds; None if it was not in time."""
    return page.evaluate(TAKE % (name, timeout_ms))
