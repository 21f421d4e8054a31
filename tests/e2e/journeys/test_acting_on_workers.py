"""An operator adds a worker from the page, reads what it writes, kills its run and shuts it down: `make run`."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys.site import Site
from tests.in_redis import age_run
from tests.runs import Run
from tests.support import eventually


@pytest.fixture
def make_run(started, tmp_path, redis, redis_server):
    """`make run` with its page, without workers, attached to the session's Redis."""
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "RQLIVE_WRITE": 1}, web="'webapp:create_app()'"))
    run.wait_ready()
    eventually(lambda: redis.exists("rq:live:supervisors"))
    return run


def test_a_worker_is_added_its_run_is_killed_and_it_is_shut_down(make_run, visit, redis, redis_server):
    site = Site(make_run, redis_server.url, redis)
    visitor = visit(site).opens("/workers")
    page = visitor.page
    form = visitor.panel("add-workers")
    form.at.get_by_label("Queues, in order").fill("default, --url=x")
    form.sees("None begins with a dash")
    form.at.get_by_label("Queues, in order").fill("default mail")
    form.sees("--with-scheduler default mail")
    form.clicks("Start here")
    added = visitor.panel("added-workers").part("[data-added]")
    expect(added.at).to_have_attribute("data-state", "running")
    added.clicks("Output").sees("*** Listening on default, mail")

    job = site.waits_behind_a_gate()
    row = visitor.part(".fleet-row")
    expect(row.at).to_have_attribute("data-state", "busy")
    menu = row.at.get_by_role("button", name=re.compile("^What to do with"))
    menu.focus()
    page.keyboard.press("Enter")
    expect(row.button(re.compile("^Shut down"))).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    menu.click()
    row.part("[data-deed=kill]").sees("With a retry left the job is queued again").at.click()
    age_run(redis, job.id)
    visitor.part("dialog.ask").sees("counts as failed").clicks("Kill it")
    site.comes_to(job, "failed")
    expect(row.at).to_have_attribute("data-state", "idle")

    last = site.waits_behind_a_gate()
    expect(row.at).to_have_attribute("data-state", "busy")
    row.at.get_by_role("checkbox").check()
    visitor.panel("fleet").sees("1 worker selected").part("[data-deed=shut_down_all]").at.click()
    visitor.part("dialog.ask").clicks("Shut down")
    row.sees("ends after this")
    site.opens_gate()
    site.comes_to(last, "finished")
    expect(added.at).to_have_attribute("data-state", "ended")
    row.is_gone()
    visitor.opens("/activity").panel("activity").sees("Shut down", "Killed the run of")
