"""What comes of one link: its redirects followed one by one, each as strictly as the link itself, and one outcome."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from itertools import takewhile
from typing import NamedTuple

from jobs._link_trouble import LinkTrouble
from jobs._link_url import NotALink, Target, follow, parse, shown
from jobs._link_wire import Answer, Wire

REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
REDIRECTS_MAX = 10
#: Outcomes of a HEAD after which a server is asked again with GET: some do not know HEAD, and say so in odd ways.
_UNSURE = ("bad_answer", "unreachable")


class Hop(NamedTuple):
    """One redirect."""

    status: int
    #: Where it leads, as it may be shown.
    url: str


class Finding(NamedTuple):
    """What was found out about one link."""

    #: As it was given, and as it may be shown.
    url: str
    #: One of the outcomes of `_link_report.py`.
    outcome: str
    #: Of the last answer; None if there was none.
    status: int | None
    #: All answers together, without the wait for a turn.
    seconds: float
    hops: tuple[Hop, ...]
    #: Which of several: the step of a timeout, what is wrong with a certificate. None where words or status say all.
    reason: str | None
    #: What is wrong, in words; "" where nothing is.
    words: str


class _Walk:
    """The way from a link to its last answer."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.hops: list[Hop] = []
        self.seconds = 0.0
        self.status: int | None = None

    async def go(self, text: str, ask: Callable[[Target], Awaitable[Answer]]) -> Answer:
        """The answer that is no redirect. Raises LinkTrouble and NotALink."""
        target = parse(text)
        seen = {target}
        while True:
            answer = await ask(target)
            self.status = answer.status
            if answer.status not in REDIRECTS:
                return answer
            if answer.location is None:
                raise LinkTrouble("bad_answer", "it redirects and does not say where to", "nowhere")
            self.status = None
            self.hops.append(Hop(answer.status, shown(answer.location)))
            target = follow(target, answer.location)
            self.hops[-1] = Hop(answer.status, target.url)
            if target in seen:
                raise LinkTrouble("too_many_redirects", "its redirects go round in a circle", "circle")
            if len(self.hops) > REDIRECTS_MAX:
                raise LinkTrouble("too_many_redirects", f"it redirects more than {REDIRECTS_MAX} times", "many")
            seen.add(target)

    async def request(self, method: str, target: Target, body_max: int = 0) -> Answer:
        """One request, whose time is added up."""
        answer = await self._wire.ask(method, target, body_max)
        self.seconds += answer.seconds
        return answer

    async def look(self, target: Target) -> Answer:
        """HEAD; GET where that was refused, in which case its body is not read."""
        try:
            answer = await self.request("HEAD", target)
            if answer.status < 400 or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                return answer
        except LinkTrouble as trouble:
            if trouble.outcome not in _UNSURE:
                raise
        return await self.request("GET", target)


async def check(wire: Wire, text: str, slow: float) -> Finding:
    """Check one link; what takes longer than `slow` (s) is called so. Raises nothing for what a link does."""
    walk = _Walk(wire)
    outcome, reason, words = "ok", None, ""
    try:
        answer = await walk.go(text, walk.look)
        outcome, reason, words = _judge(answer, walk, slow)
    except LinkTrouble as trouble:
        outcome, reason, words = trouble.outcome, trouble.reason, str(trouble)
    except NotALink as error:
        outcome, reason, words = "invalid_url", error.reason, str(error)
    return Finding(shown(text), outcome, walk.status, walk.seconds, tuple(walk.hops), reason, words)


async def fetch(wire: Wire, text: str, most: int) -> bytes:
    """The body of what a link leads to, at most `most` bytes. Raises LinkTrouble and NotALink."""
    walk = _Walk(wire)
    answer = await walk.go(text, lambda target: walk.request("GET", target, most))
    if not 200 <= answer.status < 300:
        raise LinkTrouble("bad_answer", f"the answer is {_phrase(answer.status)}", "status")
    return answer.body


def _judge(answer: Answer, walk: _Walk, slow: float) -> tuple[str, str | None, str]:
    """(outcome, reason, words) of a link that was answered."""
    if answer.status >= 500:
        return "server_error", None, _phrase(answer.status)
    if answer.status >= 400:
        return "client_error", None, _phrase(answer.status)
    if answer.status >= 300:
        return "bad_answer", "status", f"{_phrase(answer.status)} is no answer to this request"
    if walk.hops:
        moves = list(takewhile(lambda hop: hop.status in PERMANENT, walk.hops))
        if moves:
            return "permanent_redirect", None, f"has moved for good to {moves[-1].url}"
        return "redirected", None, f"leads to {walk.hops[-1].url}"
    if walk.seconds > slow:
        return "slow", None, f"took {walk.seconds:.1f} s"
    return "ok", None, ""


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
