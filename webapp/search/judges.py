"""One term to a function that says whether a job is so. Each needs a stage of what is known of the job. Pure.

A judge answers True, False, or None where its stage cannot tell: then the next one is asked.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from jobs import _keys
from webapp.models import WAITING
from webapp.search import needles
from webapp.search.candidate import Candidate, Leaf
from webapp.search.demands import fits, glob
from webapp.search.syntax import Term

#: What must be known: chosen fields of the hash; the payload and the description; the last traceback.
FIELDS, PAYLOAD, ERROR = range(3)

Judge = Callable[[Candidate], bool | None]
#: Dotted name -> (name of the job type or None, its title).
Types = Callable[[str], tuple[str | None, str]]

#: Fields of the hash that a term looks at.
HASH_FIELDS = {
    "status": ("status",),
    "queue": ("origin",),
    "worker": ("worker_name",),
    "by": (_keys.ACTOR_FIELD,),
    "age": ("created_at",),
    "wait": ("status", "created_at", "enqueued_at", "started_at"),
    "run": ("status", "started_at", "ended_at"),
    "error": ("status",),
}
HAS_ERROR = (b"failed", b"stopped")


def stage(term: Term) -> int:
    """The first stage at which the term can be judged for certain."""
    if term.field in ("", "func", "type", "arg"):
        return PAYLOAD
    return ERROR if term.field == "error" else FIELDS


def judge(term: Term, at: int, types: Types) -> Judge | None:
    """The judge of a term at a stage; None where nothing can be told yet."""
    if term.field == "error" and at < ERROR:
        return lambda job: None if job.fields["status"] in HAS_ERROR else False
    if stage(term) > at:
        return None
    match term.field:
        case "":
            return _word(term.value, types)
        case "arg":
            return _argument(term.value)
        case "func":
            return _by_function(_part(term.value))
        case "type":
            return _by_function(_type(term.value, types))
        case "error":
            return lambda job: term.value in job.low_error and term.value in job.shown_error
        case "id":
            return lambda job: fits(term.value, job.id.decode("utf-8", "replace").lower())
        case "age" | "wait" | "run":
            return _time(term)
    return _field(HASH_FIELDS[term.field][0], term.value)


def _field(name: str, pattern: str) -> Judge:
    @lru_cache(1_000)
    def is_so(value: bytes) -> bool:
        return fits(pattern, value.decode("utf-8", "replace").lower())

    return lambda job: is_so(job.fields[name] or b"")


def _part(pattern: str) -> Callable[[str], bool]:
    """Whether a text has this part; where there is a *, whether all of it is so."""
    if "*" in pattern:
        whole = glob(pattern)
        return lambda text: whole.fullmatch(text.lower()) is not None
    return lambda text: pattern in text.lower()


def _type(pattern: str, types: Types) -> Callable[[str], bool]:
    is_so = _part(pattern)

    def test(func: str) -> bool:
        name, title = types(func)
        return name is not None and (is_so(name) or is_so(title))

    return test


def _by_function(test: Callable[[str], bool]) -> Judge:
    remembered = lru_cache(10_000)(test)
    return lambda job: (func := job.func) is not None and remembered(func)


def _word(word: str, types: Types) -> Judge:
    """A word is looked for in the id, the function, the job type, the description and the arguments."""
    plain = word.encode("utf-8", "replace")
    named = _by_function(lambda func: any(word in text.lower() for text in (func, *types(func)) if text))
    argument = _argument(word)

    def is_so(job: Candidate) -> bool:
        if plain in job.id.lower() or named(job):
            return True
        return argument(job) or (word in job.text("description").lower() and word in job.description)

    return is_so


def _argument(wanted: str) -> Judge:
    """`wanted` is a text, a number, or key=value."""
    key, equals, rest = wanted.partition("=")
    first = needles.needles(wanted)
    if equals and rest:
        # What stands under a key may be a number, whatever the whole looks like.
        under = needles.needles(rest)
        first = None if first is None or under is None else (*first, *under)
    plain = wanted.encode("utf-8", "replace")
    whole, part = _value(wanted), _value(rest) if rest else None

    def is_so(job: Candidate) -> bool:
        if first is not None and not any(needle in job.low for needle in first):
            return False
        if job.call.problem is not None:
            return bool(job.data) and plain in job.low and not job.hides_payload
        return matches(job.stored_leaves) and matches(job.leaves)

    def matches(leaves: list[tuple[str, Leaf]]) -> bool:
        for name, leaf in leaves:
            if whole(leaf) or wanted in name or (part is not None and name == key and part(leaf)):
                return True
        return False

    return is_so


def _value(wanted: str) -> Callable[[Leaf], bool]:
    """A number is that number; a text has that part."""
    number = needles.number(wanted)
    word = needles.WORDS.get(wanted, wanted)

    def is_so(leaf: Leaf) -> bool:
        if isinstance(leaf, str):
            return wanted in leaf
        if leaf is None or isinstance(leaf, bool):
            return leaf is word
        return number is not None and leaf == number

    return is_so


def _time(term: Term) -> Judge:
    measure = {"age": _age, "wait": _wait, "run": _run}[term.field]
    limit = term.seconds * 1000

    def is_so(job: Candidate) -> bool:
        took = measure(job)
        return took is not None and (took < limit if term.op == "<" else took > limit)

    return is_so


def _age(job: Candidate) -> float | None:
    return _between(job.fields["created_at"], job.now_ms)


def _wait(job: Candidate) -> float | None:
    """From the queue to the start; until now for a job that waits."""
    since = job.fields["enqueued_at"] or job.fields["created_at"]
    if job.text("status") in WAITING:
        return _between(since, job.now_ms)
    return _between(since, _moment(job.fields["started_at"]))


def _run(job: Candidate) -> float | None:
    """From the start to the end; until now for a job that runs."""
    running = job.fields["status"] == b"started"
    return _between(job.fields["started_at"], job.now_ms if running else _moment(job.fields["ended_at"]))


def _between(since: bytes | None, until_ms: float | None) -> float | None:
    since_ms = _moment(since)
    return None if since_ms is None or until_ms is None or until_ms < since_ms else until_ms - since_ms


def _moment(raw: bytes | None) -> float | None:
    """RQ's way to write a time, as epoch ms: a fifth of the cost of what reads any time."""
    if not raw:
        return None
    try:
        stamp = datetime.fromisoformat(raw.decode())
    except ValueError:
        return None
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp() * 1000
