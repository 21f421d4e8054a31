"""The web process restarts: pages come back by themselves, and show what is so."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.journeys.site import OWN, Successor

#: What the browser itself says of a server that is not there.
REFUSED = (r"WebSocket connection to .* failed", r"ERR_CONNECTION_(REFUSED|RESET)", r"ERR_EMPTY_RESPONSE")
REFUSED += (r"ERR_CONTENT_LENGTH_MISMATCH",)
STEP = re.compile(r"Step (\d+) of 40 done")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_page_reconnects_by_itself_and_no_line_of_a_log_is_missing_or_doubled(
    own_site, visit, started, tmp_path, worker_process, end
):
    worker_process("default", name="steady", url=own_site.redis_url)
    job = own_site.enqueue("jobs.wait.wait", steps=40, seconds=6)
    visitor = visit(own_site).reckons_with(*REFUSED)
    visitor.opens_job(job.id).sees("Running", "Step 2 of 40 done")
    visitor.page.evaluate("() => { window.marked = true; }")

    getattr(own_site.web, end)()
    own_site.web.close()
    visitor.is_not_live().pill.sees(re.compile("Offline since|Reconnecting"))
    own_site.enqueue("tests.fixture_jobs.add", 1, 1, queue="elsewhere")
    web = started(Successor(own_site.web, own_site.redis_url, tmp_path, OWN))
    web.wait_ready()
    visitor.is_live()

    visitor.open_job.part(".job-line").sees("Finished")
    lines = visitor.open_job.turns_to("Log").part(".log-line")
    expect(lines.at).to_have_count(40)
    assert [STEP.search(text)[1] for text in lines.at.all_inner_texts()] == [str(n) for n in range(1, 41)]
    visitor.open_job.clicks("Close")
    visitor.clicks("Overview")
    visitor.within_queue_row("elsewhere").part(".col-queued").sees("1")
    visitor.within_queue_row("default").part(".col-finished").sees("1")
    visitor.within_worker_row("steady").sees("idle")
    assert visitor.page.evaluate("() => window.marked"), "it was not loaded anew"


def test_an_action_while_the_server_is_away_says_so_and_can_be_repeated_when_it_is_back(
    own_site, visit, started, tmp_path
):
    job = own_site.waits_behind_a_gate()
    visitor = visit(own_site).reckons_with(*REFUSED)
    visitor.opens_job(job.id).sees("Queued")
    own_site.web.close()
    visitor.is_not_live()
    visitor.open_job.clicks("Cancel")
    visitor.is_told("The server could not be reached.")
    started(Successor(own_site.web, own_site.redis_url, tmp_path, OWN)).wait_ready()
    visitor.is_live()
    visitor.open_job.clicks("Cancel")
    visitor.open_job.part(".job-line").sees("Canceled")
    assert own_site.status(job) == "canceled"
