"""axe-core looks at every page and all that lies over one, wide and on a phone, light and dark: nothing hinders."""

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import ALL_LOOKS, PHONE, RUN, found

PAGES = ("/", "/jobs", "/jobs?status=failed", "/jobs?q=status%3Afailed", "/failures", "/workers", "/schedule")
PAGES += ("/groups", "/stuck", "/health", "/submit", "/submit/order_tickets", "/submit/broken_import", "/activity")
PAGES += ("/room", "/nowhere")


@pytest.mark.parametrize("address", PAGES)
def test_nothing_hinders_on_a_page(site, scene, visit, axe, address):
    visitor = visit(site, reduced_motion="reduce").opens(address)
    wrong = found(visitor.page, axe, address, ALL_LOOKS)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["failed", "running", "finished", "queued"])
def test_nothing_hinders_in_an_open_job(site, scene, visit, axe, name):
    visitor = visit(site, reduced_motion="reduce")
    job = visitor.opens_job(scene.ids[name])
    wrong = found(visitor.page, axe, name, ALL_LOOKS, "dialog[open]")
    for tab in job.at.get_by_role("tab").all()[1:]:
        tab.click()
        wrong += found(visitor.page, axe, tab.inner_text(), scope="dialog[open] [role=tabpanel]")
    assert not wrong, "\n".join(wrong)


def test_nothing_hinders_in_what_lies_over_a_page(site, scene, visit, axe):
    visitor = visit(site, reduced_motion="reduce").opens("/").has_its_keys()
    page = visitor.page
    wrong = []
    for keys, name in (("Control+k", "palette"), ("?", "keys")):
        visitor.presses(keys).panel(name).is_there()
        wrong += found(visitor.page, axe, name)
        visitor.presses("Escape").panel(name).is_gone()
    for queue in ("", "default"):
        page.locator(f"[data-deeds='{queue}']").click()
        visitor.question.sees("until it is resumed")
        wrong += found(visitor.page, axe, f"deeds of {queue!r}")
        visitor.presses("Escape").question.is_gone()
    visitor.presses("f").panel("frozen").sees("Frozen at")
    wrong += found(visitor.page, axe, "frozen")
    visitor.presses("f")
    for name in ("settings", "status"):
        page.locator(f"[popovertarget={name}]").click()
        expect(page.locator(f"#{name}")).to_be_visible()
        wrong += found(visitor.page, axe, name)
        visitor.presses("Escape")
    visitor.within_job_row(scene.ids["running"]).part("[data-action=stop]").at.click()
    expect(visitor.question.at).to_be_visible()
    wrong += found(visitor.page, axe, "question")
    assert not wrong, "\n".join(wrong)


def test_nothing_hinders_while_many_jobs_are_acted_on(site, scene, visit, axe, operations_process):
    operations_process(env={"RQLIVE_WRITE": "1"})
    visitor = visit(site, reduced_motion="reduce").opens("/jobs?status=failed")
    visitor.at.locator("[data-pick]").first.click()
    visitor.panel("picked").clicks("More").part("[role=menu]").is_there()
    wrong = found(visitor.page, axe, "selected", ALL_LOOKS)
    visitor.presses("Escape").panel("picked").part("[data-do=requeue]").at.click()
    go = visitor.panel("deed").at.get_by_test_id("do")
    expect(go).not_to_have_attribute("aria-disabled", "true")
    visitor.panel("deed").at.get_by_label("Jobs per second").fill("0.5")
    wrong += found(visitor.page, axe, "asked", ALL_LOOKS)
    visitor.panel("deed").at.get_by_label("Jobs per second").fill("1")
    go.click()
    visitor.panel("operations").at.click()
    visitor.panel("tray").sees("requeued")
    wrong += found(visitor.page, axe, "tray", ALL_LOOKS)
    assert not wrong, "\n".join(wrong)


def test_nothing_hinders_in_the_sheet_of_a_phone(site, scene, visit, axe):
    visitor = visit(site, PHONE["width"], PHONE["height"], reduced_motion="reduce").opens("/stuck")
    visitor.clicks("More")
    visitor.page.evaluate(axe.read_text())
    wrong = visitor.page.evaluate(RUN, ["html", None])
    assert not wrong, "\n".join(wrong)


def test_axe_is_asked_and_answers(site, visit, axe):
    """What it must find is found: a button without a name, and grey on grey."""
    visitor = visit(site).opens("/stuck")
    visitor.page.evaluate(
        """() => {
          const main = document.querySelector("main");
          main.append(document.createElement("button"));
          const pale = Object.assign(document.createElement("p"), {textContent: "hardly to be read"});
          pale.style.color = "#bbb";
          main.append(pale);
        }"""
    )
    wrong = " ".join(found(visitor.page, axe, "broken"))
    assert "button-name" in wrong
    assert "color-contrast" in wrong
