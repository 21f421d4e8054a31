"""The call that the page gives to copy, really made: Python, curl and `rq enqueue` leave the job that the form does."""

import json
import pickle
import subprocess
import sys
import zlib
from datetime import UTC, datetime

import pytest
from rq import Queue, Retry

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import stored
from tests.processes import BIN, WebServer
from tests.support import ROOT, clean_env

MODELS = ROOT / "webapp/static/js/panels/submit"
PROGRAM = f"""
import {{ asCurl, bodyOfJob, callOf, callOfJob, serverOf }} from "{MODELS}/call.model.js";
import {{ asPython }} from "{MODELS}/call.python.model.js";
import {{ asRq }} from "{MODELS}/call.cli.model.js";
const {{ type, body, job, worker, address }} = JSON.parse(process.argv[1]);
const call = job ? callOfJob(job) : callOf(type, body);
const server = serverOf(worker);
const sent = job ? bodyOfJob(job, call) : body;
const made = call ? {{ python: asPython(call, server), rq: asRq(call, server) }} : {{}};
console.log(JSON.stringify({{ ...made, curl: asCurl(sent, address), body: sent }}));
"""
TYPE = {
    "title": "Any",
    "func": "tests.fixture_jobs.add",
    "queue": None,
    "timeout": 77,
    "result_ttl": 1234,
    "schema": {"type": "object", "properties": {name: {} for name in ("a", "b", "timeout", "description")}},
}
ODD = 'it\'s "odd" $HOME `ls` 한국 @x\n\\n; #'
BODIES = {
    "plain": {"args": {"a": 2, "b": 3}},
    "odd": {"args": {"a": ODD, "b": ["@file", None, True, 1.5, {"k": ODD}]}, "description": ODD, "queue": "default"},
    "claimed": {"args": {"description": "mine", "timeout": 5}},
    "lasting": {"args": {"a": "@x", "b": "=1:=2"}, "timeout": -1, "ttl": 60, "result_ttl": -1, "failure_ttl": 70},
    "again": {"args": {"a": 1}, "retry": {"max": 2, "interval": [5, 30]}, "at_front": True},
    "repeat": {"args": {"a": 1}, "repeat": {"times": 3, "interval": 60}, "retry": 1},
    "limit": {"args": {"a": 1}, "rate_limit": {"key": "mail", "concurrency": 2}},
    "unique": {"args": {"a": 1}, "id": "report-1", "unique": True},
    "group": {"args": {"a": 1}, "group": "nightly run", "retry": 1},
    "group and limit": {"args": {"a": 1}, "group": "g", "rate_limit": {"key": "mail", "concurrency": 2}},
    "after": {"args": {"a": 1}, "after": ["parent"]},
    "after failed": {"args": {"a": 1}, "after": {"jobs": ["parent"], "allow_failure": True}, "at_front": True},
    "at": {"args": {"a": 1}, "at": "2031-05-06T07:08:09+09:00"},
    "in": {"args": {"a": 1}, "in": 3600, "at_front": False},
}
#: What RQ, and then its command line, has no place for.
RQ_CANNOT = {"group and limit": {"group"}}
CLI_CANNOT = {
    "repeat": {"repeat"},
    "limit": {"rate_limit"},
    "unique": {"unique"},
    "group": {"group"},
    "group and limit": {"rate_limit", "group"},
    "after failed": {"allow_failure", "at_front"},
}
OURS = (_keys.ACTOR_FIELD, _keys.SUBMITTED_FIELD, "created_at", "enqueued_at")


@pytest.fixture(scope="module")
def web(redis_server, tmp_path_factory):
    server = WebServer(redis_server.url, tmp_path_factory.mktemp("web"), {"RQLIVE_OWN_REDIS": 1})
    server.wait_ready()
    yield server
    server.close()


@pytest.fixture
def catalog(redis):
    redis.hset(_keys.CATALOG, "any", json.dumps(TYPE))


def calls(web, redis_server, **known):
    worker = f'cd {ROOT} && {BIN / "rq"} worker -u "$REDIS_URL" default'
    told = {"worker": worker, "address": f"{web.url}/api/jobs", "type": TYPE, **known}
    command = ["node", "--input-type=module", "-e", PROGRAM, json.dumps(told)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=20).stdout)
    env = clean_env({"REDIS_URL": redis_server.url, "TZ": "Asia/Tokyo"})

    def run(*words):
        subprocess.run(words, check=True, env=env, cwd=ROOT, timeout=30, capture_output=True)

    ways = {"curl": lambda: run("sh", "-c", f"{answer['curl']} -sf")}
    if "python" in answer:
        ways["python"] = lambda: run(sys.executable, "-c", answer["python"]["code"])
        ways["rq"] = lambda: run("sh", "-c", answer["rq"]["command"])
    return answer, ways


def shown(web, job_id):
    """The job as its page gets it."""
    answer = subprocess.run(["curl", "-sf", f"{web.url}/api/jobs/{job_id}"], capture_output=True, check=True)
    return json.loads(answer.stdout)["job"]


def payload(data):
    """What is called, with what: whether by a list or a tuple is all the same to a worker."""
    func, instance, args, kwargs = pickle.loads(zlib.decompress(data))
    return func, instance, list(args), kwargs


def newest(redis, way, keep):
    """What the one job that `way` makes looks like, without moments and what only we write."""
    before = set(redis.keys("rq:job:*"))
    way()
    made = {key for key in set(redis.keys("rq:job:*")) - before if not key.endswith((b"dependencies", b"dependents"))}
    (key,) = made
    job_id = key.decode().removeprefix("rq:job:")
    fields = {name: value for name, value in stored(redis, job_id).items() if name not in OURS}
    fields["data"] = payload(fields["data"])
    fields["due"] = redis.zscore("rq:scheduled:default", job_id)
    for other in set(redis.keys()) - keep:
        redis.delete(other)
    return fields


@pytest.mark.parametrize("name", BODIES)
def test_each_way_makes_the_job_that_the_form_does(web, redis, redis_server, catalog, name):
    body = {"type": "any", **BODIES[name]}
    Queue("default", connection=redis).enqueue(fixture_jobs.nothing, job_id="parent")
    keep = set(redis.keys())
    answer, ways = calls(web, redis_server, body=body)
    made = {way: newest(redis, call, keep) for way, call in ways.items()}
    expected = made["curl"]
    assert set(answer["python"]["cannot"]) == RQ_CANNOT.get(name, set())
    assert set(answer["rq"]["cannot"]) == CLI_CANNOT.get(name, set())
    if name == "in":
        for fields in made.values():
            assert fields.pop("due") == pytest.approx(datetime.now(UTC).timestamp() + 3600, abs=30)
    lost = {"group_id", *(["enqueue_at_front", "allow_dependency_failures"] if name == "after failed" else [])}
    lost |= {"repeats_left", "repeat_intervals", "rate_limit_key", "rate_limit_concurrency", "status"}
    assert made["python"] == expected | ({"group_id": b""} if name in RQ_CANNOT else {})
    can = lost if name in CLI_CANNOT else set()
    assert {key: value for key, value in made["rq"].items() if key not in can} == {
        key: value for key, value in expected.items() if key not in can
    }


def test_the_same_call_is_written_down_from_a_job_of_another_program(web, redis, redis_server):
    queue = Queue("default", connection=redis)
    job = queue.enqueue(fixture_jobs.add, 1, b="x", retry=Retry(2, [1, 2]), ttl=90, job_timeout=44, meta={"who": "ada"})
    told = shown(web, job.id)
    expected = {name: value for name, value in stored(redis, job.id).items() if name not in OURS}
    expected["data"] = payload(expected["data"])
    answer, ways = calls(web, redis_server, job=told)
    assert answer["body"] == {"again": job.id}
    keep = set(redis.keys())
    made = newest(redis, ways["python"], keep)
    assert made.pop("due") is None
    assert made == expected
    assert answer["rq"]["cannot"] == ["meta"]
    assert newest(redis, ways["rq"], keep)["data"] == expected["data"]
    assert newest(redis, ways["curl"], keep)["data"] == expected["data"]


def test_a_job_whose_arguments_are_no_json_is_run_again_by_its_id(web, redis, redis_server):
    job = Queue("default", connection=redis).enqueue(fixture_jobs.add, {1, 2}, 3)
    told = shown(web, job.id)
    answer, ways = calls(web, redis_server, job=told)
    assert list(ways) == ["curl"]
    assert answer["body"] == {"again": job.id}


def test_no_address_is_shown_that_holds_a_password(web, redis_server):
    answer, _ = calls(web, redis_server, body={"type": "any", "args": {}})
    assert 'os.environ["REDIS_URL"]' in answer["python"]["code"]
    assert '-u "$REDIS_URL"' in answer["rq"]["command"]
    assert "password" not in json.dumps(answer)
