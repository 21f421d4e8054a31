"""Every page, light and dark, wide and on a phone: nothing runs over, nothing is cut. Pictures go to var/screenshots."""

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys import still_life
from tests.e2e.journeys.conftest import SCREENSHOTS

WIDE, PHONE = (1280, 800), (390, 844)

#: Words that a person must be able to read whole, and boxes that must stay in their card.
CUT = """() => {
  const found = [];
  const say = (what, node) => found.push(`${what}: ${node.tagName}.${node.className} "${node.textContent.trim().slice(0, 60)}"`);
  const seen = (node) => node.checkVisibility() && node.getClientRects().length;
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} px wide, of ${page.clientWidth}`);
  for (const node of document.querySelectorAll("button, .button, .kpi dt, .kpi dd, .chip, h1, h2, .nav a, th, label, .tabs button")) {
    if (!seen(node)) continue;
    if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX !== "visible") say("cut", node);
  }
  for (const card of document.querySelectorAll(".card, dialog[open] .drawer-in, dialog.ask[open]")) {
    const edge = card.getBoundingClientRect().right + 1;
    for (const node of card.querySelectorAll("*")) {
      const scroller = node.closest(".table-scroll, pre, .log-box, .clip, svg, .tree, .hidden-visually");
      if (seen(node) && !(scroller && card.contains(scroller)) && node.getBoundingClientRect().right > edge) {
        say(`${Math.round(node.getBoundingClientRect().right - edge)} px over its card`, node);
        break;
      }
    }
  }
  return found;
}"""


@pytest.fixture
def scene(site):
    """An installation in every state, and its web process has read it."""
    painted = still_life.paint(site.redis)
    yield painted
    painted.close()


def addresses(ids: dict[str, str]) -> dict[str, str]:
    """name of the picture -> address"""
    return {
        "overview": "/",
        "jobs": "/jobs",
        "jobs-finished": "/jobs?queue=high&status=finished",
        "jobs-queued": "/jobs?status=queued",
        "jobs-failed": "/jobs?status=failed",
        "jobs-none": "/jobs?queue=low&status=stopped",
        "job-running": f"/jobs/{ids['running']}",
        "job-silent": f"/jobs/{ids['silent']}",
        "job-failed": f"/jobs/{ids['failed']}",
        "job-finished": f"/jobs/{ids['finished']}",
        "job-queued": f"/jobs/{ids['queued']}",
        "job-scheduled": f"/jobs/{ids['scheduled']}#details",
        "job-odd": f"/jobs/{ids['odd']}",
        "submit": "/submit",
        "submit-tickets": "/submit/order_tickets",
        "submit-csv": "/submit/csv_profile",
        "submit-broken": "/submit/broken_import",
    }


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_fits_and_is_whole(site, scene, visit, size, dark):
    visitor = visit(site, *size, dark=dark, reduced_motion="reduce")
    wrong = []
    for name, address in addresses(scene.ids).items():
        visitor.opens(address)
        expect(visitor.at.locator("h1").last).to_be_visible()
        expect(visitor.at.locator(".skeleton")).to_have_count(0)
        if name.startswith("submit"):
            visitor.form.part(".options summary, .same-call summary").at.evaluate_all("all => all.forEach(one => one.click())")
        visitor.page.evaluate("() => document.fonts.ready")
        picture = f"{name}-{'dark' if dark else 'light'}-{size[0]}.png"
        visitor.page.screenshot(path=SCREENSHOTS / picture, full_page=not name.startswith("job-"))
        wrong += [f"{name}: {text}" for text in visitor.page.evaluate(CUT)]
    assert not wrong, "\n".join(wrong)


def test_the_question_and_the_messages_fit_on_a_phone(site, scene, visit):
    visitor = visit(site, *PHONE).opens("/")
    visitor.within_job_row(scene.ids["running"]).part("[data-action=stop]").at.click()
    expect(visitor.question.at).to_be_visible()
    visitor.page.screenshot(path=SCREENSHOTS / "question-390.png")
    assert not visitor.page.evaluate(CUT)
    visitor.agrees("Stop it")
    visitor.at.locator(".toast").first.wait_for()
    visitor.page.screenshot(path=SCREENSHOTS / "message-390.png")
    assert not visitor.page.evaluate(CUT)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_jumps_while_a_page_fills_itself(site, scene, visit, size):
    """From the first paint to the live page: what comes later comes into the place that was kept for it."""
    visitor = visit(site, *size)
    visitor.page.add_init_script(
        """window.jumps = [];
           new PerformanceObserver((list) => {
             for (const one of list.getEntries()) {
               if (!one.hadRecentInput) window.jumps.push([one.value, ...one.sources.map((from) => from.node?.className)]);
             }
           }).observe({type: "layout-shift", buffered: true});"""
    )
    for address in ("/", "/jobs", "/submit/wait"):
        visitor.opens(address)
        expect(visitor.at.locator(".skeleton")).to_have_count(0)
        visitor.page.wait_for_timeout(500)
        jumps = visitor.page.evaluate("() => window.jumps")
        assert sum(jump[0] for jump in jumps) < 0.1, (address, jumps)
