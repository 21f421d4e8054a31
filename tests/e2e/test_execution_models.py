"""What the comparison of execution models looks like: lanes on one axis, a sentence to each, figures in a table."""

import re

from playwright.sync_api import Page, expect
from rq import Queue

from tests.e2e import words
from tests.e2e.conftest import PHONE

LITTLE = {"tasks": 3, "wait_seconds": 0.1, "turns": 50_000, "tiny_tasks": 200}
SIDEWAYS = """() => ["html", ".drawer-in"].map((where) => document.querySelector(where))
    .filter((box) => box.scrollWidth > box.clientWidth).length"""


def submit(page: Page, **fields: object) -> None:
    for name, value in fields.items():
        page.locator(f"#f-{name}").fill(str(value))
    page.get_by_role("button", name="Submit").click()
    words.expect_status(page, "finished", timeout=30_000)


def test_models_are_compared_from_the_form_to_the_picture(open_page, own_worker) -> None:
    own_worker()
    page = open_page("/submit/execution_models")
    submit(page, **LITTLE)
    result = words.tab(page, "Result")
    for title in ("io", "cpu", "blocking", "tiny", "deadlock"):
        expect(result.get_by_test_id(f"lanes-{title}")).to_be_visible()
    waiting = result.get_by_test_id("lanes-io")
    expect(waiting).to_contain_text("3 answers from a server, 0.1 s each")
    group = waiting.locator('[data-model="asyncio"]')
    expect(group).to_contain_text("3 were under way at once, in one thread")
    expect(group).to_contain_text(re.compile(r"\d . faster"))
    picture = group.get_by_role("img")
    expect(picture).to_have_accessible_name(re.compile(r"asyncio: 3 lanes over [\d.]+ m?s"))
    lanes = [bar.bounding_box() for bar in picture.locator(".ground").all()]
    assert len(lanes) == 3
    assert len({round(lane["y"]) for lane in lanes}) == 3
    one_by_one = [bar.bounding_box() for bar in waiting.locator('[data-model="sequential"] .ground').all()]
    assert one_by_one[0]["width"] < 2 * lanes[0]["width"], "groups share their axis"
    assert one_by_one[2]["x"] > one_by_one[1]["x"] + 0.9 * one_by_one[1]["width"]
    waiting.get_by_text("The figures as a table").click()
    expect(waiting.get_by_role("row", name=re.compile("^task 2 · process"))).to_be_visible()
    deadlock = result.get_by_test_id("lanes-deadlock")
    expect(deadlock).to_contain_text("async with lock_b:")
    expect(deadlock).to_contain_text(re.compile(r"task 2 · jobs/_model_deadlock\.py:\d+"))


def test_the_picture_fits_a_phone_and_speaks_korean(open_page, redis, worker_process) -> None:
    job = Queue(connection=redis).enqueue("jobs.execution_models.execution_models", **LITTLE, cpu_bound=False)
    worker_process("default", burst=True)
    page = open_page(f"/jobs/{job.id}#result", size=PHONE, language="ko-KR", theme="dark")
    lanes = page.get_by_test_id("lanes")
    expect(lanes).to_contain_text("기다리는 작업(I/O 바운드)")
    expect(lanes).to_contain_text("3개가 저마다의 스레드에서 동시에 진행되었습니다")
    for table in lanes.locator("summary").all():
        table.click()
    assert page.evaluate(SIDEWAYS) == 0
    assert not re.search(r"\{\w+\}|lanes\.\w+", lanes.inner_text()), "every gap is filled"


def test_primes_are_counted_in_a_lane_for_each_process(open_page, own_worker) -> None:
    own_worker()
    page = open_page("/submit/prime_count")
    submit(page, limit=30_000_000, processes=2)
    result = words.tab(page, "Result")
    expect(result).to_contain_text("1,857,859 primes up to 30,000,000")
    expect(result).to_contain_text("It counts 664,579 up to 10,000,000, as many as are known to be there.")
    expect(result.locator(".lane-label").filter(has_text=re.compile(r"process \d+"))).to_have_count(2)
