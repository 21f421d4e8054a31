"""bull-board, which shows BullMQ: its pages poll every five seconds. "Add job" is its form to submit with."""

import json
import time

from bench._stage import Stage
from bench.peers import _environment
from bench.peers._dashboard import JOB, LIST, OVERVIEW, Dashboard, Page
from bench.peers._helper import Helper
from bench.peers._work import QUEUES, Work
from tests.processes import Process
from tests.support import eventually

#: Jobs of a page, by its own default.
PAGE = 10
CHUNK = 5_000
COMPLETED = "bull:default:completed"


def _node(url: str, script: str, *arguments: str) -> tuple[list[str], dict[str, object]]:
    """(command, environment): the script's modules are looked for beside it, so it runs where they are installed."""
    home = _environment.npm("bull-board")
    (home / script).write_text((_environment.PROJECT / script).read_text())
    return ["node", str(home / script), *arguments], {"BENCH_REDIS_URL": url}


class BullWork(Work):
    """Jobs of BullMQ."""

    name = "bullmq 6.7.0"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._helper = Helper(*_node(stage.tcp_url, "bull_work.js"))
        stage.also(self._helper)
        self._created = 0

    def start(self, busy: bool = False) -> None:
        self._helper.ask("start")

    def create(self, seconds: float) -> str:
        self._created += 1
        job_id = f"bench-{self._created}"
        self._helper.ask("create", job_id, seconds)
        return job_id

    def begin(self, job_id: str) -> None:
        self._helper.ask("begin", job_id)

    def ended_at(self, job_id: str) -> float:
        """Its worker's own stamp, just before it writes."""
        return float(eventually(lambda: self.stage.redis.hget(f"bull:default:{job_id}", "finishedOn"), 60))

    def finished(self) -> int:
        return self.stage.redis.zcard(COMPLETED)

    def seed(self, count: int, queue: str = "default") -> None:
        now = int(time.time() * 1000)
        for start in range(0, count, CHUNK):
            pipe, scores = self.stage.redis.pipeline(transaction=False), {}
            for number in range(start, min(start + CHUNK, count)):
                at = now - 86_400_000 + number
                fields = {"name": "send", "data": json.dumps({"to": "user@example.com"}), "opts": '{"attempts":0}'}
                stamps = {"timestamp": at, "processedOn": at + 1, "finishedOn": at + 2}
                more = {"delay": 0, "priority": 0, "atm": 1, "ats": 1, "returnvalue": "null"}
                pipe.hset(f"bull:{queue}:seeded-{number}", mapping=fields | stamps | more)
                scores[f"seeded-{number}"] = at + 2
            pipe.zadd(f"bull:{queue}:completed", scores)
            pipe.execute()

    def feed(self, rate: float, seconds: float) -> None:
        self._helper.ask("feed", rate, seconds)


PAGES = {
    OVERVIEW: Page(
        lambda job: "/",
        lambda job, finished: {
            "finished": "document.querySelector('[data-text=\"COMPLETED\"]')?.nextElementSibling?.innerText"
            f" === '{finished + 1}'"
        },
    ),
    LIST: Page(
        lambda job: "/queue/default?status=completed",
        lambda job, finished: {"finished": f"document.body.innerText.includes('{job}')"},
    ),
    JOB: Page(
        lambda job: f"/queue/default/{job}",
        lambda job, finished: {"finished": "document.body.innerText.includes('Finished at')"},
    ),
}


class BullBoard(Dashboard):
    """With Express, as its documentation shows it."""

    name = "bull-board"
    versions = "@bull-board/express 9.10.1, bullmq 6.7.0"
    work = BullWork
    poll = 5.0
    overview = f"/api/queues?page=1&jobsPerPage={PAGE}"
    pages = PAGES

    def install(self) -> None:
        _environment.npm("bull-board")

    def start(self, stage: Stage, port: int) -> Process:
        return stage.run(*_node(stage.dashboard_url, "bull_board.js", str(port), *QUEUES))

    def list_pages(self, url: str, work: Work, jobs: int) -> dict[str, str]:
        path, pages = f"{url}/api/queues?activeQueue=default&status=completed&jobsPerPage={PAGE}&page=", jobs // PAGE
        return {"first": f"{path}1", "middle": f"{path}{pages // 2}", "last": f"{path}{pages}"}
