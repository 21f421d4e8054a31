"""GET /api/users, /api/tokens and what may be done to them: users as they are configured, API tokens. For admins."""

import time
from typing import TYPE_CHECKING, Any

from flask.typing import ResponseReturnValue

from webapp import connections, security
from webapp.accounts import people, web
from webapp.accounts.people import BadUsers
from webapp.actions import access as actions
from webapp.api import bp
from webapp.api.bodies import read_object
from webapp.api.login import current_gate
from webapp.errors import BadInput, NotAllowed
from webapp.queries import access
from webapp.rights import ALL, ROLES, Rights

if TYPE_CHECKING:
    from webapp.accounts.gate import Gate

NAME_CHARS = 64
DAYS_MAX = 3_650


@bp.get("/users")
def users() -> dict[str, Any]:
    """Who may log in, without what they log in with."""
    gate = _admins_only()
    return {"users": [_told(person) for person in gate.roster.people.persons.values()]}


@bp.post("/users/<name>/sign_out")
def sign_user_out(name: str) -> ResponseReturnValue:
    """All logins of this user are over."""
    read_object(())
    door = security.door()
    gate = current_gate()
    actions.sign_out(door, [f"{source}:{name}" for source in ("file", "oidc")], name, gate.max_seconds)
    return "", 204


@bp.get("/tokens")
def tokens() -> dict[str, Any]:
    """The API tokens, without what they are used by."""
    _admins_only()
    return {"tokens": [token.as_json() for token in access.tokens(connections.writer())]}


@bp.post("/tokens")
def add_token() -> ResponseReturnValue:
    """201 with the token, and with `secret`, which is never told again."""
    body = read_object(("name", "role", "queues", "functions", "days"))
    door, gate = security.door(), current_gate()
    door.authorize("add_token")
    name, days = body.get("name"), body.get("days")
    rights = _rights(body)
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_CHARS or not name.isprintable():
        raise BadInput("The token has no name.", fields={"name": f"must be a text of 1 to {NAME_CHARS} characters"})
    if days is not None and (isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= DAYS_MAX):
        raise BadInput("`days` is no number of days.", fields={"days": f"must be from 1 to {DAYS_MAX}, or null"})
    if ROLES.index(rights.role) > ROLES.index(security.rights().role):
        raise NotAllowed("A token may not do more than who makes it.", fix="Choose a lesser role.")
    until = days and time.time_ns() // 1_000_000 + days * 86_400_000
    made, secret = actions.add_token(door, name.strip(), source_of(gate), rights, until)
    return {"token": made.as_json(), "secret": secret}, 201


@bp.delete("/tokens/<token_id>")
def revoke_token(token_id: str) -> ResponseReturnValue:
    """The token is worth nothing from now on."""
    actions.revoke_token(security.door(), token_id)
    return "", 204


def source_of(gate: "Gate") -> str:
    """How the maker of a token is known: one of the users' file must go on being an admin there."""
    known = web.identity()
    if known and known.token_id:
        raise NotAllowed("A token makes no tokens: it could not be revoked with what it made.", fix="Log in for that.")
    if known and known.claims:
        return known.claims.source
    return "file" if known and gate.roster.people.get(known.name) else "proxy"


def _rights(body: dict[str, Any]) -> Rights:
    try:
        found = [body.get(name) or ALL for name in ("queues", "functions")]
        return people.rights(body.get("role"), *found)
    except BadUsers as problem:
        raise BadInput(f"Such a token cannot be made: {problem}", fields={"role": str(problem)}) from None


def _told(person: people.Person) -> dict[str, Any]:
    rights = person.rights
    told = {"name": person.name, "role": rights.role, "queues": rights.queues, "functions": rights.functions}
    return told | {"is_group": person.name.startswith("@"), "has_password": bool(person.password)}


def _admins_only() -> "Gate":
    gate = current_gate()
    if security.rights().role != "admin":
        raise NotAllowed("Only admins see who else there is.", fix="Ask one of them.")
    return gate
