"""Enqueue and run again: Redis then holds what RQ itself would have written, and stock workers run it."""

import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from rq import Queue, Retry

from jobs import _keys
from tests import fixture_jobs
from tests.in_redis import open_door, stored
from tests.support import ROOT, clean_env, eventually
from webapp import files
from webapp.actions import batch, run_again, submit, table
from webapp.actions.door import Actor, Door
from webapp.actions.options import Options
from webapp.config import Config
from webapp.errors import BadInput, Refused


def entry(name, **more):
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    known = {"name": name, "title": name.title(), "func": f"tests.fixture_jobs.{name}", "queue": None, "help": ""}
    known |= {"schema": schema, "timeout": None, "result_ttl": None, "hosts": [], "error": None, "schema_version": 1}
    return known | more


def properties(*required, **shapes):
    return {"type": "object", "properties": shapes, "required": list(required), "additionalProperties": False}


INTEGER = {"type": "integer"}


@pytest.fixture
def door(redis, tmp_path):
    published = [
        entry("add", schema=properties("a", "b", a=INTEGER, b=INTEGER), timeout=77, result_ttl=1234),
        entry("say_hello", schema=properties(name={"type": "string", "default": "world"}), queue="low"),
        entry("nothing", func="no_such_module.nothing", schema=properties(file={"type": "string", "format": "upload"})),
        entry("broken", error="ImportError: No module named 'duckdb'", schema=None),
        entry("newer", schema_version=99),
        entry("odd", schema={"type": "object", "properties": {"x": {"$ref": "http://127.0.0.1:1/schema"}}}),
    ]
    redis.hset(_keys.CATALOG, mapping={one["name"]: json.dumps(one) for one in published})
    return open_door(redis, tmp_path)


def add(door, **options):
    return submit.enqueue(door, "add", {"a": 2, "b": 3}, Options(**options))


def test_a_submitted_job_is_run_by_a_stock_worker(redis, door, worker_process):
    submitted = add(door)
    assert submitted.created
    worker_process("default", burst=True)
    job = Queue("default", connection=redis).fetch_job(submitted.job_id)
    assert job.return_value() == 5
    assert redis.xrange(_keys.ACTIVITY)[0][1][b"job"].decode() == submitted.job_id


@pytest.mark.parametrize("later", [False, True])
@pytest.mark.parametrize("at_front", [False, True])
def test_the_hash_is_what_rq_writes_itself(redis, door, later, at_front):
    run_at = datetime(2050, 1, 1, tzinfo=UTC) if later else None
    ours = add(door, run_at=run_at, at_front=at_front, retries=3, intervals=(1, 2, 3), description="by hand").job_id
    queue = Queue("default", connection=redis)
    chosen = {"job_timeout": 77, "result_ttl": 1234, "description": "by hand", "retry": Retry(3, [1, 2, 3])}
    chosen["at_front"] = at_front
    if later:
        theirs = queue.enqueue_at(run_at, "tests.fixture_jobs.add", a=2, b=3, **chosen).id
        assert redis.zscore("rq:scheduled:default", ours) == redis.zscore("rq:scheduled:default", theirs)
    else:
        theirs = queue.enqueue("tests.fixture_jobs.add", a=2, b=3, **chosen).id
        assert redis.lrange("rq:queue:default", 0, -1) == [theirs.encode(), ours.encode()][:: 1 if at_front else -1]
    written, expected = stored(redis, ours), stored(redis, theirs)
    assert written.pop(_keys.ACTOR_FIELD) == b"ada"
    assert json.loads(written.pop(_keys.SUBMITTED_FIELD))["retries"] == 3
    for moment in ("created_at", "enqueued_at"):
        assert (moment in written) == (moment in expected)
        written.pop(moment, None)
        expected.pop(moment, None)
    assert written == expected
    assert redis.smembers("rq:queues") == {b"rq:queue:default"}
    assert redis.ttl(f"rq:job:{ours}") == -1


def test_the_job_types_own_queue_timeout_and_lifetime_hold_unless_others_are_given(redis, door):
    own = stored(redis, add(door).job_id)
    assert (own["timeout"], own["result_ttl"], own["origin"]) == (b"77", b"1234", b"default")
    given = stored(redis, add(door, timeout=-1, result_ttl=0, queue="high").job_id)
    assert (given["timeout"], given["result_ttl"], given["origin"]) == (b"-1", b"0", b"high")
    low = stored(redis, submit.enqueue(door, "say_hello", None, Options()).job_id)
    assert (low["timeout"], low["origin"]) == (b"180", b"low")
    assert "result_ttl" not in low


def test_arguments_left_out_get_the_functions_own_defaults(redis, door, worker_process):
    submitted = submit.enqueue(door, "say_hello", {}, Options())
    worker_process("low", burst=True)
    assert Queue("low", connection=redis).fetch_job(submitted.job_id).return_value() == "Hello, world!"


def test_a_scheduled_job_runs_when_its_time_has_come(redis, door, worker_process):
    submitted = add(door, run_at=datetime.now(UTC) + timedelta(seconds=1))
    assert stored(redis, submitted.job_id)["status"] == b"scheduled"
    worker_process("default", with_scheduler=True)
    eventually(lambda: stored(redis, submitted.job_id)["status"] == b"finished", 15)


def test_retries_are_rqs_own(redis, door, worker_process):
    broken = entry("fail_with", schema=properties("message", message={"type": "string"}))
    redis.hset(_keys.CATALOG, "fail_with", json.dumps(broken))
    submitted = submit.enqueue(door, "fail_with", {"message": "no"}, Options(retries=2))
    worker_process("default", burst=True)
    eventually(lambda: stored(redis, submitted.job_id)["status"] == b"failed", 20)
    assert stored(redis, submitted.job_id)["retries_left"] == b"0"


def test_the_same_id_again_changes_nothing(redis, door):
    first = add(door, id="order-17")
    before = stored(redis, "order-17")
    again = submit.enqueue(door, "say_hello", {"name": "other"}, Options(id="order-17", at_front=True))
    assert (first.created, again.created) == (True, False)
    assert stored(redis, "order-17") == before
    assert redis.llen("rq:queue:default") + redis.llen("rq:queue:low") == 1
    outcomes = [fields[b"outcome"] for _, fields in redis.xrange(_keys.ACTIVITY)]
    assert outcomes == [b"done", b"already there"]


@pytest.mark.parametrize("run_at", [None, datetime(2050, 1, 1, tzinfo=UTC)])
def test_one_of_many_at_once_with_the_same_id_makes_the_job(redis, door, run_at):
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: add(door, id="once", run_at=run_at), range(64)))
    assert sum(submitted.created for submitted in made) == 1
    assert redis.llen("rq:queue:default") + redis.zcard("rq:scheduled:default") == 1


def test_wrong_arguments_are_named_one_by_one(door, redis):
    with pytest.raises(BadInput) as refused:
        submit.enqueue(door, "add", {"a": "2", "c": 1}, Options())
    assert refused.value.fields == {
        "b": "is missing",
        "c": "is no argument of this job type; it takes a, b",
        "a": "must be a whole number",
    }
    assert not redis.exists("rq:queue:default", _keys.ACTIVITY)


@pytest.mark.parametrize("args", [[], "a=1", 5])
def test_arguments_that_are_no_object_are_refused(door, args):
    with pytest.raises(BadInput) as refused:
        submit.enqueue(door, "add", args, Options())
    assert "args" in refused.value.fields


@pytest.mark.parametrize("name", ["nope", "", None, 7, {"a": 1}])
def test_an_unknown_type_is_told_which_there_are(door, name):
    with pytest.raises(BadInput) as refused:
        submit.enqueue(door, name, {}, Options())
    assert "add, broken, newer, nothing, odd, say_hello" in refused.value.fix


def test_an_empty_catalog_says_how_to_fill_it(door, redis):
    redis.delete(_keys.CATALOG)
    with pytest.raises(BadInput) as refused:
        submit.enqueue(door, "add", {}, Options())
    assert "python -m jobs publish" in refused.value.fix


@pytest.mark.parametrize(("name", "why"), [("broken", "No module named"), ("newer", "newer"), ("odd", "broken")])
def test_a_type_that_cannot_run_is_refused_with_its_reason(door, name, why):
    with pytest.raises(Refused, match=why) as refused:
        submit.enqueue(door, name, {"x": 1} if name == "odd" else {}, Options())
    assert refused.value.code == "broken_type"


def test_a_corrupt_entry_is_refused_not_a_crash(door, redis):
    half = (b'{"func": 5, "schema": {}}', b'{"func": "a.b", "schema": {}, "timeout": "x"}')
    for raw in (b"\xff\x00", b"[]", b"{}", *half):
        redis.hset(_keys.CATALOG, "add", raw)
        with pytest.raises(Refused):
            add(door)


def test_a_queue_that_nobody_knows_is_refused_with_the_known_ones(door, redis, worker_process):
    with pytest.raises(BadInput, match="defualt") as refused:
        add(door, queue="defualt")
    assert "high, default, low" in refused.value.fix
    assert "rq worker defualt" in refused.value.fix
    Queue("used", connection=redis).enqueue(fixture_jobs.nothing)
    assert add(door, queue="used").created
    worker_process("new one")
    assert add(door, queue="new one").created


def test_an_upload_must_be_there(door, redis):
    gone = f"upload:{'0' * 32}/sales.csv"
    with pytest.raises(BadInput) as refused:
        submit.enqueue(door, "nothing", {"file": gone}, Options())
    assert "upload the file again" in refused.value.fields["file"]
    for crooked in ("sales.csv", f"upload:{'0' * 32}/../x", f"upload:{'0' * 32}/.hidden", "upload:/etc/passwd"):
        with pytest.raises(BadInput):
            submit.enqueue(door, "nothing", {"file": crooked}, Options())
    upload = files.store(door.config).save_upload(io.BytesIO(b"x").read, "sales.csv", 10, 1)
    assert submit.enqueue(door, "nothing", {"file": upload.reference}, Options()).created


def test_look_only_refuses_a_submission_before_it_is_looked_at(door, redis):
    looking = Door(redis, Config(redis_url="redis://theirs"), Actor("ada", ""))
    before = {key: redis.dump(key) for key in redis.scan_iter()}
    many = batch.Wanted(type_name="nope", table=lambda: table.from_objects([{}]), options=Options())
    for act in (
        lambda: submit.enqueue(looking, "nope", {}, Options()),
        lambda: batch.submit_many(looking, many),
        lambda: run_again.run_again(looking, "nope"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "look_only"
    assert {key: redis.dump(key) for key in redis.scan_iter()} == before


def test_enqueueing_imports_none_of_the_jobs_code(redis_server, door, tmp_path):
    """In a process of its own: what this test session has imported proves nothing."""
    (tmp_path / "poison.py").write_text("raise SystemExit('the code of a job was imported')")
    program = f"""
import json, redis, sys
sys.path.insert(0, {str(tmp_path)!r})
from webapp.actions import run_again, submit
from webapp.actions.door import Actor, Door
from webapp.actions.options import Options
from webapp.config import Config
client = redis.Redis.from_url({redis_server.url!r})
entry = {entry("poison", func="poison.run")!r}
client.hset({_keys.CATALOG!r}, "poison", json.dumps(entry))
door = Door(client, Config(own_redis=True), Actor("ada", ""))
first = submit.enqueue(door, "poison", {{}}, Options()).job_id
run_again.run_again(door, first)
client.close()
assert "poison" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=clean_env(), check=True, timeout=30)
