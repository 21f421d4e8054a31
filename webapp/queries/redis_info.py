"""Redis itself, as INFO tells it: memory and what happens when it is full, clients, persistence, replication.

Each figure is None where this server does not tell it, or this Redis user may not ask.
"""

from collections.abc import Mapping
from typing import Any

import redis
from redis.exceptions import RedisError

from webapp.queries.fields import integer, number

SECTIONS = ("server", "clients", "memory", "persistence", "stats", "replication")
REPLICAS_MAX = 10

Info = Mapping[str, Any]


def read(reader: redis.Redis) -> dict[str, Any]:
    """All that is told here. One round trip of one INFO per section, under a millisecond each; never raises for a
    command that was refused: `refused` names those sections. Bounded by REPLICAS_MAX."""
    with reader.pipeline(transaction=False) as pipe:
        for section in SECTIONS:
            pipe.info(section)
        pipe.dbsize()
        *replies, keys = pipe.execute(raise_on_error=False)
    refused = [section for section, answer in zip(SECTIONS, replies, strict=True) if isinstance(answer, RedisError)]
    info: dict[str, Any] = {}
    for answer in replies:
        if isinstance(answer, dict):
            info |= answer
    return {
        "refused": refused,
        "server": _server(info) | {"keys": None if isinstance(keys, RedisError) else integer(keys)},
        "memory": _memory(info),
        "clients": _clients(info),
        "persistence": _persistence(info),
        "replication": _replication(info),
    }


def _server(info: Info) -> dict[str, Any]:
    is_valkey = "valkey_version" in info
    return {
        "name": "Valkey" if is_valkey else "Redis",
        "version": _word(info, "valkey_version" if is_valkey else "redis_version"),
        "mode": _word(info, "redis_mode") or _word(info, "server_mode"),
        "uptime_s": integer(info.get("uptime_in_seconds")),
        "per_second": integer(info.get("instantaneous_ops_per_sec")),
    }


def _memory(info: Info) -> dict[str, Any]:
    limit = integer(info.get("maxmemory"))
    policy = _word(info, "maxmemory_policy")
    return {
        "used": integer(info.get("used_memory")),
        "peak": integer(info.get("used_memory_peak")),
        #: None: no limit is set, or it is not told; `policy` is told along with it.
        "max": limit or None,
        "policy": policy,
        "may_evict": None if policy is None or limit is None else bool(limit) and policy != "noeviction",
        "evicted": integer(info.get("evicted_keys")),
        "fragmentation": number(info.get("mem_fragmentation_ratio")),
    }


def _clients(info: Info) -> dict[str, Any]:
    return {
        "connected": integer(info.get("connected_clients")),
        "blocked": integer(info.get("blocked_clients")),
        "max": integer(info.get("maxclients")),
        "rejected": integer(info.get("rejected_connections")),
    }


def _persistence(info: Info) -> dict[str, Any]:
    saved = integer(info.get("rdb_last_save_time"))
    started = (number(info.get("server_time_usec")) or 0) / 1e6 - (integer(info.get("uptime_in_seconds")) or 0)
    return {
        "loading": _flag(info, "loading"),
        "rdb_ok": _ok(info, "rdb_last_bgsave_status"),
        # At its start Redis tells the start as the last save.
        "saved_at": saved * 1_000 if saved and saved > started + 1 else None,
        "unsaved": integer(info.get("rdb_changes_since_last_save")),
        "aof": _flag(info, "aof_enabled"),
        "aof_ok": _all_ok(info, "aof_last_write_status", "aof_last_bgrewrite_status"),
    }


def _replication(info: Info) -> dict[str, Any]:
    role = _word(info, "role")
    offset = integer(info.get("master_repl_offset"))
    told = (info.get(f"slave{at}") for at in range(REPLICAS_MAX))
    link = _word(info, "master_link_status")
    return {
        "role": {"master": "primary", "slave": "replica"}.get(role or "", role),
        "link": None if link is None else link == "up",
        "heard_s": integer(info.get("master_last_io_seconds_ago")),
        "connected": integer(info.get("connected_slaves")),
        "replicas": [_replica(fields, offset) for fields in told if isinstance(fields, dict)],
    }


def _replica(fields: Info, offset: int | None) -> dict[str, Any]:
    own = integer(fields.get("offset"))
    return {
        "address": f"{fields.get('ip', '?')}:{fields.get('port', '?')}",
        "online": fields.get("state") == "online",
        "lag_s": integer(fields.get("lag")),
        "behind": None if own is None or offset is None else max(0, offset - own),
    }


def _word(info: Info, name: str) -> str | None:
    value = info.get(name)
    return None if value is None else str(value)


def _flag(info: Info, name: str) -> bool | None:
    value = integer(info.get(name))
    return None if value is None else bool(value)


def _ok(info: Info, name: str) -> bool | None:
    value = _word(info, name)
    return None if value is None else value == "ok"


def _all_ok(info: Info, *names: str) -> bool | None:
    known = [value for value in (_ok(info, name) for name in names) if value is not None]
    return all(known) if known else None
