"""Counts that wait to be written, and the jobs that wait to be looked at: bounded, and in their minute."""

from jobs import _keys
from webapp import figure_fields as ff
from webapp.operations.pending import Pending
from webapp.operations.tally import LATE_MS, QUEUES_MAX, Tally

MINUTE = 60_000
NOON = 29_922_480 * MINUTE


def taken(tally, now_ms=NOON):
    return {(entry.key, entry.field): entry.amount for entry in tally.take(now_ms)}


def test_counts_of_a_run_are_kept_by_queue_and_by_function():
    tally = Tally()
    tally.add(NOON, "mail", "mail.send", [(ff.ARRIVED, 1), (ff.STARTED, 1), (ff.FINISHED, 1), (ff.RUN, 42)])
    minute = NOON // MINUTE
    assert taken(tally) == {
        (_keys.figures(minute), ff.field("arrived", "mail")): 1,
        (_keys.figures(minute), ff.field("started", "mail")): 1,
        (_keys.figures(minute), ff.field("finished", "mail")): 1,
        (_keys.figures(minute), ff.field("run_ms", "mail")): 42,
        (_keys.figures(minute), ff.field("run:50", "mail")): 1,
        (_keys.functions(minute), ff.field("finished", "mail", "mail.send")): 1,
        (_keys.functions(minute), ff.field("run:50", "mail", "mail.send")): 1,
    }
    assert taken(tally) == {}, "what was taken does not come again"


def test_covered_time_is_split_where_a_minute_ends():
    tally = Tally()
    tally.cover(NOON - 500, NOON + 1500, arrivals=True)
    name = ff.field(ff.COVERED, "")
    counts = taken(tally, NOON + 1500)
    assert counts[_keys.figures(NOON // MINUTE - 1), name] == 500
    assert counts[_keys.figures(NOON // MINUTE), name] == 1500


def test_time_without_notices_is_not_covered_for_arrivals():
    tally = Tally()
    tally.cover(NOON, NOON + 1000, arrivals=False)
    assert [name for _, name in taken(tally)] == [ff.field(ff.COVERED, "")]


def test_a_closed_minute_takes_no_more_counts():
    tally = Tally()
    tally.add(NOON - 1, "mail", None, [(ff.FINISHED, 1)])
    assert taken(tally, NOON + LATE_MS + 1) == {}


def test_functions_beyond_the_cap_are_summed_as_other():
    tally = Tally()
    for number in range(_keys.FIGURES_FUNCTIONS_MAX + 50):
        tally.add(NOON, "default", f"f{number}", [(ff.FINISHED, 1)])
    functions = {name: n for (key, name), n in taken(tally).items() if key == _keys.functions(NOON // MINUTE)}
    assert len(functions) == _keys.FIGURES_FUNCTIONS_MAX + 1
    assert functions[ff.field("finished", "default", ff.OTHER)] == 50


def test_the_cap_holds_over_several_writes_of_one_minute():
    tally, names = Tally(), set()
    for number in range(_keys.FIGURES_FUNCTIONS_MAX + 50):
        tally.add(NOON, "default", f"f{number}", [(ff.FINISHED, 1)])
        names |= {name for key, name in taken(tally) if key == _keys.functions(NOON // MINUTE)}
    assert len(names) == _keys.FIGURES_FUNCTIONS_MAX + 1


def test_queues_beyond_the_cap_are_summed_as_other():
    tally = Tally()
    for number in range(QUEUES_MAX + 7):
        tally.add(NOON, f"q{number}", None, [(ff.FINISHED, 1)])
    counts = taken(tally)
    assert counts[_keys.figures(NOON // MINUTE), ff.field("finished", ff.OTHER)] == 7


def test_only_hashes_of_jobs_wait_for_a_look_each_once():
    pending = Pending()
    pending.add([b"rq:job:a", b"rq:job:a:dependents", b"rq:job::a:dependencies", b"rq:queue:default"])
    pending.add([b"rq:job:b", b"rq:job:a"])
    assert pending.bell.is_set()
    assert pending.take() == (["a", "b"], False, False)
    assert not pending.bell.is_set()
    assert pending.take() == ([], False, False)


def test_a_notice_of_anything_is_a_gap_and_loses_no_job():
    pending = Pending()
    pending.add([b"rq:job:a"])
    pending.add(None)
    assert pending.take() == (["a"], True, False)


def test_more_jobs_than_fit_become_a_gap():
    pending = Pending(most=10)
    pending.add([f"rq:job:{number}".encode() for number in range(8)])
    pending.add([f"rq:job:{number}".encode() for number in range(8, 16)])
    waiting = pending.take()
    assert waiting.gap
    assert len(waiting.jobs) <= 10


def test_a_change_of_the_set_of_workers_is_heard():
    pending = Pending()
    pending.add([b"rq:workers:default", b"rq:workers"])
    assert pending.take() == ([], False, True)
    pending.add([b"rq:workers:default"])
    assert not pending.bell.is_set()
