"""Other sites attack through a real Chromium that has the dashboard's login: nothing of it reaches Redis."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rq import Queue

from tests import fixture_jobs
from tests.accounts import PASSWORD, THREE

FORM = """([address, encoding, text]) => {
  const form = document.createElement("form");
  Object.assign(form, {method: "POST", action: address, enctype: encoding});
  const field = document.createElement("input");
  [field.name, field.value] = [text, ""];
  if (text) form.append(field);
  document.body.append(form);
  form.submit();
}"""
#: Every way in which a page can make a browser send something that changes things.
FETCHES = """async ([base, id]) => {
  const attempt = (path, options) =>
    fetch(base + path, {credentials: "include", ...options}).then((r) => r.type + r.status).catch(() => "blocked");
  const json = {"Content-Type": "application/json"};
  return Promise.all([
    attempt(`/api/jobs/${id}/cancel`, {method: "POST", mode: "no-cors"}),
    attempt(`/api/jobs/${id}/cancel`, {method: "POST", mode: "no-cors", body: "{}"}),
    attempt(`/api/jobs/${id}/cancel`, {method: "POST", headers: json, body: "{}"}),
    attempt(`/api/jobs/${id}`, {method: "DELETE"}),
    attempt("/api/jobs", {method: "POST", mode: "no-cors", body: JSON.stringify({again: id})}),
    attempt("/api/uploads?name=x", {method: "POST", mode: "no-cors", body: new Blob(["x"])}),
    attempt(`/api/jobs/${id}/cancel`, {method: "POST", mode: "no-cors", referrerPolicy: "no-referrer"}),
    Promise.resolve(navigator.sendBeacon(`${base}/api/jobs/${id}/cancel`) ? "sent" : "refused"),
  ]);
}"""
READ = """(base) => Promise.all(["/api/overview", "/api/jobs", "/"].map((path) =>
  fetch(base + path, {credentials: "include"}).then((r) => r.text()).catch(() => "blocked")))"""
SOCKET = """(address) => new Promise((done) => {
  const socket = new WebSocket(address);
  socket.onopen = () => done("open");
  socket.onerror = () => done("refused");
})"""


class Attacker(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title>")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def evil_port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Attacker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


LOG_IN = """(login) => fetch("/api/login", {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(login),
}).then((r) => r.status)"""


@pytest.fixture(params=["", THREE], ids=["no users", "users"])
def victim(request, chromium, web_server, redis):
    """A server, and a page of a browser that is logged in to it."""
    server = web_server(env={"RQLIVE_OWN_REDIS": 1} | ({"RQLIVE_USERS": request.param} if request.param else {}))
    context = chromium.new_context()
    page = context.new_page()
    if request.param:
        page.goto(f"{server.url}/login")
        assert page.evaluate(LOG_IN, {"name": "ada", "password": PASSWORD}) == 204
    page.goto(f"{server.url}/api/job-types")
    yield server, page
    context.close()


def state(redis):
    return {key: redis.dump(key) for key in redis.scan_iter("rq:job:*")} | {
        key: redis.dump(key) for key in redis.scan_iter("rq:queue:*")
    }


def test_our_own_page_may_do_what_others_may_not(victim, redis):
    server, page = victim
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    answer = page.evaluate(
        "(path) => fetch(path, {method: 'POST'}).then(async (r) => [r.status, await r.json()])",
        f"/api/jobs/{job.id}/cancel",
    )
    assert answer[0] == 200
    assert answer[1]["job"]["status"] == "canceled"
    assert page.evaluate(SOCKET, f"{server.url.replace('http', 'ws')}/live") == "open"


@pytest.mark.parametrize("site", ["localhost", "127.0.0.1"], ids=["another site", "another port"])
def test_another_site_can_neither_act_nor_listen_nor_read(victim, redis, evil_port, site):
    server, page = victim
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    before = state(redis)
    evil = f"http://{site}:{evil_port}/"
    for encoding in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        for text in ("", '{"status": "queued", "x": "'):
            page.goto(evil)
            with page.expect_navigation(url=f"{server.url}/**") as sent:
                page.evaluate(FORM, [f"{server.url}/api/jobs/{job.id}/cancel", encoding, text])
            # 401 where this browser keeps logins apart by site.
            assert sent.value.status in (401, 403)
    page.goto(evil)
    outcomes = page.evaluate(FETCHES, [server.url, job.id])
    assert set(outcomes[:-1]) <= {"blocked", "opaque0"}
    assert page.evaluate(SOCKET, f"{server.url.replace('http', 'ws')}/live") == "refused"
    assert page.evaluate(READ, server.url) == ["blocked"] * 3
    assert state(redis) == before
    assert job.get_status() == "queued"


def test_a_name_that_was_rebound_to_this_machine_shows_and_does_nothing(chromium, web_server, redis):
    """evil.example answers with 127.0.0.1: for the browser, its pages and ours are one origin."""
    server = web_server(env={"RQLIVE_OWN_REDIS": 1})
    job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
    page = chromium.new_page()
    rebound = server.url.replace("127.0.0.1", "evil.example")
    answer = page.goto(f"{rebound}/api/overview")
    assert answer.status == 400
    assert "RQLIVE_HOSTS" in answer.json()["error"]["fix"]
    post = "(path) => fetch(path, {method: 'POST'}).then((r) => r.status)"
    assert page.evaluate(post, f"/api/jobs/{job.id}/cancel") == 400
    assert page.evaluate(SOCKET, f"{rebound.replace('http', 'ws')}/live") == "refused"
    assert job.get_status() == "queued"
    page.close()
