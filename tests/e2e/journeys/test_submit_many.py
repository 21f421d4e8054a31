"""Many jobs from a table, and a job after others that were picked: from what is typed to what runs."""

import re

from playwright.sync_api import expect

from tests.e2e.journeys.test_submit import options, submitted


def test_a_table_is_checked_as_it_is_typed_and_becomes_a_group_with_one_progress(site, visit, worker_process):
    visitor = visit(site).opens("/submit/wait")
    visitor.page.get_by_role("radio", name="Many at once").check()
    form = visitor.panel("many-form")
    table = form.at.get_by_label("Table")
    table.fill("seconds,steps\n0.1,1\nsoon,1\n0.1,2\n")
    form.part("[data-testid=many-counts]").sees("3 rows: 2 can be submitted, 1 wrong.")
    form.part("tr[data-row='2'] .wrong-cell").sees("soon", "must be a number")
    expect(form.at.locator("button[type=submit]")).to_have_attribute("aria-disabled", "true")
    visitor.reckons_with("400")
    table.fill('seconds,steps\n"0.1,1\n')
    form.sees("The table is no CSV in line 2: unexpected end of data.")
    table.fill("seconds,steps\n0.1,1\n0.2,1\n0.1,2\n")
    form.part("[data-testid=many-counts]").sees("3 rows can be submitted.")
    form.at.get_by_label("Group").fill("monday")
    form.at.get_by_role("button", name="Submit 3 jobs as group monday").click()
    made = visitor.panel("made").sees("3 jobs of “Wait” are submitted", "In the group monday.")
    assert site.redis.scard("rq:group:monday") == 3
    worker_process("default")
    made.part("[data-testid=made-progress]").sees(re.compile("^3 of 3 ended"))
    made.clicks("Open the group")
    visitor.panel("group").sees("monday", "Finished 3")


def test_a_job_waits_for_another_that_was_picked_by_search(site, visit, worker_process, operations_process):
    operations_process(site.redis_url)
    gate = site.waits_behind_a_gate(description="The gate")
    canceled = site.enqueue("tests.fixture_jobs.wait_for_key", "never")
    canceled.cancel()
    visitor = visit(site).opens("/submit/wait")
    visitor.form.fills(seconds=0.1, steps=1)
    form = options(visitor)
    picker = form.at.get_by_role("combobox", name="After other jobs")
    picker.fill("wait_for_key")
    expect(form.at.get_by_role("option")).to_have_count(2)
    form.part("[role=option]", has_text="it will never finish").is_there()
    picker.fill(gate.id)
    expect(form.at.get_by_role("option")).to_have_count(1)
    picker.press("Enter")
    form.part(".after-chosen").sees("wait_for_key", "Queued")
    child = submitted(visitor, site)
    assert child._dependency_ids == [gate.id]
    visitor.open_job.sees("Deferred")
    worker_process("default")
    site.opens_gate()
    visitor.open_job.part(".job-line").sees("Finished")
