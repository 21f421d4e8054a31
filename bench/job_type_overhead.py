"""What `@job_type` costs: jobs per second of a stock `rq worker` on a no-op, plain and decorated, in turns.

    python bench/job_type_overhead.py [--rounds 15] [--jobs 100]

Each round runs both, first one then the other leads; a rate is that of the worker's own started_at and ended_at. The
median of the rounds' ratios is the figure: at least 0.85 is asked.
"""

import argparse
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import redis
import rq
from rq.job import Job
from rq.registry import FinishedJobRegistry

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.servers import RedisServer  # noqa: E402 - found only after the line above
from tests.support import clean_env  # noqa: E402

#: The same module but for the decorator, so that only its cost differs.
MODULES = {
    "plain_noop": "def noop() -> None:\n    return None\n",
    "live_noop": "from jobs import job_type\n\n\n@job_type\ndef noop() -> None:\n    return None\n",
}


def rate(server: RedisServer, folder: Path, module: str, jobs: int) -> float:
    """Jobs per second, from the first start to the last end."""
    client = redis.Redis.from_url(server.url)
    client.flushall()
    queue = rq.Queue(connection=client)
    for _ in range(jobs):
        queue.enqueue(f"{module}.noop")
    # Bytecode as on any machine that has run a job before, but not in the tree.
    bytecode = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    env = clean_env({"PYTHONPATH": f"{folder}:{ROOT}"} | bytecode)
    command = [str(Path(sys.executable).parent / "rq"), "worker", "-u", server.url, "--burst", "--quiet"]
    subprocess.run(command, cwd=folder, env=env, check=True, stderr=subprocess.DEVNULL)
    done = Job.fetch_many(FinishedJobRegistry(queue=queue).get_job_ids(), connection=client)
    assert len(done) == jobs, f"{len(done)} of {jobs} jobs finished"
    client.close()
    return (jobs - 1) / (max(job.ended_at for job in done) - min(job.started_at for job in done)).total_seconds()


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--jobs", type=int, default=100)
    options = parser.parse_args()
    server = RedisServer()
    server.start()
    rates: dict[str, list[float]] = {module: [] for module in MODULES}
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for module, source in MODULES.items():
                (folder / f"{module}.py").write_text(source)
                rate(server, folder, module, 20)
            for turn in range(options.rounds):
                for module in list(MODULES)[:: 1 if turn % 2 else -1]:
                    rates[module].append(rate(server, folder, module, options.jobs))
    finally:
        server.close()
    ratios = sorted(live / plain for plain, live in zip(rates["plain_noop"], rates["live_noop"], strict=True))
    print(f"rq {rq.__version__}, Python {platform.python_version()}, {options.rounds} rounds of {options.jobs} jobs")
    for module, found in rates.items():
        print(f"{module:12} {statistics.median(found):6.1f} jobs/s (median)")
    print(f"ratio        {statistics.median(ratios):6.2f} (median; all from {ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
