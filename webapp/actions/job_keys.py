"""Where RQ keeps a job that is being submitted. Pure."""

from dataclasses import dataclass

from webapp import rqkeys


@dataclass(frozen=True)
class JobKeys:
    """Of the job `job_id` of the queue `queue_name`."""

    job_id: str
    queue_name: str

    @property
    def job(self) -> str:
        return rqkeys.job(self.job_id)

    @property
    def queue(self) -> str:
        return rqkeys.queue(self.queue_name)

    def registry(self, status: str) -> str:
        return rqkeys.registry(status, self.queue_name)
