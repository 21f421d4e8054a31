"""Redis itself: ended, killed, frozen, emptied, full, cut off."""

import os
import signal
import time

from bench.faults._scene import Scene
from bench.faults._trial import Outcome, fault
from tests.clock_off import seconds_off

AWAY = 4.0
#: Every write is on disk before it is answered.
DISK = {"appendonly": "yes", "appendfsync": "always"}


@fault("stopped in good order, back with its data 4 s later")
def redis_stopped(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        scene.server.stop()
        time.sleep(AWAY)
        scene.server.start()


@fault("killed (-9), back from its append-only file 4 s later")
def redis_killed(outcome: Outcome) -> None:
    with Scene(outcome, DISK) as scene, scene.breaking():
        scene.server.kill()
        time.sleep(AWAY)
        scene.server.start()


@fault("killed (-9) and back at once, five times in a row")
def redis_killed_again_and_again(outcome: Outcome) -> None:
    with Scene(outcome, DISK) as scene, scene.breaking():
        for _ in range(5):
            scene.server.kill()
            scene.server.start()
            time.sleep(1)


@fault("frozen (SIGSTOP) for 8 s")
def redis_paused(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        os.kill(scene.server.pid, signal.SIGSTOP)
        time.sleep(8)
        os.kill(scene.server.pid, signal.SIGCONT)


@fault("back with nothing in it: pages show it empty, not what was")
def redis_emptied(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking(lossless=False):
        scene.server.stop(save=False)
        time.sleep(1)
        scene.server.start()
        scene.publish()


@fault("emptied under everybody (FLUSHALL)")
def redis_flushed(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking(lossless=False):
        scene.redis.flushall()
        scene.publish()


@fault("full (maxmemory, noeviction) for 5 s: reads go on, what needs a write says why, and ends when there is room")
def redis_full(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        scene.redis.config_set("maxmemory-policy", "noeviction")
        scene.redis.config_set("maxmemory", scene.redis.info("memory")["used_memory"] - 1)
        time.sleep(5)
        scene.redis.config_set("maxmemory", 0)


@fault("every connection of the web and operations processes cut, one by one (CLIENT KILL), twice")
def connections_cut(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        ours = {str(scene.redis.client_id())}
        for _ in range(2):
            for client in scene.redis.client_list():
                # Stock workers are left alone: what RQ makes of that is another question.
                if client["id"] not in ours and not client["name"]:
                    scene.redis.client_kill_filter(_id=client["id"])
                    time.sleep(0.05)


@fault("every connection of everybody cut at once, workers too")
def connections_cut_at_once(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        for kind in ("normal", "pubsub"):
            scene.redis.client_kill_filter(_type=kind, skipme=True)


@fault("its clock goes back five minutes, as after a failover to a host with another clock")
def redis_clock_back(outcome: Outcome) -> None:
    with Scene(outcome) as scene, scene.breaking():
        scene.server.stop()
        scene.server.environment = seconds_off(-300)
        scene.server.start()
