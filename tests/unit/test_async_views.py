"""Async views where there is no gevent, and the loop that they share: started late, given back whole."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psutil
import pytest
from flask import Flask, current_app, g, request

from tests.support import ROOT, clean_env, eventually
from webapp import async_loop, async_views, errors
from webapp.async_views import blocking, for_any_thread


@pytest.fixture
def app() -> Iterator[Flask]:
    made = Flask("tiny")
    errors.init_app(made)
    async_views.init_app(made)
    yield made
    async_loop.close()


def as_it_is_raised(app: Flask) -> None:
    """Let errors through to the client of the test."""
    app.testing = True
    app.error_handler_spec.clear()


def run(code: str) -> str:
    """What a Python of its own says to these lines."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=clean_env(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_async_view_is_a_view_as_flask_has_them(app):
    @app.get("/<name>")
    async def view(name: str) -> dict:
        g.name = name
        await asyncio.sleep(0)
        elsewhere = await blocking(lambda: (g.name, request.path))
        return {"name": g.name, "path": request.path, "app": current_app.name, "elsewhere": elsewhere}

    answer = app.test_client().get("/ann")
    assert answer.json == {"name": "ann", "path": "/ann", "app": "tiny", "elsewhere": ["ann", "/ann"]}


def test_flasks_other_hooks_may_be_async_too(app):
    @app.before_request
    async def before() -> None:
        g.seen = ["before"]

    @app.after_request
    async def after(response):
        response.headers["X-Seen"] = ",".join(g.seen)
        return response

    @app.errorhandler(KeyError)
    async def missing(error: KeyError) -> tuple[str, int]:
        return f"no {error.args[0]}", 404

    @app.get("/")
    async def view() -> str:
        raise KeyError("bread")

    answer = app.test_client().get("/")
    assert (answer.status_code, answer.text, answer.headers["X-Seen"]) == (404, "no bread", "before")


def test_what_a_view_raises_has_the_trace_of_the_view(app):
    @app.get("/")
    async def view() -> None:
        await deeper()

    async def deeper() -> None:
        await blocking(int, "five")

    as_it_is_raised(app)
    with pytest.raises(ValueError, match="five") as caught:
        app.test_client().get("/")
    assert {"view", "deeper"} <= {entry.name for entry in caught.traceback}


def test_all_views_share_one_loop_in_one_thread_and_run_at_once(app):
    everyone = threading.Barrier(20)
    arrived = []

    @app.get("/")
    async def view() -> dict:
        arrived.append(1)
        while len(arrived) < 20:
            await asyncio.sleep(0.001)
        await asyncio.to_thread(everyone.wait, 10)
        return {"loop": id(asyncio.get_running_loop()), "thread": threading.get_native_id()}

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: app.test_client().get("/").json, range(20)))
    assert len({(answer["loop"], answer["thread"]) for answer in answers}) == 1
    assert answers[0]["thread"] != threading.get_native_id()


def test_a_view_that_takes_too_long_is_canceled_and_says_so(app, monkeypatch):
    monkeypatch.setattr(async_views, "VIEW_MAX", 0.1)
    canceled = threading.Event()

    @app.get("/")
    async def view() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            canceled.set()

    answer = app.test_client().get("/")
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "took_too_long")
    assert canceled.wait(5)


def test_a_view_that_is_canceled_from_within_says_so(app):
    @app.get("/")
    async def view() -> None:
        asyncio.current_task().cancel()
        await asyncio.sleep(30)

    answer = app.test_client().get("/")
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "request_canceled")


def test_a_canceled_wait_lets_its_blocking_function_end(app):
    gate, ended = threading.Event(), threading.Event()

    def work() -> None:
        gate.wait(10)
        ended.set()

    @app.get("/")
    async def view() -> str:
        try:
            async with asyncio.timeout(0.05):
                await blocking(work)
        except TimeoutError:
            return "gone on"

    assert app.test_client().get("/").text == "gone on"
    assert not ended.is_set()
    gate.set()
    assert ended.wait(5)


def test_a_view_that_would_wait_for_itself_is_told_to_await(app):
    @app.get("/")
    async def view() -> str:
        return current_app.ensure_sync(other)()

    async def other() -> str:
        return "never"

    as_it_is_raised(app)
    with pytest.raises(RuntimeError, match="Await the function instead"):
        app.test_client().get("/")


def test_blocking_outside_of_a_view_says_what_to_do():
    with pytest.raises(RuntimeError, match="ensure_sync"):
        asyncio.run(blocking(int))


def test_closing_gives_thread_and_descriptors_back_and_ends_views_under_way(app):
    begun = threading.Event()

    @app.get("/<float:seconds>")
    async def view(seconds: float) -> str:
        begun.set()
        await asyncio.sleep(seconds)
        return "slept"

    process = psutil.Process()
    before = process.num_fds(), process.num_threads()
    for _ in range(5):
        assert app.test_client().get("/0.0").text == "slept"
        assert process.num_threads() == before[1] + 1
        async_loop.close()
        eventually(lambda: (process.num_fds(), process.num_threads()) == before)
    begun.clear()
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(app.test_client().get, "/30.0")
        assert begun.wait(5)
        async_loop.close()
        answer = asked.result(5)
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "request_canceled")


def test_an_app_starts_no_thread_before_its_first_async_view():
    code = """
import psutil
from webapp import create_app
from webapp.config import Config
app = create_app(Config(redis_url="redis://localhost:1/0"))
@app.get("/view")
async def view(): return "ok"
before = psutil.Process().num_threads()
answer = app.test_client().get("/view").text
print(before, answer, psutil.Process().num_threads())
"""
    assert run(code) == "1 ok 2"


def test_many_that_call_the_loop_together_wake_it_once_and_each_is_heard(app):
    """Each wake is a system call, in which the loop's thread takes the interpreter from whoever serves requests."""
    heard, woken = [], []

    @app.get("/")
    async def view() -> str:
        loop = asyncio.get_running_loop()
        write, loop._write_to_self = loop._write_to_self, lambda: (woken.append(1), write())
        for turn in range(2):
            for number in range(500):
                for_any_thread(partial(heard.append, (turn, number)))()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert len(heard) == 500 * (turn + 1)
        return str(len(woken))

    assert app.test_client().get("/").text == "2"
    assert heard == [(turn, number) for turn in range(2) for number in range(500)]


def test_a_closed_loop_refuses_everybody_who_asks(app):
    loop = async_loop.running(async_views._side())
    async_loop.close()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="closed"):
            loop.ask(print)
        loop.tell(print)


def test_a_child_process_has_a_loop_of_its_own():
    """Of a thread that asyncio waits for, a fork has only the memory."""
    code = """
import os
from flask import Flask
from webapp import async_views
app = Flask("tiny")
async_views.init_app(app)
@app.get("/")
async def view(): return str(os.getpid())
ask = lambda: app.test_client().get("/").text == str(os.getpid())
assert ask()
child = os.fork()
if not child:
    os._exit(0 if ask() and ask() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), ask())
"""
    assert run(code) == "0 True"


def test_under_gevent_asyncios_own_loop_ends_when_it_has_nothing_to_do_and_ours_does_not():
    code = """
from gevent import monkey
monkey.patch_all()
import asyncio, gevent, sys, threading
sys.stderr = sys.stdout
told = []
def theirs(loop):
    try:
        loop.run_until_complete(asyncio.Event().wait())
    except BaseException as error:
        told.append(type(error).__name__)
monkey.get_original("_thread", "start_new_thread")(theirs, (asyncio.new_event_loop(),))
while not told:
    gevent.sleep(0.01)
from flask import Flask
from webapp import async_views
app = Flask("tiny")
async_views.init_app(app)
@app.get("/")
async def view():
    await asyncio.sleep(0.1)
    return "ours"
def ask():
    told.append(app.test_client().get("/").text)
gevent.joinall([gevent.spawn(ask) for _ in range(3)])
print(*told)
"""
    assert run(code) == "LoopExit ours ours ours"
