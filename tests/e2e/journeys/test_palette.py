"""The palette leads everywhere: with Ctrl-K or the field in the head, by typing or pasting, with keys or the mouse."""

import re

from playwright.sync_api import expect


def opened(visitor):
    visitor.has_its_keys().presses("Control+k")
    expect(visitor.panel("palette").at.get_by_role("combobox")).to_be_focused()
    return visitor.panel("palette")


def choices(palette):
    return palette.at.get_by_role("option")


def test_typing_a_few_letters_and_enter_opens_a_page(site, visit):
    visitor = visit(site).opens("/")
    palette = opened(visitor)
    visitor.page.keyboard.type("stk")
    expect(choices(palette).first).to_contain_text("Stuck work")
    expect(choices(palette).first).to_have_attribute("aria-selected", "true")
    visitor.presses("Enter")
    expect(visitor.page).to_have_url(f"{site.url}/stuck")
    palette.is_gone()


def test_who_types_at_once_loses_no_letter(site, visit):
    visitor = visit(site).opens("/").has_its_keys()
    visitor.presses("Control+k", "h", "e", "a", "l")
    expect(visitor.panel("palette").at.get_by_role("combobox")).to_have_value("heal")


def test_arrows_choose_and_escape_leads_back_to_where_one_was(site, scene, visit):
    visitor = visit(site).opens("/jobs?status=failed").has_its_keys()
    link = visitor.within_job_row(scene.ids["failed"]).at.get_by_role("link").first
    link.focus()
    palette = opened(visitor)
    field = palette.at.get_by_role("combobox")
    visitor.page.keyboard.type("s")
    visitor.presses("ArrowDown", "ArrowDown", "ArrowUp")
    second = choices(palette).nth(1)
    expect(second).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == second.get_attribute("id")
    visitor.presses("Escape")
    palette.is_gone()
    expect(link).to_be_focused()


def test_queues_workers_job_types_and_running_jobs_are_found(site, scene, visit):
    visitor = visit(site).opens("/")
    palette = opened(visitor)
    field = palette.at.get_by_role("combobox")
    for typed, kind, name in (
        ("reports", "Queues", "reports"),
        ("frankfurt", "Workers", "nightly-reports-worker-in-frankfurt"),
        ("thumb", "Submit a job", "Make thumbnails"),
        ("close_month", "Running now", "billing.tasks.close_month"),
    ):
        field.fill(typed)
        expect(palette.at.get_by_role("group", name=kind)).to_contain_text(name)
    visitor.presses("Enter")
    visitor.open_job.sees("close_month")


def test_a_pasted_id_leads_to_the_job_and_is_remembered(site, scene, visit):
    visitor = visit(site, permissions=["clipboard-read", "clipboard-write"]).opens("/stuck")
    visitor.page.evaluate("(text) => navigator.clipboard.writeText(text)", scene.ids["finished"])
    palette = opened(visitor)
    visitor.presses("Control+v")
    palette.sees("Job with this id")
    visitor.presses("Enter")
    visitor.open_job.sees("Finished")
    visitor.presses("Escape")
    visitor.open_job.is_gone()
    opened(visitor).sees("Opened last", scene.ids["finished"][:8])


def test_anything_else_becomes_a_search_of_all_jobs(site, scene, visit):
    visitor = visit(site).opens("/")
    palette = opened(visitor)
    visitor.page.keyboard.type("status:failed division")
    expect(choices(palette).first).to_contain_text("Search jobs for “status:failed division”")
    choices(palette).first.click()
    expect(visitor.page).to_have_url(re.compile(r"/jobs\?q=status%3Afailed\+division$"))


def test_the_field_in_the_head_opens_it_on_a_phone_too(site, visit):
    visitor = visit(site, 390, 844).opens("/stuck")
    visitor.part("[data-testid=find]").at.click()
    palette = visitor.panel("palette").sees("Pages", "Groups and limits")
    palette.clicks("Close")
    palette.is_gone()


def test_it_opens_over_a_job_and_leads_away_from_it(site, scene, visit):
    visitor = visit(site)
    visitor.opens_job(scene.ids["failed"])
    opened(visitor)
    visitor.page.keyboard.type("workers")
    visitor.presses("Enter")
    visitor.open_job.is_gone()
    expect(visitor.page).to_have_url(f"{site.url}/workers")
