import multiprocessing
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from jobs import _pool
from tests.support import clean_env, eventually

#: A worker script as RQ's manual has it: nothing keeps it from running when it is imported.
UNGUARDED = """
import os, sys
print("main", flush=True)
from jobs._pool import process_pool
with process_pool(2) as pool:
    print(*pool.map(abs, [1, -2]), flush=True)
"""
BUSY = """
import os, sys, time
from jobs._pool import process_pool
def spin(path):
    open(path, "w").write(str(os.getpid()))
    while True: pass
with process_pool(2) as pool:
    list(pool.map(spin, sys.argv[1:]))
"""


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_at(barrier_folder: str) -> int:
    """Ends when two processes are here."""
    Path(barrier_folder, str(os.getpid())).touch()
    eventually(lambda: len(os.listdir(barrier_folder)) == 2)
    return os.getpid()


def test_its_processes_work_at_the_same_time(tmp_path: Path) -> None:
    with _pool.process_pool(2) as pool:
        pids = set(pool.map(wait_at, [str(tmp_path)] * 2))
    assert len(pids - {os.getpid()}) == 2
    assert not [pid for pid in pids if alive(pid)]


def test_an_exception_ends_busy_processes_at_once() -> None:
    class Stop(Exception):
        pass

    def leave_it_busy() -> None:
        with _pool.process_pool(2) as pool:
            for _ in range(4):
                pool.submit(time.sleep, 60)
            children.extend(multiprocessing.active_children())
            raise Stop

    children: list[multiprocessing.Process] = []
    began = time.monotonic()
    with pytest.raises(Stop):
        leave_it_busy()
    assert len(children) == 2
    assert not [child for child in children if alive(child.pid)]
    assert time.monotonic() - began < 10


def test_an_exception_is_not_held_up_by_a_result_that_is_half_sent() -> None:
    """What is larger than a pipe is being written when its process is killed: the rest of it never comes."""

    def leave_it_sending() -> None:
        with _pool.process_pool(2) as pool:
            for _ in range(20):
                pool.submit(bytes, 50_000_000)
            time.sleep(0.1)
            raise ZeroDivisionError

    began = time.monotonic()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            leave_it_sending()
    assert time.monotonic() - began < 20


def test_a_process_that_is_killed_fails_the_job_with_words_that_say_what_to_do() -> None:
    def lose_one() -> None:
        with _pool.process_pool(2) as pool:
            waiting = pool.submit(time.sleep, 60)
            multiprocessing.active_children()[0].kill()
            waiting.result()

    with pytest.raises(RuntimeError, match=r"was killed, perhaps for lack of memory\. Run it again"):
        lose_one()


def test_processes_end_when_the_job_is_killed_and_can_tell_nobody(tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "two"]
    job = subprocess.Popen([sys.executable, "-c", BUSY, *map(str, files)], env=clean_env())
    try:
        pids = [int(eventually(lambda file=file: file.exists() and file.read_text())) for file in files]
        assert all(map(alive, pids))
    finally:
        job.kill()
        job.wait()
    eventually(lambda: not any(map(alive, pids)))


def test_a_script_without_a_guard_is_not_run_again_in_each_process(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED)
    said = subprocess.run([sys.executable, script], env=clean_env(), capture_output=True, text=True, timeout=30)
    assert said.stdout.split("\n") == ["main", "1 2", ""], said.stderr


def test_it_starts_beside_threads_without_a_warning() -> None:
    """Warnings are errors here, and Python 3.12 and later warn of a fork beside threads."""
    leave = threading.Event()
    thread = threading.Thread(target=leave.wait)
    thread.start()
    try:
        with _pool.process_pool(1) as pool:
            assert pool.submit(abs, -1).result() == 1
    finally:
        leave.set()
        thread.join()
