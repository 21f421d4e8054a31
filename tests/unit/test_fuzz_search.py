"""The language of the search over texts of any kind: a judge, or its one error with a place in the text; soon."""

import time

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import ANY_TEXT, bounded
from tests.unit.test_search_match import candidate, types
from webapp.search.demands import demands
from webapp.search.judges import ERROR, FIELDS, PAYLOAD
from webapp.search.matcher import Matcher
from webapp.search.parser import parse
from webapp.search.syntax import FIELDS as NAMES
from webapp.search.syntax import TIMES, And, BadQuery, Node, Not, Or

WORDS = [
    *(f"{name}:" for name in NAMES),
    *TIMES.values(),
    *NAMES.values(),
    "and",
    "OR",
    "not",
    "-",
    "(",
    ")",
    '"',
    "“x”",
]
WORDS += [
    "status:*",
    "arg:x=1",
    "arg:=",
    "age>9999999999d",
    "age<-1s",
    "run>0",
    "wait>1e309s",
    "type:?",
    "[",
    "\\",
    "*" * 50,
]
QUERIES = st.lists(st.sampled_from(WORDS) | ANY_TEXT, max_size=40).map(" ".join) | st.lists(
    st.sampled_from(WORDS), max_size=60
).map("".join)
JOBS = [
    candidate(),
    candidate(error="timed out"),
    candidate(data=b"\x80\x05garbage"),
    candidate(created_at="", status="odd"),
]


def printed(node: Node) -> str:
    """A query that means the same, every group in parentheses."""
    if isinstance(node, Not):
        return f"not {printed(node.part)}"
    if isinstance(node, And | Or):
        word = " and " if isinstance(node, And) else " or "
        return f"({word.join(map(printed, node.parts))})"
    if node.op:
        return f"{node.field}{node.op}{node.value}"
    escaped = node.value.replace("\\", "\\\\").replace('"', '\\"')
    value = f'"{escaped}"'
    return f"{node.field}:{value}" if node.field else value


@bounded(500)
@given(QUERIES | ANY_TEXT)
def test_any_text_is_a_query_or_says_where_it_is_none(text):
    began = time.process_time()
    try:
        query = parse(text)
    except BadQuery as problem:
        said = (bool(problem.message), bool(problem.fix), 0 <= problem.at <= len(text))
    else:
        said = (True, True, True)
        demands(query)
        judge = Matcher(query, types)
        for job in JOBS:
            assert judge.verdict(job, FIELDS) in (True, False, None)
            assert judge.verdict(job, PAYLOAD) in (True, False, None)
            assert judge.verdict(job, ERROR) in (True, False)
    assert said == (True, True, True)
    assert time.process_time() - began < 1


@bounded(400)
@given(QUERIES)
def test_a_query_that_is_written_out_again_is_the_same(text):
    try:
        query = parse(text)
    except BadQuery:
        return
    again = printed(query)
    if len(again) <= 500:
        assert parse(again) == query, again
