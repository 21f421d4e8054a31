"""What is written to the log: one line a record whatever it holds, and no secret of the settings."""

import json
import logging
import re
import sys

import pytest

from tests.accounts import THREE
from tests.tiny_app import ask, make
from webapp import logs
from webapp.config import Config

CONFIG = Config(
    redis_url="rediss://rq:p%40ss-w0rd@redis.example:6380/0",
    reader_url="redis://:r3ader@replica/0",
    secret="l0g-me-in",
)
SECRET = re.compile("w0rd|r3ader|l0g-me-in|dTps")
FORMS = [logs.Plain, logs.Json]
NASTY = "a\nWARNING b\r\x1b[31mred\x00\x85\u2028next\u202eevil\ud800"


def written(
    form: type[logging.Formatter], text: str, *args: object, error: BaseException | None = None, **extra: object
) -> str:
    """The line of one record."""
    trouble = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("webapp.x", logging.WARNING, "f.py", 1, text, args, trouble)
    vars(record).update(extra)
    return form(logs.secrets_of(CONFIG)).format(record)


@pytest.mark.parametrize("text", ["wants 0ther-pw", "redis+sentinel://h/jobs?sentinel_password=never-set"])
def test_the_password_of_sentinels_is_a_secret_too(text):
    config = Config(redis_url="redis+sentinel://rq:pw-0f-redis@a:1,b:2/jobs/0?sentinel_password=0ther-pw")
    assert {"pw-0f-redis", "0ther-pw"} <= set(logs.secrets_of(config))
    line = logs.Plain(logs.secrets_of(config)).hidden(text)
    assert "0ther-pw" not in line
    assert "never-set" not in line


@pytest.mark.parametrize("form", FORMS)
def test_a_line_tells_when_how_bad_where_and_what(form):
    line = written(form, "%s of %s", "cancel", "j1", job="j1", ms=2.5)
    if form is logs.Json:
        told = json.loads(line)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told.pop("time"))
        assert told == {"level": "WARNING", "logger": "webapp.x", "message": "cancel of j1", "job": "j1", "ms": 2.5}
    else:
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\S* WARNING webapp\.x: cancel of j1 job=j1 ms=2\.5", line
        )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", ["message", "argument", "job", "path"])
def test_nobody_begins_a_line_of_their_own(form, where):
    given = {"message": (NASTY,), "argument": ("%s", NASTY)}.get(where, ("x",))
    line = written(form, *given, **({where: NASTY} if where in ("job", "path") else {}))
    assert line.isprintable() if form is logs.Plain else line.isascii()
    assert len(line.splitlines()) == 1
    if form is logs.Json:
        assert NASTY in json.loads(line).values()


@pytest.mark.parametrize("form", FORMS)
def test_what_an_error_says_begins_no_line_of_its_own(form):
    try:
        raise ValueError(NASTY)
    except ValueError as error:
        text = written(form, "It failed", error=error)
    first, *others = text.split("\n")
    assert all(line.startswith("  | ") and line.isprintable() for line in others)
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert bool(others) == (form is logs.Plain)
    assert first


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "text",
    [
        "Error 111 connecting to rediss://rq:p%40ss-w0rd@redis.example:6380/0",
        "AUTH p@ss-w0rd was refused",
        "the reader r3ader",
        "l0g-me-in",
        "postgres://ada:p%40ss-w0rd@db/x",
        "Authorization: Basic dTpsMGctbWUtaW4=",
        "authorization: bearer abc.def-l0g-me-in",
        "GET /api/jobs?access_token=l0g-me-inx&limit=1",
        "/x?key=p@ss-w0rd",
    ],
)
def test_no_secret_is_written(form, text):
    for line in (written(form, text), written(form, "%s", text), written(form, "x", path=text)):
        assert "***" in line
        assert not SECRET.search(line)
    line = written(form, "x", error=ConnectionError(text))
    assert "***" in line
    assert not SECRET.search(line)


def test_a_level_and_a_stream_are_set_for_the_whole_process(capsys):
    before = logging.root.handlers[:], logging.root.level
    try:
        logs.setup(Config(log="json"), logging.INFO)
        logging.getLogger("webapp.anything").info("said")
        sys.stderr.flush()
    finally:
        logging.root.handlers[:], logging.root.level = before[0], before[1]
    assert json.loads(capsys.readouterr().err)["message"] == "said"


# The name of a request


@pytest.mark.parametrize("given", ["abc-1", "0123456789abcdef", "A.b_c" * 12])
def test_a_sane_name_of_a_client_is_kept(given):
    answer = ask(make(), X_Request_ID=given)
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "a b", "a\tb", "x" * 65, "<script>", "ü", "a;b"])
def test_any_other_is_replaced(given):
    answer = ask(make(), X_Request_ID=given)
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_an_error_carries_the_name_of_its_request():
    for answer in (
        ask(make(), host="evil.example"),
        ask(make(users=THREE)),
        ask(make(), path="/nothing", method="GET"),
    ):
        assert answer.json["error"]["request_id"] == answer.headers["X-Request-ID"] != ""


def test_two_requests_have_two_names():
    assert ask(make()).headers["X-Request-ID"] != ask(make()).headers["X-Request-ID"]
