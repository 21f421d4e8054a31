"""Every page, light and dark, wide and on a phone: nothing runs over, nothing is cut.

Pictures for a person to look at go to `var/screenshots/`.
"""

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys.conftest import SCREENSHOTS

WIDE, PHONE = (1280, 800), (390, 844)

#: Words that a person must be able to read whole, and boxes that must stay in their card.
WHOLE = "button, .button, .kpi dt, .kpi dd, .chip, h1, h2, .nav a, th, label, .tabs button"
CUT = """(whole) => {
  const found = [];
  const words = (node) => `${node.tagName}.${node.className} "${node.textContent.slice(0, 60)}"`;
  const say = (what, node) => found.push(`${what}: ${words(node)}`);
  const seen = (node) => node.checkVisibility() && node.getClientRects().length;
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) found.push(`${page.scrollWidth} px wide, of ${page.clientWidth}`);
  for (const node of document.querySelectorAll(whole)) {
    const hides = getComputedStyle(node).overflowX !== "visible";
    if (seen(node) && hides && node.scrollWidth > node.clientWidth + 1) say("cut", node);
  }
  for (const card of document.querySelectorAll(".card, dialog[open] .drawer-in, dialog.ask[open]")) {
    const edge = card.getBoundingClientRect().right + 1;
    const over = [...card.querySelectorAll("*")].find((node) => {
      const scroller = node.closest(".table-scroll, pre, .log-box, .clip, svg, .tree, .hidden-visually");
      return seen(node) && !card.contains(scroller) && node.getBoundingClientRect().right > edge;
    });
    if (over) say("over its card", over);
  }
  return found;
}"""
CLICK_ALL = "all => all.forEach((one) => one.click())"
JUMPS = """window.jumps = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (!one.hadRecentInput) window.jumps.push([one.value, ...one.sources.map((from) => from.node?.className)]);
  }
}).observe({type: "layout-shift", buffered: true});"""


def cut(visitor) -> list[str]:
    return visitor.page.evaluate(CUT, WHOLE)


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
        "activity": "/activity",
        "failures": "/failures",
        "workers": "/workers",
        "schedule": "/schedule",
        "groups": "/groups",
        "stuck": "/stuck",
        "health": "/health",
        "room": "/room",
    }


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_fits_and_is_whole(site, scene, visit, size):
    visitor = visit(site, *size, reduced_motion="reduce")
    wrong = []
    for name, address in addresses(scene.ids).items():
        visitor.opens(address)
        if name == "job-running":
            visitor.open_job.sees("it failed")
        if name.startswith("submit") and name != "submit-broken":
            visitor.form.part(".when label", has_text="In").at.evaluate("label => label.click()")
            visitor.form.part(".options summary, .same-call summary").at.evaluate_all(CLICK_ALL)
        visitor.page.evaluate("() => document.fonts.ready")
        for theme in ("dark", "light"):
            visitor.page.emulate_media(color_scheme=theme)
            picture = f"{name}-{theme}-{size[0]}.png"
            visitor.page.screenshot(path=SCREENSHOTS / picture, full_page=not name.startswith("job-"))
        wrong += [f"{name}: {text}" for text in cut(visitor)]
    assert not wrong, "\n".join(wrong)


def test_the_question_and_the_messages_fit_on_a_phone(site, scene, visit):
    visitor = visit(site, *PHONE).opens("/")
    visitor.within_job_row(scene.ids["running"]).part("[data-action=stop]").at.click()
    expect(visitor.question.at).to_be_visible()
    visitor.page.screenshot(path=SCREENSHOTS / "question-390.png")
    assert not cut(visitor)
    visitor.agrees("Stop it")
    visitor.at.locator(".toast").first.wait_for()
    visitor.page.screenshot(path=SCREENSHOTS / "message-390.png")
    assert not cut(visitor)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_nothing_jumps_while_a_page_fills_itself(site, scene, visit, size):
    """From the first paint to the live page: what comes later comes into the place that was kept for it."""
    visitor = visit(site, *size)
    visitor.page.add_init_script(JUMPS)
    jobs = (f"/jobs/{scene.ids[name]}" for name in ("running", "finished"))
    for address in ("/", "/jobs", "/activity", "/submit/wait", *jobs):
        visitor.opens(address)
        visitor.page.wait_for_timeout(500)
        jumps = visitor.page.evaluate("() => window.jumps")
        assert sum(jump[0] for jump in jumps) < 0.1, (address, jumps)
