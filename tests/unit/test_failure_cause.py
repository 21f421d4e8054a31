"""What counts as the same cause of failure: exception, place and message without what differs from job to job."""

import pytest

from webapp.failure_cause import cause, is_own
from webapp.failure_pattern import PATTERN_CHARS, pattern

RQ = '  File "/srv/app/.venv/lib/python3.11/site-packages/rq/job.py", line 1250, in perform\n    self._execute()\n'
OWN = '  File "/srv/app/shop/billing.py", line {line}, in charge\n    gateway.ask(order)\n    ^^^^^^^^^^^^^^^^^^\n'
LIBRARY = '  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode\n    raise JSONDecodeError(s)\n'
CHAINED = "\nThe above exception was the direct cause of the following exception:\n\n"


def traceback(raised: str, *frames: str, line: int = 30) -> str:
    return "Traceback (most recent call last):\n" + RQ + "".join(frames or (OWN,)).format(line=line) + raised


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("order 4411 is locked", "order 98 is locked"),
        ("took 1.25 s of 1,000", "took 31 s of 2,500"),
        ("no job 6f0c1a2b-0000-4000-8000-abcdefabcdef", "no job 7aa01a2b-0000-4000-8000-abcdefabcdea"),
        ("user 'ada' is unknown", "user 'bob the builder' is unknown"),
        ('relation "orders_2026" does not exist', 'relation "orders_2025" does not exist'),
        ("[Errno 2] No such file or directory: '/tmp/a/b.csv'", "[Errno 2] No such file or directory: '/var/x.csv'"),
        ("cannot open /tmp/x9/in.csv now", "cannot open /srv/files/a/b/c.csv now"),
        ("at 2026-11-22T14:02:11.020Z it broke", "at 2025-01-02 03:04:05 it broke"),
        ("<Order object at 0x7f3a2c1b9d90>", "<Order object at 0x7f3a2c1b0000>"),
        ("commit deadbeef12345678 is gone", "commit 00ff00ff00ff00ff is gone"),
        ("token sk_live_51HxYz99 refused", "token sk_live_99AbCd01 refused"),
        ("ada@shop.example bounced", "bob.b+x@mail.shop.example bounced"),
        ("POST https://api.example/v1/orders/77: timed out", "POST https://api.example/v1/refunds/3?x=1: timed out"),
        ("expected [1, 2, 3]", "expected [4, 5]"),
        ("fields ['a', 'b'] are missing", "fields ['c'] are missing"),
        (
            "HTTPSConnectionPool(host='a.b', port=443): Max retries",
            "HTTPSConnectionPool(host='c', port=80): Max retries",
        ),
        ("invoice 2026-00123: declined", "invoice 2026-9: declined"),
        ("2 validation errors for Order", "11 validation errors for Order"),
    ],
)
def test_what_differs_from_job_to_job_makes_no_other_cause(first, second):
    assert pattern(first) == pattern(second)
    assert cause(traceback(f"ValueError: {first}"), "f").id == cause(traceback(f"ValueError: {second}"), "f").id


@pytest.mark.parametrize(
    ("type_name", "first", "second"),
    [
        ("ValueError", "the card was declined", "the card was refused"),
        ("ModuleNotFoundError", "No module named 'billing'", "No module named 'shipping'"),
        ("NameError", "name 'total' is not defined", "name 'sum_of' is not defined"),
        ("AttributeError", "'Order' object has no attribute 'total'", "'Order' object has no attribute 'lines'"),
        ("TypeError", "charge() missing 1 required positional argument: 'order'", "charge() got an unexpected keyword"),
        ("requests.exceptions.HTTPError", "Not Found for url: https://a.b/x", "Not Found for url: https://c.d/x"),
    ],
)
def test_what_is_the_point_stays(type_name, first, second):
    assert pattern(first, type_name) != pattern(second, type_name)


def test_a_pattern_reads_well():
    assert pattern("order 2026-00123: the card ending in 4242 was declined for 12.50") == (
        "order #: the card ending in # was declined for #"
    )
    assert (
        pattern("POST https://api.example/v1/orders/77: the read timed out")
        == "POST https://api.example/…: the read timed out"
    )
    assert pattern("user's file 'a.csv'  isn't\n there") == "user's file '…' isn't there"
    assert pattern("utf-8 codec can't decode byte 0xff") == "utf-# codec can't decode byte #"
    assert len(pattern("word " * 500)) <= PATTERN_CHARS


def test_the_place_is_the_innermost_frame_of_own_code():
    found = cause(
        traceback("json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)", OWN, LIBRARY), "f"
    )
    assert (found.type, found.file, found.line, found.function) == (
        "json.decoder.JSONDecodeError",
        "/srv/app/shop/billing.py",
        30,
        "charge",
    )
    assert found.message == "Expecting value: line 1 column 1 (char 0)"


def test_without_own_code_it_is_the_innermost_of_all():
    found = cause("Traceback (most recent call last):\n" + RQ + LIBRARY + "ValueError: no", "f")
    assert (found.file, found.line) == ("/usr/lib/python3.11/json/decoder.py", 355)


def test_another_line_and_another_folder_are_the_same_cause_and_another_function_is_not():
    one = cause(traceback("ValueError: no", line=30), "f")
    moved = traceback("ValueError: no", OWN.replace("/srv/app/", "/srv/releases/42/"), line=99)
    assert cause(moved, "f").id == one.id
    assert cause(traceback("ValueError: no", OWN.replace("charge", "refund")), "f").id != one.id
    assert cause(traceback("KeyError: no"), "f").id != one.id
    assert len(one.id) == 12


@pytest.mark.parametrize(
    ("file", "own"),
    [
        ("/srv/app/shop/billing.py", True),
        ("/home/ada/lib/shop.py", True),
        ("C:\\shop\\billing.py", True),
        ("/usr/lib/python3.11/json/decoder.py", False),
        ("/opt/conda/lib/python3.12/asyncio/runners.py", False),
        ("/app/.venv/lib64/python3.11/site-packages/requests/api.py", False),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", False),
        ("C:\\Python311\\Lib\\json\\decoder.py", False),
        ("<frozen importlib._bootstrap>", False),
        ("/srv/app/jobs/_job_type.py", False),
    ],
)
def test_own_code_is_neither_pythons_nor_a_librarys(file, own):
    assert is_own(file) is own


def test_of_chained_exceptions_the_last_counts():
    told = traceback("KeyError: 'x'") + CHAINED + traceback("shop.GatewayError: expected JSON with status 502")
    found = cause(told, "f")
    assert (found.type, found.pattern) == ("shop.GatewayError", "expected JSON with status #")


def test_a_message_of_many_lines_counts_by_its_first():
    told = traceback(
        "pydantic_core.ValidationError: 2 validation errors for Order\nid\n  Input should be a valid integer"
    )
    assert cause(told, "f").message == "2 validation errors for Order"
    notes = traceback("ValueError: no\nwhile charging order 7")
    assert cause(notes, "f").id == cause(traceback("ValueError: no"), "f").id
    assert cause(traceback("ValueError"), "f").message == ""
    assert cause(traceback("ValueError: \nlate words"), "f").message == "late words"


def test_a_message_that_holds_a_traceback_is_not_read_as_one():
    inner = (
        'RuntimeError: the remote said:\nTraceback (most recent call last):\n  File "x.py", line 1, in y\nKeyError: 1'
    )
    assert cause(traceback(inner), "f").type == "RuntimeError"


def test_a_group_of_exceptions_is_told_by_the_group():
    told = (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "/srv/app/shop/billing.py", line 30, in charge\n'
        "  |     raise ExceptionGroup(…)\n"
        "  | ExceptionGroup: many went wrong (2 sub-exceptions)\n"
        "  +-+---------------- 1 ----------------\n"
        "    | ValueError: 1\n"
        "    +---------------- 2 ----------------\n"
        "    | KeyError: 2\n"
        "    +------------------------------------\n"
    )
    found = cause(told, "f")
    assert (found.type, found.function, found.pattern) == (
        "ExceptionGroup",
        "charge",
        "many went wrong (# sub-exceptions)",
    )


def test_a_timeout_has_the_function_of_the_job_for_its_place():
    raised = "rq.timeouts.JobTimeoutException: Task exceeded maximum timeout value (180 seconds)"
    here, there = cause(traceback(raised), "shop.sync"), cause(traceback(raised, OWN, LIBRARY, line=7), "shop.sync")
    assert here.id == there.id
    assert (here.file, here.function) == (None, "shop.sync")
    assert cause(traceback(raised), "shop.other").id != here.id


@pytest.mark.parametrize(
    ("text", "outcome", "kind", "message"),
    [
        ("Work-horse terminated unexpectedly; waitpid returned 9 (signal 9); ", "failed", "killed", "signal 9"),
        ("Work-horse terminated unexpectedly; waitpid returned 256; ", "failed", "killed", ""),
        (
            "Moved to FailedJobRegistry, due to AbandonedJobError, at 2026-11-22",
            "failed",
            "abandoned",
            "AbandonedJobError",
        ),
        ("Job was stuck in intermediate queue.", "failed", "stuck", ""),
        ("The stored traceback cannot be decoded.", "failed", "unreadable", ""),
        ("", "max_retries_exceeded", "retries", ""),
        (None, "", "unknown", ""),
        (" \n", "failed", "unknown", ""),
        ("it broke, sorry 5", "failed", "text", "it broke, sorry 5"),
    ],
)
def test_what_rq_itself_says_is_told_by_the_function_of_the_job(text, outcome, kind, message):
    found = cause(text, "shop.sync", outcome)
    assert (found.kind, found.type, found.message, found.function) == (kind, None, message, "shop.sync")
    assert cause(text, "shop.other", outcome).id != found.id


def test_signals_are_told_apart():
    killed, crashed = (f"Work-horse terminated unexpectedly; waitpid returned {n} (signal {n}); " for n in (9, 11))
    assert cause(killed, "f").id != cause(crashed, "f").id


def test_a_text_without_a_traceback_may_still_name_its_exception():
    found = cause("ValueError: no 5", None)
    assert (found.kind, found.type, found.pattern) == ("exception", "ValueError", "no #")


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last):",
        "Traceback (most recent call last):\n",
        traceback(""),
        traceback("weird words without a colon"),
        traceback("\udcff\x00: bytes"),
        'Traceback (most recent call last):\n  File "a", line 99999999999999999999, in <module>\nE: x',
        "During handling of the above exception, another exception occurred:\n",
        "x" * 100_000,
        "'" * 10_000,
        "a1" * 10_000,
        "#-" * 5_000,
    ],
)
def test_no_text_is_too_odd(text):
    found = cause(text, None)
    assert len(found.id) == 12
    assert len(found.message) <= 500
