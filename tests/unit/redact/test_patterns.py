"""Secrets in plain text: what is found by its surroundings, what stays, and that no text takes long or breaks it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.redact.literals import Literals
from webapp.redact.names import Names
from webapp.redact.patterns import MASK, masked

NAMES = Names()
S = "hunter2xyz"


@pytest.mark.parametrize(
    "text",
    [
        f"tasks.login(1, password='{S}', n=2)",
        f'{{"user": "joe", "token": "{S}"}}',
        f"{{'db': {{'access_key': b'{S}'}}}}",
        rf"{{\"api_key\": \"{S}\"}}",
        f"postgres://joe:{S}@db/x",
        f"https://{S}@github.com/a/b",
        f"GET /x?api_key={S}&page=2",
        f"Authorization: Bearer {S}",
        f"-H 'X-Api-Key: {S}' -v",
        f"Cookie: a={S}; b={S}",
        f"token Bearer {S.upper()}",
        f"DB_PASSWORD={S} and {S}",
        f"  password = read('a') or '{S}'",
        f"connect(password=f('{S}', [1]), n=3)",
        f"auth=('joe', '{S}')",
        f"--password {S} --host h",
        f"--client-secret={S}",
        f"<password>{S}</password>",
        f'os.environ["API_KEY"] = "{S}"',
        f"accessToken: {S}",
        f"userpassword={S}",
        f"session_cookie='''{S}\n{S}'''",
        f"-----BEGIN RSA PRIVATE KEY-----\n{S}\n-----END RSA PRIVATE KEY-----",
        f"credentials = {{\n  'a': '{S}',\n}}",
        f"İ password={S}",
    ],
)
def test_a_secret_is_masked(text):
    shown = masked(text, NAMES)
    assert S not in shown, shown
    assert MASK in shown
    assert S.upper() not in shown
    assert masked(shown, NAMES) == shown, "once is as good as twice"


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'x'",
        "requests.TokenExpiredError: it is old",
        "max_tokens=500, session_timeout=30",
        "password=None, has_token=True",
        "author: joe",
        "ssh://git@host/x",
        "mail a@b.c, see https://x.y/z",
        "Basic authentication",
        "the password is wrong",
        "key=1, monkey=2",
    ],
)
def test_what_is_no_secret_stays(text):
    assert masked(text, NAMES) == text


def test_what_stands_beside_it_stays():
    assert masked(f"f(password='{S}', n=3)", NAMES) == f"f(password='{MASK}', n=3)"
    assert masked(f"redis://u:{S}@h:1/0 x", NAMES) == f"redis://u:{MASK}@h:1/0 x"


def test_the_mask_tells_nothing_of_the_length():
    assert masked("password='a'", NAMES) == masked("password='" + "a" * 99 + "'", NAMES)


def test_more_names_count():
    more = Names(("salary", "홍길동", "Ünicode"))
    for name in ("salary", "base_salary", "baseSalary", "홍길동", "ünicode"):
        assert masked(f"{name}=123456", more) == f"{name}={MASK}", name
    assert masked("salary=123456", NAMES) == "salary=123456"


WORDS = st.sampled_from(
    (
        *(
            "password",
            "token",
            "api_key",
            "=",
            ":",
            " ",
            "'",
            '"',
            "\\",
            "\\'",
            "(",
            ")",
            "[",
            "{",
            "}",
            ",",
            "\n",
            "://",
        ),
        *(
            "@",
            "x",
            MASK,
            "Bearer ",
            "--",
            "<",
            ">",
            "'''",
            "or ",
            "+",
            "-----BEGIN PRIVATE KEY-----",
            "None",
            "1",
            "&",
        ),
        *(";", "İ"),
    )
)
TEXTS = st.lists(WORDS | st.text(max_size=4), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_any_text_is_masked_once_and_for_all(text):
    shown = masked(text, NAMES)
    assert masked(shown, NAMES) == shown


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="abcdefg123'\"\n\\ ", min_size=6, max_size=60), TEXTS, TEXTS)
def test_a_known_value_is_nowhere(value, before, after):
    known = Literals([value])
    if not known:
        return
    for written in (value, repr(value), f"{value[:50]}…" if len(value) < 50 else value):
        shown = known.masked(f"{before}{written} {after}")
        assert value not in shown
        assert known.masked(shown) == shown


@pytest.mark.parametrize(
    "part",
    [
        *(
            "key",
            "key ",
            "password=",
            "password='",
            "token: (",
            "a://b:",
            "://",
            "password=(((",
            "{'token': [",
            "\\\\\\",
            '\\"',
        ),
        *(
            "password='''",
            "--password ",
            "<password>",
            "Bearer ",
            "x" * 999 + "=",
            "session.",
            "a@",
            "-----BEGIN PRIVATE KEY-----",
        ),
        *("password=a + ", "İtoken=", "(", "tokens=1,", "auth\t" * 20, "'", "cookie: \n"),
    ],
)
def test_a_megabyte_of_it_takes_seconds_at_most(part):
    text = part * (1_000_000 // len(part))
    began = time.process_time()
    masked(text, NAMES)
    assert time.process_time() - began < 8


def test_of_a_long_value_what_was_cut_is_masked_too():
    key = "-".join(f"part{n}" for n in range(40))
    known = Literals([key, "shorter-one"])
    for text in (
        f"is '{key[:60]}…",
        f"is {key[:30]}",
        f"'{key[:100]}...'",
        "it was shorter-on",
        "shorter … (1,234 characters)",
    ):
        assert not any(piece in known.masked(text) for piece in ("part1", "shorter")), known.masked(text)


def test_of_several_lines_each_is_masked_and_every_spelling():
    value = 'first-line\nsecond "line"\npäss w/rd'
    known = Literals([value])
    for text in ('x second "line" y', repr(value), "a=p%C3%A4ss+w%2Frd"):
        assert "second" not in known.masked(text)
    assert Literals(["p&ss w/rd"]).masked("?p=p%26ss+w%2Frd") == f"?p={MASK}"


def test_a_short_value_counts_as_a_word_of_its_own_only():
    known = Literals(["root", "abc", "none"])
    assert known.masked("root of chroot, abc none") == f"{MASK} of chroot, abc none"
