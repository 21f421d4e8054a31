"""Every action under another RQ_KEY_PREFIX, in a process of its own: the prefix is read once, at import."""

import subprocess
import sys

import pytest

from tests.processes import BIN
from tests.support import ROOT, clean_env

PROGRAM = """
import json, subprocess, sys, redis
from rq import Queue, RateLimit
from rq.group import Group
from jobs import _keys
from webapp.actions import jobs, run_again, submit
from webapp.actions.door import Actor, Door
from webapp.actions.options import Options
from webapp.config import Config
from webapp.queries import catalog
from webapp.redact.redactor import Redactor
from tests import fixture_jobs
from tests.in_redis import empty_trash

url, rq, files = sys.argv[1:]
client = redis.Redis.from_url(url)
door = Door(client, Config(own_redis=True, files=files), Actor("ada", ""))
queue = Queue("default", connection=client)
prefix = _keys.RQ

def status(job_id):
    return client.hget(f"{prefix}:job:{job_id}", "status").decode()

def work():
    subprocess.run([sys.executable, rq, "worker", "-u", url, "--burst", "--quiet"], check=True, timeout=30)

schema = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": []}
entry = {"name": "add", "title": "Add", "func": "tests.fixture_jobs.add", "schema": schema}
client.hset(_keys.CATALOG, "add", json.dumps(entry))
assert [entry["name"] for entry in catalog.job_types(client, Redactor()).job_types] == ["add"]

added = submit.enqueue(door, "add", {"a": 1, "b": 2}, Options()).job_id
failed = queue.enqueue(fixture_jobs.div_by_zero).id
limit = RateLimit("api", 1)
first, second = (queue.enqueue(fixture_jobs.nothing, rate_limit=limit).id for _ in range(2))
data = [Queue.prepare_data(fixture_jobs.nothing)]
(grouped,) = (job.id for job in Group.create(client, "g").enqueue_many(queue, data))
jobs.cancel(door, first, "queued")
assert (status(first), status(second)) == ("canceled", "queued")
jobs.delete(door, grouped, "queued")
assert not client.exists(f"{prefix}:group:g")
work()
assert (status(added), status(failed), status(second)) == ("finished", "failed", "finished")
jobs.requeue(door, failed, "failed")
again = run_again.run_again(door, second).job_id
assert (status(failed), status(again)) == ("queued", "queued")
work()
assert (status(failed), status(again)) == ("failed", "finished")

listener = client.pubsub()
listener.subscribe(f"{prefix}:pubsub:w")
listener.get_message(timeout=1)
client.hset(f"{prefix}:job:{again}", mapping={"status": "started", "worker_name": "w"})
assert jobs.stop(door, again) == 1
listener.close()
client.hset(f"{prefix}:job:{again}", "status", "finished")
for job_id in (added, failed, first, second, again):
    jobs.restore(door, job_id, jobs.delete(door, job_id).token)
    jobs.delete(door, job_id)
    empty_trash(door)
    assert not list(client.scan_iter(f"*{job_id}*"))
print("\\n".join(sorted(name.decode() for name in client.scan_iter())))
client.close()
"""


@pytest.mark.parametrize("prefix", ["acme", "{rq}"])
def test_nothing_is_written_outside_the_prefix(redis, redis_server, tmp_path, prefix):
    command = [sys.executable, "-c", PROGRAM, redis_server.url, str(BIN / "rq"), str(tmp_path)]
    env = clean_env({"RQ_KEY_PREFIX": prefix})
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    left = done.stdout.split()
    assert f"{prefix}:live:activity" in left
    # Apps of other tests in this process may still prove their feed, and say who is in their room.
    others = ("rq:live:probe:", "rq:live:room-here")
    strange = [name for name in left if not name.startswith((f"{prefix}:", *others))]
    assert strange == []
