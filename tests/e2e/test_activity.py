"""The Activity page: what anybody does is told to everybody, holds still under the hand, and goes far back."""

import pytest
from playwright.sync_api import Page, expect
from rq import Queue

from jobs import _keys
from tests.e2e import words
from tests.e2e.conftest import PHONE, WIDE

FUNCTION = "tests.fixture_jobs"


@pytest.fixture
def write(redis):
    """Leaves lines as the door does, one a job."""

    def leave(*jobs: str, **more: str) -> None:
        line = {"at": 1795360400022, "actor": "ada", "action": "cancel", "queue": "default", "outcome": "done"}
        for job in jobs:
            redis.xadd(_keys.ACTIVITY, line | {"server": "web-a:8000", "job": job} | more)

    return leave


def lines(page: Page):
    return page.locator("tr[data-line]")


def test_what_somebody_does_is_a_line_for_everybody_with_its_outcome(open_page, redis) -> None:
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.say_hello", "you")
    watching = open_page("/activity")
    expect(watching.get_by_test_id("activity")).to_contain_text("Nobody has done anything yet.")
    acting = open_page(f"/jobs/{job.id}", allowed=("409 (CONFLICT)",))
    words.drawer(acting).get_by_role("button", name="Cancel").click()
    words.expect_status(acting, "canceled")
    expect(lines(watching).first).to_contain_text("Canceled")
    expect(lines(watching).first).to_contain_text("anyone")
    expect(lines(watching).first).to_contain_text("Done")
    acting.evaluate("(id) => fetch(`/api/jobs/${id}/stop`, {method: 'POST'})", job.id)
    expect(lines(watching).first).to_contain_text("Tried to stop")
    expect(lines(watching).first).to_contain_text("The job was in another state by then.")
    expect(lines(watching).first).to_contain_text("Refused")
    lines(watching).first.get_by_role("link").click()
    words.expect_status(watching, "canceled")


def test_lines_hold_still_under_the_pointer_and_older_ones_come_by_the_page(open_page, write) -> None:
    write(*(f"j{number}" for number in range(70)))
    page = open_page("/activity")
    expect(lines(page)).to_have_count(50)
    lines(page).nth(3).hover()
    write("later", "latest")
    expect(page.get_by_role("button", name="2 newer")).to_be_visible()
    expect(lines(page).first).to_contain_text("j69")
    page.get_by_role("button", name="2 newer").click()
    expect(lines(page).first).to_contain_text("latest")
    page.get_by_role("button", name="Older").click()
    expect(lines(page)).to_have_count(72)
    expect(lines(page).last).to_contain_text("j0")
    expect(page.get_by_role("button", name="Older")).to_have_count(0)
    page.mouse.move(0, 0)
    write("after that")
    expect(lines(page).first).to_contain_text("after that")
    expect(lines(page)).to_have_count(73)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_whatever_lies_in_the_stream_is_a_row_in_the_visitors_language(open_page, redis, write, size) -> None:
    write("ok")
    write("n" * 900, actor="a" * 300, server="s" * 300, queue="q" * 300)
    redis.xadd(_keys.ACTIVITY, {"hello": "world"})
    redis.xadd(_keys.ACTIVITY, {"actor": "<b>x</b>", "action": "dance", "job": "a/b c%", "outcome": "brand_new"})
    page = open_page("/activity", size, language="ko-KR")
    expect(page.locator("h1")).to_have_text("활동 기록")
    expect(lines(page)).to_have_count(4)
    expect(lines(page).nth(0)).to_contain_text("<b>x</b>")
    expect(lines(page).nth(0)).to_contain_text("거부됨")
    expect(lines(page).nth(1)).to_contain_text("RQ Live가 쓰는 형식이 아닙니다.")
    expect(lines(page).nth(3)).to_contain_text("취소함")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("[...document.querySelectorAll('.card')].every((one) => one.scrollWidth <= one.clientWidth)")
    redis.delete(_keys.ACTIVITY)
    redis.set(_keys.ACTIVITY, "no stream")
    expect(page.get_by_test_id("activity")).to_contain_text("활동 기록을 읽을 수 없습니다.")
