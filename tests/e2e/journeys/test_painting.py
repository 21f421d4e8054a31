"""What a page draws when jobs of it change: what reads the change, as often as an eye wants it, and nothing else."""

import json
import time

import pytest

from tests import raw_jobs

ROWS, ROUNDS, ROUND_S = 50, 40, 0.05
#: Repaints of a value a second, and how many more may come at once.
REPAINTS_PER_S, BURST = 4, 12
#: Messages of a server a second that tell of rows: one for each look, and a few more that may come at once.
FRAMES_PER_S, FRAMES_MORE = 20, 10

#: Counts how often each row and each kind of cell of the table is drawn, by the hook that Preact calls for each.
OBSERVE = """async () => {
  const {options} = await import("preact");
  const drawn = (window.drawn = {rows: {}, cells: {}});
  const before = options.__r;
  options.__r = (node) => {
    before?.(node);
    const {name, item} = node.props;
    if (node.type.name === "Row") drawn.rows[item.id] = (drawn.rows[item.id] ?? 0) + 1;
    if (node.type.name === "Cell") drawn.cells[name] = (drawn.cells[name] ?? 0) + 1;
  };
}"""


def progress(done: int) -> str:
    """As `jobs/_progress.py` writes it, with a time left that does not tick."""
    stage = {"message": "Reading", "done": done, "total": 100, "unit": "rows", "rate": None, "left": 600}
    return json.dumps({"run": "5eeded00", "at": int(time.time() * 1000), "stages": [stage]})


@pytest.fixture
def jobs(site) -> list[str]:
    """Fifty that run, and say how far they are."""
    return [
        raw_jobs.listed(site.redis, "started", f"painted-{number:02d}", live_progress=progress(0))
        for number in range(ROWS)
    ]


@pytest.fixture
def watched(site, visit, jobs):
    """Somebody who looks at them, and is told of them; `heard` has the messages of the page's socket."""
    visitor = visit(site)
    visitor.heard = []
    visitor.page.on("websocket", lambda socket: socket.on("framereceived", lambda text: visitor.heard.append(text)))
    visitor.opens("/jobs?queue=default&status=started")
    visitor.part("main tr[data-job] .bar").is_there(ROWS)
    # What was read with the list is told once more when its rows are asked for.
    advance(site, jobs, 1)
    visitor.part("main tr[data-job] .bar[aria-valuenow='1']").is_there(ROWS)
    visitor.page.evaluate(OBSERVE)
    return visitor


def advance(site, jobs: list[str], done: int) -> None:
    with site.redis.pipeline(transaction=False) as pipe:
        for job in jobs:
            pipe.hset(f"rq:job:{job}", "live_progress", progress(done))
        pipe.execute()


def shows(visitor, job: str, percent: int) -> None:
    visitor.within_job_row(job).part(f".bar[aria-valuenow='{percent}']").is_there()


def test_a_job_that_gets_on_has_the_one_cell_drawn_again_that_tells_of_it(site, watched, jobs):
    advance(site, jobs[7:8], 40)
    shows(watched, jobs[7], 40)
    assert watched.page.evaluate("window.drawn") == {"rows": {jobs[7]: 1}, "cells": {"spell": 1}}


def test_rows_that_change_twenty_times_a_second_are_drawn_as_often_as_an_eye_wants_it(site, watched, jobs):
    heard, began = len(watched.heard), time.monotonic()
    for number in range(2, ROUNDS + 2):
        advance(site, jobs, number)
        watched.page.wait_for_timeout(ROUND_S * 1000)
    shows(watched, jobs[-1], ROUNDS + 1)
    lasted = time.monotonic() - began
    drawn = watched.page.evaluate("window.drawn")
    assert set(drawn["rows"]) == set(jobs)
    assert max(drawn["rows"].values()) <= BURST + REPAINTS_PER_S * (lasted + 1)
    assert drawn["cells"] == {"spell": sum(drawn["rows"].values())}, "what has not changed was drawn again"
    told = [text for text in watched.heard[heard:] if '"type":"row"' in text]
    assert len(told) <= FRAMES_MORE + FRAMES_PER_S * lasted, "changes of all rows come in one message"
    assert max(text.count('"type":"row"') for text in told) == ROWS
