"""`make run` at work: what it starts, tells, starts again, and refuses."""

import os
import re
import signal
import socket
import subprocess
import urllib.request
from contextlib import closing

import pytest
import redis as redis_py
from rq import Queue
from rq.command import send_shutdown_command

from tests import fixture_jobs
from tests.runs import Run
from tests.support import ROOT, clean_env, eventually
from webapp.supervisor import sessions


def worker_names(url: str) -> set[bytes]:
    with redis_py.Redis.from_url(url) as client:
        return client.smembers("rq:workers")


def answers(url: str) -> bool:
    try:
        return bool(worker_names(url))
    except redis_py.ConnectionError:
        return False


def test_without_a_redis_it_starts_one_and_a_worker_and_says_how_to_start_another(started, tmp_path):
    run = started(Run(tmp_path))
    run.wait_ready()
    assert "started here; its data is in" in run.output
    with urllib.request.urlopen(run.page, timeout=5) as answer:
        assert answer.status == 200
    (command,) = [line.strip() for line in run.output.splitlines() if " worker " in line and line.strip()[:3] == "cd "]
    with subprocess.Popen(
        ["sh", "-c", f"{command} --burst"], env=clean_env(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pasted:
        said = pasted.communicate(timeout=20)[0]
    assert "Listening on high, default, low" in said, said
    assert len(worker_names(run.redis_url)) == 1
    run.end()


def test_on_a_given_redis_it_starts_no_worker_and_writes_nothing(started, tmp_path, redis, redis_server):
    job = Queue(connection=redis).enqueue(fixture_jobs.say_hello)
    keys = set(redis.keys())
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url}))
    run.wait_ready()
    assert "attached to look only. RQLIVE_WRITE=1 allows actions" in run.output
    assert "none. WORKERS=1 starts one here" in run.output
    assert f"-u {redis_server.url}" in run.output
    # Apps of other tests in this process may still prove their feed.
    assert {key for key in redis.scan_iter() if not key.startswith(b"rq:live:probe:web-")} == keys
    assert job.get_status() == "queued"
    assert not (tmp_path / "var").exists()
    run.end()


def test_as_many_workers_run_as_are_asked_for_and_all_end(started, tmp_path, redis, redis_server):
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "WORKERS": 3}))
    run.wait_ready()
    assert redis.scard("rq:workers") == 3
    assert "worker.3" in run.output
    assert run.end() < 3
    assert redis.smembers("rq:workers") == set()


def test_a_crashed_process_is_started_again_and_it_says_so(started, tmp_path, redis, redis_server):
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "WORKERS": 1}))
    run.wait_ready()
    (first,) = redis.smembers("rq:workers")
    os.kill(run.find("worker.py"), signal.SIGKILL)
    os.kill(run.find("operating"), signal.SIGKILL)
    for session in {os.getsid(run.find("gunicorn"))}:
        sessions.send(session, signal.SIGKILL)
    for name in ("web", "worker", "operations"):
        eventually(lambda name=name: f"{name} ended by signal 9; it starts again in 0.5 s" in run.output, message=name)
    eventually(lambda: redis.smembers("rq:workers") - {first}, message="another worker registers")
    eventually(lambda: "gunicorn" in str(run.left()) and "operating" in str(run.left()), message="both run again")
    eventually(lambda: can_connect(run.page), message="the page answers again")
    run.end()
    assert run.left() == {}


def test_a_worker_that_was_asked_to_end_is_not_started_again(started, tmp_path, redis, redis_server):
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "WORKERS": 1}))
    run.wait_ready()
    (name,) = redis.smembers("rq:workers")
    send_shutdown_command(redis, name.decode().rpartition(":")[2])
    eventually(lambda: "worker ended as it was asked to" in run.output, message="it says so")
    run.end()
    assert run.output.count("*** Listening on") == 1


def test_a_catalog_that_cannot_be_published_hinders_nothing(started, tmp_path):
    # Hides the package, but for what it is made of: `python -m jobs` fails.
    (tmp_path / "jobs").mkdir()
    (tmp_path / "jobs" / "__init__.py").write_text(f"__path__.append({str(ROOT / 'jobs')!r})")
    (tmp_path / "jobs" / "__main__.py").write_text("raise SystemExit(1)")
    run = started(Run(tmp_path))
    run.wait_ready()
    eventually(lambda: "catalog ended with exit code 1; it starts again" in run.output, message="it says so")
    run.end()


def test_a_taken_port_is_said_before_anything_is_started(started, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        run = started(Run(tmp_path, {"PORT": port}))
        assert run.wait() == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in run.output
    assert re.search(r"End the program that has it, or choose another: PORT=\d+ make run", run.output)
    assert "Traceback" not in run.output
    assert not (tmp_path / "var").exists()


def test_a_port_that_our_own_server_has_is_said_with_the_way_to_a_second_one_that_works(
    started, tmp_path, redis_server, web_server
):
    server = web_server()
    run = started(Run(tmp_path, {"PORT": server.port, "REDIS_URL": redis_server.url}))
    assert run.wait() == 1
    assert f"taken by an RQ Live that runs already. Open {server.url}/, or start a second" in run.output
    free = re.search(r"a second server beside it: PORT=(\d+) make run", run.output)
    assert free, run.output
    beside = started(Run(tmp_path, {"PORT": free[1], "REDIS_URL": redis_server.url}))
    beside.wait_ready()
    assert beside.page == f"http://127.0.0.1:{free[1]}/"
    beside.end()


@pytest.mark.parametrize(
    ("env", "complaint"),
    [
        ({"WORKERS": "many"}, "WORKERS=many is not a whole number"),
        ({"REDIS_URL": "localhost:6379"}, "Use one like redis://localhost:6379/0"),
        (
            {"HOST": "no.such.host.invalid", "RQLIVE_USERS": 'a = {role = "admin"}'},
            "HOST=no.such.host.invalid is not an address",
        ),
        ({"HOST": "0.0.0.0"}, "webapp users add admin --role admin"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_before_anything_is_started(started, tmp_path, env, complaint):
    run = started(Run(tmp_path, env))
    assert run.wait() == 1
    assert complaint in run.output
    assert "Traceback" not in run.output
    assert not (tmp_path / "var").exists()


def test_a_folder_that_cannot_be_written_is_said_with_the_next_step(started, tmp_path):
    (tmp_path / "var").write_text("a file where a folder should be")
    run = started(Run(tmp_path))
    assert run.wait() == 1
    assert "cannot be used for Redis" in run.output
    assert "REDIS_URL=" in run.output
    assert "Traceback" not in run.output
    assert run.left() == {}


def test_our_redis_is_started_again_with_its_jobs_when_it_dies(started, tmp_path):
    run = started(Run(tmp_path))
    run.wait_ready()
    url = run.redis_url
    with redis_py.Redis.from_url(url) as client:
        job = Queue("other", connection=client).enqueue(fixture_jobs.say_hello)
        # A write to the append-only file waits, for up to two seconds, while the one before is forced to the disk.
        assert client.waitaof(1, 0, 5000)[0] == 1
        os.kill(client.info("server")["process_id"], signal.SIGKILL)
    eventually(lambda: "Our Redis had ended and was started again" in run.output, message="it says so")
    eventually(lambda: answers(url), message="it answers")
    with redis_py.Redis.from_url(url) as client:
        assert client.lrange("rq:queue:other", 0, -1) == [job.id.encode()]
        again = Queue(connection=client).enqueue(fixture_jobs.say_hello)
        eventually(lambda: again.get_status() == "finished", 20, "the worker works on")
    run.end()
    assert run.left() == {}


def test_a_second_run_joins_the_redis_of_the_first_and_the_last_ends_it(started, tmp_path):
    first = started(Run(tmp_path))
    first.wait_ready()
    second = started(Run(tmp_path))
    second.wait_ready()
    assert second.redis_url == first.redis_url
    assert "which another `make run` of this folder had started" in second.output
    assert len(worker_names(first.redis_url)) == 2
    first.end()
    assert len(worker_names(second.redis_url)) == 1
    second.end()
    assert first.left() == second.left() == {}


def test_a_first_run_that_was_killed_leaves_the_second_its_redis(started, tmp_path):
    first = started(Run(tmp_path))
    first.wait_ready()
    second = started(Run(tmp_path))
    second.wait_ready()
    url = first.redis_url
    first.kill()
    eventually(lambda: len(worker_names(url)) == 1, 15, "the worker of the first run has signed off")
    with redis_py.Redis.from_url(url) as client:
        job = Queue(connection=client).enqueue(fixture_jobs.say_hello)
        eventually(lambda: job.get_status() == "finished", 20, "the worker of the second run works on")
        second.end()
        eventually(lambda: not first.left(), 10, "nothing is left")
        with pytest.raises(redis_py.ConnectionError):
            client.ping()


def test_every_line_has_the_name_of_its_process_and_no_colour_in_a_pipe(started, tmp_path, redis_server):
    run = started(Run(tmp_path, {"REDIS_URL": redis_server.url, "WORKERS": 1}))
    run.wait_ready()
    run.end()
    assert "\x1b" not in run.output
    assert "operations | operating\n" in run.output
    assert "worker     | " in run.output


def can_connect(page: str) -> bool:
    try:
        urllib.request.urlopen(page, timeout=2).close()
    except OSError:
        return False
    return True
