"""Submitting: when, where and how a job runs; what the form warns of, and what it does not let through."""

import re
import shlex
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from urllib.request import Request, urlopen

from playwright.sync_api import expect
from rq.job import Job


def options(visitor):
    """Open "When and how it runs"; gives the form."""
    visitor.form.part(".options summary").at.click()
    return visitor.form


def chooses_when(form, when: str) -> None:
    form.part(".when label", has_text=when).at.click()


def submitted(visitor, site) -> Job:
    """Press the button; gives the job that its drawer shows."""
    visitor.form.at.locator("button[type=submit]").click()
    visitor.is_told("is submitted.")
    visitor.page.wait_for_url("**/jobs/*")
    return Job.fetch(unquote(visitor.page.url.rpartition("/")[2]), connection=site.redis)


def test_a_job_is_submitted_for_in_a_minute_and_the_scheduler_that_is_missing_is_warned_of(site, visit, worker_process):
    visitor = visit(site).opens("/submit/wait")
    form = options(visitor)
    chooses_when(form, "In")
    form.part("[data-testid=warning-no-scheduler]").sees("a scheduled job would never start", "--with-scheduler")
    form.at.get_by_label("How long from now").fill("60")
    form.at.get_by_label("Unit of time").select_option("s")
    expect(form.at.locator("button[type=submit]")).to_have_text("Schedule")
    job = submitted(visitor, site)
    due = site.redis.zscore("rq:scheduled:default", job.id)
    assert abs(due - datetime.now(UTC).timestamp() - 60) < 15
    visitor.open_job.sees("Scheduled", "no scheduler runs for default", re.compile(r"in (1 min|[345]\d s)"))
    worker_process("default", with_scheduler=True)
    visitor.open_job.sees("then a scheduler puts it into default")
    visitor.open_job.clicks("Close")
    visitor.clicks("Overview").within_queue_row("default").part(".col-scheduled").sees("1")


def test_a_scheduled_job_starts_by_itself_while_somebody_looks(site, visit, worker_process):
    worker_process("default", with_scheduler=True)
    visitor = visit(site).opens("/submit/wait")
    visitor.form.fills(seconds=0.1, steps=1)
    form = options(visitor)
    chooses_when(form, "In")
    form.at.get_by_label("How long from now").fill("2")
    form.at.get_by_label("Unit of time").select_option("s")
    visitor.panel("warning-no-scheduler").is_gone()
    submitted(visitor, site)
    visitor.open_job.sees("Scheduled")
    visitor.open_job.part(".job-line").sees("Finished")


def test_a_time_is_taken_in_the_zone_that_the_page_names(site, visit):
    visitor = visit(site, timezone_id="Asia/Seoul").opens("/submit/wait")
    form = options(visitor)
    chooses_when(form, "At")
    form.part(".when").sees(re.compile(r"GMT\+9|KST"))
    form.at.get_by_label("Date and time").fill("2031-05-04T09:30")
    job = submitted(visitor, site)
    due = datetime.fromtimestamp(site.redis.zscore("rq:scheduled:default", job.id), UTC)
    assert due == datetime(2031, 5, 4, 0, 30, tzinfo=UTC)
    visitor.open_job.sees("Scheduled", re.compile("(4 May|May 4,) 2031, 09:30:00"))


def test_queue_front_retries_lifetimes_and_description_reach_redis(site, visit):
    site.waits_behind_a_gate(queue="urgent")
    visitor = visit(site).opens("/submit/wait")
    form = options(visitor)
    form.fills(queue="urgent", timeout=90, result_ttl=-1, retries=2, intervals="5, 30", description="Ann's own")
    form.at.get_by_label("At the front of the queue").check()
    form.sees("to the queue urgent", "No worker listens to urgent")
    job = submitted(visitor, site)
    assert site.queue("urgent").job_ids[0] == job.id
    assert (job.timeout, job.result_ttl, job.retries_left, job.retry_intervals) == (90, -1, 2, [5, 30])
    assert job.description == "Ann's own"
    visitor.open_job.sees("1 min 30 s", "2 left: after 5 s, then 30 s", "for ever").turns_to("Details").sees(
        "Ann's own"
    )


def test_a_double_click_on_submit_makes_one_job(site, visit):
    visitor = visit(site).opens("/submit/wait")
    visitor.form.at.locator("button[type=submit]").dblclick()
    visitor.open_job.sees("Queued")
    assert len(site.ids()) == 1


def test_a_repeated_submission_whose_answer_was_lost_makes_one_job(site, visit):
    visitor = visit(site).reckons_with("ERR_FAILED")
    visitor.opens("/submit/wait")
    lost = []

    def lose_the_first_answer(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    visitor.page.route("**/api/jobs", lose_the_first_answer)
    visitor.form.clicks("Submit").sees("The server could not be reached.")
    visitor.form.clicks("Submit")
    visitor.open_job.sees("Queued")
    assert len(site.ids()) == 1
    assert lost[0].status == 201


def test_wrong_values_are_told_at_their_fields_and_nothing_is_submitted(site, visit):
    visitor = visit(site).opens("/submit/order_tickets")
    form = visitor.form.fills(event="Io", seats=9, price="dear", guests="A\nB\nC\nD")
    form.clicks("Submit")
    wrong = {
        "event": "Use at least 3 characters.",
        "day": "Fill this in.",
        "seats": "Use at most 8.",
        "price": "This is not a number.",
        "guests": "Give at most 3.",
    }
    for name, words in wrong.items():
        form.part(f"[data-field={name}]").sees(words)
    expect(form.part("[data-field=event] input").at).to_be_focused()
    expect(form.at.locator(".error")).to_have_count(len(wrong))
    assert not site.ids()

    form.fills(event="Io and Co", day="2031-05-04", seats=3, price=10, guests="Ann\nBen")
    expect(form.at.locator(".error")).to_have_count(0)
    form.clicks("Submit")
    visitor.open_job.sees("Order tickets", "Queued")
    job = Job.fetch(site.ids().pop(), connection=site.redis)
    assert job.kwargs == {
        "event": "Io and Co", "day": "2031-05-04", "seats": 3, "price": 10, "where": "stalls",
        "guests": ["Ann", "Ben"], "remark": None, "hurry": False,
    }  # fmt: skip


def test_wrong_options_are_told_at_their_fields_even_where_they_were_folded_away(site, visit):
    visitor = visit(site).opens("/submit/wait")
    form = options(visitor).fills(timeout="soon", retries=0, result_ttl=1.5)
    form.part(".options summary").at.click()
    form.clicks("Submit")
    form.part("[data-field=timeout]").sees("Use whole seconds from 1, or -1 for no end.")
    form.part("[data-field=retries]").sees("Use a whole number of at least 1.")
    form.part("[data-field=result_ttl]").sees("Use whole seconds from 0")
    expect(form.part("[data-field=retries] input").at).to_be_focused()
    chooses_when(form, "In")
    form.at.get_by_label("How long from now").fill("-3")
    form.clicks("Schedule")
    form.part(".when").sees("Say how long, as a number above 0.")
    assert not site.ids()


def test_a_time_that_has_passed_is_refused_or_runs_at_once_and_never_silently_waits(site, visit, worker_process):
    worker_process("default", with_scheduler=True)
    visitor = visit(site).reckons_with(r"400 \(BAD REQUEST\)")
    visitor.opens("/submit/wait").form.fills(steps=1, seconds=0.1)
    form = options(visitor)
    chooses_when(form, "At")
    past = datetime.now(UTC) - timedelta(hours=1)
    form.at.get_by_label("Date and time").fill(past.strftime("%Y-%m-%dT%H:%M"))
    form.clicks("Schedule")
    told = visitor.at.get_by_text(re.compile("has passed|in the past", re.IGNORECASE))
    expect(told.or_(visitor.open_job.part(".job-line", has_text="Finished").at).first).to_be_visible()


def test_what_the_server_alone_finds_wrong_is_told_at_its_field(site, visit):
    visitor = visit(site).reckons_with(r"400 \(BAD REQUEST\)")
    form = visitor.opens("/submit/wait").form

    def spoil(route) -> None:
        body = route.request.post_data_json
        route.continue_(post_data={**body, "args": {**body["args"], "steps": 5000}})

    visitor.page.route("**/api/jobs", spoil)
    form.clicks("Submit")
    form.part("[data-field=steps]").sees("1000")
    assert not site.ids()


def test_the_form_warns_of_workers_that_do_not_have_the_code(site, visit, worker_process):
    worker_process("default", name="stranger")
    site.redis.hset("rq:worker:stranger", "hostname", "another-host")
    visitor = visit(site).opens("/submit/wait")
    visitor.panel("warning-no-code").sees("A worker without the code fails the job at once.")
    site.redis.hset("rq:worker:stranger", "hostname", visitor.page.evaluate("() => 'another-host'"))
    worker_process("default", name="knowing")
    visitor.panel("warning-no-code").is_gone()


def test_a_job_type_that_cannot_be_loaded_says_why_and_the_others_work(site, visit):
    visitor = visit(site).opens("/submit/broken_import")
    visitor.sees(
        "“Broken import” cannot be loaded",
        "ModuleNotFoundError: No module named 'a_library_that_nobody_has'",
        "python -m jobs publish",
    )
    visitor.form.is_gone()
    visitor.chooses_job_type("Wait").clicks("Submit")
    visitor.open_job.sees("Queued")


def test_an_unknown_job_type_in_the_address_says_so(site, visit):
    visitor = visit(site).opens("/submit/no_such_thing")
    visitor.part("main").sees("no_such_thing")
    visitor.form.is_gone()


def test_the_same_call_is_offered_for_python_and_curl_and_the_curl_works(site, visit):
    visitor = visit(site).opens("/submit/wait")
    visitor.form.fills(steps=3, seconds=1.5)
    visitor.form.part(".same-call summary").at.click()
    visitor.form.part(".same-call").sees("queue.enqueue(", "steps=3", "seconds=1.5", "steps:=3")
    command = visitor.form.part(".same-call pre").at.nth(1).inner_text()
    curl, url, _, header, _, body = shlex.split(command.replace("\\\n", " "))
    assert curl == "curl"
    request = Request(url, body.encode(), dict([header.split(": ")]))
    with urlopen(request, timeout=10) as answer:
        assert answer.status == 201
    assert Job.fetch(site.ids().pop(), connection=site.redis).kwargs == {"steps": 3, "seconds": 1.5, "failure_rate": 0}
