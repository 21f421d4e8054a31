"""Plain functions that know nothing of this project: what a foreign program would enqueue. Only stdlib and rq.

A worker started by the `worker_process` fixture can import them as `tests.fixture_jobs.<name>`.
"""

import contextlib
import logging
import signal
import time

from rq import get_current_job


def say_hello(name: str = "world") -> str:
    return f"Hello, {name}!"


async def say_hello_async(name: str = "world") -> str:
    return f"Hello, {name}!"


def add(a: int, b: int) -> int:
    return a + b


def nothing() -> None:
    return None


def note_run(seconds: float = 0.0, fails: bool = False) -> None:
    """Counts its runs in Redis, beside the job: `runs:<id>`."""
    job = get_current_job()
    job.connection.incr(f"runs:{job.id}")
    time.sleep(seconds)
    if fails:
        raise RuntimeError("as it was told")


def div_by_zero(number: int = 1) -> float:
    return number / 0


def fail_with(message: str) -> None:
    raise RuntimeError(message)


def fail_until_attempt(attempt: int) -> int:
    """Fails until the job runs for the `attempt`-th time; counts runs in the job's meta."""
    job = get_current_job()
    job.meta["attempts"] = job.meta.get("attempts", 0) + 1
    job.save_meta()
    if job.meta["attempts"] < attempt:
        raise RuntimeError(f"attempt {job.meta['attempts']} of {attempt}")
    return job.meta["attempts"]


def sleep_for(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def spin_for(seconds: float) -> int:
    """Busy in pure Python: never in a system call that a signal would end."""
    end, turns = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        turns += 1
    return turns


def swallow_everything(seconds: float) -> None:
    """Ignores SIGTERM and SIGINT and every exception for so long: only SIGKILL ends it sooner."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(BaseException):
            time.sleep(0.05)


def wait_for_key(key: str, timeout: float = 30.0) -> bool:
    """Runs until the Redis key exists: a test opens this gate when it has seen enough."""
    connection, end = get_current_job().connection, time.monotonic() + timeout
    while not connection.exists(key):
        if time.monotonic() > end:
            raise TimeoutError(f"nobody wrote {key} within {timeout} s")
        time.sleep(0.02)
    return True


def save_meta_progress(done: int, total: int) -> None:
    """What many programs do to show progress: `{done, total}` in the job's meta."""
    job = get_current_job()
    job.meta["progress"] = {"done": done, "total": total}
    job.save_meta()


def save_meta(meta: dict) -> None:
    job = get_current_job()
    job.meta.update(meta)
    job.save_meta()


def uses_print(lines: int = 3) -> None:
    for number in range(lines):
        print(f"line {number}")


def uses_logging(message: str, level: str = "INFO") -> None:
    logging.getLogger("fixture").log(logging.getLevelName(level), message)


def returns_bytes(size: int = 4) -> bytes:
    return bytes(range(256)) * (size // 256) + bytes(range(size % 256))


def returns_text(size: int) -> str:
    return "x" * size


class Unpicklable:
    """Can be named, cannot be returned: pickling it fails."""

    def __reduce__(self) -> tuple:
        raise TypeError("this object cannot be pickled")


def returns_unpicklable() -> Unpicklable:
    return Unpicklable()
