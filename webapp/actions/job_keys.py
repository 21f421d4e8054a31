"""All of RQ's keys about one job, for scripts that must declare them. Pure.

Those that queries need too are spelt in `webapp.rqkeys`; here are only the few that nobody but actions touches.
"""

from dataclasses import dataclass

from webapp import rqkeys

EXECUTION_PREFIX = rqkeys.execution("")
COMMANDS_PREFIX = rqkeys.commands("")


@dataclass(frozen=True)
class JobKeys:
    """Where RQ may keep the job `job_id` of the queue `queue_name`."""

    job_id: str
    queue_name: str

    @property
    def job(self) -> str:
        return rqkeys.job(self.job_id)

    @property
    def queue(self) -> str:
        return rqkeys.queue(self.queue_name)

    @property
    def intermediate(self) -> str:
        return rqkeys.intermediate(self.queue_name)

    @property
    def first_seen(self) -> str:
        """string: since when maintenance sees the job stuck in the intermediate list."""
        return f"{self.intermediate}:first_seen:{self.job_id}"

    @property
    def executions(self) -> str:
        return rqkeys.executions(self.job_id)

    @property
    def results(self) -> str:
        return rqkeys.results(self.job_id)

    @property
    def dependents(self) -> str:
        return rqkeys.dependents(self.job_id)

    @property
    def dependencies(self) -> str:
        """set of the ids that this job waits for. Two colons: RQ's own spelling."""
        return f"{rqkeys.JOB_PREFIX}:{self.job_id}:dependencies"

    def registry(self, status: str) -> str:
        return rqkeys.registry(status, self.queue_name)

    def registries_of_ids(self) -> list[str]:
        """The registries whose members are plain job ids: all but the one of started runs."""
        return [self.registry(status) for status in rqkeys.REGISTRIES if status != "started"]
