"""Alive or lost: the judgement alone. Real workers are killed in tests/integration/test_lost_workers.py."""

import os
import subprocess
import sys
import time

import pytest

from webapp.queries import liveness
from webapp.queries.liveness import ALIVE, LOST, NO_SIGNAL, RUNS_ON, Liveness, Sign

NOW = 1_795_360_400_022


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    """Moves time for the judgement only."""

    class Clock:
        def __init__(self):
            self.now = 1_000.0

        def monotonic(self):
            return self.now

    moved = Clock()
    monkeypatch.setattr(liveness, "time", moved)
    return moved


@pytest.fixture
def judge(clock):
    """Judges the worker w, on host h, by its sign."""
    judged = Liveness("h")

    def ask(subscribers, **more):
        return judged.judge("w", Sign(subscribers, **({"hostname": "elsewhere", "pid": 5} | more)), NOW)[0]

    ask.liveness = judged
    return ask


def test_who_listens_is_alive(judge, clock):
    assert judge(1) == ALIVE
    clock.now += 10_000
    assert judge(1) == ALIVE


def test_who_does_not_listen_is_lost_after_three_seconds(judge, clock):
    assert judge(0) == NO_SIGNAL
    clock.now += 2.9
    assert judge(0) == NO_SIGNAL
    clock.now += 0.2
    assert judge(0) == LOST
    assert judge(1) == ALIVE
    assert judge(0) == NO_SIGNAL


def test_nobody_is_lost_shortly_after_an_outage(judge, clock):
    judge(0)
    judge.liveness.redis_returned()
    clock.now += 14
    assert judge(0) == NO_SIGNAL
    clock.now += 14
    assert judge(0) == LOST


def test_a_silence_that_was_found_has_no_beginning(judge):
    assert judge.liveness.judge("w", Sign(0, "elsewhere", 5), NOW)[1] is None


def test_the_time_of_silence_is_told_once(judge, clock):
    judged = judge.liveness
    sign = Sign(0, "elsewhere", 5)
    judged.judge("w", Sign(1, "elsewhere", 5), NOW)
    first = judged.judge("w", sign, NOW)
    clock.now += 1.0005
    assert judged.judge("w", sign, NOW + 1_003)[1] == first[1] == NOW


def test_an_expired_hash_under_a_living_channel_is_a_job_that_runs_on(judge):
    assert judge(1, hostname=None, pid=None, expired=True) == RUNS_ON


def test_an_expired_hash_without_a_channel_is_lost(judge, clock):
    judge(0, hostname=None, pid=None, expired=True)
    clock.now += 4
    assert judge(0, hostname=None, pid=None, expired=True) == LOST


def test_who_may_not_ask_calls_nobody_lost(judge, clock):
    assert judge(None) == ALIVE
    judge(None, expired=True)
    clock.now += 1_000
    assert judge(None, expired=True) == NO_SIGNAL


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_process_that_is_there_is_never_lost(judge, clock):
    judge(1, hostname="h", pid=os.getpid())
    for gone in ({}, {"expired": True, "hostname": None, "pid": None}):
        clock.now += 100
        for subscribers in (0, 1):
            assert judge(subscribers, **({"hostname": "h", "pid": os.getpid()} | gone)) in (ALIVE, NO_SIGNAL)


def test_a_process_seen_to_end_is_lost_at_once(judge):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    here = {"hostname": "h", "pid": process.pid}
    assert judge(1, **here) == ALIVE
    process.kill()
    process.wait()
    assert judge(1, **here) == RUNS_ON
    assert judge(1, hostname=None, pid=None, expired=True) == RUNS_ON
    assert judge(0, **here) == LOST
    assert judge(0, hostname=None, pid=None, expired=True) == LOST


def test_a_zombie_is_no_process(judge):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    judge(1, hostname="h", pid=process.pid)
    process.kill()
    try:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert judge(0, hostname="h", pid=process.pid) == LOST
    finally:
        process.wait()


def test_a_pid_never_seen_may_live_in_another_container(judge, clock):
    here = {"hostname": "h", "pid": ended_process()}
    assert judge(1, **here) == ALIVE
    assert judge(0, **here) == NO_SIGNAL
    clock.now += 4
    assert judge(0, **here) == LOST


def test_a_new_worker_under_an_old_name_is_alive(judge):
    first = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    judge(1, hostname="h", pid=first.pid)
    first.kill()
    first.wait()
    assert judge(1, hostname="h", pid=os.getpid()) == ALIVE


def test_a_worker_that_moved_to_another_host_is_judged_by_its_channel(judge):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    judge(1, hostname="h", pid=process.pid)
    process.kill()
    process.wait()
    assert judge(1, hostname="elsewhere", pid=process.pid) == ALIVE


@pytest.mark.parametrize("pid", [None, 0, -5, 10**300, 1 << 40])
def test_an_odd_pid_is_nobodys(judge, pid):
    assert judge(1, hostname="h", pid=pid) == ALIVE


def test_workers_that_are_no_longer_listed_are_forgotten(judge, clock):
    judge(0)
    judge.liveness.forget_all_but(set())
    clock.now += 100
    assert judge(0) == NO_SIGNAL


def test_the_judgement_costs_little():
    judged = Liveness("h")
    began = time.process_time()
    for number in range(1_000):
        judged.judge(str(number), Sign(1, "h", os.getpid()), NOW)
    assert time.process_time() - began < 0.5
