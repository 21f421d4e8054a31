"""The walk of a member of one team over an installation of two: each address, each board, and under which names.

A test holds that all of them are here, see `tests/integration/test_rights_leaks.py`.
"""

import json
import re
import urllib.error
import urllib.request
from urllib.parse import quote

from tests import teams
from tests.processes import WebServer
from tests.teams import MIXED, OTHER, OURS, STATUSES
from tests.teams_app import header
from webapp.rights import EVERYTHING, Rights

#: Somebody of our team who sees each function, and somebody who sees each queue.
BY_QUEUE, BY_FUNCTION = Rights("admin", ("alpha-*",), ("*",)), Rights("operator", ("*",), ("alpha.tasks.*",))
THEIR_JOBS = [*teams.ids(OTHER), *MIXED, f"{OTHER}-on-common", f"{OTHER}-limited"]
OUR_JOBS = [*teams.ids("alpha"), "alpha-limited"]
#: Has as many letters as a name of theirs, and is no name of anything.
NOBODY = "quagga"

#: Address -> what is asked of it in a walk. `{job}` stands for each of their jobs and each of ours.
READS: dict[str, list[str]] = {
    "/": ["/"],
    "/jobs": ["/jobs"],
    "/jobs/<path:job_id>": ["/jobs/{job}"],
    "/failures": ["/failures"],
    "/workers": ["/workers"],
    "/schedule": ["/schedule"],
    "/groups": ["/groups"],
    "/stuck": ["/stuck"],
    "/health": ["/health"],
    "/activity": ["/activity"],
    "/room": ["/room"],
    "/submit": ["/submit"],
    "/submit/<name>": [f"/submit/{OTHER}_type"],
    "/<path:address>": ["/elsewhere"],
    "/assets/<asked>/<path:path>": ["/assets/x/none.js"],
    "/healthz": ["/healthz"],
    "/readyz": ["/readyz"],
    "/metrics": ["/metrics"],
    "/access": ["/access"],
    "/login": ["/login"],
    "/api/me": ["/api/me"],
    "/api/openapi.json": ["/api/openapi.json"],
    "/api/users": ["/api/users"],
    "/api/tokens": ["/api/tokens"],
    "/live": ["/live"],
    "/ws/chat/": ["/ws/chat/"],
    "/api/overview": ["/api/overview"],
    "/api/queues": ["/api/queues"],
    "/api/workers": ["/api/workers"],
    "/api/jobs": [
        "/api/jobs",
        *(f"/api/jobs?status={status}" for status in (*STATUSES, "created", "rate_limited")),
        *(f"/api/jobs?queue={team}-q&status={status}" for team in ("alpha", OTHER) for status in ("", *STATUSES)),
        *(f"/api/jobs?queue={team}-q&status=rate_limited" for team in ("alpha", OTHER)),
        "/api/jobs?queue=alpha-q&status=failed&limit=1",
    ],
    "/api/jobs/<path:job_id>": ["/api/jobs/{job}", "/api/jobs/{job}?wait=0.1"],
    "/api/jobs/<path:job_id>/log": ["/api/jobs/{job}/log"],
    "/api/jobs/<path:job_id>/artifact": [f"/api/jobs/{{job}}/artifact?name={team}.txt" for team in ("alpha", OTHER)],
    "/api/job-types": ["/api/job-types"],
    "/api/activity/export": ["/api/activity/export", f"/api/activity/export?actor={OTHER}-person"],
    "/api/activity": [
        "/api/activity",
        "/api/activity?action=cancel",
        "/api/activity?job={job}",
        f"/api/activity?actor={OTHER}-person",
    ],
    "/api/boards/<path:name>": [],
    "/api/searches/<search_id>": ["/api/searches/alpha-search", f"/api/searches/{OTHER}-search"],
    "/api/operations": ["/api/operations"],
    "/api/operations/<operation_id>": ["/api/operations/alpha-op", f"/api/operations/{OTHER}-op"],
}

#: Board -> the names under which it is read in a walk.
BOARDS: dict[str, list[str]] = {
    "added": ["added"],
    "compare": ["compare/{job}", f"compare/alpha-failed:{OTHER}-finished", "compare/alpha-failed"],
    "cron": ["cron"],
    "facets": [
        "facets//",
        *(f"facets/{team}-q/{status}" for team in ("", "alpha", OTHER) for status in ("", *STATUSES)),
    ],
    "failure": ["failure/{cause}"],
    "failure_jobs": ["failure_jobs/{cause}"],
    "failures": ["failures"],
    "failures_count": ["failures_count"],
    "flow": ["flow"],
    "graph": ["graph/{job}"],
    "group": ["group/shared", f"group/{OTHER}-group"],
    "groups": ["groups"],
    "limits": ["limits"],
    "notes": ["notes/{job}"],
    "operation": ["operation/alpha-op", f"operation/{OTHER}-op"],
    "operations": ["operations"],
    "output": [f"output/{OTHER}.1"],
    "processes": ["processes"],
    "redis": ["redis"],
    "schedule": ["schedule"],
    "search": ["search/alpha-search", f"search/{OTHER}-search"],
    "stopped": ["stopped"],
    "stuck": ["stuck"],
    "unlisted": ["unlisted"],
    "why": ["why/{job}"],
}


def ask(web: WebServer, path: str, who: Rights = OURS, method: str = "GET") -> tuple[int, str]:
    """(status, body) of a request by somebody with these rights."""
    request = urllib.request.Request(web.url + quote(path, safe="/%?=&:+"), headers=header(who), method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace")


def value(web: WebServer, path: str, who: Rights = OURS) -> dict:
    status, body = ask(web, path, who)
    assert status == 200, (path, status, body)
    return json.loads(body)


def causes(web: WebServer) -> list[str]:
    return [group["id"] for group in value(web, "/api/boards/failures", EVERYTHING)["value"]["groups"]]


def boards(web: WebServer) -> list[str]:
    names = [name for found in BOARDS.values() for name in found]
    named = [name.format(job=job, cause="{cause}") for name in names for job in jobs_of(name)]
    return sorted(
        {name.format(cause=cause) for name in named for cause in (causes(web) if "{cause}" in name else [""])}
    )


def walked(web: WebServer) -> list[str]:
    paths = [path.format(job=job) for found in READS.values() for path in found for job in jobs_of(path)]
    return sorted({*paths, *(f"/api/boards/{name}" for name in boards(web))})


def jobs_of(name: str) -> list[str]:
    return [*THEIR_JOBS, *OUR_JOBS] if "{job}" in name else [""]


def without_asked(path: str, body: str) -> str:
    """The answer without the words that were asked for: an answer may say them back."""
    for word in re.split(r"[/?=&:]", path):
        if OTHER in word:
            body = body.replace(word, "")
    return body
