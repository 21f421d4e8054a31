"""Attached to somebody's Redis without leave to write: everything is seen live, nothing is touched."""

import pytest
from playwright.sync_api import expect

from tests import raw_jobs
from tests.e2e.journeys.site import Site, restore_catalog


@pytest.fixture
def attached(redis, published, redis_server, web_server) -> Site:
    """A web process that was given a Redis and no RQLIVE_WRITE."""
    restore_catalog(redis, published)
    return Site(web_server(env={}), redis_server.url, redis)


def test_everything_is_live_and_nothing_can_be_done(attached, visit, worker_process):
    for status in ("failed", "queued", "scheduled"):
        raw_jobs.listed(attached.redis, status, f"{status}-job", queue="theirs")
    visitor = visit(attached).opens("/")
    banner = visitor.panel("banner-look-only").sees("Looking only", "RQLIVE_WRITE=1")
    expect(banner.at).to_be_visible()
    worker_process("default", name="their-worker")
    visitor.within_worker_row("their-worker").sees("idle")
    job = attached.waits_behind_a_gate()
    stop = visitor.within_job_row(job.id).sees("their-worker").part("[data-action=stop]").at
    expect(stop).to_have_attribute("aria-disabled", "true")
    expect(stop).to_have_attribute("title", visitor_text := attached_reason(visitor))
    stop.click(force=True)
    visitor.question.is_gone()
    visitor.is_told("Not done.").is_told(visitor_text)

    for job_id, names in {
        "failed-job": ["Requeue", "Run again", "Delete…"],
        "queued-job": ["Cancel", "Run again", "Delete…"],
        "scheduled-job": ["Cancel", "Run now", "Run again", "Delete…"],
    }.items():
        drawer = visitor.opens_job(job_id).offers(*names)
        expect(drawer.at.locator("[data-action]:not([aria-disabled=true])")).to_have_count(0)
    attached.opens_gate()
    visitor.opens("/jobs").within_job_row(job.id).sees("Finished")
    visitor.at.locator("[data-pick]").first.click()
    many = visitor.panel("picked").part("[data-do]").at.first
    expect(many).to_have_attribute("title", visitor_text)
    many.click(force=True)
    visitor.is_told("Not done.").panel("deed").is_gone()
    assert attached.status("failed-job") == "failed"
    assert attached.status(job) == "finished"


def attached_reason(visitor) -> str:
    """What the banner says after its first word."""
    strong = visitor.panel("banner-look-only").at.locator("strong").inner_text()
    return visitor.panel("banner-look-only").text.removeprefix(strong).strip()


def test_a_form_can_be_read_but_not_sent(attached, visit):
    visitor = visit(attached).opens("/submit/wait")
    button = visitor.form.at.locator("button[type=submit]")
    expect(button).to_be_disabled()
    visitor.form.part("[data-field=steps] input").at.press("Enter")
    visitor.panel("banner-look-only").sees("RQLIVE_WRITE=1")
    assert not attached.ids()


def test_who_asks_the_api_directly_is_refused_with_the_way_to_allow_it(attached, visit):
    raw_jobs.listed(attached.redis, "failed", "failed-job")
    visitor = visit(attached).reckons_with(r"403 \(FORBIDDEN\)").opens("/")
    for method, path in (("POST", "/api/jobs/failed-job/requeue"), ("DELETE", "/api/jobs/failed-job")):
        status, error = visitor.page.evaluate(
            """async ([method, path]) => {
                 const headers = {"Content-Type": "application/json"};
                 const answer = await fetch(path, {method, headers, body: "{}"});
                 return [answer.status, (await answer.json()).error];
               }""",
            [method, path],
        )
        assert (status, error["code"]) == (403, "look_only")
        assert "RQLIVE_WRITE=1" in error["fix"] + error["message"]
    assert attached.status("failed-job") == "failed"
