"""A person at a page, in words: opens, clicks, sees. Every wait is for something to be so; nothing sleeps.

No servers and no Redis here (`site.py`). What goes wrong in the browser is kept in `troubles`, and fails the test.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.e2e.conftest import PATIENCE_MS

#: A page that leaves something drops what it was asking for.
LEFT = "net::ERR_ABORTED"


#: Notes [ms, value] whenever a value differs from that of the painted frame before.
WATCH = """([name, selector, attribute]) => {
  const notes = ((window.watched ??= {})[name] = []);
  const look = () => {
    const node = document.querySelector(selector);
    const value = node && (attribute ? node.getAttribute(attribute) : node.textContent);
    if (value !== notes.at(-1)?.[1]) notes.push([performance.now(), value]);
    requestAnimationFrame(look);
  };
  look();
}"""


class Place:
    """A part of the page. `at` is its locator, for what these words do not say."""

    def __init__(self, at: Locator) -> None:
        self.at = at

    def part(self, selector: str, **filters: Any) -> "Place":
        """A smaller part, by CSS."""
        found = self.at.locator(selector)
        return Place(found.filter(**filters) if filters else found)

    def button(self, name: str | re.Pattern) -> Locator:
        return self.at.get_by_role("button", name=name, exact=True)

    def clicks(self, name: str) -> "Place":
        """Click the button or link of exactly this name."""
        self.button(name).or_(self.at.get_by_role("link", name=name, exact=True)).first.click()
        return self

    def turns_to(self, tab: str) -> "Place":
        """Open the tab that begins with this word; gives what it shows."""
        self.at.get_by_role("tab", name=re.compile(f"^{tab}")).click()
        return self.part("[role=tabpanel]")

    def fills(self, **values: object) -> "Place":
        """Type into the fields of a form, by the names of their arguments."""
        for name, value in values.items():
            self.part(f"[data-field={name}] .control").at.fill(str(value))
        return self

    def sees(self, *texts: str | re.Pattern) -> "Place":
        """Each text is shown in here, or comes to be."""
        for text in texts:
            expect(self.at).to_contain_text(text)
        return self

    def sees_not(self, *texts: str | re.Pattern) -> "Place":
        for text in texts:
            expect(self.at).not_to_contain_text(text)
        return self

    def is_there(self, times: int = 1, **options: Any) -> "Place":
        expect(self.at).to_have_count(times, **options)
        return self

    def is_gone(self, **options: Any) -> "Place":
        expect(self.at).to_have_count(0, **options)
        return self

    def offers(self, *names: str) -> "Place":
        """These actions, and no others, have a button in here."""
        expect(self.at.locator("[data-action]")).to_have_text(list(names))
        return self

    @property
    def text(self) -> str:
        return self.at.inner_text()


class Visitor(Place):
    """One tab, in a browser profile of its own."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)
        super().__init__(self.page.locator("body"))
        self.url = url
        self.troubles: list[str] = []
        self._forgiven: list[re.Pattern] = []
        self._watched = 0
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._note(f"uncaught: {error}"))
        self.page.on("requestfailed", self._on_failed)

    def opens(self, path: str = "/") -> "Visitor":
        """Go to the address; returns when the page has heard from Redis and shows what it is for."""
        self.page.goto(self.url + path)
        self.is_live()
        expect(self.at.locator("h1").first).to_be_visible()
        expect(self.at.locator(".skeleton")).to_have_count(0)
        return self

    def opens_job(self, job_id: str) -> Place:
        """The drawer of the job, by its own address."""
        self.opens(f"/jobs/{quote(job_id, safe='')}")
        return self.open_job

    def has_its_keys(self) -> "Visitor":
        """Returns when the page obeys keys: that comes after its first paint, together with the title of the tab."""
        expect(self.page).to_have_title(re.compile("·"))
        return self

    def is_live(self) -> "Visitor":
        expect(self.pill.at).to_have_attribute("data-live", "true")
        return self

    def is_not_live(self) -> "Visitor":
        expect(self.pill.at).to_have_attribute("data-live", "false")
        return self

    @property
    def pill(self) -> Place:
        return self.part("[data-testid=status]")

    @property
    def open_job(self) -> Place:
        return self.part("dialog[data-testid=job]")

    @property
    def question(self) -> Place:
        return self.part("dialog.ask")

    @property
    def form(self) -> Place:
        return self.part("[data-testid=submit-form]")

    def panel(self, name: str) -> Place:
        """running, workers, queues, throughput, jobs, statuses, steps, …"""
        return self.part(f"[data-testid={name}]")

    def figure(self, name: str) -> Place:
        """queued, started, finished, failed or start."""
        return self.part(f"[data-testid=kpi-{name}]")

    def within_job_row(self, job_id: str) -> Place:
        return self.part(f"main [data-job={css_text(job_id)}]")

    def within_worker_row(self, name: str) -> Place:
        return self.part(f"[data-worker={css_text(name)}]")

    def within_queue_row(self, name: str) -> Place:
        return self.part(f"[data-queue={css_text(name)}]")

    def chooses_job_type(self, title: str) -> Place:
        """On the Submit page; gives its form."""
        self.at.locator(".types a").filter(has=self.page.get_by_text(title, exact=True)).click()
        expect(self.form.at.locator("h2")).to_have_text(title)
        return self.form

    def is_told(self, text: str | re.Pattern) -> "Visitor":
        """One of the messages says so."""
        expect(self.at.locator(".toast").filter(has_text=text).first).to_be_visible()
        return self

    def agrees(self, verb: str) -> "Visitor":
        """Answer the open question with the button of this name."""
        self.question.clicks(verb)
        self.question.is_gone()
        return self

    def presses(self, *keys: str) -> "Visitor":
        for key in keys:
            self.page.keyboard.press(key)
        return self

    @property
    def focused(self) -> Locator:
        return self.page.locator("*:focus")

    def watches(self, selector: str, attribute: str = "") -> Callable[[], list[tuple[float, str | None]]]:
        """Look at a text or an attribute in every painted frame from now on; the answer gives (ms, value) of each
        value that it came to have, None where the element was not there. Ends with a reload."""
        self._watched += 1
        name = str(self._watched)
        self.page.evaluate(WATCH, [name, selector, attribute])
        return lambda: [tuple(note) for note in self.page.evaluate("(name) => window.watched[name]", name)]

    def reckons_with(self, *patterns: str) -> "Visitor":
        """Troubles that the test brings about itself do not fail it."""
        self._forgiven += [re.compile(pattern) for pattern in patterns]
        return self

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(f"console: {message.text} [{message.location.get('url', '')}]")

    def _on_failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._note(f"request: {request.method} {request.url}: {request.failure}")

    def _note(self, trouble: str) -> None:
        if not any(pattern.search(trouble) for pattern in self._forgiven):
            self.troubles.append(trouble)


def css_text(value: str) -> str:
    """A string in a CSS selector."""
    escaped = "".join(f"\\{ord(char):x} " if char in '"\\' or ord(char) < 32 else char for char in value)
    return f'"{escaped}"'


@contextmanager
def frames_of(visitor: Visitor) -> Iterator[list[str]]:
    """The texts of all frames that come over WebSockets opened within."""
    texts: list[str] = []
    visitor.page.on("websocket", lambda socket: socket.on("framereceived", lambda text: texts.append(str(text))))
    yield texts
