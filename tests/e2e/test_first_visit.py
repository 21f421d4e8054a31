"""What a first visit waits for: the socket does not wait for the modules, nor the first screen for what comes later."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

#: Notes when the page was live first.
LIVE_AT = """() => {
  const observer = new MutationObserver(() => {
    if (!document.querySelector("[data-testid=status][data-live=true]")) return;
    window.liveAt = performance.now();
    observer.disconnect();
  });
  observer.observe(document, {subtree: true, childList: true, attributes: true});
}"""
#: Files of the script folder that were asked for before that.
ASKED_BEFORE = """() => performance.getEntriesByType("resource")
  .filter(({name, startTime}) => name.includes("/js/") && startTime < window.liveAt)
  .map(({name}) => name.split("/js/")[1])"""
#: The page's own modules, of which the tree has two hundred, and early.js, theme.js, main.js.
FIRST_SCRIPTS = 75


@pytest.fixture
def held(open_page) -> Callable[[], tuple[Page, list, Callable[[], None]]]:
    """`held()` opens a page whose first module does not come before the last of its answer is called."""

    def start() -> tuple[Page, list, Callable[[], None]]:
        page, waiting, sockets = open_page("/healthz"), [], []
        page.on("websocket", lambda socket: sockets.append(socket))
        page.route("**/js/main.js", lambda route: waiting.append(route))
        page.goto(page.url.removesuffix("healthz"), wait_until="commit")
        page.wait_for_function("() => window.early?.messages.join().includes('totals')")
        return page, sockets, lambda: [route.continue_() for route in waiting]

    return start


def is_live(page: Page) -> None:
    expect(page.get_by_test_id("status")).to_have_attribute("data-live", "true")
    expect(page.get_by_test_id("kpi-queued")).to_contain_text("0")


def test_the_first_picture_is_here_before_the_modules_are(held) -> None:
    page, sockets, go_on = held()
    go_on()
    is_live(page)
    assert len(sockets) == 1, "the page goes on with the socket that was opened for it"


def test_a_socket_that_has_ended_before_the_modules_came_is_opened_anew(held) -> None:
    page, sockets, go_on = held()
    page.evaluate("early.socket.close()")
    page.wait_for_function("() => early.socket.readyState === WebSocket.CLOSED")
    go_on()
    is_live(page)
    assert len(sockets) == 2


def test_other_pages_are_fetched_when_the_first_screen_has_its_figures(open_page) -> None:
    page = open_page("/healthz")
    page.add_init_script(f"({LIVE_AT})()")
    page.goto(page.url.removesuffix("healthz"))
    is_live(page)
    asked = page.evaluate(ASKED_BEFORE)
    assert [path for path in asked if path.startswith("pages/")] == ["pages/overview.js"]
    assert len(asked) <= FIRST_SCRIPTS, len(asked)
