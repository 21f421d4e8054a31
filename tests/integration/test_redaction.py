"""One secret is planted wherever a job has a place for it, and no exit of ours tells it; the job is given it whole."""

import json
import os
import pickle
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis as redis_py
from rq import Queue

from jobs import _keys, _publish
from tests import raw_jobs
from tests.live import Page, ask, get, get_ok
from tests.processes import Process, WebServer, WorkerProcess
from tests.secret_jobs import WORD, digest
from tests.servers import RedisServer
from tests.support import eventually
from webapp import create_app
from webapp.boards import load
from webapp.config import Config
from webapp.models import STATUSES

DEPLOY, PLAIN = "tests.secret_jobs.deploy", "tests.secret_jobs.plain"
MASK = "••••••"
#: The secret itself, and halves of it.
TOLD = re.compile(f"{WORD}|{WORD[:8]}|{WORD[8:]}", re.IGNORECASE)
ADDED = "0123456789ab-012345"
SAYING = {"done": 1, "total": 2, "message": f"with {WORD}"}
GIVEN = {"host": "h1", "key": WORD, "smtp_password": WORD}


def plant(client: redis_py.Redis, web: WebServer) -> dict[str, str]:
    """Jobs with the secret, by what is special about them."""
    queue = Queue(connection=client)
    sent = {
        name: submitted(web, type="deploy", args=GIVEN | more)
        for name, more in (("good", {}), ("bad", {"fails": True}))
    }
    sent["positional"] = queue.enqueue(DEPLOY, "h2", WORD, WORD).id
    sent["positional failed"] = queue.enqueue(DEPLOY, "h2", WORD, WORD, None, True).id
    sent["named"] = queue.enqueue(PLAIN, 1, password=WORD, echo=WORD).id
    sent["nested"] = queue.enqueue(PLAIN, {"db": {"pass_phrase": WORD, "api-key": [WORD]}}, note=f"<{WORD}>").id
    sent["address"] = queue.enqueue(PLAIN, f"postgres://u:{WORD}@h/db").id
    sent["text"] = queue.enqueue(PLAIN, f'curl -H "Authorization: Bearer {WORD}1" --password {WORD}').id
    sent["described"] = queue.enqueue(PLAIN, password=WORD, description=f"do it with token={WORD}").id
    sent["large"] = queue.enqueue(PLAIN, password=WORD, big=os.urandom(40_000).hex()).id
    sent["scheduled"] = submitted(web, type="deploy", args=GIVEN, **{"in": 3_000, "meta": {"api_key": WORD}})
    sent["started"] = raw_jobs.listed(
        client,
        "started",
        data=raw_jobs.payload(DEPLOY, ("h", WORD)),
        meta=pickle.dumps({"token": WORD, "progress": SAYING}),
    )
    return sent


def submitted(web: WebServer, **body: Any) -> str:
    status, answer = ask(web, "POST", "/api/jobs", body)
    assert status == 201, answer
    is_silent(answer)
    return answer["job"]["id"]


def is_silent(told: Any, where: str = "") -> None:
    text = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    found = TOLD.search(text)
    assert not found, f"{where}: …{text[max(0, found.start() - 200) : found.end() + 80]}…"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A server of its own where the jobs have run, a web process and the operations process."""
    folder = tmp_path_factory.mktemp("redaction")
    with ExitStack() as ends:
        server = RedisServer()
        ends.callback(server.close)
        server.start()
        client = server.connection()
        found = _publish.find(["tests.secret_jobs"])
        _publish.publish(client, found, ["tests.secret_jobs"], "here")
        settings = {"RQLIVE_REDIS_URL": server.url, "RQLIVE_WRITE": 1}
        operations = Process([sys.executable, "-m", "webapp.operations"], folder, settings)
        ends.callback(operations.close)
        web = WebServer(server.url, folder, {"RQLIVE_WRITE": 1})
        ends.callback(web.close)
        web.wait_ready()
        jobs = plant(client, web)
        work(server, folder)
        odd_places(client, jobs)
        yield SimpleNamespace(server=server, redis=client, web=web, operations=operations, jobs=jobs, folder=folder)


def work(server: RedisServer, folder: Path) -> None:
    worker = WorkerProcess(server.url, ["default"], "careless", ["--burst"], folder, None)
    assert worker.wait(60) == 0, worker.output
    worker.close()


def odd_places(client: redis_py.Redis, jobs: dict[str, str]) -> None:
    """Where no job of ours writes: notes, the output of a worker, a cron process."""
    client.xadd(_keys.notes(jobs["good"]), {"name": "n", "by": "b", "text": f"I used password={WORD}"})
    line = f"12:00:00 default: {DEPLOY}('h', '{WORD}') ({jobs['positional']})"
    for text in (line, f"12:00:01 ValueError: refused {WORD}", f"gone: {DEPLOY}('h', '{WORD}') (gone)"):
        client.xadd(_keys.output(ADDED), {"line": text})
    client.zadd("rq:cron_schedulers", {"cron": time.time()})
    entry = {
        "func_name": DEPLOY,
        "queue_name": "default",
        "args": json.dumps(["h", WORD]),
        "kwargs": json.dumps({"smtp_password": WORD}),
        "interval": 60,
    }
    client.hset("rq:cron_scheduler:cron", mapping={"hostname": "h", "pid": 7, "cron_jobs": json.dumps([entry])})


def test_jobs_are_given_the_true_value(scene):
    for name in ("good", "positional"):
        job = get_ok(scene.web, f"/api/jobs/{scene.jobs[name]}")["job"]
        assert job["status"] == "finished", job
        assert job["result"]["digest"] == digest(WORD)
        assert job["result"]["echo"]["text"] == MASK
    (kept,) = {
        job["status"]
        for name in scene.jobs
        if "fail" in name or name in ("bad", "named")
        for job in [told(scene, name)]
    }
    assert kept == "failed"


def told(scene: SimpleNamespace, name: str) -> dict[str, Any]:
    return get_ok(scene.web, f"/api/jobs/{scene.jobs[name]}")["job"]


def pages(scene: SimpleNamespace) -> list[str]:
    """Every address that can be got, with each job, board and list."""
    ids = list(scene.jobs.values())
    causes = [group["id"] for group in get_ok(scene.web, "/api/boards/failures")["value"]["groups"]]
    about_jobs = [f"{name}/{job_id}" for name in ("why", "graph", "notes", "compare") for job_id in ids]
    about_causes = [f"{name}/{cause}" for name in ("failure", "failure_jobs") for cause in causes]
    others = [f"facets/{place}" for place in ("", "default/failed", "default/finished")]
    alone = set(load()) - {
        "why",
        "graph",
        "notes",
        "compare",
        "failure",
        "failure_jobs",
        "facets",
        "group",
        "search",
        "operation",
        "output",
    }
    boards = [*about_jobs, *about_causes, *others, *sorted(alone), f"output/{ADDED}", "group/none"]
    return [
        *(f"/api/boards/{board}" for board in boards),
        *(
            f"/api/jobs?queue={queue}&status={status}&limit=100"
            for queue in ("", "default")
            for status in ("", *STATUSES)
        ),
        *(f"/api/jobs/{job_id}{rest}" for job_id in ids for rest in ("", "/log", "?wait=0.1", "/artifact?name=x")),
    ]


def test_no_address_tells_it(scene):
    answered = 0
    for path in pages(scene):
        status, body = ask(scene.web, "GET", path)
        assert status in (200, 404), (path, body)
        answered += status == 200
        is_silent(body, path)
    assert answered > 100
    app = create_app(Config(redis_url=scene.server.url, own_redis=True))
    plain = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    for path in [path for path in plain if path not in ("/live", "/ws/chat/")]:
        is_silent(get(scene.web, path)[1], path)


def test_what_a_worker_wrote_and_what_cron_calls_is_shown_with_masks(scene):
    lines = [line["text"] for line in get_ok(scene.web, f"/api/boards/output/{ADDED}")["value"]["lines"]]
    assert [MASK in line for line in lines] == [True, True, True], lines
    (row,) = get_ok(scene.web, "/api/boards/cron")["value"]["jobs"]
    assert row["args"] == f"'h', {MASK}, smtp_password={MASK}"
    is_silent([lines, row])


def test_no_topic_of_the_socket_tells_it(scene):
    boards = [path.removeprefix("/api/boards/") for path in pages(scene) if path.startswith("/api/boards/")]
    with Page(scene.web) as page:
        for job_id in scene.jobs.values():
            page.watch(
                overview=True,
                activity=True,
                rows=list(scene.jobs.values()),
                job=job_id,
                log={"job": job_id, "after": "0"},
                boards=boards[:10],
            )
            page.until(lambda job_id=job_id: job_id in page.jobs)
        page.until(lambda: len(page.rows) == len(scene.jobs) and page.complete)
        page.until(lambda: any("printed" in line["text"] for lines in page.logs.values() for line in lines))
        scene.redis.hset(f"rq:job:{scene.jobs['started']}", "last_heartbeat", raw_jobs.stamp(time.time()))
        page.settle(0.5)
        for event in page.events:
            is_silent(event, event["type"])
        kinds = {event["type"] for event in page.events}
        assert {"job", "row", "log", "overview", "activity", "board"} <= kinds, kinds


@pytest.mark.parametrize(
    "query",
    [
        *(f"{field}{word}" for field in ("", "arg:", "error:") for word in (WORD, WORD[:8], WORD[8:], WORD.upper())),
        *(f"arg:{name}={WORD}" for name in ("password", "key", "echo", "smtp_password")),
        f"error:{WORD} or arg:{WORD}",
        f'"refused {WORD[:4]}"',
        f"error:refused-{WORD[:5]}",
    ],
)
def test_it_cannot_be_found(scene, query):
    status, answer = ask(scene.web, "POST", "/api/searches", {"query": query})
    assert status in (200, 201, 202), answer
    search = answer["search"]["id"]
    done = eventually(
        lambda: (one := get_ok(scene.web, f"/api/searches/{search}"))["search"]["state"] == "done" and one, 20
    )
    assert done["search"]["found"] == 0, done


def test_what_is_beside_it_is_found_and_not_it_is_found_nowhere(scene):
    for query, least in (
        ("error:refused", 2),
        ("arg:h1", 2),
        (f"-error:{WORD}", len(scene.jobs)),
        (f"-arg:{WORD}", len(scene.jobs)),
    ):
        search = ask(scene.web, "POST", "/api/searches", {"query": query})[1]["search"]["id"]
        done = eventually(
            lambda s=search: (one := get_ok(scene.web, f"/api/searches/{s}"))["search"]["state"] == "done" and one, 20
        )
        assert done["search"]["found"] >= least, (query, done["search"])


def again(scene: SimpleNamespace, name: str, **body: Any) -> dict[str, Any]:
    """The job after it ran once more."""
    status, answer = ask(scene.web, "POST", f"/api/jobs/{scene.jobs[name]}/run_again", body)
    assert status == 201, answer
    is_silent(answer)
    work(scene.server, scene.folder)
    return get_ok(scene.web, f"/api/jobs/{answer['job']['id']}")["job"]


def test_run_again_and_edited_with_the_secret_left_alone_it_runs_with_it(scene):
    shown = told(scene, "good")["arguments"]["named"]
    assert shown["key"] == {"__type__": "masked", "text": MASK, "at": ["named", "key"]}
    for job in (again(scene, "good"), again(scene, "good", args=shown | {"host": "h9"})):
        assert job["result"]["digest"] == digest(WORD)
        is_silent(job)
    assert again(scene, "good", args=shown | {"key": "another one"})["result"]["digest"] == digest("another one")


def test_by_position_it_is_kept_too(scene):
    shown = told(scene, "positional")["arguments"]
    job = again(scene, "positional", positional=["h9", *shown["positional"][1:]], args=shown["named"])
    assert job["result"]["digest"] == digest(WORD)


def test_a_masked_value_that_was_moved_is_refused(scene):
    shown = told(scene, "good")["arguments"]["named"]
    for args in (
        shown | {"host": shown["key"]},
        shown | {"certificate": shown["key"]},
        shown | {"host": {"__type__": "masked"}},
    ):
        status, answer = ask(scene.web, "POST", f"/api/jobs/{scene.jobs['good']}/run_again", {"args": args})
        assert (status, answer["error"]["code"]) == (400, "bad_arguments"), answer
        is_silent(answer)


def test_wrong_arguments_are_refused_without_it(scene):
    for args in (GIVEN | {"host": 1}, GIVEN | {"key": [WORD]}, GIVEN | {"smtp_password": {"a": WORD}}, {"key": WORD}):
        status, answer = ask(scene.web, "POST", "/api/jobs", {"type": "deploy", "args": args})
        assert status == 400
        is_silent(answer)


def test_a_table_of_many_is_looked_at_and_submitted_without_it(scene):
    rows = [GIVEN, GIVEN | {"host": f"postgres://u:{WORD}@h"}, GIVEN | {"key": 5, "fails": WORD[:0]}]
    status, answer = ask(scene.web, "POST", "/api/jobs/batch", {"type": "deploy", "rows": rows, "check": True})
    assert (status, answer["check"]["good"], answer["check"]["wrong"]) == (200, 2, 1), answer
    assert answer["check"]["rows"][0]["args"]["key"] == MASK
    is_silent(answer)
    status, answer = ask(scene.web, "POST", "/api/jobs/batch", {"type": "deploy", "rows": rows})
    assert status == 400
    is_silent(answer)
    text = f"host,key\nh,{WORD}\n"
    status, answer = ask(scene.web, "POST", "/api/jobs/batch", {"type": "deploy", "text": text, "format": "csv"})
    assert status == 201
    is_silent(answer)
    is_silent(get_ok(scene.web, f"/api/jobs/{answer['batch']['jobs'][0]}"))


def test_the_form_has_no_default_that_is_secret(scene):
    (entry,) = get_ok(scene.web, "/api/job-types")["job_types"]
    fields = entry["schema"]["properties"]
    assert [name for name, field in fields.items() if field.get("writeOnly")] == ["key", "smtp_password", "certificate"]
    assert all("default" not in fields[name] for name in ("key", "smtp_password", "certificate"))


def test_neither_process_writes_it_down(scene):
    is_silent(scene.web.output, "web")
    is_silent(scene.operations.output, "operations")


def test_what_is_added_to_the_catalog_later_is_masked_from_then_on(redis, web_server):
    """Another argument becomes secret while a web process remembers the job."""
    job_id = Queue(connection=redis).enqueue(PLAIN, "shown before").id
    web = web_server(env={"RQLIVE_WRITE": 1})
    assert "shown before" in json.dumps(get_ok(web, f"/api/jobs/{job_id}"))
    schema = {"type": "object", "properties": {"a": {"type": "string", "writeOnly": True}}}
    redis.hset(_keys.CATALOG, "plain", json.dumps({"name": "plain", "func": PLAIN, "schema": schema}))
    eventually(lambda: "shown before" not in json.dumps(get_ok(web, f"/api/jobs/{job_id}")), 10)
    eventually(lambda: "shown before" not in json.dumps(get_ok(web, "/api/jobs", queue="default", status="queued")), 10)


def test_names_and_a_hook_of_the_operator_mask_more(redis, web_server):
    job_id = Queue(connection=redis).enqueue(PLAIN, salary=123456, iban="DE02120300000000202051", fine="seen").id
    env = {"RQLIVE_REDACT_NAMES": "salary", "RQLIVE_REDACT": "tests.secret_hook:hides"}
    job = get_ok(web_server(env=env), f"/api/jobs/{job_id}")["job"]
    assert {
        name: value if isinstance(value, str) else value["text"] for name, value in job["arguments"]["named"].items()
    } == {"salary": MASK, "iban": "DE…", "fine": "seen"}
    is_hidden = re.search("123456|202051", json.dumps(job))
    assert not is_hidden
