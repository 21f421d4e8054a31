"""What a person does: submit, watch, stop, delete; and what the page says where that is refused."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from rq import Queue
from rq.job import Job

from tests.e2e import words
from tests.support import eventually

FUNCTION = "tests.fixture_jobs"


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A CSV of 5,000 rows, one of them with a field too many."""
    rows = [f"{n},{('KR', 'US', 'DE')[n % 3]},{n / 7:.2f}" for n in range(5_000)]
    rows[700] += ",surplus"
    path = tmp_path / "sales.csv"
    path.write_text("order,country,amount\n" + "\n".join(rows) + "\n")
    return path


def test_a_csv_is_uploaded_profiled_and_read(open_page, own_worker, sales) -> None:
    own_worker()
    page = open_page("/submit/csv_profile")
    page.locator('input[type="file"]').set_input_files(sales)
    expect(page.get_by_text("uploaded")).to_be_visible()
    page.get_by_role("button", name="Submit").click()
    words.expect_status(page, "finished", timeout=30_000)
    result = words.tab(page, "Result")
    expect(result.get_by_test_id("profile")).to_contain_text("4,999 rows")
    expect(result).to_contain_text("1 malformed line kept aside")
    expect(result.get_by_role("row")).to_have_count(4)
    with page.expect_download() as download:
        result.get_by_role("link", name="profile.json").click()
    assert download.value.suggested_filename == "profile.json"


def test_a_running_job_shows_progress_and_log_and_is_stopped_after_asking(open_page, own_worker, redis) -> None:
    own_worker()
    page = open_page("/submit/wait")
    page.locator("#f-steps").fill("200")
    page.locator("#f-seconds").fill("60")
    page.get_by_role("button", name="Submit").click()
    words.expect_status(page, "started")
    expect(words.drawer(page).get_by_test_id("job-progress")).to_contain_text("of 200 steps")
    expect(words.tab(page, "Log")).to_contain_text("Step 1 of 200")
    job_id = page.url.rsplit("/", 1)[1].partition("#")[0]
    words.drawer(page).get_by_role("button", name="Stop…").click()
    page.get_by_role("button", name="Leave it").click()
    assert Job.fetch(job_id, connection=redis).get_status() == "started"
    words.drawer(page).get_by_role("button", name="Stop…").click()
    page.get_by_role("button", name="Stop it").click()
    words.expect_status(page, "stopped")


def test_a_wrong_argument_is_named_at_its_field_and_nothing_is_sent(open_page, redis) -> None:
    page = open_page("/submit/wait")
    page.get_by_label("Steps").fill("none")
    page.get_by_role("button", name="Submit").click()
    field = page.locator('[data-field="steps"]')
    expect(field.get_by_role("alert")).to_have_text("This is not a number.")
    expect(page.get_by_label("Steps")).to_be_focused()
    assert not redis.keys("rq:job:*")


def test_a_queue_that_nobody_knows_is_named_at_its_field(open_page, redis) -> None:
    page = open_page("/submit/wait", allowed=("400",))
    page.get_by_text("When and how it runs").click()
    page.get_by_label("Queue", exact=True).fill("defualt")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator('[data-field="queue"]').get_by_role("alert")).to_contain_text("no worker listens")
    assert not redis.keys("rq:job:*")


def test_a_double_click_submits_once(open_page, redis) -> None:
    page = open_page("/submit/wait")
    page.get_by_role("button", name="Submit").dblclick()
    words.expect_status(page, "queued")
    assert len(redis.keys("rq:job:*")) == 1


def test_the_form_warns_of_what_would_keep_the_job_waiting(open_page, worker_process) -> None:
    page = open_page("/submit/wait")
    expect(page.get_by_test_id("warning-no-worker")).to_contain_text("No worker listens to default")
    worker_process("default")
    expect(page.get_by_test_id("warning-no-worker")).to_have_count(0)
    page.get_by_text("When and how it runs").click()
    page.get_by_role("radio", name="In").check()
    expect(page.get_by_test_id("warning-no-scheduler")).to_contain_text("--with-scheduler")


def test_the_form_does_not_warn_before_the_workers_are_known(open_page, worker_process) -> None:
    worker_process("default")
    page = open_page()
    words.live(page)
    page.route_web_socket("**/live", lambda socket: None)
    asked = []
    page.route("**/api/overview", lambda route: asked.append(route))
    page.reload()
    page.get_by_role("link", name="Submit a job").click()
    page.get_by_role("link", name="Wait").click()
    expect(page.get_by_test_id("submit-form")).to_be_visible()
    words.until(page, lambda: asked)
    expect(page.get_by_test_id("warning-no-worker")).to_have_count(0)
    page.unroute_all(behavior="ignoreErrors")


def test_a_job_is_submitted_for_later_with_its_options(open_page, redis) -> None:
    page = open_page("/submit/wait")
    page.get_by_text("When and how it runs").click()
    page.get_by_role("radio", name="In").check()
    page.get_by_label("How long from now").fill("2")
    page.get_by_label("Queue", exact=True).fill("low")
    page.get_by_label("Timeout, seconds").fill("90")
    page.get_by_role("button", name="Schedule").click()
    words.expect_status(page, "scheduled")
    job = Job.fetch(page.url.rsplit("/", 1)[1].partition("#")[0], connection=redis)
    assert (job.origin, job.timeout) == ("low", 90)


def test_a_failed_job_is_requeued_and_a_deleted_one_is_gone(open_page, redis, worker_process) -> None:
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.div_by_zero")
    worker_process("default", burst=True)
    page = open_page(f"/jobs/{job.id}")
    words.expect_status(page, "failed")
    words.drawer(page).get_by_role("button", name="Requeue").click()
    words.expect_status(page, "queued")
    words.drawer(page).get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete it").click()
    expect(words.drawer(page)).to_have_count(0)
    eventually(lambda: not redis.exists(f"rq:job:{job.id}"))


def test_a_button_that_was_overtaken_says_so_and_does_nothing(open_page, redis) -> None:
    queue = Queue("default", connection=redis)
    job = queue.enqueue(f"{FUNCTION}.nothing")
    page = open_page(f"/jobs/{job.id}", allowed=("409",))
    cancel = words.drawer(page).get_by_role("button", name="Cancel")
    page.route(re.compile("/cancel$"), lambda route: route.fallback(post_data='{"status": "deferred"}'))
    cancel.click()
    expect(page.locator('.toast[data-level="bad"]')).to_be_visible()
    assert job.get_status(refresh=True) == "queued"


def test_a_page_that_may_only_look_says_so_and_refuses(open_page, web_server, redis, worker_process) -> None:
    server = web_server(env={"RQLIVE_WRITE": 0})
    worker_process("default")
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.wait_for_key", "gate")
    page = open_page(url=server.url)
    expect(page.get_by_test_id("banner-look-only")).to_contain_text("RQLIVE_WRITE=1")
    words.row(page, job.id).get_by_role("button").click(force=True)
    expect(page.locator(".toast")).to_contain_text("RQLIVE_WRITE=1")
    assert job.get_status(refresh=True) == "started"
    redis.set("gate", 1)
