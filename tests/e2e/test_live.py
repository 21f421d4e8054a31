"""What changes is seen as it changes: by everybody, through breaks, and without moving under the hand."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
import redis as redis_py
from playwright.sync_api import WebSocketRoute, expect
from rq import Queue

from tests.e2e import words
from tests.e2e.conftest import WRITES, publish
from tests.processes import WebServer
from tests.servers import RedisServer

FUNCTION = "tests.fixture_jobs"
#: What the browser itself says about a server that is not there.
BREAK = ("WebSocket", "Failed to load resource")


#: What a person sees live must not depend on how changes are heard.
in_every_mode = pytest.mark.parametrize("mode", ["tracking", "keyspace", "sampling"])


@pytest.fixture(scope="module")
def dashboards(
    redis_server: RedisServer, files, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], WebServer]]:
    """The dashboard whose feed is in this mode, started when it is first asked for."""
    made: dict[str, WebServer] = {}

    def in_mode(mode: str) -> WebServer:
        if mode not in made:
            env = WRITES | {"RQLIVE_FILES": files, "RQLIVE_FEED": mode}
            made[mode] = WebServer(redis_server.url, tmp_path_factory.mktemp(mode), env)
            made[mode].wait_ready()
        return made[mode]

    yield in_mode
    for server in made.values():
        server.close()


@pytest.fixture
def dashboard(request: pytest.FixtureRequest, catalog: None, redis: redis_py.Redis) -> Iterator[WebServer]:
    """As for every test of a browser; in the mode of this test where it has one."""
    mode = getattr(request.node, "callspec", None) and request.node.callspec.params.get("mode")
    if mode is None:
        yield request.getfixturevalue("_dashboard")
        return
    before = redis.config_get("notify-keyspace-events")["notify-keyspace-events"]
    redis.config_set("notify-keyspace-events", "KA" if mode == "keyspace" else "")
    yield request.getfixturevalue("dashboards")(mode)
    redis.config_set("notify-keyspace-events", before)


@in_every_mode
def test_two_browsers_see_the_same_job_run_and_end(open_page, redis, worker_process, mode) -> None:
    here, there = open_page(), open_page()
    words.live(here), words.live(there)
    worker_process("default")
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.wait_for_key", "gate")
    for page in (here, there):
        expect(words.row(page, job.id)).to_be_visible()
        expect(words.figure(page, "started")).to_have_text("1")
    redis.set("gate", 1)
    for page in (here, there):
        expect(words.row(page, job.id)).to_have_count(0)
        expect(words.figure(page, "started")).to_have_text("0")


@in_every_mode
def test_progress_of_another_program_is_a_bar(open_page, redis, worker_process, mode) -> None:
    page = open_page()
    words.live(page)
    queue = Queue("default", connection=redis)
    job = queue.enqueue(f"{FUNCTION}.wait_for_key", "gate", meta={"progress": {"done": 3, "total": 4}})
    worker_process("default")
    expect(words.row(page, job.id).get_by_role("progressbar")).to_have_attribute("aria-valuenow", "75")
    redis.set("gate", 1)


@in_every_mode
def test_a_list_refreshes_by_itself(open_page, redis, mode) -> None:
    page = open_page("/jobs?queue=default&status=queued")
    words.live(page)
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.nothing")
    expect(words.row(page, job.id)).to_be_visible()
    job.delete()
    expect(words.row(page, job.id)).to_have_count(0)


def test_a_list_that_changed_is_asked_for_before_anything_is_painted(open_page, redis) -> None:
    """Through what is painted, the word of it would come two frames later."""
    page = open_page("/jobs?queue=default&status=queued")
    words.live(page)
    expect(page.get_by_text("No queued job in default")).to_be_visible()
    page.evaluate("""() => {
      window.due = [];
      window.frames = window.requestAnimationFrame;
      window.requestAnimationFrame = (run) => window.due.push(run);
    }""")
    with page.expect_request(lambda request: "/api/jobs?" in request.url):
        job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.nothing")
    page.evaluate("""() => {
      window.requestAnimationFrame = window.frames;
      for (const run of window.due) window.requestAnimationFrame(run);
    }""")
    expect(words.row(page, job.id)).to_be_visible()


def test_a_frozen_list_asks_for_nothing_until_it_goes_on(open_page, redis) -> None:
    page = open_page("/jobs?queue=default&status=queued")
    expect(page.get_by_text("No queued job in default")).to_be_visible()
    # Keys are obeyed when the tab has its title.
    expect(page).to_have_title(re.compile("·"))
    page.keyboard.press("f")
    expect(page.get_by_test_id("frozen")).to_contain_text("Frozen at")
    asked = []
    page.on("request", lambda request: "/api/jobs?" in request.url and asked.append(request.url))
    job = Queue("default", connection=redis).enqueue(f"{FUNCTION}.nothing")
    expect(page.get_by_test_id("frozen")).to_contain_text(re.compile(r"[1-9]\d* changes? waits?"))
    assert not asked
    page.keyboard.press("f")
    expect(words.row(page, job.id)).to_be_visible()
    assert asked


@in_every_mode
def test_rows_hold_still_under_the_pointer_and_say_what_is_newer(open_page, redis, mode) -> None:
    queue = Queue("default", connection=redis)
    first = queue.enqueue(f"{FUNCTION}.nothing")
    page = open_page("/jobs?queue=default&status=queued")
    words.live(page)
    words.row(page, first.id).hover()
    later = [queue.enqueue(f"{FUNCTION}.nothing", at_front=True).id for _ in range(3)]
    expect(page.get_by_role("button", name="3 newer")).to_be_visible()
    assert [row.get_attribute("data-job") for row in page.locator("tr[data-job]").all()] == [first.id]
    page.get_by_role("button", name="3 newer").click()
    expect(page.locator("tr[data-job]").first).to_have_attribute("data-job", later[-1])


@in_every_mode
def test_a_killed_worker_is_shown_as_lost(open_page, worker_process, mode) -> None:
    page = open_page()
    words.live(page)
    worker = worker_process("default", name="billing-1")
    shown = page.locator('[data-worker="billing-1"]')
    expect(shown).to_have_attribute("data-state", "idle")
    worker.kill()
    expect(shown).to_have_attribute("data-state", "lost", timeout=8_000)
    expect(shown).to_contain_text("lost")


def test_a_lost_frame_is_answered_by_asking_for_everything_anew(open_page, redis) -> None:
    page, asked, lose = open_page(), [], []

    def between(page_side: WebSocketRoute) -> None:
        server = page_side.connect_to_server()

        def to_server(text: str) -> None:
            asked.append(json.loads(text).get("watch"))
            server.send(text)

        page_side.on_message(to_server)
        server.on_message(lambda text: lose.pop() if lose and '"queued":1,' in text else page_side.send(text))

    page.route_web_socket(re.compile("/live$"), between)
    page.reload()
    words.live(page)
    lose.append("the frame that tells of the first job")
    Queue("default", connection=redis).enqueue(f"{FUNCTION}.nothing")
    words.until(page, lambda: not lose)
    Queue("other", connection=redis).enqueue(f"{FUNCTION}.nothing")
    expect(words.figure(page, "queued")).to_have_text("2")
    words.until(page, lambda: asked[-2:] == [{}, {"overview": True, "boards": ["failures_count", "operations"]}])


@pytest.mark.slow
def test_while_redis_is_away_the_last_values_stay_greyed_and_come_back_to_life(
    open_page, own_redis_server, web_server
) -> None:
    publish(own_redis_server.url)
    with own_redis_server.connection() as redis:
        Queue("default", connection=redis).enqueue(f"{FUNCTION}.nothing")
    server = web_server(url=own_redis_server.url, env={"RQLIVE_WRITE": 1})
    page = open_page(url=server.url, allowed=BREAK)
    words.live(page)
    own_redis_server.stop()
    expect(page.get_by_test_id("banner-redis")).to_be_visible()
    expect(page.get_by_test_id("status")).to_have_attribute("data-live", "false")
    expect(words.figure(page, "queued")).to_have_text("1")
    expect(page.locator(".app")).to_have_class(re.compile(r"\bstale\b"))
    own_redis_server.start()
    words.live(page)
    expect(page.get_by_test_id("banner-redis")).to_have_count(0)


@pytest.mark.slow
def test_a_page_comes_back_by_itself_after_the_server_was_restarted(
    open_page, own_dashboard, redis, redis_server, started, tmp_path
) -> None:
    page = open_page(url=own_dashboard.url, allowed=BREAK)
    words.live(page)
    own_dashboard.stop()
    expect(page.get_by_test_id("status")).to_contain_text("Offline since")
    Queue("default", connection=redis).enqueue(f"{FUNCTION}.nothing")
    started(WebServer(redis_server.url, tmp_path, {"RQLIVE_WRITE": 1, "PORT": own_dashboard.port}))
    words.live(page)
    expect(words.figure(page, "queued")).to_have_text("1")
