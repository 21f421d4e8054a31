"""What Redis has to be told when our own workers end: stop the jobs that they run, and leave nothing `started`.

Only RQ's own calls, and only for workers that the supervisor started, which it knows by the names that it gave them.
"""

from collections.abc import Iterable

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, Worker
from rq.command import send_command
from rq.exceptions import NoSuchJobError
from rq.executions import Execution
from rq.job import Job, JobStatus

from jobs._address import client

#: Seconds per command: all of it has to fit into the three seconds of a Ctrl-C.
TIMEOUT = 0.3
REASON = "Stopped together with the program that ran it; it did not end in time by itself."


def leaving(url: str, names: Iterable[str]) -> set[str]:
    """Those of these workers that were asked to end before: a second signal would make them drop their job.

    One round trip; none of them where Redis does not answer.
    """
    asked = list(names)
    try:
        with _connect(url) as connection, connection.pipeline(transaction=False) as pipe:
            for name in asked:
                pipe.hexists(f"{Worker.redis_worker_namespace_prefix}{name}", "shutdown_requested_date")
            return {name for name, told in zip(asked, pipe.execute(), strict=True) if told}
    except RedisError:
        return set()


def stop_jobs(url: str, names: Iterable[str]) -> None:
    """Ask these workers to stop what they run. Two round trips a worker; silent where Redis does not answer."""
    try:
        with _connect(url) as connection:
            for name in names:
                for member in connection.smembers(f"{Worker.redis_worker_namespace_prefix}{name}:executions"):
                    job_id = member.decode().rpartition(":")[0]
                    # Not send_stop_job_command: it would fetch the job and unpickle what is in it.
                    send_command(connection, name, "stop-job", job_id=job_id)
    except RedisError:
        return


def settle(url: str, names: Iterable[str]) -> list[str]:
    """Finish, for workers that no longer live, what they could not: their jobs are stopped, they are signed off.

    Returns the ids of the jobs. Raises RedisError where Redis does not answer.
    """
    stopped: list[str] = []
    with _connect(url) as connection:
        for name in names:
            worker = Worker.find_by_key(f"{Worker.redis_worker_namespace_prefix}{name}", connection)
            if worker is None:
                continue
            stopped += [run.job_id for run in worker.get_current_executions(refresh=True) if _stop(worker, run)]
            if worker.death_date is None:
                worker.register_death()
    return stopped


def _stop(worker: Worker, execution: Execution) -> bool:
    """Move one job to where RQ's own stop command puts it. False if its run had ended all the same."""
    try:
        job = Job.fetch(execution.job_id, worker.connection)
    except NoSuchJobError:
        return False
    if job.get_status() not in (JobStatus.QUEUED, JobStatus.STARTED):
        return False
    # As the worker does when it hears the command: without it the job would count as failed, and be retried.
    worker._stopped_job_id = job.id
    worker.handle_job_failure(job, Queue(job.origin, worker.connection), exc_string=REASON, execution=execution)
    return True


def _connect(url: str) -> Redis:
    return client(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0))
