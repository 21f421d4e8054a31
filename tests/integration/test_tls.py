"""Over TLS: a Redis that only an authority of one's own vouches for, and that asks for a certificate of ours too."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis as redis_py
from rq import Queue

from tests import fixture_jobs
from tests.feed_mode import is_live
from tests.link_servers import Authority
from tests.live import Page, get
from tests.servers import RedisServer
from tests.support import free_port


@dataclass
class Secured:
    """A server that takes TLS only from who has a certificate of its authority."""

    server: RedisServer
    folder: Path
    port: int

    def url(self, **options: object) -> str:
        named = "&".join(f"{name}={value}" for name, value in options.items())
        return f"rediss://localhost:{self.port}/0?{named}"

    @property
    def ours(self) -> dict[str, object]:
        return {
            "ssl_ca_certs": self.folder / "ca.pem",
            "ssl_certfile": self.folder / "dashboard.pem",
            "ssl_keyfile": self.folder / "dashboard.key",
        }


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Secured]:
    folder = tmp_path / "certificates"
    folder.mkdir()
    authority = Authority(folder)
    for name in ("localhost", "dashboard"):
        authority.context(name)
    files = {"tls-cert-file": "localhost.pem", "tls-key-file": "localhost.key", "tls-ca-cert-file": "ca.pem"}
    port = free_port()
    options = {name: folder / file for name, file in files.items()} | {"tls-port": port, "tls-auth-clients": "yes"}
    # Debian's: the embedded Valkey is built without TLS.
    server = RedisServer(options, kind="redis")
    server.start()
    yield Secured(server, folder, port)
    server.close()


def test_page_and_worker_over_tls(secured, web_server, worker_process):
    url = secured.url(**secured.ours)
    web = web_server(url)
    with Page(web, {"overview": True}) as page, redis_py.Redis.from_url(url) as redis:
        page.until(lambda: page.complete and is_live(page.health))
        assert page.health["address"] == f"localhost:{secured.port}"
        worker_process("default", url=url)
        job = Queue(connection=redis).enqueue(fixture_jobs.nothing)
        page.watch(overview=True, rows=[job.id])
        page.until(lambda: (page.rows.get(job.id) or {}).get("status") == "finished", 20)


def test_rqs_own_settings_lead_there_too(secured, web_server):
    ours = secured.ours
    env = {"REDIS_HOST": "localhost", "REDIS_PORT": secured.port, "REDIS_SSL": "true"}
    env |= {f"REDIS_{name.upper()}": value for name, value in ours.items()}
    assert get(web_server("", env), "/healthz")[0] == 200


def test_who_does_not_trust_the_authority_is_told_that_redis_is_away_and_why(secured, web_server):
    web = web_server(secured.url(ssl_certfile=secured.ours["ssl_certfile"], ssl_keyfile=secured.ours["ssl_keyfile"]))
    status, body = get(web, "/api/overview")
    assert (status, body["error"]["code"]) == (503, "redis_away")
    assert "certificate" in body["error"]["message"], body
    assert "ssl_ca_certs" in body["error"]["fix"]
