"""Ends in good order: SIGTERM under load, and a rolling restart of the web under two hundred open pages."""

import time

from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests.processes import WebServer
from tests.support import eventually


def restart(scene: Scene, at: int) -> None:
    """End a web process in good order and start it again on its port."""
    old = scene.webs[at]
    code = old.stop()
    if code != 0:
        scene.outcome.broken.append(f"a web process ended with {code}: {old.output[-300:]}")
    new = WebServer(scene.url, scene.folder, {"RQLIVE_OWN_REDIS": 1, "PORT": old.port})
    new.port, new.url = old.port, old.url
    scene.processes.append(new)
    new.wait_ready()
    scene.webs[at] = new


@fault("a rolling restart of both web processes, three times, under 200 pages that may come back to either")
def rolling_restart(outcome: Outcome) -> None:
    # All pages live in one process here, which could not keep up with two hundred rows on each under load.
    with Scene(outcome, tabs=0, rows=10) as scene:
        for n in range(200):
            scene.open(*(scene.webs if n % 2 else scene.webs[::-1]))
        eventually(lambda: scene.telling(), 30, "all 200 pages tell the truth")
        with scene.breaking():
            for _ in range(3):
                for at in range(2):
                    restart(scene, at)
                    back = scene.seconds_until(lambda: all(tab.connected for tab in scene.tabs.tabs), "all are back")
            scene.load.stop()
        reconnects = [tab.reconnects for tab in scene.tabs.tabs]
        outcome.remarks.append(f"200 pages, {sum(reconnects)} connections anew, at most {max(reconnects)} of one page; "
                               f"after the last restart all were connected within {back:.1f} s")  # fmt: skip


@fault("SIGTERM to a web process under load: pages are told goodbye and come back, no request is left half done")
def web_term_under_load(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        restart(scene, 0)


@fault("SIGTERM to each stock worker under load: each finishes its job, none is lost")
def worker_term_under_load(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        for worker in list(scene.workers):
            worker.stop(30)
            scene.workers.remove(worker)
            scene.worker(f"{worker.name}-next")


@fault("SIGTERM to operations under load, and another started: figures and leases go over")
def operations_term_under_load(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        assert scene.operations
        if code := scene.operations.stop():
            outcome.broken.append(f"it ended with {code}")
        scene.operations = scene.start_operations()
        began = time.monotonic()
        operations = scene.operations
        eventually(lambda: "are recorded" in operations.output, 20, "the next one records")
        outcome.remarks.append(f"the next one recorded after {time.monotonic() - began:.1f} s")
