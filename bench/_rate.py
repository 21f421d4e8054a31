"""How fast a worker was, by its own stamps: its start and end as a process do not count."""

from datetime import datetime

import redis


def worker_rate(client: redis.Redis, jobs: int) -> float:
    """Jobs a second from the first start to the last end of the default queue's finished jobs.

    Raises RuntimeError unless exactly `jobs` of them have finished.
    """
    pipe = client.pipeline(transaction=False)
    for job_id in client.zrange("rq:finished:default", 0, -1):
        pipe.hmget(b"rq:job:" + job_id, "started_at", "ended_at")
    times = [[datetime.fromisoformat(moment.decode()) for moment in reply] for reply in pipe.execute()]
    if len(times) != jobs:
        raise RuntimeError(f"{len(times)} of {jobs} jobs have finished.")
    return (jobs - 1) / (max(end for _, end in times) - min(start for start, _ in times)).total_seconds()
