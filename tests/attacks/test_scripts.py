"""Whoever can name anything names it a script: in a real Chromium, on every page, it is text and nothing else."""

import base64
import json
import time
import zlib
from urllib.parse import quote

import pytest

from jobs import _keys
from tests import raw_jobs
from tests.attacks import wire
from tests.chromium import find_chromium
from tests.support import eventually

pytestmark = pytest.mark.e2e

#: Breaks out of text, attributes, comments, styles and scripts, if anything lets it.
EVIL = (
    "'\"--></style></script></title></textarea><img src=x class=pwned onerror=window.pwned=1>"
    "<svg onload=window.pwned=1 class=pwned><script class=pwned>window.pwned=1</script>"
)
LINK = "javascript:window.pwned=1//http://x"
REPORTS = """window.reports = [];
addEventListener("securitypolicyviolation", (one) => reports.push(one.violatedDirective + " " + one.blockedURI));"""
FOUND = """() => [window.pwned ?? null, reports, [...document.querySelectorAll(
  ".pwned, img[src=x], [onerror], [onload], iframe, a[href^='javascript:' i]")].map((one) => one.outerHTML)]"""
#: Pages on which what was named is to be read: a page that shows nothing proves nothing.
PAGES = ("/", "/jobs", "/jobs?status=failed", "/jobs/made", "/jobs/broke", "/jobs/runs", "/failures", "/workers")
PAGES += ("/schedule", "/groups", "/activity", "/room", "/submit", f"/jobs?q={quote(EVIL)}")
#: What comes later than the first word, and must be there before the page is looked at.
LATER = {"/jobs/made": "[data-testid=links]"}
#: Others, which may have nothing to say of it.
QUIET = (
    "/stuck",
    "/health",
    f"/submit/{quote(EVIL, safe='')}",
    f"/jobs/{quote(EVIL)}",
    f"/{quote(LINK)}",
    "/jobs?status=x",
)


def named(client):
    """Everything that has a name in Redis is called EVIL."""
    done = {"description": f"{EVIL}({EVIL})", "data": raw_jobs.payload(EVIL, (EVIL, LINK, [EVIL]), {EVIL: EVIL})}
    done |= {"worker_name": EVIL, "group_id": EVIL, "rate_limit_key": EVIL, "live_actor": EVIL, "live_notes": 1}
    done |= {"meta": json.dumps({EVIL: EVIL, "progress": {"done": 1, "total": 3, "message": EVIL}})}
    done |= {
        "live_progress": json.dumps(
            {"stages": [{"message": EVIL, "unit": EVIL, "done": 1, "total": 2}], "message": EVIL}
        )
    }
    done |= {
        "success_callback_name": EVIL,
        "webhooks": json.dumps([{"url": LINK, "method": EVIL, "headers": {EVIL: EVIL}}]),
    }
    done |= {"live_submitted": json.dumps({"via": "api", "server": EVIL, "address": EVIL, "again_of": EVIL})}
    for job_id, status in {"made": "finished", "broke": "failed", "runs": "started", "later": "scheduled"}.items():
        raw_jobs.listed(client, status, job_id, queue=EVIL, **done)
        client.xadd(
            _keys.log(job_id), {"at": int(time.time() * 1000), "level": EVIL, "text": f"{EVIL} {LINK}", "run": "r"}
        )
        client.xadd(_keys.notes(job_id), {"name": EVIL, "by": EVIL, "text": f"{EVIL} {LINK}"})
        client.xadd(
            _keys.ACTIVITY,
            {"at": int(time.time() * 1000), "actor": EVIL, "action": EVIL, "job": job_id}
            | {"queue": EVIL, "outcome": "done", "server": EVIL, "address": EVIL, "worker": EVIL},
        )
        client.sadd(f"rq:group:{EVIL}", job_id)
    raw_jobs.listed(client, "queued", queue=EVIL, **done)
    told = f'Traceback (most recent call last):\n  File "{EVIL}", line 1, in {EVIL}\n    {EVIL}\nValueError: {EVIL}\n'
    client.xadd("rq:results:broke", {"type": 2, "exc_string": base64.b64encode(zlib.compress(told.encode()))})
    link = {"url": LINK, "outcome": EVIL, "words": EVIL, "chain": [f"301 {LINK}"], "status": 200, "seconds": 1}
    result = {"view": "links", "checked": 1, "counts": [{"outcome": EVIL, "count": 1}], "rows": [link], EVIL: LINK}
    result = json.dumps(result | {"slow": 5, "seconds": 1}).encode()
    client.xadd("rq:results:made", {"type": 1, "return_value": base64.b64encode(result)})
    client.sadd("rq:groups", EVIL)
    client.sadd("rq:rl-keys", EVIL)
    client.hset(f"rq:rl:{EVIL}", "concurrency", 1)
    client.zadd(f"rq:rl:{EVIL}:allowed", {"runs": 1})
    raw_jobs.worker(client, EVIL, state="busy", queue=EVIL, hostname=EVIL, current_job="runs", version=EVIL)
    raw_jobs.execution(client, "runs", EVIL, EVIL)
    cron = [{"func_name": EVIL, "name": EVIL, "queue_name": EVIL, "cron": "* * * * *", "args": [EVIL], "kwargs": {}}]
    client.zadd("rq:cron_schedulers", {EVIL: time.time()})
    client.hset(f"rq:cron_scheduler:{EVIL}", mapping={"hostname": EVIL, "pid": 7, "cron_jobs": json.dumps(cron)})
    client.xadd(_keys.ROOM, {"name": EVIL, "by": EVIL, "text": f"{EVIL} {LINK}", "at": int(time.time() * 1000)})
    shape = {
        "type": "object",
        "properties": {"x": {"type": "string", "title": EVIL, "description": EVIL, "enum": [EVIL]}},
    }
    kind = {
        "name": EVIL,
        "func": EVIL,
        "title": EVIL,
        "description": f"{EVIL} {LINK}",
        "schema": shape,
        "hosts": [EVIL],
    }
    client.hset(_keys.CATALOG, EVIL, json.dumps(kind))


@pytest.fixture
def page(chromium):
    assert find_chromium()
    context = chromium.new_context()
    context.add_init_script(REPORTS)
    made = context.new_page()
    yield made
    context.close()


@pytest.mark.timeout(180)
def test_on_no_page_is_what_somebody_named_more_than_text(victim, redis, page):
    named(redis)
    wire.send(
        victim,
        "POST",
        "/api/jobs/broke/notes",
        {"Content-Type": "application/json"},
        json.dumps({"text": EVIL}).encode(),
    )
    mute = []
    for path in PAGES + QUIET:
        page.goto(victim.url + path, wait_until="load")
        try:
            page.wait_for_function(
                "() => document.body.innerText.includes('onerror=window.pwned=1') || "
                "[...document.querySelectorAll('input')].some((one) => one.value.includes('onerror'))",
                timeout=8_000 if path in PAGES else 1_000,
            )
        except Exception:
            mute += [path] if path in PAGES else []
        page.wait_for_selector(LATER.get(path, "body"), timeout=8_000)
        pwned, reports, elements = page.evaluate(FOUND)
        assert (pwned, reports, elements) == (None, [], []), path
    assert mute == []


def test_a_script_that_got_in_would_be_seen_and_would_not_run(victim, page):
    page.goto(f"{victim.url}/nowhere")
    page.evaluate("(evil) => document.body.insertAdjacentHTML('beforeend', evil)", EVIL)
    page.evaluate(
        "() => { const a = document.createElement('script'); a.text = 'window.pwned = 1'; document.body.append(a); }"
    )
    reports = eventually(lambda: page.evaluate(FOUND)[1], 10, "the policy reports")
    assert any(report.startswith("script-src") for report in reports)
    assert page.evaluate(FOUND)[0] is None
    assert len(page.evaluate(FOUND)[2]) >= 3
