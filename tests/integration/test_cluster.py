"""One shard of a Redis Cluster: a prefix in braces keeps all keys in one slot, and the server that has it is watched.

What another server of the cluster answers is no empty installation.
"""

import pytest
import redis
from redis.crc import key_slot

from tests.feed_mode import MODE
from tests.live import Page, get
from tests.servers import RedisServer
from tests.support import eventually, free_port

PREFIX = "{shard}"
SLOT = key_slot(PREFIX.encode())
SLOTS = 16_384


def command(client: redis.Redis, *words: object) -> object:
    return client.execute_command("CLUSTER", *words)


@pytest.fixture
def cluster():
    """Two servers that know each other; the first has all slots."""
    servers = []
    for _ in range(2):
        options = {"cluster-enabled": "yes", "cluster-port": free_port(), "cluster-node-timeout": 2000}
        servers.append(RedisServer(options, port=free_port(), kind="valkey"))
    try:
        for server in servers:
            server.start()
        first, second = (server.connection() for server in servers)
        command(first, "ADDSLOTSRANGE", 0, SLOTS - 1)
        bus = servers[1]._options["cluster-port"]
        command(first, "MEET", "127.0.0.1", servers[1].port, bus)
        eventually(lambda: _is_whole(first) and _is_whole(second), 20, "the cluster is whole")
        yield servers
    finally:
        for server in servers:
            server.close()


def _is_whole(client: redis.Redis) -> bool:
    info = command(client, "INFO")
    return all(word in info for word in (b"cluster_state:ok", b"cluster_known_nodes:2", b"cluster_slots_ok:16384"))


def enqueued(client: redis.Redis, job_id: str) -> None:
    client.sadd(f"{PREFIX}:queues", f"{PREFIX}:queue:default")
    client.hset(f"{PREFIX}:job:{job_id}", mapping={"status": "queued", "origin": "default", "description": "f()"})
    client.rpush(f"{PREFIX}:queue:default", job_id)


def queued(page: Page) -> int | None:
    return page.parts["queue"].get("default", {}).get("queued")


def test_a_shard_of_a_cluster_is_watched_live(cluster, web_server):
    client = cluster[0].connection()
    enqueued(client, "one")
    web = web_server(cluster[0].url, env={"RQ_KEY_PREFIX": PREFIX})
    with Page(web, {"overview": True}) as page:
        page.until(lambda: queued(page) == 1 and page.mode == MODE, 10)
        enqueued(client, "two")
        page.until(lambda: queued(page) == 2, 1)


def test_a_slot_that_moves_away_is_said_and_not_shown_as_nothing(cluster, web_server):
    first, second = (server.connection() for server in cluster)
    enqueued(first, "one")
    web = web_server(cluster[0].url, env={"RQ_KEY_PREFIX": PREFIX})
    with Page(web, {"overview": True}) as page:
        page.until(lambda: queued(page) == 1, 10)
        keys = command(first, "GETKEYSINSLOT", SLOT, 1000)
        there, here = (command(client, "MYID") for client in (second, first))
        command(second, "SETSLOT", SLOT, "IMPORTING", here)
        command(first, "SETSLOT", SLOT, "MIGRATING", there)
        first.execute_command("MIGRATE", "127.0.0.1", cluster[1].port, "", 0, 5000, "KEYS", *keys)
        for client in (second, first):
            command(client, "SETSLOT", SLOT, "NODE", there)
        page.until(lambda: page.health.get("redis") == "away", 10)
        assert "Redis Cluster" in page.health["message"]
        assert queued(page) == 1
        status, body = get(web, "/api/overview")
        assert (status, body["error"]["code"]) == (503, "redis_away")
        assert "RQ_KEY_PREFIX" in body["error"]["fix"]
        assert get(web, "/api/jobs")[0] == 503
        assert get(web, "/readyz")[0] == 503
    assert "Traceback" not in web.output
