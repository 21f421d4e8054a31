"""An installation larger than any machine could run: queues, workers and runs as RQ writes them, nobody at work."""

import time
from datetime import UTC, datetime

import redis

from bench._seed import CHUNK, job_fields

HOUR = 3600


def make(client: redis.Redis, queues: int, workers: int, runs: int) -> redis.client.PubSub | None:
    """An empty Redis gets these. Returns what has all workers look alive until it is closed."""
    client.flushall()
    names = ["default", *(f"queue-{number:04d}" for number in range(1, queues))]
    client.sadd("rq:queues", *(f"rq:queue:{name}" for name in names))
    _workers(client, workers)
    pipe = client.pipeline(transaction=False)
    for number in range(runs):
        job_id, run = f"running-{number:06d}", f"{number:032x}"
        queue = names[number % len(names)]
        pipe.hset(f"rq:job:{job_id}", mapping=job_fields("started", time.time(), queue))
        pipe.hset(f"rq:execution:{job_id}:{run}", mapping={"worker_name": f"worker-{number:05d}"})
        pipe.zadd(f"rq:wip:{queue}", {f"{job_id}:{run}": time.time() + HOUR})
    pipe.execute()
    if not workers:
        return None
    alive = client.pubsub()
    alive.subscribe(*(f"rq:pubsub:worker-{number:05d}" for number in range(workers)))
    return alive


def _workers(client: redis.Redis, workers: int) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    for start in range(0, workers, CHUNK):
        pipe = client.pipeline(transaction=False)
        for number in range(start, min(start + CHUNK, workers)):
            key = f"rq:worker:worker-{number:05d}"
            fields = {"birth": now, "last_heartbeat": now, "queues": "default,queue-0001", "pid": number}
            fields |= {"hostname": f"host-{number // 16:04d}.example.org", "version": "3.0.0", "state": "idle"}
            fields |= {"python_version": "3.11.7 (main)", "successful_job_count": 12, "total_working_time": 3.5}
            pipe.hset(key, mapping=fields)
            pipe.sadd("rq:workers", key)
        pipe.execute()
