"""What became of a trial: jobs, answers, status pills, output. Reads only."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import redis

from tests.processes import Process

if TYPE_CHECKING:
    from bench.faults._load import Load
    from bench.faults._scene import Scene
    from bench.faults._tabs import Tab


def count(scene: Scene, accepted: set[str], lossless: bool) -> None:
    """Write down what became of the jobs that somebody was told to be there."""
    outcome, started, missing = scene.outcome, scene.ran("start"), accepted - over(scene)
    failed = {one.decode() for one in scene.redis.zrange("rq:failed:default", 0, -1)} & accepted
    running = {one.decode().split(":")[0] for one in scene.redis.zrange("rq:wip:default", 0, -1)} & missing
    left = {job for job in missing if started[job]} | running
    places = {job: where(scene.redis, job) for job in missing - left}
    # Popped by a worker that ended before it began: RQ looks there again in its maintenance, every ten minutes.
    taken = {job for job, found in places.items() if any(place.endswith(":intermediate") for place in found)}
    gone = missing - left - taken
    outcome.jobs, outcome.twice = len(accepted), sum(runs > 1 for runs in started.values())
    outcome.lost = len(gone) if lossless else 0
    theirs = {"failed": failed, "left started": left, "left in the intermediate list": taken}
    theirs["gone with the data of Redis"] = set() if lossless else gone
    outcome.theirs = ", ".join(f"{len(jobs)} {word}" for word, jobs in theirs.items() if jobs)
    if outcome.lost:
        outcome.broken.append(f"lost: {[(job, places[job]) for job in sorted(gone)[:3]]}")
    if outcome.twice:
        outcome.broken.append(f"run twice: {[job for job, runs in started.items() if runs > 1][:5]}")


def over(scene: Scene) -> set[str]:
    """Ids that have run to their end, or failed and Redis says so."""
    ids = set(scene.ran("end"))
    with contextlib.suppress(redis.RedisError):
        ids |= {one.decode() for one in scene.redis.zrange("rq:failed:default", 0, -1)}
    return ids


def where(client: redis.Redis, job_id: str) -> list[str]:
    """Every list and sorted set of RQ's that names the job, and the status in its hash."""
    member, found = job_id.encode(), []
    for key in client.scan_iter("rq:*", count=1000):
        kind = client.type(key)
        members = client.lrange(key, 0, -1) if kind == b"list" else client.zrange(key, 0, -1) if kind == b"zset" else []
        if any(one.split(b":")[0] == member for one in members):
            found.append(key.decode())
    status = client.hget(f"rq:job:{job_id}", "status")
    return [*found, f"status {status.decode()}" if status else "no hash"]


def tracebacks(processes: Iterable[Process]) -> list[str]:
    """The ends of tracebacks that they printed."""
    printed = [process.output for process in processes]
    return [f"a traceback: …{text[text.rindex('Traceback') :][-300:]!r}" for text in printed if "Traceback" in text]


def pills(tabs: list[Tab], began: float) -> str:
    """What the pills said from the beginning of the fault on, and when the first page said so."""
    first: dict[str, list[tuple[float, int]]] = {}
    for number, tab in enumerate(tabs):
        for at, word in tab.pill:
            if at >= began and word != "live":
                first.setdefault(word, []).append((at - began, number))
    words = sorted(first.items(), key=lambda entry: min(entry[1]))
    said = [
        f"{word} from {min(at)[0]:.1f} s ({len({tab for _, tab in at})} of {len(tabs)} pages)" for word, at in words[:3]
    ]
    return "; ".join(said) or "live"


def answers(load: Load, began: float, ended: float) -> str:
    """What requests were answered between these times."""
    parts = []
    for what, found in sorted(load.between(began, ended).items()):
        told = ", ".join(f"{number} x {word}" for word, number in found.most_common(3))
        parts.append(f"{what}: {told}")
    return "; ".join(parts)
