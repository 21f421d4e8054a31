"""Lines of the activity: ours are read back as they were written, and anybody else's never break a page."""

import pytest

from webapp import outcomes
from webapp.queries.activity_lines import JOB_CHARS, NAME_CHARS, ODD, Wanted, parse
from webapp.queries.fields import LATEST

OURS = {b"at": b"1795360400022", b"actor": b"ada", b"action": b"cancel", b"job": b"6f0c", b"queue": b"default"}
OURS |= {b"outcome": b"done", b"server": b"web-a:8000"}


def line(**changed: bytes | None):
    fields = OURS | {name.encode(): value for name, value in changed.items()}
    return parse(b"1795360400099-0", {name: value for name, value in fields.items() if value is not None})


def test_a_line_of_ours():
    found = line()
    assert (found.id, found.at, found.actor, found.action) == ("1795360400099-0", 1795360400022, "ada", "cancel")
    assert (found.job, found.queue, found.server) == ("6f0c", "default", "web-a:8000")
    assert (found.outcome, found.reason, found.note, found.address) == ("done", None, None, None)
    assert line(address=b"10.0.0.7").address == "10.0.0.7"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (outcomes.DONE, outcomes.Outcome("done")),
        (outcomes.FAILED, outcomes.Outcome("failed")),
        (outcomes.ALREADY_THERE, outcomes.Outcome("done", reason="already_there")),
        (outcomes.heard_by("w1, w2"), outcomes.Outcome("done", heard_by="w1, w2")),
        (outcomes.again_of("a b/c"), outcomes.Outcome("done", of="a b/c")),
        ("state_changed", outcomes.Outcome("refused", reason="state_changed")),
    ],
)
def test_every_outcome_is_read_as_it_was_written(written, read):
    assert outcomes.read(written) == read
    assert line(outcome=written.encode()).note is None


@pytest.mark.parametrize("written", [None, b"", b"Something else", b"x" * 200, b"\xff\xfe", b"{}"])
def test_an_outcome_that_we_never_write_is_unknown_and_the_line_says_so(written):
    found = line(outcome=written)
    assert (found.outcome, found.note) == ("unknown", ODD)


@pytest.mark.parametrize("missing", ["actor", "action"])
def test_a_line_without_who_or_what_says_so(missing):
    assert line(**{missing: None}).note == ODD


def test_an_entry_of_another_program_is_a_row_all_the_same():
    found = parse(b"5-1", {b"hello": b"world"})
    assert (found.id, found.at, found.outcome, found.note) == ("5-1", 5, "unknown", ODD)
    assert (found.actor, found.action, found.job, found.queue, found.server) == (None,) * 5


@pytest.mark.parametrize("at", [None, b"", b"soon", b"-1", b"nan", b"inf", b"1e300", b"99999999999999999999"])
def test_a_time_that_is_none_is_that_of_the_entry(at):
    assert line(at=at).at == 1795360400099


def test_no_time_is_later_than_a_browser_knows():
    assert parse(b"18446744073709551615-0", {}).at == LATEST * 1_000


def test_names_longer_than_ours_are_cut_and_say_so():
    found = line(actor=b"a" * 10_000, server=b"s" * 10_000)
    assert (len(found.actor), len(found.server), found.note) == (NAME_CHARS, NAME_CHARS, ODD)


def test_half_of_an_id_leads_nowhere():
    found = line(job=b"j" * (JOB_CHARS + 1), outcome=b"of " + b"j" * (JOB_CHARS + 1))
    assert (found.job, found.of, found.note) == (None, None, ODD)


def test_bytes_that_are_no_text_are_shown_as_far_as_they_go():
    assert line(actor=b"\xffada").actor == "\ufffdada"


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"actor": "ada"}, True),
        ({"actor": "ad"}, False),
        ({"actor": "ada", "action": "cancel", "outcome": "done", "job": "6f0c"}, True),
        ({"actor": "ada", "action": "stop"}, False),
        ({"outcome": "refused"}, False),
        ({"job": "6f0"}, False),
    ],
)
def test_a_line_is_wanted_where_all_that_is_asked_for_fits(wanted, fits):
    assert Wanted(**wanted).fits(OURS) is fits


def test_a_run_again_is_about_both_jobs():
    again = OURS | {b"job": b"new", b"outcome": outcomes.again_of("old").encode()}
    assert all(Wanted(job=job).fits(again) for job in ("new", "old"))
    assert not Wanted(job="other").fits(again)


def test_an_entry_of_another_program_is_wanted_only_where_nothing_is_asked_for():
    assert Wanted().fits({b"hello": b"world"})
    assert Wanted(outcome="unknown").fits({b"hello": b"world"})
    assert not Wanted(actor="ada").fits({})
