"""With the keyboard alone: everything is reached, seen to be reached, and left again to where one was."""

import pytest
from playwright.sync_api import expect

from tests.feed_mode import MODE
from tests.support import page_words

#: What has the focus, and whether that can be seen: {"name", "shown", "inside"}.
FOCUS = """() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const label = node.nextElementSibling && getComputedStyle(node.nextElementSibling);
  const beside = label && label.outlineStyle !== "none" && parseFloat(label.outlineWidth) > 0;
  return {
    name: `${node.tagName} ${node.getAttribute("aria-label") ?? node.textContent.trim().slice(0, 40)}`,
    // The button within a date control is outlined by the browser itself.
    shown: outlined || beside || node.type === "date",
    inside: Boolean(node.closest("dialog[open]")),
    body: node === document.body,
  };
}"""


def stops(visitor, most: int) -> list[dict]:
    """What Tab reaches, until it is back at the browser's own bar."""
    found = []
    for _ in range(most):
        visitor.presses("Tab")
        focus = visitor.page.evaluate(FOCUS)
        if focus["body"]:
            break
        found.append(focus)
    return found


@pytest.mark.parametrize("path", ["/", "/jobs?status=failed", "/submit/order_tickets"])
def test_every_stop_of_the_tab_key_is_seen(site, scene, visit, path):
    visitor = visit(site, 1280, 1400).opens(path)
    found = stops(visitor, 90)
    assert len(found) > 8
    assert found[0]["name"] == "A Skip to the page"
    assert not [stop["name"] for stop in found if not stop["shown"]]


def test_a_job_is_opened_read_and_closed_with_the_keyboard_and_the_focus_returns(site, scene, visit):
    visitor = visit(site).opens("/jobs?status=failed")
    link = visitor.within_job_row(scene.ids["failed"]).at.get_by_role("link")
    expect(link).to_be_visible()
    for _ in range(60):
        visitor.presses("Tab")
        if link.evaluate("node => node === document.activeElement"):
            break
    expect(link).to_be_focused()
    visitor.presses("Enter")
    visitor.open_job.sees("ZeroDivisionError")
    inside = stops(visitor, 25)
    assert len(inside) >= 8
    assert all(stop["inside"] for stop in inside), inside
    assert not [stop["name"] for stop in inside if not stop["shown"]]
    visitor.presses("Escape")
    visitor.open_job.is_gone()
    expect(link).to_be_focused()


def test_a_question_keeps_the_focus_begins_with_the_harmless_answer_and_gives_it_back(site, scene, visit):
    visitor = visit(site)
    visitor.opens_job(scene.ids["failed"])
    delete = visitor.open_job.button("Delete…")
    delete.focus()
    visitor.presses("Enter")
    expect(visitor.question.button("Leave it")).to_be_focused()
    visitor.presses("Tab")
    expect(visitor.question.button("Delete it")).to_be_focused()
    visitor.presses("Tab", "Tab", "Tab")
    assert visitor.page.evaluate("() => !document.activeElement.closest('dialog.drawer, main, header')")
    visitor.presses("Escape")
    visitor.question.is_gone()
    visitor.open_job.is_there()
    expect(delete).to_be_focused()
    assert site.status(scene.ids["failed"]) == "failed"


def test_a_job_is_submitted_with_the_keyboard_alone(site, visit):
    visitor = visit(site).opens("/submit/wait")
    visitor.form.part("[data-field=steps] input").at.focus()
    visitor.presses("Control+A").page.keyboard.type("3")
    visitor.presses("Enter")
    visitor.open_job.sees("Queued")
    assert len(site.ids()) == 1


def test_the_log_can_be_scrolled_and_the_tabs_walked_with_the_keyboard(site, scene, visit):
    visitor = visit(site)
    visitor.opens_job(scene.ids["running"]).sees("reading sales-2026-q3.csv")
    tabs = visitor.open_job.at.get_by_role("tab")
    tabs.first.focus()
    for name in ("Arguments", "Result", "Attempts", "Notes", "Details", "Log"):
        visitor.presses("ArrowRight")
        expect(tabs.filter(has_text=name)).to_be_focused()
    expect(visitor.open_job.at.get_by_role("log")).to_have_attribute("tabindex", "0")


@pytest.mark.parametrize("path", ["/", "/jobs"])
def test_who_wants_less_motion_gets_none(site, scene, visit, path):
    visitor = visit(site, reduced_motion="reduce").opens(path)
    visitor.within_job_row(scene.ids["silent"]).sees("close_month")
    visitor.within_job_row(scene.ids["silent"]).part("a").at.first.click()
    visitor.open_job.sees("reports no progress")
    # What the style says is over in a millisecond is over in the next frame; what moves on and on never is.
    visitor.page.wait_for_function("!document.getAnimations().some((one) => one.playState === 'running')")
    timing = "(one) => [one.effect.getComputedTiming().duration, one.transitionProperty ?? one.animationName]"
    longer = f"() => document.getAnimations().map({timing}).filter(([length]) => length > 1)"
    assert visitor.page.evaluate(longer) == []


def test_settings_and_status_open_and_close_with_the_keyboard(site, visit):
    visitor = visit(site).opens("/")
    visitor.button("Settings").focus()
    visitor.presses("Enter")
    expect(visitor.page.locator("#settings")).to_be_visible()
    visitor.presses("Escape")
    expect(visitor.page.locator("#settings")).to_be_hidden()
    expect(visitor.button("Settings")).to_be_focused()
    visitor.pill.at.focus()
    visitor.presses("Enter")
    visitor.part("#status").sees("From Redis to this page", page_words("en")[f"hop.feed.{MODE}"])
    visitor.presses("Escape")
    expect(visitor.page.locator("#status")).to_be_hidden()
