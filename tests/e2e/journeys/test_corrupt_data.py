"""Whatever lies in Redis: the page shows it, says what is wrong with it, and runs none of it."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from rq.serializers import DefaultSerializer

from jobs import _keys
from tests import raw_jobs
from tests.e2e.journeys import still_life

#: Each would call `pwned` if it ever became markup, an attribute or a script.
SCRIPT = "<img src=x onerror=pwned()>\"'><script>pwned()</script><svg/onload=pwned()>javascript:pwned()${pwned()}"
ODD_IDS = ("a/b c%?#", "작업 ☃ é", "per%2Fcent", "quote\"'<b>", "colon:and:more", " spaces ", "back\\slash")


def is_clean(visitor) -> None:
    """Nothing of what was stored has run, nor has it made an element."""
    assert visitor.page.evaluate("() => window.ran ?? 0") == 0
    assert visitor.at.locator("img, [onerror], [onload]").count() == 0


def guarded(visit, site):
    """A visitor whose page counts every run of `pwned`."""
    visitor = visit(site)
    visitor.page.add_init_script("window.pwned = () => { window.ran = (window.ran ?? 0) + 1; };")
    return visitor


@pytest.fixture
def hostile(site):
    """One job with a script in every field that can hold text, in a queue and at a worker of such a name."""
    data = raw_jobs.payload(SCRIPT, (SCRIPT, {SCRIPT: SCRIPT}), {SCRIPT: SCRIPT})
    stage = {"message": SCRIPT, "done": 1, "total": 2, "unit": SCRIPT, "rate": 1, "left": 1}
    progress = json.dumps({"run": "5eeded00", "at": 1, "stages": [stage, stage]})
    client = site.redis
    raw_jobs.worker(client, SCRIPT, SCRIPT, queue=SCRIPT, hostname=SCRIPT, version=SCRIPT, python_version=SCRIPT)
    job_id = raw_jobs.listed(
        client, "started", SCRIPT, queue=SCRIPT, data=data, description=SCRIPT, worker_name=SCRIPT,
        live_progress=progress, meta=DefaultSerializer.dumps({SCRIPT: SCRIPT}), group_id=SCRIPT, live_actor=SCRIPT,
        dependency_id=SCRIPT, rate_limit_key=SCRIPT, rate_limit_concurrency=1,
    )  # fmt: skip
    raw_jobs.execution(client, job_id, SCRIPT, queue=SCRIPT)
    client.xadd(_keys.log(job_id), {"at": 1, "run": SCRIPT, "level": SCRIPT, "text": SCRIPT})
    file = {"artifact": f"{job_id}/{SCRIPT}", "name": SCRIPT, "size": 1}
    result = {"view": SCRIPT, "artifacts": [file], SCRIPT: SCRIPT}
    still_life.add_result(client, job_id, 1, 1, return_value=result, worker_name=SCRIPT)
    still_life.add_result(client, job_id, 2, 1, exc_string=SCRIPT, worker_name=SCRIPT)
    raw_jobs.listed(client, SCRIPT, "status-is-script", queue="default")
    entry = {"name": "hostile", "title": SCRIPT, "help": SCRIPT, "func": SCRIPT, "queue": SCRIPT, "hosts": [SCRIPT]}
    prop = {"type": "string", "title": SCRIPT, "description": SCRIPT, "default": SCRIPT, "pattern": SCRIPT}
    schema = {"type": "object", "properties": {SCRIPT: prop, "choice": {"enum": [SCRIPT, "b"]}}, "required": []}
    client.hset(_keys.CATALOG, "hostile", json.dumps(entry | {"schema": schema, "error": None, "schema_version": 1}))
    client.hset(_keys.CATALOG, "broken", json.dumps(entry | {"name": "broken", "schema": None, "error": SCRIPT}))
    return job_id


def test_no_text_of_anybody_becomes_markup_on_any_page(site, visit, hostile):
    visitor = guarded(visit, site)
    visitor.opens("/")
    visitor.within_job_row(hostile).sees(SCRIPT[:20])
    visitor.panel("workers").sees(SCRIPT[:20])
    visitor.panel("queues").sees(SCRIPT[:20])
    is_clean(visitor)
    visitor.opens(f"/jobs?queue={quote(SCRIPT, safe='')}&status=started")
    visitor.within_job_row(hostile).sees(SCRIPT[:20])
    is_clean(visitor)
    visitor.opens("/jobs?queue=default")
    is_clean(visitor)
    drawer = visitor.opens_job(hostile)
    for tab in ("Log", "Arguments", "Result", "Attempts", "Details"):
        drawer.turns_to(tab).sees(SCRIPT[:20])
        is_clean(visitor)
    visitor.opens("/submit/hostile").form.sees(SCRIPT[:20])
    visitor.form.part(".same-call summary").at.click()
    is_clean(visitor)
    visitor.opens("/submit/broken").sees("cannot be loaded")
    is_clean(visitor)


def test_an_upload_of_a_file_with_a_script_for_a_name_is_text(site, visit):
    visitor = guarded(visit, site).reckons_with(r"400 \(BAD REQUEST\)")
    visitor.opens("/submit/csv_profile")
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": "<img src=x onerror=pwned()>.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
    )
    visitor.form.sees("<img src=x onerror=pwned()>.csv")
    is_clean(visitor)


@pytest.mark.parametrize("job_id", ODD_IDS)
def test_a_job_of_an_odd_id_is_listed_opened_by_click_and_by_address_and_canceled(site, visit, job_id):
    raw_jobs.listed(site.redis, "queued", job_id)
    visitor = visit(site).opens("/jobs")
    visitor.within_job_row(job_id).at.get_by_role("link").click()
    visitor.open_job.part(".job-id").sees(job_id.strip())
    visitor.page.reload()
    visitor.open_job.part(".job-id").sees(job_id.strip())
    visitor.open_job.clicks("Cancel")
    visitor.open_job.part(".job-line").sees("Canceled")
    assert site.status(job_id) == "canceled"


def test_jobs_that_cannot_be_read_say_so_in_their_rows_and_when_opened(site, visit):
    client = site.redis
    broken = {
        "no-data": raw_jobs.listed(client, "queued", "no-data", data=None),
        "no-pickle": raw_jobs.listed(client, "queued", "no-pickle", data=b"\x80\x05nonsense"),
        "no-status": raw_jobs.listed(client, "queued", "no-status"),
        "unknown-status": raw_jobs.listed(client, "queued", "unknown-status"),
        "no-hash": raw_jobs.listed(client, "failed", "no-hash"),
        "wrong-type": raw_jobs.listed(client, "failed", "wrong-type"),
        "bad-times": raw_jobs.listed(client, "failed", "bad-times", created_at="yesterday", ended_at="\xff"),
    }
    client.hdel("rq:job:no-status", "status")
    client.hset("rq:job:unknown-status", "status", "pondering")
    client.delete("rq:job:no-hash", "rq:job:wrong-type")
    client.set("rq:job:wrong-type", "a string where a hash should be")
    visitor = visit(site).reckons_with(r"404 \(NOT FOUND\)")
    visitor.opens("/jobs")
    visitor.within_job_row("no-pickle").sees("cannot be shown")
    visitor.within_job_row("no-data").sees("payload")
    visitor.within_job_row("unknown-status").sees("pondering")
    visitor.within_job_row("no-status").sees("Missing")
    visitor.within_job_row("bad-times").sees("Failed")
    for job_id in broken:
        visitor.opens_job(job_id)
        expect(visitor.open_job.at.locator(".job-head, [data-testid=job-gone], [role=alert]").first).to_be_visible()
    visitor.opens("/jobs?queue=default&status=failed")
    visitor.panel("jobs").sees("no-hash", "wrong-type")


def test_a_half_written_worker_and_wrong_keys_leave_the_overview_whole(site, visit):
    client = site.redis
    client.sadd("rq:workers", "rq:worker:half", "rq:worker:nothing", "not-even-a-key")
    client.hset("rq:worker:half", mapping={"birth": "once", "pid": "many", "last_heartbeat": "?", "queues": "default"})
    client.sadd("rq:queues", "rq:queue:listless", "rq:queue:", "nonsense")
    client.set("rq:queue:listless", "a string")
    client.set("rq:failed:listless", "a string")
    client.hset(_keys.CATALOG, "garbage", "{not json")
    good = site.waits_behind_a_gate()
    visitor = visit(site).opens("/")
    visitor.within_worker_row("half").sees("half")
    visitor.within_worker_row("nothing").sees("nothing")
    visitor.within_queue_row("listless").sees("listless")
    visitor.within_queue_row("default").part(".col-queued").sees("1")
    unreadable = visitor.opens("/jobs?queue=listless&status=failed").panel("jobs")
    unreadable.sees("does not hold a list of RQ")
    expect(unreadable.at).not_to_contain_text("No failed job")
    visitor.opens("/submit").chooses_job_type("Wait")
    visitor.opens_job(good.id).sees("Queued")


WIDER_THAN_SHOWN = """() => [document.documentElement, ...document.querySelectorAll(".drawer-in, .card")]
  .filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className || node.tagName)"""


@pytest.fixture
def long_names(site) -> str:
    """A queue, a worker, a function, a job and what it logs, returns and fails with, of 5,000 characters each."""
    long, client = "n" * 5_000, site.redis
    data = raw_jobs.payload(f"shop.{long}", (long,), {long: long})
    raw_jobs.worker(client, long, "idle", queue=long)
    raw_jobs.listed(client, "queued", long, queue=long, data=data, description=long)
    running = raw_jobs.listed(client, "started", "running", queue=long, data=data, worker_name=long)
    raw_jobs.execution(client, running, long, queue=long)
    still_life.add_result(client, running, 2, 1, exc_string=f"{long}\n" * 3, worker_name=long)
    still_life.add_result(client, running, 1, 2, return_value={long: long}, worker_name=long)
    client.xadd(_keys.log(running), {"at": 1, "run": "5eeded00", "level": "INFO", "text": long})
    client.xadd(_keys.ACTIVITY, {"actor": long, "action": long, "job": long, "queue": long, "outcome": long})
    client.xadd(_keys.ACTIVITY, {"actor": "ada", "action": "stop", "job": running, "outcome": f"heard by {long}"})
    return long


@pytest.mark.parametrize("width", [1280, 390])
def test_names_of_five_thousand_characters_break_no_page(site, visit, long_names, width):
    visitor = visit(site, width)
    too_wide = []
    for path in ("/", "/jobs", "/jobs?status=queued", "/jobs/running", "/submit", "/activity"):
        visitor.opens(path)
        tabs = visitor.at.get_by_role("tab")
        for turn in range(max(1, tabs.count())):
            if tabs.count():
                tabs.nth(turn).click()
            too_wide += [(path, turn, node) for node in visitor.page.evaluate(WIDER_THAN_SHOWN)]
    assert not too_wide


def test_a_job_and_a_queue_of_five_thousand_characters_can_be_opened(site, visit, long_names):
    visitor = visit(site).opens("/jobs?status=queued")
    visitor.within_job_row(long_names).at.get_by_role("link").click()
    visitor.open_job.part(".job-line").sees("Queued")
    visitor.open_job.clicks("Close")
    visitor.panel("queue-choice").at.locator("a", has_text=long_names[:50]).click()
    visitor.within_job_row(long_names).is_there()
    visitor.panel("jobs").sees("1 job")


def test_a_hundred_queues_and_workers_stay_readable(site, visit):
    for n in range(100):
        raw_jobs.listed(site.redis, "queued", queue=f"queue-{n:03}")
        raw_jobs.worker(site.redis, f"worker-{n:03}", "idle", queue=f"queue-{n:03}")
    visitor = visit(site).opens("/")
    visitor.panel("workers").sees("Show all 100")
    expect(visitor.at.locator("[data-queue]")).to_have_count(100)
    choice = visitor.opens("/jobs").panel("queue-choice")
    choice.at.get_by_role("searchbox").fill("042")
    choice.at.locator("a", has_text="queue-042").click()
    visitor.panel("jobs").sees("queue-042")
