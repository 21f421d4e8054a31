"""Who may do what: each verb as each role, and as somebody whose rights are narrowed to a queue and a job type."""

import json

import pytest
from rq import Queue

from jobs import _keys
from tests import fixture_jobs
from tests.accounts import THREE, browser, user
from tests.fixture_jobs import nothing
from tests.in_process import error, running
from tests.raw_jobs import write
from tests.support import eventually

MAIL = user("mia", "operator", queues=["mail*"]) + user("fay", "operator", functions=["tests.fixture_jobs.nothing"])
VIEW = user("leo", "viewer", queues=["mail*"])


@pytest.fixture(scope="module")
def app(redis_server, tmp_path_factory):
    with running(redis_server.url, tmp_path_factory.mktemp("files"), users=THREE + MAIL + VIEW) as client:
        yield client.application


@pytest.fixture
def as_(redis, app):
    return lambda name: browser(app, name)


@pytest.fixture
def job(redis):
    """Enqueues one of a queue; returns its id."""
    return lambda queue="default", func=nothing, *args: Queue(queue, connection=redis).enqueue(func, *args).id


def publish(redis, name, func, queue=None):
    entry = {"name": name, "func": func, "title": name, "queue": queue, "schema": {"type": "object"}}
    redis.hset(_keys.CATALOG, name, json.dumps(entry))


JOB_DEEDS = ["cancel", "stop", "requeue", "run_now", "to_front", "hold", "release", "run_again"]
DEEDS = [
    *(("post", f"/api/jobs/ID/{deed}", {}) for deed in JOB_DEEDS),
    ("post", "/api/jobs/ID/move", {"queue": "high"}),
    ("post", "/api/jobs/ID/restore", {"token": "x"}),
    ("delete", "/api/jobs/ID", {}),
    ("post", "/api/jobs/ID/notes", {"text": "hello"}),
    ("post", "/api/jobs", {"type": "none"}),
    ("post", "/api/jobs/batch", {"type": "none", "rows": []}),
    ("post", "/api/jobs", {"again": "ID"}),
    ("post", "/api/operations", {"verb": "delete", "of": {"ids": ["ID"]}}),
    *(("post", f"/api/operations/x/{deed}", {}) for deed in ("pause", "resume", "cancel", "undo")),
    ("post", "/api/operations/x/start", {"total": 1}),
    *(("post", f"/api/queues/default/{deed}", {}) for deed in ("hold", "release", "pause", "resume", "empty")),
    ("delete", "/api/queues/default", {}),
    ("post", "/api/cron-jobs/any/run_now", {}),
    ("post", "/api/failures/0123456789ab/mute", {}),
    ("delete", "/api/failures/0123456789ab/mute", {}),
    ("post", "/api/added-workers/x/end", {}),
]
ADMIN_DEEDS = [
    ("post", "/api/suspend", {}),
    ("post", "/api/resume", {}),
    ("post", "/api/workers", {}),
    ("post", "/api/workers/w/shutdown", {}),
    ("post", "/api/workers/shutdown", {"names": ["w"]}),
    ("post", "/api/workers/w/kill", {"job": "j"}),
    ("post", "/api/added-workers/x/kill", {}),
    ("post", "/api/tokens", {"name": "t", "role": "viewer"}),
    ("delete", "/api/tokens/x", {}),
    ("post", "/api/users/ada/sign_out", {}),
    ("get", "/api/tokens", None),
    ("get", "/api/users", None),
]


def ask(client, method, path, body, job_id):
    filled = json.loads(json.dumps(body).replace('"ID"', f'"{job_id}"'))
    return getattr(client, method)(path.replace("ID", job_id), **({} if filled is None else {"json": filled}))


@pytest.mark.parametrize(("method", "path", "body"), DEEDS, ids=lambda value: str(value))
def test_who_looks_changes_nothing(as_, redis, job, method, path, body):
    job_id = job()
    before = redis.dump(f"rq:job:{job_id}"), redis.lrange("rq:queue:default", 0, -1)
    refused = ask(as_("vera"), method, path, body, job_id)
    assert error(refused)["code"] == "not_allowed"
    assert "operator" in error(refused)["fix"]
    assert (redis.dump(f"rq:job:{job_id}"), redis.lrange("rq:queue:default", 0, -1)) == before
    assert not redis.exists(_keys.OPERATIONS)
    allowed = ask(as_("omar"), method, path, body, job_id)
    assert allowed.status_code < 400 or error(allowed)["code"] != "not_allowed"


@pytest.mark.parametrize(("method", "path", "body"), ADMIN_DEEDS, ids=lambda value: str(value))
def test_workers_and_users_are_for_admins(as_, method, path, body):
    for name in ("vera", "omar"):
        refused = ask(as_(name), method, path, body, "x")
        assert error(refused)["code"] == "not_allowed"
    allowed = ask(as_("ada"), method, path, body, "x")
    assert allowed.status_code < 400 or error(allowed)["code"] != "not_allowed"


def test_every_verb_of_the_door_was_asked_for(app):
    """A new address that changes something stands in one of the lists above."""
    known = {
        (method.upper(), path.replace("default", "*").replace("any", "*")) for method, path, _ in DEEDS + ADMIN_DEEDS
    }
    own = {"/api/login", "/api/logout", "/api/searches", "/api/searches/*", "/api/uploads"}
    patterns = {
        (method, "/".join("*" if "<" in part else part for part in rule.rule.split("/")))
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"POST", "DELETE"}
    }
    asked = {
        (method, pattern)
        for method, pattern in patterns
        if any(
            method == m
            and len(pattern.split("/")) == len(p.split("/"))
            and all(a in ("*", b) for a, b in zip(pattern.split("/"), p.split("/"), strict=True))
            for m, p in known
        )
    }
    left = {pattern for _, pattern in patterns - asked} - own
    assert left == {"/api/jobs/*/notes/*"}, "taking back a note: only its author may, see test_notes.py"


def test_an_upload_is_for_those_who_may_submit(as_):
    for name, status in (("vera", 403), ("omar", 201)):
        answer = as_(name).post("/api/uploads?name=a.csv", data=b"x", content_type="application/octet-stream")
        assert answer.status_code == status


def test_what_one_may_not_see_is_not_there(as_, redis, job):
    """No answer tells a job of another queue from one that there is not."""
    hidden, mia = job("default"), as_("mia")
    for deed in (*JOB_DEEDS, "move", "restore", "notes"):
        body = {"move": {"queue": "mail"}, "restore": {"token": "x"}, "notes": {"text": "x"}}.get(deed, {})
        answers = [mia.post(f"/api/jobs/{one}/{deed}", json=body) for one in (hidden, "nobody")]
        told = [
            (answer.status_code, str(error(answer)).replace(one, "ID"))
            for answer, one in zip(answers, (hidden, "nobody"), strict=True)
        ]
        assert told[0] == told[1], deed
        assert told[0][0] == 404, deed
    assert mia.delete(f"/api/jobs/{hidden}").status_code == 404
    assert mia.post("/api/jobs", json={"again": hidden}).status_code == 404
    for deed in ("hold", "release", "pause", "resume"):
        assert mia.post(f"/api/queues/default/{deed}", json={}).status_code == 404
    assert mia.delete("/api/queues/default").status_code == 404
    leo = as_("leo")
    for one in (hidden, "nobody"):
        assert leo.post(f"/api/jobs/{one}/cancel", json={}).status_code == 404
    assert leo.post(f"/api/jobs/{job('mail')}/cancel", json={}).status_code == 403, "seen, and only looked at"
    assert redis.lrange("rq:queue:default", 0, -1) == [hidden.encode()]


def test_narrowed_rights_reach_their_queues(as_, redis, job):
    mia, mail = as_("mia"), job("mail-eu")
    assert mia.post(f"/api/jobs/{mail}/hold", json={}).status_code == 200
    assert mia.post(f"/api/jobs/{mail}/release", json={}).status_code == 200
    away = mia.post(f"/api/jobs/{mail}/move", json={"queue": "default"})
    assert error(away)["code"] == "not_allowed"
    assert "mail*" in error(away)["fix"]
    assert mia.post(f"/api/jobs/{mail}/move", json={"queue": "mail"}).status_code == 200
    assert mia.post("/api/queues/mail/hold", json={}).status_code == 200


def test_narrowed_rights_reach_their_functions(as_, redis, job):
    fay, own, other = as_("fay"), job("default"), job("default", fixture_jobs.sleep_for, 5)
    assert fay.post(f"/api/jobs/{own}/cancel", json={}).status_code == 200
    assert fay.post(f"/api/jobs/{other}/cancel", json={}).status_code == 404
    unreadable = write(redis, queue="default", data=b"no payload at all")
    assert fay.post(f"/api/jobs/{unreadable}/cancel", json={}).status_code == 404
    whole = fay.post("/api/queues/default/hold", json={})
    assert error(whole)["code"] == "not_allowed"
    assert "functions" in error(whole)["fix"]
    assert error(fay.delete("/api/failures/0123456789ab/mute"))["code"] == "not_allowed"


def test_a_deleted_job_comes_back_for_who_may_see_it_only(as_, redis, job):
    mail, default = job("mail"), job("default")
    tokens = {one: as_("omar").delete(f"/api/jobs/{one}").json["undo"]["token"] for one in (mail, default)}
    mia = as_("mia")
    assert mia.post(f"/api/jobs/{default}/restore", json={"token": tokens[default]}).status_code == 404
    assert mia.post(f"/api/jobs/{mail}/restore", json={"token": tokens[mail]}).status_code == 200


def test_what_is_submitted_goes_where_the_rights_reach(as_, redis, job):
    publish(redis, "nothing", "tests.fixture_jobs.nothing")
    publish(redis, "sleep", "tests.fixture_jobs.sleep_for", "mail")
    redis.sadd("rq:queues", "rq:queue:mail", "rq:queue:default")
    mia, fay = as_("mia"), as_("fay")
    assert error(mia.post("/api/jobs", json={"type": "nothing"}))["code"] == "not_allowed", "its own queue is default"
    assert error(mia.post("/api/jobs", json={"type": "sleep", "queue": "default"}))["code"] == "not_allowed"
    assert mia.post("/api/jobs", json={"type": "nothing", "queue": "mail"}).status_code == 201
    assert error(fay.post("/api/jobs", json={"type": "sleep"}))["code"] == "not_allowed"
    assert fay.post("/api/jobs", json={"type": "nothing"}).status_code == 201
    rows = {"rows": [{}]}
    assert error(mia.post("/api/jobs/batch", json={"type": "nothing"} | rows))["code"] == "not_allowed"
    assert error(fay.post("/api/jobs/batch", json={"type": "sleep"} | rows))["code"] == "not_allowed"
    assert fay.post("/api/jobs/batch", json={"type": "nothing"} | rows).status_code == 201


def test_neither_an_id_nor_a_dependency_tells_of_a_job_that_one_may_not_see(as_, redis, job):
    publish(redis, "sleep", "tests.fixture_jobs.sleep_for", "mail")
    redis.sadd("rq:queues", "rq:queue:mail")
    hidden, mia = job("default"), as_("mia")
    taken = mia.post("/api/jobs", json={"type": "sleep", "id": hidden})
    assert (taken.status_code, error(taken)["code"]) == (409, "exists")
    assert "nothing" not in taken.text
    told = [mia.post("/api/jobs", json={"type": "sleep", "after": [one]}) for one in (hidden, "nobody")]
    assert [error(answer)["code"] for answer in told] == ["unknown_parent"] * 2
    seen = job("mail")
    assert mia.post("/api/jobs", json={"type": "sleep", "after": [seen]}).status_code == 201
    assert mia.post("/api/jobs", json={"type": "sleep", "id": seen}).status_code == 200


def test_a_refusal_leaves_a_line_and_a_flood_of_them_only_some(as_, redis, job):
    vera = as_("vera")

    def lines():
        vera.post("/api/queues/default/hold", json={})
        return [fields for _, fields in redis.xrange(_keys.ACTIVITY) if fields[b"action"] == b"hold"]

    # Other tests of this process may have used up what there is room for.
    eventually(lines)
    for _ in range(80):
        found = lines()
    assert 0 < len(found) < 60
    assert {(one[b"actor"], one[b"outcome"], one[b"queue"]) for one in found} == {(b"vera", b"not_allowed", b"default")}


def test_an_operation_is_kept_to_what_who_asked_may_see(as_, redis, redis_server, job, operations_process):
    operations_process(env={"RQLIVE_OWN_REDIS": 1})
    mail, default, other = job("mail"), job("default"), job("mail", fixture_jobs.sleep_for, 5)
    mia = as_("mia")
    operation = ready(mia.post("/api/operations", json={"verb": "delete", "of": {"q": "status:queued"}}), redis)
    assert operation["total"] == 2
    # It was moved away after it was collected: by somebody who may.
    assert as_("omar").post(f"/api/jobs/{other}/move", json={"queue": "default"}).status_code == 200
    fay, omar = as_("fay"), as_("omar")
    for deed in ("start", "pause", "cancel", "undo"):
        body = {"total": 2} if deed == "start" else {}
        assert fay.post(f"/api/operations/{operation['id']}/{deed}", json=body).status_code == 404
    assert mia.post(f"/api/operations/{operation['id']}/start", json={"total": 2}).status_code == 200
    ended(redis, operation["id"])
    assert not redis.exists(f"rq:job:{mail}")
    assert redis.exists(f"rq:job:{default}", f"rq:job:{other}") == 2
    assert redis.hget(_keys.operation(operation["id"]), "refused:moved") == b"1"
    theirs = ready(omar.post("/api/operations", json={"verb": "delete", "of": {"q": "status:queued"}}), redis)
    assert theirs["total"] == 2
    assert mia.post(f"/api/operations/{theirs['id']}/start", json={"total": 2}).status_code == 404


def test_an_operation_on_functions_is_kept_to_them_by_id_too(as_, redis, job, operations_process):
    operations_process(env={"RQLIVE_OWN_REDIS": 1})
    own, other = job("default"), job("default", fixture_jobs.sleep_for, 5)
    fay = as_("fay")
    body = {"verb": "delete", "of": {"ids": [own, other, "nobody"]}}
    operation = ready(fay.post("/api/operations", json=body), redis)
    assert operation["total"] == 1
    assert json.loads(operation["skipped"]) == {"missing": 2}, "a job that one may not see is told as one that is gone"
    away = fay.post("/api/operations", json={"verb": "move", "of": {"ids": [own]}, "options": {"queue": "mail"}})
    assert away.status_code == 201
    assert (
        error(
            as_("mia").post(
                "/api/operations", json={"verb": "move", "of": {"ids": [own]}, "options": {"queue": "default"}}
            )
        )["code"]
        == "not_allowed"
    )


def ready(answer, redis):

    assert answer.status_code == 201, answer.text
    operation_id = answer.json["operation"]["id"]
    eventually(lambda: redis.hget(_keys.operation(operation_id), "state") == b"ready")
    stored = redis.hgetall(_keys.operation(operation_id))
    return {"id": operation_id, "total": int(stored[b"total"]), "skipped": stored.get(b"skipped", b"{}")}


def ended(redis, operation_id):

    eventually(lambda: redis.hget(_keys.operation(operation_id), "state") == b"done")
