"""A new installation: nothing is there, and each page says what to do about it."""


def test_the_overview_of_an_empty_redis_leads_to_the_first_job_and_the_first_worker(site, visit):
    visitor = visit(site).opens("/")
    visitor.figure("queued").sees("0", "nothing waits")
    visitor.figure("started").sees("0", "no worker is there")
    visitor.figure("start").sees("no queue yet")
    visitor.panel("running").sees("No job yet", "Submit one here", "enqueue")
    visitor.panel("workers").sees("No worker is there", "Start one, here or on any machine", "rq worker")
    visitor.panel("queues").sees("No queue yet: the first job makes one.")
    visitor.panel("running").clicks("Submit a job")
    visitor.form.is_there()


def test_the_example_of_the_empty_overview_makes_a_job_that_appears(site, visit):
    visitor = visit(site).opens("/")
    example = visitor.panel("running").part("pre").text
    example = example.replace("Redis()", f"Redis.from_url({site.redis_url!r})")
    exec(compile(example, "the example", "exec"), {})
    visitor.panel("running").sees("1 job waits, and no worker is there")


def test_the_worker_command_is_complete_and_can_be_copied(site, visit, worker_process):
    visitor = visit(site, permissions=["clipboard-read", "clipboard-write"]).opens("/")
    visitor.panel("workers").part(".code-box").part("button").at.click()
    visitor.panel("workers").sees("copied")
    copied = visitor.page.evaluate("() => navigator.clipboard.readText()")
    assert "rq worker" in copied
    assert site.redis_url in copied
    assert copied == visitor.panel("workers").part("pre").text.strip()


def test_the_jobs_page_without_jobs_leads_to_the_form_and_without_matches_to_all_jobs(site, visit):
    visitor = visit(site).opens("/jobs")
    visitor.panel("jobs").sees("No job is kept here yet").clicks("Submit a job")
    visitor.form.is_there()
    site.waits_behind_a_gate()
    visitor.opens("/jobs?status=failed").panel("jobs").sees("No failed job").clicks("Show all jobs")
    visitor.panel("jobs").sees("wait_for_key")


def test_the_submit_page_without_a_catalog_says_how_to_publish_and_fills_itself_then(site, visit, published):
    site.redis.delete("rq:live:catalog")
    visitor = visit(site).opens("/submit")
    visitor.sees("No job type is published", "python -m jobs publish")
    site.redis.hset("rq:live:catalog", mapping=published)
    visitor.form.is_there()


def test_an_address_that_shows_nothing_leads_back(site, visit):
    visitor = visit(site)
    answer = visitor.page.goto(site.url + "/no/such/page")
    if answer.status == 404:
        visitor.troubles.clear()
    visitor.sees("Nothing is here").clicks("Go to the Overview")
    visitor.panel("running").is_there()


def test_a_job_without_recorder_shows_dashes_and_says_that_operations_does_not_run(site, visit):
    visitor = visit(site).opens("/")
    for name in ("finished", "failed"):
        visitor.figure(name).sees("—", "operations does not run")
    visitor.panel("throughput").sees("Nothing is recorded: the operations process does not run.")
