"""Bodies, messages, questions and texts that are built to cost much: refused, or read in bounded time."""

import base64
import contextlib
import json
import re
import time

import pytest

from jobs import _link_sitemap, _link_url, _log, _zip_names
from tests import raw_jobs
from tests.attacks import wire
from tests.support import eventually
from webapp import decode, failure_cause, failure_pattern, files, outcomes, security, speaker
from webapp.errors import BadInput, DashboardError
from webapp.queries import cursors, job_plans
from webapp.search import demands, durations, matcher, needles, parser
from webapp.search.syntax import BadQuery

#: Seconds of the processor that any text may take, on a machine that has nothing else to do.
SECONDS = 1.0
MANY = 120_000
JSON = {"Content-Type": "application/json"}

DEEP = {
    "lists": b"[" * 200_000,
    "objects": b'{"a":' * 100_000,
    "closed": b"[" * 100_000 + b"]" * 100_000,
    "a bit too deep": b'{"args": ' + b"[" * 25 + b"]" * 25 + b"}",
    "a number of a million digits": b'{"args": ' + b"9" * 1_000_000 + b"}",
    "an exponent": b'{"args": 1e999999}',
    "no number": b'{"args": NaN}',
    "a lone surrogate": b'{"type": "\\ud800"}',
    "not UTF-8": b'{"type": "\xff\xfe"}',
    "many values": b'{"args": [' + b"0," * 300_000 + b"0]}",
    "too large": b'{"args": "' + b"a" * 1_100_000 + b'"}',
    "a list": b"[]",
    "one key again and again": b"{" + b'"type": 1,' * 50_000 + b'"type": 1}',
}

#: How readers of texts refuse what they cannot read.
REFUSALS = (ValueError, DashboardError)


def timed(function, *args, refusals=REFUSALS):
    """Seconds of this thread that `function(*args)` takes, whether it ends well or refuses."""
    began = time.thread_time()
    with contextlib.suppress(*refusals):
        function(*args)
    return time.thread_time() - began


@pytest.mark.parametrize("what", DEEP)
def test_a_body_that_is_no_sensible_json_is_a_4xx(victim, what):
    for path in ("/api/jobs", "/api/jobs/batch", "/api/searches", "/api/operations", "/api/jobs/x/notes"):
        status, _, body = wire.send(victim, "POST", path, JSON, DEEP[what])
        assert 400 <= status < 500, (path, body)
        error = json.loads(body)["error"]
        assert error["fix"]
        # Refused before anybody has looked for what it means.
        assert error["code"] in ("bad_body", "too_large") or what == "one key again and again", error


HEAD = b"POST /api/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%s\r\n\r\n"


def test_a_body_that_claims_to_be_too_large_is_refused_before_it_is_read(victim):
    # Nothing of it is sent: who waited for it would find it slow.
    assert wire.raw(victim, HEAD % b"Content-Length: 2000000000").startswith(b"HTTP/1.1 413")


def test_a_body_that_never_ends_is_not_read_for_ever(victim):
    with wire.dial(victim) as client:
        client.sendall(HEAD % b"Transfer-Encoding: chunked")
        with contextlib.suppress(ConnectionError, TimeoutError):
            for _ in range(500):
                client.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("path", wire.SOCKETS)
@pytest.mark.parametrize("what", DEEP)
def test_a_message_that_is_no_sensible_json_is_answered_or_ends_that_socket_only(victim, path, what):
    with wire.opened(victim, path) as client:
        client.settimeout(15)
        client.sendall(wire.frame(DEEP[what][:60_000]) + wire.frame(b'{"ping": 1}'))

        def is_told():
            part = client.recv(65_536)
            return not part or b'"error"' in part or b'"pong"' in part

        eventually(is_told, 15, "an error, or the end")
    assert wire.send(victim, "GET", "/healthz")[0] == 200


QUERIES = [
    "(" * 400,
    "(" * 20 + "a" + ")" * 20,
    "not " * 120 + "a",
    "-" * 499,
    "a " * 249,
    "a or " * 99 + "b",
    '"' * 499,
    '"' + "\\" * 490,
    'func:"' + "*a" * 200 + '"',
    "*" * 500,
    "a*" * 249,
    "age>" + "9" * 400 + "d",
    "age>" + "1m" * 200,
    ":" * 500,
    "status:" * 70,
    "\0" * 500,
    "\U0001f600" * 500,
    "(" * 1_000_000,
    "a " * 1_000_000,
    '"' + "a" * 1_000_000,
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: f"{query[:12]!r} x{len(query)}")
def test_any_search_is_understood_or_refused_at_once(query):
    assert timed(parser.parse, query, refusals=[BadQuery]) < SECONDS
    assert timed(parser.parse, query[: parser.QUERY_MAX], refusals=[BadQuery]) < SECONDS


def test_no_pattern_of_a_search_runs_away_on_any_text():
    patterns = ["*a" * 100, "a*" * 100 + "b", "*" * 200, "?*" * 100, "(a+)+" * 40, "*aa*aab*" * 20]
    for pattern in patterns:
        assert timed(demands.glob(pattern).fullmatch, "a" * MANY) < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        base64.urlsafe_b64encode(b"[" * 5_000).decode(),
        base64.urlsafe_b64encode(json.dumps(["x" * 5_000] * 50).encode()).decode(),
        base64.urlsafe_b64encode(b'["default/queued",' + b"9" * 5_000 + b"]").decode(),
        "=" * 10_000,
        "\udcff" * 100,
    ],
    ids=["long", "deep", "wide", "a long number", "padding", "surrogates"],
)
def test_a_forged_cursor_is_refused_at_once(text):
    assert timed(cursors.decode, text, "default/queued", refusals=[BadInput]) < SECONDS


#: Everything of ours that holds a regular expression and is given what others wrote.
READERS = {
    "failure_pattern": failure_pattern.pattern,
    "failure_cause": lambda text: failure_cause.cause(text, "m.f"),
    "failure_cause.frames": lambda text: failure_cause.cause(f"Traceback (most recent call last):\n{text}", "m.f"),
    "failure_cause.groups": lambda text: failure_cause.cause(
        f"  + Exception Group Traceback (most recent call last):\n{text}", "m.f"
    ),
    "failure_cause.is_own": failure_cause.is_own,
    "job_plans.webhooks": lambda text: job_plans.webhooks(json.dumps([{"url": f"https://h/{text}"}]).encode()),
    "log.clean": _log.clean,
    "speaker.harmless": speaker.harmless,
    "files.safe_name": files.safe_name,
    "files.uploads": lambda text: files._UPLOAD_IN_BYTES.findall(text.encode("utf-8", "replace")),
    "files.reference": files.UPLOAD.fullmatch,
    "security.host": security._split,
    "link.parse": _link_url.parse,
    "link.shown": _link_url.shown,
    "sitemap": lambda text: _link_sitemap.read_sitemap(text.encode("utf-8", "replace"), 10),
    "zip.drive": lambda text: [found.search(text) for found in (_zip_names._NOT_ON_WINDOWS, _zip_names._DEVICE)],
    "needles": lambda text: [needles._NUMBER.search(text), needles._DATE.search(text)],
    "durations": lambda text: durations._PART.findall(text),
    "decode.json": lambda text: decode._JSON.match(text.encode("utf-8", "replace")),
    "decode.function": decode.function_of_description,
    "outcomes": lambda text: [found.match(text) for found in vars(outcomes).values() if isinstance(found, re.Pattern)],
    "matcher": lambda text: [found.search(text) for found in vars(matcher).values() if isinstance(found, re.Pattern)],
}
PIECES = [
    "a", "1", " ", "\n", "'", '"', "`", "\\", "/", "//", "a/", "a.", "a@", "a-", "@a.", ".a", "0x", "a1", "1a", "1:1",
    "1.", "#,", "#", "'…',", "\x1b", "\x1b[", "\x1b]", "\x1b[0", "\r", "\n ", " \n", '  File "a', "File \"", "|", "| ",
    "  + ", "+-+", ": ", "a: ", "A:", "http://", "https://a", "http://@", "/rq/worker/a", "/Python3", "<", "<a", "[",
    "{", "(", "upload:", "upload:0", ",", "\0", "\u202e", "\u3000", "가", "\U0001f600", "e", "-", "--", "_", "=", "%",
    '  File "a", line 1, in b\n', "a, line 1", "Traceback (most recent call last):\n", "jobs 1", "12:00", "2026-11-30T",
]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_no_text_of_others_makes_an_expression_run_away(reader):
    read, slow = READERS[reader], {}
    for piece in PIECES:
        for text in (piece * (MANY // len(piece)), f"x{piece * (MANY // len(piece))}\n\0!"):
            if (took := timed(read, text)) > SECONDS:
                slow[piece] = took
    assert not slow


def test_a_field_of_sixty_megabytes_is_not_passed_on(victim, redis):
    job_id = raw_jobs.listed(redis, "queued")
    for name in ("worker_name", "origin", "status", "group_id", "rate_limit_key", "description", "meta"):
        redis.hset(f"rq:job:{job_id}", name, "x" * 60_000_000)
        for path in ("/api/jobs", f"/api/jobs/{job_id}"):
            assert len(wire.send(victim, "GET", path)[2]) < 1_000_000, (name, path)
        redis.hset(f"rq:job:{job_id}", name, "default")
