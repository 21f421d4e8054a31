"""Runs that only the workers' own counters tell of."""

from webapp import figure_fields as ff
from webapp.operations.counters import Ran, WorkerCounters
from webapp.operations.unaccounted import FORGIVEN_MS, VANISHED_MS, Owed, Unaccounted

NOON = 1_795_348_800_000
BORN_BEFORE, BORN_AFTER = b"2026-11-22T11:00:00.000000Z", b"2026-11-22T12:00:01.000000Z"


class Pipe:
    """Counts the commands that it is asked to carry."""

    def __init__(self):
        self.commands = []

    def smembers(self, key):
        self.commands.append(key)

    def hmget(self, key, *fields):
        self.commands.append(key)


def read(counters, names, *hashes):
    pipe = Pipe()
    counters.ask(pipe)
    assert len(pipe.commands) == 1 + len(hashes)
    return counters.absorb([{f"rq:worker:{name}".encode() for name in names}, *hashes], NOON)


def test_runs_before_the_first_read_are_not_counted_and_later_ones_are():
    counters = WorkerCounters()
    assert read(counters, ["w"]) == []
    assert read(counters, ["w"], [b"100", b"7", b"mail", BORN_BEFORE]) == []
    assert read(counters, ["w"], [b"103", b"8", b"mail", BORN_BEFORE]) == [Ran("mail", 3, 1)]


def test_a_worker_that_came_later_counts_from_nothing():
    counters = WorkerCounters()
    read(counters, [])
    read(counters, ["w"])
    assert read(counters, ["w"], [b"5", None, b"high,default", BORN_AFTER]) == [Ran("", 5, 0)]


def test_the_last_runs_of_a_worker_that_left_are_counted():
    counters = WorkerCounters()
    read(counters, ["w"])
    read(counters, ["w"], [b"1", b"0", b"mail", BORN_BEFORE])
    assert read(counters, [], [b"2", b"0", b"mail", BORN_BEFORE]) == [Ran("mail", 1, 0)]
    assert read(counters, []) == []


def test_a_worker_that_comes_and_leaves_between_two_reads_is_counted_once_it_was_heard_of():
    counters = WorkerCounters()
    read(counters, [])
    counters.learn({b"rq:worker:w"})
    assert read(counters, [], [b"5", b"0", b"mail", BORN_AFTER]) == [Ran("mail", 5, 0)]
    assert read(counters, []) == []


def test_a_worker_whose_details_have_expired_counts_nothing():
    counters = WorkerCounters()
    read(counters, ["w"])
    assert read(counters, ["w"], [None] * 4) == []


def settle(owed, now_ms=NOON, everything=False):
    """Two settlings: what is owed for the first time may be a run whose job is about to be looked at."""
    return [entry for later in (0, 2_000) for entry in owed.settle(now_ms + later, everything)]


def test_a_vanished_job_is_counted_as_the_run_that_no_look_told_of():
    owed = Unaccounted()
    owed.counted([Ran("mail", 3, 1)])
    owed.looked([(ff.FINISHED, 2), (ff.RETRIED, 1)])
    owed.vanished(NOON, "mail", "mail.ping", started=True)
    assert settle(owed) == [Owed("mail", "mail.ping", [(ff.FINISHED, 1)])]
    assert settle(owed) == []


def test_a_job_that_was_known_is_likelier_to_have_run_than_one_that_was_gone_at_the_first_look():
    owed = Unaccounted()
    owed.vanished(NOON, "", "?", started=False)
    owed.vanished(NOON, "mail", "mail.ping", started=False)
    owed.counted([Ran("mail", 1, 0)])
    assert [entry.function for entry in settle(owed)] == ["mail.ping"]


def test_a_job_that_came_and_went_between_two_looks_arrived_too_on_the_queue_of_its_worker():
    owed = Unaccounted()
    owed.vanished(NOON, "", "?", started=False)
    owed.counted([Ran("mail", 1, 0)])
    assert settle(owed) == [Owed("mail", "?", [(ff.FINISHED, 1), (ff.STARTED, 1), (ff.ARRIVED, 1)])]


def test_a_deleted_job_is_not_counted_as_a_run():
    owed = Unaccounted()
    owed.counted([Ran("mail", 2, 0)])
    owed.looked([(ff.FINISHED, 2)])
    owed.vanished(NOON, "mail", "mail.ping", started=False)
    assert settle(owed) == []


def test_a_deleted_job_is_not_taken_for_a_run_that_its_worker_counted_before_it_was_looked_at():
    owed = Unaccounted()
    owed.vanished(NOON, "mail", "mail.ping", started=False)
    owed.counted([Ran("mail", 1, 0)])
    assert list(owed.settle(NOON, everything=False)) == []
    owed.looked([(ff.FINISHED, 1)])
    assert settle(owed, NOON + 2_000) == []


def test_a_vanished_job_is_forgotten_when_no_worker_counts_its_run_in_time():
    owed = Unaccounted()
    owed.vanished(NOON, "mail", "mail.ping", started=False)
    assert settle(owed, NOON + VANISHED_MS) == []
    owed.counted([Ran("mail", 1, 0)])
    assert settle(owed, NOON + VANISHED_MS + 4_000) == []


def test_after_a_gap_all_runs_that_no_look_told_of_are_counted_under_their_workers_queue():
    owed = Unaccounted()
    owed.counted([Ran("mail", 5, 0), Ran("", 2, 2)])
    owed.looked([(ff.FINISHED, 3), (ff.STOPPED, 1)])
    assert settle(owed, everything=True) == [
        Owed("mail", None, [(ff.FINISHED, 4), (ff.STARTED, 4)]),
        Owed("", None, [(ff.FAILED, 1), (ff.STARTED, 1)]),
    ]


def test_runs_of_workers_that_redis_does_not_list_do_not_hide_later_ones_for_ever():
    owed = Unaccounted()
    owed.looked([(ff.FINISHED, 100)])
    assert settle(owed, NOON + FORGIVEN_MS) == []
    owed.counted([Ran("mail", 1, 0)])
    owed.vanished(NOON + FORGIVEN_MS + 3_000, "mail", "mail.ping", started=False)
    assert len(settle(owed, NOON + FORGIVEN_MS + 4_000)) == 1


def test_a_run_that_its_worker_counts_just_before_its_job_is_seen_to_vanish_is_not_forgiven():
    owed = Unaccounted()
    owed.counted([Ran("mail", 1, 0)])
    assert list(owed.settle(NOON, everything=False)) == []
    owed.vanished(NOON + 1, "mail", "mail.ping", started=False)
    assert len(list(owed.settle(NOON + 2_000, everything=False))) == 1
