"""The Room in real browsers on two servers: people talk, see who is there, and lose nothing when a server goes."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import words
from tests.e2e.conftest import PHONE
from tests.processes import WebServer
from tests.room import Talker

BREAK = ("WebSocket", "Failed to load resource")


@pytest.fixture
def dashboard(own_dashboard: WebServer) -> WebServer:
    """Who is in the Room of a server is remembered by it: each test has one of its own."""
    return own_dashboard


@pytest.fixture
def other(dashboard: WebServer, web_server) -> WebServer:
    """A second server on the Redis of the first."""
    return web_server(env={"RQLIVE_WRITE": 1})


def composer(page: Page) -> Locator:
    """Where one writes, once that can be sent."""
    expect(page.locator(".composer.stopped")).to_have_count(0)
    return page.locator(".composer textarea")


def say(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")
    expect(composer(page)).to_have_value("")


def bubble(page: Page, text: str) -> Locator:
    """What was said, where it stands in the conversation."""
    return page.get_by_role("log").locator("[data-message]").filter(has_text=text)


def here(page: Page) -> Locator:
    return page.get_by_test_id("here").get_by_role("listitem")


def test_two_people_on_two_servers_talk_and_see_each_other(open_page, dashboard, other) -> None:
    ada, mina = open_page("/room"), open_page("/room", PHONE, "dark", "ko-KR", url=other.url)
    expect(here(ada)).to_have_count(2)
    expect(here(mina)).to_have_count(2)
    say(ada, "Is <b>csv_profile</b> still running? See http://localhost:1/jobs.")
    heard = bubble(mina, "<b>csv_profile</b>")
    expect(heard).to_be_visible()
    expect(heard.get_by_role("link")).to_have_attribute("href", "http://localhost:1/jobs")
    composer(mina).fill("네, 아직요")
    composer(mina).press("Shift+Enter")
    composer(mina).press_sequentially("곧 끝나요")
    composer(mina).press("Enter")
    expect(bubble(ada, "네, 아직요\n곧 끝나요")).to_be_visible()
    expect(ada.locator(".own [data-message]")).to_have_count(1)
    expect(mina.locator(".own [data-message]")).to_have_text(["네, 아직요\n곧 끝나요"], use_inner_text=True)
    expect(mina.locator(".pending")).to_have_count(0)
    mina.context.close()
    expect(here(ada)).to_have_count(1)


def test_a_chosen_name_is_seen_by_others_and_kept(open_page, dashboard, other) -> None:
    ada, guest = open_page("/room"), open_page("/room", url=other.url)
    say(ada, "before")
    ada.get_by_role("button", name="Change").click()
    ada.get_by_label("Your name in the Room").fill("Ada L.")
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("button", name="Change")).to_be_focused()
    expect(here(guest).filter(has_text="Ada L.")).to_be_visible()
    expect(here(guest)).to_have_count(2)
    say(ada, "after")
    expect(guest.locator(".turn").filter(has_text="after")).to_contain_text("Ada L.")
    ada.reload()
    expect(here(ada).filter(has_text="Ada L.")).to_contain_text("you")
    expect(ada.locator(".own [data-message]")).to_have_text(["before", "You: after"])


def test_a_key_that_ends_a_syllable_sends_nothing(open_page) -> None:
    page = open_page("/room")
    composer(page).fill("안녕")
    composer(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    page.wait_for_timeout(100)
    expect(composer(page)).to_have_value("안녕")
    composer(page).press("Enter")
    expect(bubble(page, "안녕")).to_have_count(1)


def test_who_reads_further_up_is_not_moved_and_told_what_is_new(open_page, dashboard, other) -> None:
    page = open_page("/room", (1280, 500))
    with Talker(other, name="Mina") as mina:
        for number in range(8):
            mina.say(f"a rather long line, number {number}\n" * 3)
        expect(bubble(page, "number 7")).to_be_in_viewport()
        log = page.get_by_role("log")
        log.evaluate("node => node.scrollTo(0, 0)")
        first = bubble(page, "number 0")
        expect(first).to_be_in_viewport()
        page.wait_for_timeout(1_700)  # until the server takes three more at once
        for number in range(3):
            mina.say(f"new {number}")
        newer = page.get_by_role("button", name="3 new messages")
        expect(newer).to_be_visible()
        assert log.evaluate("node => node.scrollTop") == 0
        newer.click()
        expect(bubble(page, "new 2")).to_be_in_viewport()
        expect(newer).to_have_count(0)
        mina.say("and more")
        expect(bubble(page, "and more")).to_be_in_viewport()


def test_what_was_refused_stands_there_with_the_reason_and_can_be_sent_again(open_page) -> None:
    page = open_page("/room")
    for number in range(12):
        say(page, f"quick {number}")
    refused = page.locator(".refused").last
    expect(refused).to_contain_text("Not sent. That was very fast")
    text = refused.locator(".bubble").inner_text()
    again = page.locator(".refused").filter(has_text=text).get_by_role("button", name="Try again")

    def sent() -> bool:
        page.wait_for_timeout(600)
        if again.count():
            again.click()
        return bubble(page, text).count() == 1

    # One more try may come too early as well.
    words.until(page, sent)
    while (rest := page.locator(".refused")).count():
        rest.first.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("log").locator("[data-message]")).not_to_have_count(12)


def test_a_message_that_is_too_long_is_not_sent_and_nothing_of_it_is_lost(open_page) -> None:
    page = open_page("/room")
    composer(page).fill("x" * 2_001)
    expect(page.get_by_text("2,001 characters, at most 2,000")).to_be_visible()
    composer(page).press("Enter")
    expect(composer(page)).to_have_value("x" * 2_001)
    composer(page).fill("x" * 1_990)
    expect(page.get_by_text("1,990 of 2,000 characters")).to_be_visible()
    composer(page).press("Enter")
    expect(bubble(page, "x" * 1_990)).to_be_visible()


def test_the_room_is_reached_by_keyboard_and_fits_a_phone(open_page) -> None:
    page = open_page("/room", PHONE, language="ko-KR")
    expect(page.locator("h1")).to_have_text("대화방")
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(page.get_by_text("아직 대화가 없습니다")).to_be_visible()
    log.focus()
    page.keyboard.press("Tab")
    expect(composer(page)).to_be_focused()
    box, nav = page.locator(".composer").bounding_box(), page.locator(".nav").bounding_box()
    assert box["y"] + box["height"] <= nav["y"]
    say(page, "말" * 300)
    expect(bubble(page, "말" * 300)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    words.until(page, lambda: page.evaluate("document.documentElement.scrollHeight <= window.innerHeight"))


@pytest.mark.slow
def test_while_the_server_is_away_what_is_written_is_kept_and_can_be_sent_after(
    open_page, dashboard, other, redis_server, started, tmp_path
) -> None:
    page = open_page("/room", allowed=BREAK)
    say(page, "before")
    expect(page.locator(".pending")).to_have_count(0)
    composer(page).fill("half a senten")
    dashboard.stop()
    note = page.get_by_test_id("room-note")
    expect(note).to_contain_text("What you write is kept.")
    area = page.locator(".composer textarea")
    expect(area).to_have_value("half a senten")
    expect(area).not_to_be_editable()
    page.keyboard.press("Enter")
    expect(page.locator(".pending")).to_have_count(0)
    with Talker(other) as mina:
        mina.ready()
        mina.say("said meanwhile")
        mina.hears("said meanwhile")
        started(WebServer(redis_server.url, tmp_path, {"RQLIVE_WRITE": 1, "PORT": dashboard.port}))
        expect(composer(page)).to_have_value("half a senten", timeout=20_000)
        expect(bubble(page, "said meanwhile")).to_be_visible()
        composer(page).press_sequentially("ce")
        composer(page).press("Enter")
        mina.hears("half a sentence")
    expect(bubble(page, "before")).to_have_count(1)


def test_where_redis_is_only_looked_at_the_page_says_who_hears(open_page, redis, web_server) -> None:
    page = open_page("/room", url=web_server().url)
    say(page, "hello?")
    expect(bubble(page, "hello?")).to_be_visible()
    expect(page.get_by_text(re.compile("Only those on this server hear you.*RQLIVE_WRITE=1"))).to_be_visible()
