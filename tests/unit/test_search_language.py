"""The language of the search: what a query means, and what is said of one that means nothing."""

import random

import pytest

from webapp.models import STATUSES
from webapp.search.demands import Demands, demands, fits
from webapp.search.durations import seconds
from webapp.search.parser import DEPTH_MAX, QUERY_MAX, TERMS_MAX, parse
from webapp.search.syntax import And, BadQuery, Not, Or, Term, terms


def word(text: str) -> Term:
    return Term("", text)


def refused(query: str) -> BadQuery:
    with pytest.raises(BadQuery) as caught:
        parse(query)
    assert caught.value.message.endswith(".")
    assert caught.value.fix.endswith((".", "…"))
    assert 0 <= caught.value.at <= len(query)
    return caught.value


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("invoice", word("invoice")),
        ("Invoice OCTOBER", And((word("invoice"), word("october")))),
        ("a and b", And((word("a"), word("b")))),
        ("a or b c", Or((word("a"), And((word("b"), word("c")))))),
        ("(a or b) c", And((Or((word("a"), word("b"))), word("c")))),
        ("not a b", And((Not(word("a")), word("b")))),
        ("-a", Not(word("a"))),
        ("-(a b)", Not(And((word("a"), word("b"))))),
        ("not -a", Not(Not(word("a")))),
        ("a AND NOT b", And((word("a"), Not(word("b"))))),
        ('"and" "timed out"', And((word("and"), word("timed out")))),
        (r'"a \"b\" \\c"', word(r'a "b" \c')),
        ("“timed out”", word("timed out")),
        ("customer-42 a-b", And((word("customer-42"), word("a-b")))),
        ("a-", word("a-")),
        ("12:30 https://x.org/a?b=1", And((word("12:30"), word("https://x.org/a?b=1")))),
        ('"status:failed"', word("status:failed")),
        ("status:failed", Term("status", "failed")),
        ("STATUS:Failed", Term("status", "failed")),
        ("status:re*", Term("status", "re*")),
        ('error:"timed out"', Term("error", "timed out")),
        ('error:"a:b (c)"', Term("error", "a:b (c)")),
        ("arg:user=42", Term("arg", "user=42")),
        ("queue:mail-* -worker:web-1", And((Term("queue", "mail-*"), Not(Term("worker", "web-1"))))),
        ("age>2h", Term("age", "2h", ">", 7200)),
        ("wait<=90s", Term("wait", "90s", "<", 90)),
        ("run>1h30m", Term("run", "1h30m", ">", 5400)),
        ("보고서 또는", And((word("보고서"), word("또는")))),
    ],
)
def test_a_query_means_what_it_says(query, tree):
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "at", "message"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("a (b", 2, "parenthesis"),
        ("a) b", 1, "closes nothing"),
        (")", 0, "closes nothing"),
        ("()", 0, "nothing after"),
        ("a ()", 2, "nothing after"),
        ('say "hello', 4, "quotation"),
        ('""', 0, "between these quotes"),
        ("or a", 0, "before"),
        ("a or", 2, "after"),
        ("a and", 2, "after"),
        ("a and or b", 6, "before"),
        ("a not", 2, "after"),
        ("statsu:failed", 0, "no field"),
        ("a statsu:failed", 2, "no field"),
        ("status:", 7, "nothing after"),
        ("a func:", 7, "nothing after"),
        ("status:faild", 7, "no status"),
        ("status>failed", 0, "cannot be compared"),
        ("age:5m", 0, "compared with"),
        ("age>5", 4, "no length of time"),
        ("age>soon", 4, "no length of time"),
        ("age>", 4, "nothing after"),
        ("age >5m", 4, "without spaces"),
        ("a" * (QUERY_MAX + 1), QUERY_MAX, "more than"),
        ("a " * (TERMS_MAX + 1), 2 * TERMS_MAX, "more than"),
        ("(" * (DEPTH_MAX + 1), DEPTH_MAX, "levels"),
        ("-" * (DEPTH_MAX + 1) + "a", DEPTH_MAX, "levels"),
    ],
)
def test_an_error_says_what_is_wrong_where_and_what_to_do(query, at, message):
    error = refused(query)
    assert message in error.message
    assert error.at == at


def test_a_slip_in_a_field_is_told_the_field_that_was_meant():
    assert "status" in refused("staus:failed").fix
    assert "quotes" in refused("colour:red").fix
    assert "rate_limited" in refused("status:waiting").fix


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30s", 30),
        ("5m", 300),
        ("2h", 7200),
        ("3d", 259_200),
        ("1.5h", 5400),
        ("250ms", 0.25),
        ("1w", 604_800),
        ("5", None),
        ("m", None),
        ("5m x", None),
        ("-5m", None),
        ("", None),
    ],
)
def test_lengths_of_time(text, length):
    assert seconds(text) == length


ALL = frozenset(STATUSES)


@pytest.mark.parametrize(
    ("query", "statuses", "queues"),
    [
        ("invoice", None, None),
        ("status:failed", {"failed"}, None),
        ("status:failed invoice queue:mail", {"failed"}, {"mail"}),
        ("status:failed or status:stopped", {"failed", "stopped"}, None),
        ("status:failed or invoice", None, None),
        ("(status:failed or status:stopped) status:failed", {"failed"}, None),
        ("status:failed status:queued", set(), None),
        ("-status:created", ALL - {"created"}, None),
        ("not (status:failed)", ALL - {"failed"}, None),
        ("not (status:failed invoice)", None, None),
        ("status:re*", {"ready_to_enqueue"}, None),
        ("queue:mail or queue:low", None, {"mail", "low"}),
        ("-queue:mail", None, None),
    ],
)
def test_lists_are_walked_only_where_every_match_lies_in_them(query, statuses, queues):
    wanted = (None if one is None else frozenset(one) for one in (statuses, queues))
    assert demands(parse(query)) == Demands(*wanted)


@pytest.mark.parametrize(
    ("pattern", "text", "is_so"),
    [
        ("mail", "mail", True),
        ("mail", "mailer", False),
        ("mail*", "mailer", True),
        ("*er", "mailer", True),
        ("m*l*r", "mailer", True),
        ("m*x*r", "mailer", False),
        ("*", "", True),
        ("a.c", "abc", False),
        ("*a*b", "ab_ab", True),
        ("ab*ab", "ab", False),
    ],
)
def test_a_star_stands_for_anything(pattern, text, is_so):
    assert fits(pattern, text) is is_so


@pytest.mark.timeout(5)
def test_no_pattern_runs_away():
    assert fits("*a" * 200 + "b", "a" * 20_000) is False


@pytest.mark.timeout(20)
def test_any_text_is_understood_or_refused_with_a_position():
    """10,000 queries out of the language's own pieces."""
    pieces = [*'()-":<>=*\\ ', "and", "or", "not", " status:failed", "age>5m", "age", "queue:", "x", "한", "“", "arg:1"]
    chance = random.Random(7)
    understood = 0
    for _ in range(10_000):
        query = "".join(chance.choices(pieces, k=chance.randint(0, 12)))
        try:
            understood += bool(terms(parse(query)))
        except BadQuery:
            refused(query)
    assert 500 < understood < 9_500
