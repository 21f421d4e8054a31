"""RQ's own keys as they lie in Redis (rq 3.0.0 and 2.12): spelt here for queries and actions alike. No I/O."""

from jobs._keys import RQ

QUEUES = f"{RQ}:queues"
WORKERS = f"{RQ}:workers"
SUSPENDED = f"{RQ}:suspended"
RATE_LIMIT_KEYS = f"{RQ}:rl-keys"
#: zset of the names of cron processes, by their last heartbeat (epoch seconds).
CRON_SCHEDULERS = f"{RQ}:cron_schedulers"
#: zset of the names of cron jobs, by when each was last enqueued (epoch seconds), also of those that nobody carries.
CRON_JOBS = f"{RQ}:cron_jobs"
#: set of the names of groups.
GROUPS = f"{RQ}:groups"
#: Begins the keys of cron processes, cron jobs and their histories.
CRON_PREFIX = f"{RQ}:cron_"
QUEUE_PREFIX = f"{RQ}:queue:"
WORKER_PREFIX = f"{RQ}:worker:"
JOB_PREFIX = f"{RQ}:job:"

#: Registry prefix of each status that has one. A stopped job lies in the failed registry.
REGISTRIES = {
    "started": f"{RQ}:wip:",
    "finished": f"{RQ}:finished:",
    "failed": f"{RQ}:failed:",
    "deferred": f"{RQ}:deferred:",
    "scheduled": f"{RQ}:scheduled:",
    "canceled": f"{RQ}:canceled:",
    "ready_to_enqueue": f"{RQ}:ready:",
}

#: Stands for a name out of sight where a name is asked for. No program makes such a queue or job by accident, so what
#: is out of sight costs and answers what is not there.
NOBODY = "\x00"


def queue(name: str) -> str:
    """list of job ids; workers pop on the left."""
    return f"{QUEUE_PREFIX}{name}"


def intermediate(queue_name: str) -> str:
    """list of ids between a worker's BLMOVE and the start of the run."""
    return f"{QUEUE_PREFIX}{queue_name}:intermediate"


def registry(status: str, queue_name: str) -> str:
    """zset of job ids (of `<id>:<execution>` for started)."""
    return f"{REGISTRIES[status]}{queue_name}"


def job(job_id: str) -> str:
    """hash of a job."""
    return f"{JOB_PREFIX}{job_id}"


def dependents(job_id: str) -> str:
    """set of the ids that wait for this job."""
    return f"{JOB_PREFIX}{job_id}:dependents"


def dependencies(job_id: str) -> str:
    """set of the ids that this job waits for."""
    return f"{JOB_PREFIX}:{job_id}:dependencies"


def results(job_id: str) -> str:
    """stream of at most about ten results, oldest first."""
    return f"{RQ}:results:{job_id}"


def execution(job_and_execution: str) -> str:
    """hash of one run: worker_name, created_at, last_heartbeat."""
    return f"{RQ}:execution:{job_and_execution}"


def job_of_run(run: str) -> str:
    """The job of a member of the started registry, `<job id>:<execution>`; RQ before 2.0 wrote the id alone."""
    return run.rpartition(":")[0] or run


def worker(name: str) -> str:
    """hash of a worker."""
    return f"{WORKER_PREFIX}{name}"


def worker_executions(name: str) -> str:
    """set of `<job id>:<execution>` that a worker runs now. RQ 2 has none, and names the job in the worker's hash."""
    return f"{WORKER_PREFIX}{name}:executions"


def commands(worker_name: str) -> str:
    """pub/sub channel on which a worker hears commands: it has a subscriber while the worker's socket lives."""
    return f"{RQ}:pubsub:{worker_name}"


def scheduler_lock(queue_name: str) -> str:
    """string: the scheduler that serves this queue, for 61 s at most."""
    return f"{RQ}:scheduler-lock:{queue_name}"


def scheduler(name: str) -> str:
    """hash of a scheduler: hostname, pid, queues, created_at, last_heartbeat. TTL 61 s, renewed each second."""
    return f"{RQ}:scheduler:{name}"


def cron_scheduler(name: str) -> str:
    """hash of a cron process: hostname, pid, created_at, config_file, cron_jobs (JSON). TTL 120 s, renewed."""
    return f"{RQ}:cron_scheduler:{name}"


def cron_history(name: str) -> str:
    """zset of the ids of the jobs that a cron job made, by when; at most 1,000. TTL a year."""
    return f"{RQ}:cron_job:{name}:jobs"


def group(name: str) -> str:
    """set of a group's job ids."""
    return f"{RQ}:group:{name}"


def executions(job_id: str) -> str:
    """zset, execution id -> deadline of its heartbeat and a minute."""
    return f"{RQ}:executions:{job_id}"


def limit_settings(key: str) -> str:
    """hash of a rate limit: its concurrency."""
    return f"{RQ}:rl:{key}"


def allowed(key: str) -> str:
    """zset of the ids that hold a slot of one rate limit: queued or started."""
    return f"{RQ}:rl:{key}:allowed"


def rate_limited(key: str) -> str:
    """zset of the ids that wait for a slot of one rate limit; they are in no queue."""
    return f"{RQ}:rl:{key}:rate_limited"


def names(members: object, prefix: str) -> list[str]:
    """Sorted names from a set of full keys (`rq:queue:default`); members of another shape are left out."""
    start = prefix.encode()
    if not isinstance(members, set | list | frozenset):
        return []
    found = (member[len(start) :] for member in members if isinstance(member, bytes) and member.startswith(start))
    return sorted(name.decode("utf-8", "replace") for name in found if name)


def pattern(prefix: str) -> str:
    """What SCAN matches all keys with that begin so: RQ_KEY_PREFIX may be anything."""
    return "".join(f"\\{char}" if char in "*?[]\\^" else char for char in prefix) + "*"
