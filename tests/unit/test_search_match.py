"""Whether a job matches: the quick look at raw bytes must never lose one that the slow look would find."""

import datetime
import decimal
import json
import pathlib
import pickle
import random
import string
import uuid
import zlib

import pytest

from tests import raw_jobs
from webapp.redact.redactor import Redactor
from webapp.search.candidate import Candidate
from webapp.search.judges import ERROR, FIELDS, PAYLOAD
from webapp.search.matcher import Matcher
from webapp.search.needles import needles
from webapp.search.parser import parse

NOW = 1_795_360_000_000
CATALOG = {"jobs.csv_profile.csv_profile": ("csv_profile", "Profile a CSV")}


def types(func: str) -> tuple[str | None, str]:
    return CATALOG.get(func, (None, func))


def candidate(job_id: str = "6f0c", error: str | None = None, data: bytes | None = None, **more: object) -> Candidate:
    """A job whose hash, payload and traceback are at hand."""
    fields = raw_jobs.fields(**more) | {"data": data or raw_jobs.payload("billing.charge", (42,), {"customer": "Kim"})}
    values = {name: value if isinstance(value, bytes) else str(value).encode() for name, value in fields.items()}
    made = Candidate(job_id.encode(), {name: None for name in ("live_actor",)} | values, NOW)
    made.data, made.error = values["data"], error
    return made


def matches(query: str, job: Candidate) -> bool:
    """The verdict as a search comes to it: at the first stage that can tell. Later ones must say the same."""
    matcher = Matcher(parse(query), types)
    said = [matcher.verdict(job, at) for at in (FIELDS, PAYLOAD, ERROR)]
    told = [verdict for verdict in said if verdict is not None]
    assert said[-1] is not None
    assert len(set(told)) == 1, f"{query}: the stages disagree: {said}"
    return told[0]


def called(*args: object, func: str = "elsewhere.run", **kwargs: object) -> Candidate:
    return candidate(data=raw_jobs.payload(func, args, kwargs))


def at(seconds_ago: float) -> str:
    return raw_jobs.stamp(NOW / 1000 - seconds_ago)


@pytest.mark.parametrize(
    ("query", "is_so"),
    [
        ("status:failed", True),
        ("status:fail*", True),
        ("status:queued", False),
        ("queue:mail", True),
        ("queue:MAIL", True),
        ("queue:mai", False),
        ("queue:m*", True),
        ("worker:web-1.77", True),
        ("worker:web-1", False),
        ("worker:web-1*", True),
        ("by:kim", True),
        ("by:ki", False),
        ("id:6f0c-77", True),
        ("id:6f0c*", True),
        ("id:6f0c", False),
        ("func:charge", True),
        ("func:Billing.", True),
        ("func:billing", True),
        ("func:*charge", True),
        ("func:bill", True),
        ("func:bill*x", False),
        ("func:refund", False),
        ("arg:kim", True),
        ("arg:42", True),
        ("arg:4", False),
        ("arg:customer", True),
        ("arg:customer=kim", True),
        ("arg:customer=42", False),
        ("arg:lee", False),
        ('error:"timed out"', True),
        ("error:keyerror", False),
        ("charge", True),
        ("6f0c", True),
        ("kim", True),
        ("october", True),
        ("nothing", False),
        ("status:failed charge -october", False),
        ("status:queued or charge", True),
        ("-(status:queued or error:timed)", False),
        ("not status:queued kim (october or november)", True),
    ],
)
def test_each_field_and_their_combinations(query, is_so):
    job = candidate(
        "6f0c-77",
        error="traceback …\ntimeouterror: timed out",
        status="failed",
        queue="mail",
        worker_name="web-1.77",
        live_actor="Kim",
        description="October report",
    )
    assert matches(query, job) is is_so


def test_a_job_type_is_found_by_its_name_and_its_title():
    job = called("sales.csv", func="jobs.csv_profile.csv_profile")
    assert matches("type:csv_profile", job)
    assert matches('type:"profile a"', job)
    assert matches("profile", job)
    assert not matches("type:wait", job)
    assert not matches("type:*", called(func="elsewhere.run")), "a function of another program is no job type"


@pytest.mark.parametrize(
    ("query", "fields", "is_so"),
    [
        ("age>1h", {"created_at": 7200}, True),
        ("age<1h", {"created_at": 7200}, False),
        ("wait>5m", {"status": "queued", "enqueued_at": 600, "created_at": 600}, True),
        ("wait>5m", {"status": "finished", "enqueued_at": 600, "started_at": 590, "ended_at": 5}, False),
        ("wait<20s", {"status": "finished", "enqueued_at": 600, "started_at": 590, "ended_at": 5}, True),
        ("wait>5m", {"status": "deferred", "created_at": 600, "enqueued_at": None}, True),
        # It was requeued: its start is that of the run before.
        ("wait>5m", {"status": "queued", "enqueued_at": 600, "started_at": 9_000, "created_at": 9_100}, True),
        ("run>5m", {"status": "started", "started_at": 600}, True),
        ("run>5m", {"status": "finished", "started_at": 600, "ended_at": 10}, True),
        ("run<5m", {"status": "finished", "started_at": 600, "ended_at": 10}, False),
        ("run>1s", {"status": "queued"}, False),
        ("run<1s", {"status": "queued"}, False),
    ],
)
def test_times_are_those_of_the_job(query, fields, is_so):
    told = {name: at(value) if isinstance(value, int) else value or "" for name, value in fields.items()}
    assert matches(query, candidate(**{"started_at": "", "ended_at": ""} | told)) is is_so


def test_a_time_that_is_none_matches_nothing():
    assert not matches("age>1s", candidate(created_at="yesterday"))
    assert not matches("age<1s", candidate(created_at=""))


NUMBERS = [0, 7, 255, 256, 65_535, 65_536, -1, -42, 2**31 - 1, 2**31, -(2**31), 2**60, -(2**70), 0.5, -2.25, 1e15, 3.0]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_found_however_it_was_pickled(number):
    text = f"{number:.0f}" if number == int(number) else str(number)
    for value in (number, [number], {"deep": (1, {"x": number})}, decimal.Decimal(text)):
        assert matches(f'arg:"{text}"', called(value)), value
    assert matches(f'arg:"order={text}"', called(order=number))
    assert not matches('arg:"8888"', called(number))


def test_a_number_is_not_found_within_another_but_within_a_text():
    assert not matches("arg:42", called(1042))
    assert matches("arg:42", called("order-1042"))


@pytest.mark.parametrize("value", [True, False, None])
def test_the_words_of_python_and_of_json(value):
    assert matches(f"arg:{value}", called(flag=value))
    assert matches(f"arg:flag={str(value).lower()}", called(flag=value))
    assert not matches("arg:flag=maybe", called(flag=value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-22", datetime.date(2026, 11, 22)),
        ("2026-11-22 14:02", datetime.datetime(2026, 11, 22, 14, 2, 11)),
        ("2026-11-22", datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)),
        ("6f0c1d2e-0000-4000-8000-000000000001", uuid.UUID("6f0c1d2e-0000-4000-8000-000000000001")),
        ("data/2026/sales.csv", pathlib.Path("/data/2026/sales.csv")),
        ("12.50", decimal.Decimal("12.50")),
        ("sales", b"bytes of sales"),
        ("purchase", {"Purchase"}),
        ("보고서", "10월 보고서"),
        ("10월 보고서", ["10월 보고서.pdf"]),
        ("straße", "Große STRASSE? Straße"),
        ("éclair", "ÉCLAIR"),
        ('say \\"hi\\"', 'They say "hi"'),
        ("a\\\\b", "a\\b"),
    ],
)
def test_what_was_no_plain_text_is_found_by_what_is_shown_of_it(text, value):
    assert matches(f'arg:"{text}"', called(value))
    assert matches(f'"{text}"', called(value))


def test_jobs_of_the_json_serializer():
    job = candidate(data=raw_jobs.json_payload("web.push", ["10월 보고서", 4.5], {"who": "Käthe"}))
    for query in ("func:web.push", "보고서", "arg:4.5", "arg:who=käthe", "arg:KÄTHE"):
        assert matches(query, job), query
    assert not matches("arg:4", job)


def test_a_method_is_found_by_its_class():
    class Report:
        pass

    data = zlib.compress(pickle.dumps(("build", decimal.Decimal(1), (), {})))
    assert matches("func:decimal.build", candidate(data=data))


def test_a_payload_that_nobody_can_decode_is_found_by_its_bytes():
    broken = candidate(data=zlib.compress(b"\x80\x05not a pickle of Kim"), description="elsewhere.run(1)")
    assert matches("kim", broken)
    assert matches("func:elsewhere.run", broken)
    assert not matches("arg:lee", broken)


def test_no_payload_and_no_fields_are_no_error():
    empty = Candidate(b"x", dict.fromkeys(raw_jobs.fields()) | {"live_actor": None}, NOW)
    for query in ("a", "arg:1", "func:a", "type:a", "status:failed", "age>1s", "wait>1s", "run>1s", "by:x", "worker:y"):
        assert not matches(query, empty), query


def test_a_query_without_words_reads_no_payload():
    assert not Matcher(parse("status:failed age>5m by:kim"), types).needs_payload
    assert not Matcher(parse("arg:kim"), types).needs_description
    assert not Matcher(parse("kim"), types).needs_error
    assert Matcher(parse("kim or arg:lee"), types).fields == (), "the payload tells whether there is a job"
    assert Matcher(parse("kim id:6f0c"), types).fields == ("status",)


def test_tracebacks_are_asked_for_of_failed_jobs_alone():
    for query in ("error:timeout", "error:timeout or lee", "kim error:timeout", "-error:timeout -kim"):
        matcher = Matcher(parse(query), types)
        assert matcher.verdict(candidate(status="finished"), PAYLOAD) is not None, query
    assert Matcher(parse("error:timeout kim"), types).verdict(candidate(status="failed"), PAYLOAD) is None


def test_most_payloads_are_dismissed_undecoded():
    job = called("nothing of that kind", 42)
    assert not matches("arg:customer-4711", job)
    assert job._call is None


def random_value(chance: random.Random, depth: int = 0) -> object:
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return chance.choice([0, 1, -1, 255, 300, 70_000, -70_000, 2**40, chance.randrange(10**6)])
    if kind == 1:
        return round(chance.uniform(-1000, 1000), chance.randrange(4))
    if kind == 2:
        return chance.choice([True, False, None])
    if kind in (3, 4, 5):
        letters = string.ascii_letters + string.digits + " .,-_@/\\\"'\n:;äÖßé한국어日"
        return "".join(chance.choices(letters, k=chance.randrange(12)))
    values = [random_value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {6: values, 7: tuple(values), 8: {f"key{n}": value for n, value in enumerate(values)}}[kind]


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


@pytest.mark.parametrize("is_json", [False, True])
def test_raw_bytes_never_dismiss_what_is_there(is_json):
    """Any part of any text, and any whole number or word, of 1,500 random calls."""
    chance = random.Random(11)
    tried = 0
    for _ in range(1_500):
        args = [random_value(chance) for _ in range(3)]
        text = json.dumps(["m.f", None, args, {}]).encode() if is_json else pickle.dumps(("m.f", None, args, {}), 5)
        job = Candidate(b"x", {}, NOW)
        job.data = zlib.compress(text)
        for leaf in leaves(args):
            wanted = str(leaf).lower()
            if isinstance(leaf, str):
                start = chance.randrange(len(leaf) + 1)
                wanted = leaf[start : start + chance.randrange(1, 6)].lower()
            if not wanted.strip() or (isinstance(leaf, float) and "e" in wanted):
                continue
            found = needles(wanted)
            tried += 1
            assert found is None or any(needle in job.low for needle in found), (wanted, leaf, found)
    assert tried > 3_000


@pytest.mark.parametrize("protocol", range(6))
def test_a_flag_is_found_in_raw_bytes_however_it_was_pickled(protocol):
    for flag, other in ((True, "false"), (False, "true")):
        job = Candidate(b"x", {}, NOW)
        job.data = zlib.compress(pickle.dumps(("m.f", None, (), {"dry": flag}), protocol))
        assert any(needle in job.low for needle in needles(str(flag).lower()))
        assert matches(f"arg:dry={str(flag).lower()}", candidate(data=job.data))
        assert not matches(f"arg:{other}", candidate(data=job.data))


class Counting(Redactor):
    """Counts the jobs that it masks."""

    calls = 0

    def call(self, call):
        self.calls += 1
        return super().call(call)


def test_only_jobs_that_match_as_they_are_stored_are_masked_and_only_what_may_be_shown_is_found():
    redactor = Counting()
    kwargs = {"customer": "Kim", "dry": True, "monkey": "x", "password": "hunter2"}
    data = raw_jobs.payload("billing.charge", (42,), kwargs)

    def found(query):
        job = Candidate(b"6f0c", {"description": None}, NOW, redactor)
        job.data = data
        return Matcher(parse(query), types, redactor).verdict(job, PAYLOAD)

    assert not found("arg:none")
    assert not found("arg:dry=none")
    assert redactor.calls == 0, "every payload was decoded, and none had to be masked"
    assert found("arg:true")
    assert found("arg:dry=true")
    assert redactor.calls == 2
    assert not found("arg:hunter2"), "what is masked is not found"
    assert not found("arg:password=hunter2")
    assert found("arg:password"), "its name is told"
