"""A query as a judge of jobs, in three stages: as little is read of each job as settles it. Pure."""

from collections.abc import Callable

from webapp.redact.redactor import Redactor
from webapp.search import judges
from webapp.search.candidate import Candidate
from webapp.search.judges import ERROR, FIELDS, PAYLOAD, Judge, Types
from webapp.search.syntax import Node, Not, Or, Term, terms


class Matcher:
    """What a query needs to know of a job, and whether the job matches."""

    def __init__(self, query: Node, types: Types, redactor: Redactor | None = None) -> None:
        """`redactor`: what may be found at all."""
        self.redactor = redactor or Redactor()
        found = terms(query)
        self._errors = [term.value for term in found if term.field == "error"]
        stages = {judges.stage(term) for term in found}
        names = [name for term in found for name in judges.HASH_FIELDS.get(term.field, ())]
        #: Fields of the hash that the first stage needs. The status is in every hash: it tells whether there is one.
        self.fields = tuple(dict.fromkeys(["status", *names] if stages != {PAYLOAD} else ()))
        self.needs_payload = PAYLOAD in stages
        self.needs_error = ERROR in stages
        #: Whether the description may decide: without it, only the payload is read.
        self.needs_description = any(term.field == "" for term in found)
        #: Whether the description decides about jobs whose payload does not tell their function: it is read of these.
        self.needs_name = not self.needs_description and any(term.field in ("func", "type") for term in found)
        self._judges = [_compiled(query, at, types) for at in (FIELDS, PAYLOAD, ERROR)]

    def needs_secrets(self, job: Candidate) -> bool:
        """Whether its arguments must be known to tell what of its traceback may be shown."""
        return job.data is None and any(value in job.low_error for value in self._errors)

    def verdict(self, job: Candidate, at: int) -> bool | None:
        """Whether the job matches; None where more must be read of it. Never None at the stage ERROR."""
        return self._judges[at](job)


def _compiled(node: Node, at: int, types: Types) -> Judge:
    """The node as one function. What cannot be told at this stage is None, and stays so unless the rest decides."""
    if isinstance(node, Term):
        return judges.judge(node, at, types) or _unknown
    if isinstance(node, Not):
        inner = _compiled(node.part, at, types)
        return lambda job: None if (said := inner(job)) is None else not said
    # What costs least is asked first: the order within and/or means nothing else.
    parts = sorted(node.parts, key=_cost)
    return _each([_compiled(part, at, types) for part in parts], decisive=isinstance(node, Or))


def _each(parts: list[Judge], decisive: bool) -> Callable[[Candidate], bool | None]:
    """Or, where True decides; and, where False does."""

    def is_so(job: Candidate) -> bool | None:
        known: bool | None = not decisive
        for part in parts:
            said = part(job)
            if said is decisive:
                return decisive
            if said is None:
                known = None
        return known

    return is_so


def _cost(node: Node) -> int:
    """The stages that its terms need; among those of the payload, arguments come last."""
    return max(2 * judges.stage(term) + (term.field in ("", "arg")) for term in terms(node))


def _unknown(job: Candidate) -> None:
    return None
