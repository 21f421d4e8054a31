"""Two web hosts and a worker host in network namespaces; Redis and the visitors here. Between them delay, loss, cuts.

One cable leads from Redis to the three hosts, another from the visitors to the web hosts: cables of our own
(`_cable.py`), since not every kernel has `netem`.
"""

import json
import os
import sys
import time
import urllib.request
from collections.abc import Callable

from bench.faults import _load
from bench.faults._cable import Cable
from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests import hosts
from tests.accounts import page_of, user
from tests.hosts import Host
from tests.processes import APP, BIN, Process, WebServer, WorkerProcess
from tests.servers import RedisServer
from tests.support import eventually, free_port

#: Beyond loopback nobody is served without users.
USERS = user("ann", "admin")
HOSTS = ("web-a", "web-b", "worker")
INNER, OUTER = "10.77.0", "10.78.0"


class Spread(Scene):
    """The scene over hosts of their own."""

    def __init__(self, outcome: Outcome, workers: int = 2) -> None:
        port = free_port()
        server = RedisServer({"bind": f"127.0.0.1 -{INNER}.9", "protected-mode": "no"}, port=port)
        super().__init__(outcome, server=server, workers=workers, tabs=8)
        self._port = port
        self.inner, self.outer = Cable(INNER), Cable(OUTER)
        self._places: dict[str, Host] = {}
        self._next = iter(HOSTS)

    @property
    def url(self) -> str:
        return f"redis://{INNER}.9:{self._port}/0"

    def _set_up(self) -> None:
        for cable, device in ((self.inner, "rql-in"), (self.outer, "rql-out")):
            self._closing.callback(cable.close)
            cable.plug("here", 9, device, lambda act, *args: act(*args))
            cable.start()
        for number, name in enumerate(HOSTS, 1):
            host = self._places[name] = Host(name, f"{OUTER}.{number}", self.folder)
            self._closing.callback(host.close)
            host.wait_ready()
            enter = ["nsenter", "--target", str(host.pid), "--net", "--"]
            self.inner.plug(name, number, "eth0", host.does, *enter)
            self.outer.plug(name, number, "eth1", host.does, *enter)
        self._closing.callback(_load.HEADERS.pop, "Authorization", None)
        super()._set_up()

    def web(self, **env: object) -> WebServer:
        host = self._places[next(self._next)]
        settings = {"RQLIVE_REDIS_URL": self.url, "HOST": host.address, "RQLIVE_WRITE": 1, "RQLIVE_USERS": USERS}
        settings["RQLIVE_FILES"] = self.folder / "files"
        web = host.start([sys.executable, str(BIN / "gunicorn"), "-c", "gunicorn.conf.py", APP], settings)
        web.url = f"http://{host.address}:8000"
        self.processes.append(web)
        eventually(lambda: _load.ask(f"{web.url}/healthz")[0] == 200, 30, f"{host.name} answers: {web.output}")
        if "Authorization" not in _load.HEADERS:
            _load.HEADERS["Authorization"] = f"Bearer {token_of(web)}"
        return web

    def open(self, *webs: WebServer):
        """Visitors have a token of Ann's."""
        addresses = [f"ws://{web.url.removeprefix('http://')}/live" for web in webs]
        watch = {"overview": True, "rows": self.rows, "activity": True}
        return self.tabs.open(addresses, watch, {"Authorization": _load.HEADERS["Authorization"]})

    def worker(self, name: str, *queues: str, env: dict | None = None) -> WorkerProcess:
        command = [sys.executable, str(BIN / "rq"), "worker", "-u", self.url, "-n", name, "--quiet"]
        worker: Process = self._places["worker"].start([*command, *(queues or ["default"])], env or {})
        worker.name, worker.queues = name, queues or ("default",)
        self.processes.append(worker)
        self.workers.append(worker)
        eventually(lambda: self.redis.hget(f"rq:worker:{name}", "state"), 20, f"it listens: {worker.output}")
        return worker


def token_of(web: WebServer) -> str:
    """A token that Ann has made at this server."""
    body = json.dumps({"name": "trial", "role": "admin"}).encode()
    headers = page_of(web, "ann") | {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{web.url}/api/tokens", body, headers), timeout=20) as answer:
        return json.loads(answer.read())["secret"]


def run(outcome: Outcome, break_it: Callable[[Spread], None], mend: Callable[[Spread], None], seconds: float) -> None:
    """Break, wait, mend; nothing where there can be no such hosts."""
    outcome.skipped = hosts.why_not() or ("" if os.path.exists("/dev/net/tun") else "there is no /dev/net/tun")
    if outcome.skipped:
        return
    with Spread(outcome) as scene, scene.breaking():
        break_it(scene)
        time.sleep(seconds)
        mend(scene)


def mended(scene: Spread) -> None:
    for cable in (scene.inner, scene.outer):
        cable.delay, cable.loss = 0.0, 0.0
        cable.cut.clear()


def slowed(delay: float, loss: float) -> Callable[[Spread], None]:
    def slow(scene: Spread) -> None:
        for cable in (scene.inner, scene.outer):
            cable.delay, cable.loss = delay, loss

    return slow


@fault("100 ms of delay each way on every way, for 10 s")
def delay_everywhere(outcome: Outcome) -> None:
    run(outcome, slowed(0.1, 0), mended, 10)


@fault("5 % of all frames lost on every way, with 20 ms of delay, for 10 s")
def loss_everywhere(outcome: Outcome) -> None:
    run(outcome, slowed(0.02, 0.05), mended, 10)


def cutting(which: str, name: str) -> Callable[[Spread], None]:
    return lambda scene: getattr(scene, which).cut.add(frozenset({"here", name}))


@fault("the way between Redis and one web host cut for 8 s: its pages say so, those of the other go on")
def cut_redis_from_web(outcome: Outcome) -> None:
    run(outcome, cutting("inner", "web-a"), mended, 8)


@fault(
    "the way between Redis and the worker host cut for 8 s: its workers are not called lost for good, no job runs twice"
)
def cut_redis_from_worker(outcome: Outcome) -> None:
    run(outcome, cutting("inner", "worker"), mended, 8)


@fault("the way between visitors and one web host cut for 8 s: the pages come back by themselves")
def cut_visitors_from_web(outcome: Outcome) -> None:
    run(outcome, cutting("outer", "web-a"), mended, 8)


@fault("the same way cut for 25 s: pages notice the dead way and connect anew")
def cut_visitors_for_long(outcome: Outcome) -> None:
    run(outcome, cutting("outer", "web-a"), mended, 25)
