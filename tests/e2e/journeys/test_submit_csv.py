"""A stranger submits a CSV, watches its profile being made, and takes the file home."""

import json
import re

import pytest
from playwright.sync_api import expect

ROWS, BLOCKS = 10_000, 60
CITIES = ("Busan", "Daegu", "Jeju", "Seoul")
HEAD, BROKEN = "number,temperature,city\n", "1,2,Seoul,and,more\n"


def block() -> str:
    """Lines of a CSV: a number, a temperature with gaps, a city."""
    return "".join(f"{n},{'' if n % 50 == 0 else n % 37 - 5.5},{CITIES[n % 4]}\n" for n in range(ROWS))


def drop(visitor, name: str, *parts: str) -> None:
    """Let a file of these parts fall onto the form, as a hand with a mouse does."""
    carried = visitor.page.evaluate_handle(
        """([name, parts]) => {
             const carried = new DataTransfer();
             carried.items.add(new File(parts, name, {type: "text/csv"}));
             return carried;
           }""",
        [name, parts],
    )
    visitor.page.dispatch_event(".drop", "drop", {"dataTransfer": carried})


@pytest.mark.slow
def test_a_stranger_drops_a_csv_sees_its_profile_made_live_and_downloads_it(site, visit, worker_process, shared_files):
    visitor = visit(site).opens("/")
    visitor.clicks("Submit a job")
    form = visitor.chooses_job_type("Profile a CSV")
    form.part("[data-testid=warning-no-worker]").sees("No worker listens to default")
    half = [block()] * (BLOCKS // 2)
    drop(visitor, "measured.csv", HEAD, *half, BROKEN, *half)
    form.sees("measured.csv", "uploaded").clicks("Submit")

    job = visitor.open_job.sees("Profile a CSV", "Queued", "no worker listens to default")
    job_id = visitor.page.url.rpartition("/")[2]
    assert site.status(job_id) == "queued"
    watched = visitor.watches("[data-testid=job] [role=progressbar]", "aria-valuenow")

    worker_process("default", env={"RQLIVE_FILES": shared_files})
    job.sees(re.compile("delimiter: ','|3 columns", re.IGNORECASE))
    job.part("[data-testid=steps]").sees(re.compile(r"Finished\d\d:\d\d:\d\d"))
    job.part(".job-line").sees("Finished")
    assert site.comes_to(job_id, "finished")
    seen = [int(value) for _, value in watched() if value]
    assert len(set(seen)) > 1, f"progress is seen to grow: {seen}"

    profile = job.turns_to("Result").part("[data-testid=profile]")
    profile.sees("measured.csv", "600,000 rows", "3 columns", "1 malformed line kept aside")
    expect(profile.at.locator("tbody tr")).to_have_count(3)
    temperature = profile.part("tbody tr", has_text="temperature").sees("12,000 · 2 %", "median")
    expect(temperature.at.locator("svg.histogram rect").first).to_be_visible()
    profile.part("tbody tr", has_text="city").sees(*CITIES)

    with visitor.page.expect_download() as arriving:
        job.part(".files a", has_text="profile.json").at.click()
    assert arriving.value.suggested_filename == "profile.json"
    with open(arriving.value.path(), encoding="utf-8") as file:
        whole = json.load(file)
    assert whole["rows"] == ROWS * BLOCKS
    assert [column["name"] for column in whole["columns"]] == ["number", "temperature", "city"]
    assert whole["malformed"]["sample"][0]["line"] == ROWS * BLOCKS // 2 + 2


def test_a_file_that_is_no_csv_fails_with_words_that_say_what_to_do(site, visit, worker_process, shared_files):
    worker_process("default", env={"RQLIVE_FILES": shared_files})
    visitor = visit(site).opens("/submit/csv_profile")
    drop(visitor, "empty.csv", "")
    visitor.form.sees("uploaded").clicks("Submit")
    job = visitor.open_job.sees("Failed")
    job.turns_to("Attempts").sees("empty.csv cannot be profiled")


def test_submitting_without_a_file_says_so_at_the_field(site, visit):
    visitor = visit(site).opens("/submit/csv_profile")
    visitor.form.clicks("Submit")
    visitor.form.part("[data-field=file]").sees("Choose a file.")
    assert not site.ids()
