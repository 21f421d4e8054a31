"""The Jobs page in a real browser: found, narrowed, turned round, named, and told why not."""

import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from rq import Queue

from tests import raw_jobs
from tests.e2e import words
from tests.e2e.conftest import PHONE
from tests.processes import Process
from tests.servers import RedisServer

ADD, FAIL, SAY = (f"tests.fixture_jobs.{name}" for name in ("add", "div_by_zero", "say_hello"))


@pytest.fixture(scope="module")
def searching(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """An operations process: it is that which searches."""
    folder = tmp_path_factory.mktemp("operations")
    settings = {"RQLIVE_REDIS_URL": redis_server.url, "RQ_REDIS_URL": redis_server.url, "RQLIVE_FILES": folder / "f"}
    process = Process([sys.executable, "-m", "webapp.operations"], folder, settings)
    yield process
    process.close()


@pytest.fixture
def jobs(redis, worker_process) -> dict[str, str]:
    """Two finished, one failed and one queued job; their ids."""
    queue = Queue("default", connection=redis)
    found = {"added": queue.enqueue(ADD, 1, b=2).id, "said": queue.enqueue(SAY, "you").id}
    found["failed"] = queue.enqueue(FAIL, 7).id
    worker_process("default", burst=True)
    found["queued"] = queue.enqueue(ADD, 3, b=4).id
    return found


def opened(open_page, path: str, *size: tuple[int, int], allowed: tuple[str, ...] = ()) -> Page:
    """The Jobs page, once it is drawn."""
    page = open_page(path, *size, allowed=allowed)
    box(page).wait_for()
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search jobs")


def results(page: Page) -> Locator:
    """What a search has found, once it has ended."""
    expect(page.get_by_test_id("standing")).to_have_attribute("data-state", "done")
    return page.get_by_test_id("results").locator("[data-job]")


def side(page: Page, part: str) -> Locator:
    return page.get_by_test_id(part)


def test_a_search_is_written_with_the_keyboard_found_and_kept_in_the_address(open_page, jobs, searching) -> None:
    page = opened(open_page, "/jobs")
    words.live(page)
    box(page).click()
    expect(page.get_by_role("option", name="status:")).to_be_visible()
    page.keyboard.type("sta")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("status:")
    page.keyboard.type("fin")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", selected=True)).to_contain_text("status:finished")
    page.keyboard.press("Tab")
    expect(box(page)).to_have_value("status:finished ")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(results(page)).to_have_count(2)
    expect(page.get_by_test_id("standing")).to_contain_text("2 found")
    assert page.url.endswith("/jobs?q=status%3Afinished")

    side(page, "narrow-func").get_by_role("link", name="say_hello").click()
    expect(results(page)).to_have_count(1)
    expect(box(page)).to_have_value(f"status:finished func:{SAY}")
    page.reload()
    expect(words.row(page, jobs["said"])).to_be_visible()
    side(page, "narrow-status").get_by_role("link", name="Finished").click()
    expect(box(page)).to_have_value(f"func:{SAY}")
    page.go_back()
    page.go_back()
    expect(results(page)).to_have_count(2)
    page.go_back()
    expect(page.get_by_test_id("jobs").locator("[data-job]")).to_have_count(4)
    expect(box(page)).to_have_value("")


def test_a_query_that_goes_wrong_says_where_and_an_id_goes_straight_to_its_job(open_page, jobs, searching) -> None:
    page = opened(open_page, "/jobs?status=failed", allowed=("400",))
    box(page).fill('"x" or status:faild')
    box(page).press("Enter")
    wrong = page.get_by_test_id("search-wrong")
    expect(wrong).to_contain_text("There is no status 'faild'.")
    expect(wrong.locator("mark")).to_have_text("faild")
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    box(page).fill(jobs["said"])
    box(page).press("Enter")
    expect(words.drawer(page)).to_contain_text("Hello, you!")
    page.keyboard.press("Escape")
    expect(words.drawer(page)).to_have_count(0)
    expect(page.get_by_test_id("jobs").locator("[data-job]")).to_have_count(4)
    expect(box(page)).to_have_value("")


def test_who_leaves_a_search_has_it_stopped(open_page) -> None:
    page = opened(open_page, "/jobs?q=anything")
    expect(page.get_by_test_id("standing")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as left:
        page.get_by_role("link", name="Overview").click()
    assert "/api/searches/" in left.value.url
    assert left.value.status == 204


def test_who_is_behind_a_list_leads_to_a_search_of_it(open_page, jobs, searching) -> None:
    page = opened(open_page, "/jobs?status=finished")
    expect(side(page, "functions")).to_contain_text("say_hello")
    side(page, "functions").get_by_role("link", name="add", exact=False).click()
    expect(box(page)).to_have_value(f"func:{ADD} status:finished")
    expect(results(page)).to_have_count(1)
    expect(words.row(page, jobs["added"])).to_be_visible()


def test_a_list_can_be_turned_round_and_says_where_it_cannot_be_sorted(open_page, redis) -> None:
    ids = [raw_jobs.listed(redis, "queued", f"job-{n:02}") for n in range(60)]
    page = opened(open_page, "/jobs?queue=default&status=queued")
    rows = page.get_by_test_id("jobs").locator("[data-job]")
    expect(rows.first).to_have_attribute("data-job", ids[0])
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Enqueued")
    page.get_by_test_id("turn").click()
    expect(rows.first).to_have_attribute("data-job", ids[-1])
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("last in the queue first")
    page.get_by_role("link", name="Next").click()
    expect(rows.first).to_have_attribute("data-job", ids[9])
    page.get_by_role("button", name="Took").click()
    expect(page.get_by_test_id("why")).to_contain_text("RQ keeps no order by duration")
    page.get_by_test_id("why").get_by_role("link").click()
    expect(box(page)).to_have_value("run>1m status:queued queue:default")


def test_columns_and_views_are_kept_in_this_browser_and_a_view_has_an_address(open_page, jobs) -> None:
    page = opened(open_page, "/jobs?queue=default&status=failed")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Function").check()
    page.get_by_role("checkbox", name="Took").uncheck()
    page.keyboard.press("Escape")
    expect(words.row(page, jobs["failed"])).to_contain_text(FAIL)
    page.get_by_role("button", name="Save this view").click()
    page.get_by_role("textbox", name="Name of the view").fill("on call")
    page.keyboard.press("Enter")
    expect(side(page, "views").get_by_role("link", name="on call")).to_have_attribute("aria-current", "true")
    page.goto(page.url.split("?")[0])
    expect(page.get_by_role("columnheader", name="Function")).to_be_visible()
    side(page, "views").get_by_role("link", name="on call").click()
    expect(page.get_by_test_id("jobs").locator("[data-job]")).to_have_count(1)
    assert page.url.endswith("/jobs?queue=default&status=failed&columns=job%2Cfunc%2Cqueue%2Cstatus%2Ctime")
    page.get_by_role("button", name="Remove the view “on call”").click()
    expect(side(page, "views")).not_to_contain_text("on call")


def test_sixty_queues_are_few_groups_and_created_jobs_are_searched_for(open_page, redis, searching) -> None:
    for service in ("billing", "mail", "images"):
        for number in range(20):
            raw_jobs.listed(redis, "queued", queue=f"{service}:{number:02}")
    raw_jobs.write(redis, "made", "created")
    page = opened(open_page, "/jobs?status=queued", PHONE)
    page.get_by_role("button", name="Views, queues, functions").click()
    group = side(page, "queue-choice").get_by_role("button", name="mail")
    expect(group.locator(".side-n")).to_have_text("20")
    group.click()
    side(page, "queue-choice").get_by_role("link", name="mail:07").click()
    expect(page.get_by_test_id("jobs").locator("[data-job]")).to_have_count(1)
    side(page, "queue-choice").get_by_role("searchbox", name="Filter queues").fill("ges:1")
    expect(side(page, "queue-choice").get_by_role("link")).to_have_count(10)
    page.get_by_test_id("statuses").get_by_role("link", name="Created").click()
    expect(page.get_by_test_id("created")).to_contain_text("RQ keeps no list of created jobs")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="Search for created jobs").click()
    expect(box(page)).to_have_value("status:created queue:mail:07")


def test_how_long_a_job_waits_stands_on_one_line_where_there_is_room(open_page, redis) -> None:
    long_ago = raw_jobs.stamp(time.time() - 19 * 60 - 16)
    job = raw_jobs.listed(redis, "queued", created_at=long_ago, enqueued_at=long_ago)
    page = open_page("/jobs?queue=default&status=queued")
    words_of = page.locator(f"tr[data-job='{job}'] .col-spell span").first
    expect(words_of).to_contain_text("waits 19 min")
    assert words_of.evaluate("(node) => node.getClientRects().length") == 1
