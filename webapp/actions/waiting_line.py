"""Redis' line for the next job: whether we may stand in it before the workers, and sending these to its end.

Redis tells who waits, not for which queue: every idle RQ worker of this database is sent, which for it is as if no job
had come for a while. No Flask, no rq.
"""

from collections.abc import Iterable

import redis
from redis.exceptions import ResponseError

from webapp import rqkeys
from webapp.errors import Refused

#: What a worker of one queue waits in, and one of several.
COMMANDS = ("blmove", "blpop")
NEEDED = {"CLIENT LIST": ("CLIENT", "LIST", "ID", "1"), "CLIENT UNBLOCK": ("CLIENT", "UNBLOCK", "0")}


def check(writer: redis.Redis) -> None:
    """Return where we may; raise Refused with the missing rights. One round trip."""
    pipe = writer.pipeline(transaction=False)
    for command in NEEDED.values():
        pipe.execute_command(*command)
    answers = pipe.execute(raise_on_error=False)
    missing = []
    for name, answer in zip(NEEDED, answers, strict=True):
        if isinstance(answer, ResponseError):
            missing.append(name)
        elif isinstance(answer, Exception):
            raise answer
    if missing:
        rules = " ".join(f"+{name.lower().replace(' ', '|')}" for name in missing)
        raise Refused(
            f"This Redis user may not {' and '.join(missing)}, without which idle workers would take the next jobs.",
            fix=f"Allow it: ACL SETUSER <user> {rules}. Or hold the queue: that needs no such right.",
            code="no_line",
        )


def waiting(client: redis.Redis, ours: str) -> list[str]:
    """Ids of the clients that are idle RQ workers; clients named `ours` are none.

    One round trip; CLIENT LIST costs Redis some 3 µs a client.
    """
    pipe = client.pipeline(transaction=False)
    pipe.smembers(rqkeys.WORKERS)
    pipe.client_list()
    members, clients = pipe.execute()
    names = set(rqkeys.names(members, rqkeys.WORKER_PREFIX))
    return idle(clients, names, ours, client.connection_pool.connection_kwargs.get("db") or 0)


def send_back(client: redis.Redis, ids: Iterable[str]) -> None:
    """Those of the clients that still wait are behind whoever waits now. One round trip."""
    pipe = client.pipeline(transaction=False)
    for client_id in ids:
        pipe.execute_command(*unblock(client_id))
    pipe.execute(raise_on_error=False)


def unblock(client_id: str) -> tuple[str, str, str]:
    """The command for one client: as if no job had come for a while. Nothing happens to one that does not wait."""
    return "CLIENT", "UNBLOCK", client_id


def idle(clients: Iterable[dict[str, str]], names: set[str], ours: str, db: int) -> list[str]:
    """Ids of the clients that wait for a job on a host from which a worker listens.

    RQ names only the connection on which a worker hears commands: the one in which it waits has no name.
    """
    clients = list(clients)
    hosts = {_host(one) for one in clients if one.get("name") in names}
    return [
        one["id"]
        for one in clients
        if one.get("cmd") in COMMANDS and "b" in one.get("flags", "")
        if one.get("name") != ours and (not one.get("name") or one["name"] in names)
        if _host(one) in hosts and one.get("db") == str(db)
    ]


def _host(client: dict[str, str]) -> str:
    return client.get("addr", "").rpartition(":")[0]
