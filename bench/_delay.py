"""From a change in Redis to the frame that tells of it, as a distribution. The same seed, the same answer."""

import random

from bench._costs import Costs, pieces
from bench._maths import p95
from bench._model import CHANGES_A_JOB, Load, Scenario
from bench._waiting import FOLLOWED, NEVER, waits
from webapp.live.pace import LOOK_GAP

DRAWN = 10_000
#: Of a web process's time: beyond it nothing is left to stretch.
FULL = 0.99


def delay_p95(costs: Costs, scene: Scenario, found: Load, seed: int = 2) -> float:
    """Seconds; infinite where Redis or a web process has more to do than it can.

    The notice waits for Redis, the look for its turn and for Redis again, and the frame for those of the other viewers.
    What else the web process does stretches its own part.
    """
    web, looking = found.used["web CPU"], found.look_web * found.looks_s * (not scene.relay)
    if web >= FULL or found.used["Redis CPU"] >= 1:
        return NEVER
    chance, waited = random.Random(seed), waits(found.services)
    stretch = 1 / (1 - min(FULL, max(0.0, web - looking)))
    turns = pieces(scene.queues / scene.shards, scene.workers / scene.shards)
    steady = scene.jobs / scene.shards * CHANGES_A_JOB > found.looks_s or not scene.tracking
    drawn = []
    for _ in range(DRAWN):
        notice = waited[chance.randrange(FOLLOWED)]
        turn = chance.uniform(0, found.gap) if steady else LOOK_GAP
        answers = sum(waited[chance.randrange(FOLLOWED)] for _ in range(turns)) + found.look_redis
        own = found.look_web + chance.random() * found.viewers_each * costs.frame
        # A relay's word goes through Redis once more.
        relayed = waited[chance.randrange(FOLLOWED)] if scene.relay else 0.0
        drawn.append(notice + turn + answers + own * stretch + relayed)
    return p95(drawn)
