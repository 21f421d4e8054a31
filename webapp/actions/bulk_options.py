"""What a client asks to be done to many jobs, checked: the verb, which jobs, and how. Every problem is named. Pure."""

from collections.abc import Callable
from typing import Any

from webapp.actions import option_values, searches
from webapp.actions.verbs import FITS
from webapp.errors import BadInput
from webapp.models import STATUSES

IDS_MAX = 1_000
ID_CHARS = 256
#: Jobs per second that a requeue puts back unless said otherwise; 0: as fast as it goes.
RATE = 50
RATE_MAX = 10_000
#: Same failures in a row after which a requeue halts unless said otherwise; 0: never.
HALT_AFTER = 20
COUNT_MAX = 1_000
WHICH = 'must be {"ids": [...]}, {"q": "<search>"} or {"queue": "<name>", "status": "<status>"}'


def check(verb: Any, of: Any, options: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The three as they are kept. Raises BadInput with `fields`."""
    if verb not in FITS:
        raise _bad("verb", f"must be one of: {', '.join(FITS)}")
    return verb, _which(of), _options(verb, {} if options is None else options)


def check_total(total: Any) -> None:
    """Return for a number of jobs; raise BadInput otherwise."""
    if isinstance(total, bool) or not isinstance(total, int) or total < 0:
        raise _bad("total", "must be the number of jobs that the operation holds")


def _which(of: Any) -> dict[str, Any]:
    if not isinstance(of, dict):
        raise _bad("of", WHICH)
    match sorted(of):
        case ["ids"]:
            return {"ids": _ids(of["ids"])}
        case ["q"]:
            if not isinstance(of["q"], str):
                raise _bad("of", WHICH)
            searches.check(of["q"])
            return of
        case ["queue"] | ["queue", "status"]:
            if not isinstance(of["queue"], str) or not of["queue"] or of.get("status", "queued") not in STATUSES:
                raise _bad("of", WHICH)
            return of
    raise _bad("of", WHICH)


def _ids(ids: Any) -> list[str]:
    if not isinstance(ids, list) or not 0 < len(ids) <= IDS_MAX:
        raise _bad("of", f"must name 1 to {IDS_MAX:,} ids")
    if not all(isinstance(one, str) and 0 < len(one) <= ID_CHARS for one in ids):
        raise _bad("of", "must name ids: texts")
    return list(dict.fromkeys(ids))


def _options(verb: str, options: Any) -> dict[str, Any]:
    takes = OPTIONS.get(verb, {})
    if not isinstance(options, dict) or not options.keys() <= takes.keys():
        listed = ", ".join(takes)
        raise _bad("options", f"may have {listed}" if takes else f"are none of {verb.replace('_', ' ')}")
    checked = {}
    for name, (default, fits, says) in takes.items():
        value = options.get(name, default)
        if not fits(value):
            raise _bad(name, says)
        checked[name] = value
    if checked.get("need", 0) > checked.get("first", 0):
        raise _bad("need", "must be at most as many as are tried first")
    return checked


def _is_queue(value: Any) -> bool:
    try:
        return bool(option_values.queue(value))
    except ValueError:
        return False


def _whole(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


#: Verb -> option -> (what holds where it is not said, whether a value fits, what is said of one that does not).
OPTIONS: dict[str, dict[str, tuple[Any, Callable[[Any], bool], str]]] = {
    "move": {"queue": (None, _is_queue, "must be the name of a queue")},
    "requeue": {
        "rate": (RATE, _whole(RATE_MAX), f"must be 0 to {RATE_MAX:,} jobs a second; 0 is as fast as it goes"),
        "first": (0, _whole(COUNT_MAX), f"must be 0 to {COUNT_MAX:,} jobs"),
        "need": (0, _whole(COUNT_MAX), f"must be 0 to {COUNT_MAX:,} jobs"),
        "halt_after": (HALT_AFTER, _whole(COUNT_MAX), f"must be 0 to {COUNT_MAX:,} failures; 0 is never"),
    },
}


def _bad(name: str, problem: str) -> BadInput:
    return BadInput(
        f"The operation cannot be asked for like this: `{name}` {problem}.",
        fix="Correct what `fields` names; docs/api.md describes operations.",
        code="bad_operation",
        fields={name: problem},
    )
