"""Keys that do something: going to pages, walking through rows, freezing the page, and switching all of them off."""

import re

import pytest
from playwright.sync_api import expect
from rq import Queue

FUNCTION = "tests.fixture_jobs"
PLACES = {"o": "/", "j": "/jobs", "f": "/failures", "w": "/workers", "s": "/schedule", "g": "/groups", "t": "/stuck"}
PLACES |= {"h": "/health", "n": "/submit", "a": "/activity", "r": "/room"}


def stands_at(visitor, path: str) -> None:
    expect(visitor.page).to_have_url(re.compile(rf"^{re.escape(visitor.url)}{re.escape(path)}$"))


def test_g_and_a_letter_go_to_every_page(site, visit):
    visitor = visit(site).opens("/room").has_its_keys()
    for letter, path in PLACES.items():
        visitor.presses("g", letter)
        stands_at(visitor, path)


def test_rows_are_walked_through_and_opened_with_the_keyboard(site, scene, visit):
    visitor = visit(site).opens("/jobs?status=failed").has_its_keys()
    links = visitor.part("main [data-job] a[href*='/jobs/']").at
    expect(links.nth(1)).to_be_visible()
    visitor.presses("j")
    expect(links.nth(0)).to_be_focused()
    visitor.presses("j", "k", "ArrowDown")
    expect(links.nth(1)).to_be_focused()
    visitor.presses("Enter")
    visitor.open_job.is_there()
    visitor.presses("Escape")
    visitor.open_job.is_gone()
    expect(links.nth(1)).to_be_focused()


def test_a_slash_goes_to_the_search_of_the_page_or_to_that_of_everything(site, visit):
    visitor = visit(site).opens("/jobs").has_its_keys().presses("/")
    expect(visitor.part("main").at.get_by_role("combobox", name="Search jobs")).to_be_focused()
    visitor.presses("Escape").opens("/stuck").has_its_keys().presses("/")
    visitor.panel("palette").is_there()


def test_the_list_of_keys_is_the_table_that_the_page_obeys(site, visit):
    visitor = visit(site).opens("/").has_its_keys().presses("?")
    keys = visitor.panel("keys").sees("Freeze the page", "Next row", "Stuck work")
    assert keys.at.locator("kbd", has_text=re.compile("^g$")).count() == len(PLACES) + 1
    visitor.presses("Escape").panel("keys").is_gone()


def test_what_is_written_into_a_field_is_no_key(site, visit):
    visitor = visit(site).opens("/submit/wait").has_its_keys()
    visitor.form.part("[data-field=steps] input").at.focus()
    visitor.presses("f", "g", "j", "?")
    visitor.panel("frozen").is_gone()
    visitor.panel("keys").is_gone()
    stands_at(visitor, "/submit/wait")


def test_single_keys_can_be_switched_off_and_stay_so(site, visit):
    visitor = visit(site).opens("/").has_its_keys().clicks("Settings")
    visitor.part("#settings").at.get_by_role("radio", name="Off").check()
    visitor.presses("Escape")
    visitor.opens("/").has_its_keys().presses("f", "?", "g", "j")
    visitor.presses("Control+k").panel("palette").is_there()
    visitor.panel("frozen").is_gone()
    visitor.panel("keys").is_gone()
    stands_at(visitor, "/")


def test_a_frozen_page_stands_still_counts_what_waits_and_then_shows_the_present(site, redis, visit):
    queue = Queue("default", connection=redis)
    visitor, other = visit(site).opens("/").has_its_keys(), visit(site).opens("/")
    queued, moving = (each.figure("queued").part(".value").at for each in (visitor, other))
    expect(queued).to_have_text("0")
    visitor.presses("f").panel("frozen").sees(re.compile(r"Frozen at \d\d:\d\d:\d\d"))
    shown = visitor.watches("[data-testid=kpi-queued] .value")
    for n in range(1, 5):
        queue.enqueue(f"{FUNCTION}.say_hello", "you")
        expect(moving).to_have_text(str(n))
    visitor.panel("frozen").sees(re.compile(r"[1-9]\d* changes? waits?"))
    assert [value for _, value in shown()] == ["0"]
    visitor.presses("f")
    expect(queued).to_have_text("4")
    visitor.panel("frozen").is_gone()


def test_a_frozen_page_still_opens_a_job_and_says_when_it_is_not_live(own_site, own_redis_server, visit):
    job = Queue("default", connection=own_site.redis).enqueue(f"{FUNCTION}.say_hello", "you")
    visitor = visit(own_site).opens("/jobs?status=queued").has_its_keys().presses("f")
    visitor.within_job_row(job.id).at.get_by_role("link").first.click()
    visitor.open_job.sees("Queued", "say_hello")
    visitor.presses("Escape")
    own_redis_server.stop()
    visitor.reckons_with("50[03]").panel("banner-redis").sees("does not answer")


@pytest.mark.parametrize("size", [(1280, 830), (1280, 400), (390, 844)], ids=["wide", "short", "phone"])
def test_every_page_can_be_reached_through_the_navigation_at_any_size(site, visit, size):
    visitor = visit(site, *size).opens("/")
    if size[0] == 390:
        visitor.clicks("More")
    links = visitor.part("nav.nav a").at
    assert links.count() == (len(PLACES) if size[0] == 390 else len(PLACES) - 1)
    for link in links.all():
        link.scroll_into_view_if_needed()
        expect(link).to_be_in_viewport(ratio=1)
    links.get_by_text("Stuck work").click()
    stands_at(visitor, "/stuck")
    marked = visitor.part("nav.nav").at.locator("[aria-current=page]:visible, .here")
    expect(marked).to_have_count(1)
    expect(marked).to_have_text("More" if size[0] == 390 else "Stuck work")
