"""Whoever looks, through whichever server, sees the same job at the same time."""

from playwright.sync_api import expect

from tests.e2e.journeys.site import OWN, Site


def test_a_job_is_seen_live_in_another_browser_and_through_another_server(own_site, visit, web_server, worker_process):
    site = own_site
    elsewhere = Site(web_server(site.redis_url, OWN), site.redis_url, site.redis)
    ann, ben, cem = visit(site).opens("/submit/wait"), visit(site).opens("/"), visit(elsewhere).opens("/jobs")
    for visitor in (ann, ben, cem):
        visitor.pill.sees("2 servers")
    worker_process("default", url=site.redis_url)
    ann.form.fills(steps=300, seconds=30).clicks("Submit")
    ann.open_job.sees("Running", "Step 2 of 300 done")
    job_id = ann.page.url.rpartition("/")[2]

    ben.within_job_row(job_id).sees("Wait", "of 300 steps", "left")
    row = cem.within_job_row(job_id).sees("Wait", "Running", "left")
    bar = row.at.get_by_role("progressbar")
    before = int(bar.get_attribute("aria-valuenow") or 0)
    expect(bar).not_to_have_attribute("aria-valuenow", str(before))
    cem.clicks("Wait").open_job.sees("Running", "Step 2 of 300 done")

    cem.open_job.clicks("Stop…")
    cem.agrees("Stop it")
    ann.open_job.part(".job-line").sees("Stopped")
    ben.within_job_row(job_id).is_gone()
    cem.open_job.part(".job-line").sees("Stopped")
    site.comes_to(job_id, "stopped")


def test_a_job_of_a_foreign_program_shows_its_progress_from_meta(site, visit, worker_process):
    worker_process("default")
    visitor = visit(site).opens("/jobs")
    job = site.enqueue("tests.fixture_jobs.save_meta_progress", 30, 120)
    visitor.within_job_row(job.id).sees("Finished")
    visitor.clicks("tests.fixture_jobs.save_meta_progress").open_job.turns_to("Details").sees("progress", "30", "120")
