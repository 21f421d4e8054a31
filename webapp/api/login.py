"""POST /api/login and /api/logout, GET /api/me: who is there."""

from typing import TYPE_CHECKING

from flask import Response, current_app, g, jsonify, make_response
from flask.typing import ResponseReturnValue

from webapp import connections, outcomes, server_info
from webapp.accounts import passwords, sessions, web
from webapp.accounts.identity import Identity
from webapp.actions import access
from webapp.actions.door import REFUSALS, Actor, Door
from webapp.api import bp
from webapp.api.bodies import read_object
from webapp.errors import BadInput, DashboardError, NotFound
from webapp.rights import Rights

if TYPE_CHECKING:
    from webapp.accounts.gate import Gate

#: What a failed login is noted under where there is no such name: it may be a password in the wrong field.
NOBODY = "somebody"


class WrongLogin(DashboardError):
    """The same whether the name is unknown or the password is another one."""

    status = 401
    code = "wrong_login"
    fix = "Try again. Who keeps the users of this server can set a new password: python -m webapp users add <name>."


class TooManyAttempts(DashboardError):
    """Somebody guesses."""

    status = 429
    code = "too_many_attempts"


@bp.post("/login")
def log_in() -> ResponseReturnValue:
    """204 with the cookie of a new login. A login that the browser had before is over."""
    gate = current_gate()
    body = read_object(("name", "password"))
    name, password = (body.get(field) for field in ("name", "password"))
    if not isinstance(name, str) or not isinstance(password, str):
        raise BadInput("Name or password is missing.", fix='Send {"name": "…", "password": "…"}.')
    if wait := gate.attempts.count(name, web.address()):
        note(name if gate.person(name) else NOBODY, "too_many_attempts")
        fields = {"retry_after": wait}
        raise TooManyAttempts("There were too many attempts.", fix=f"Wait {wait} s, then try again.", fields=fields)
    person = gate.person(name)
    if not passwords.fits(person.password if person else "", password, gate.some_hash()) or person is None:
        note(name if person else NOBODY, "wrong_login")
        raise WrongLogin("The name or the password is wrong.")
    gate.attempts.forget(name)
    return enter(sessions.begin(name, "file", person.mark), make_response("", 204))


def enter(claims: sessions.Claims, response: Response) -> Response:
    """The same answer with the cookie of this new login. One that the browser had before is over."""
    _end(web.identity())
    web.give(response, claims)
    note(claims.name, outcomes.DONE)
    # Not made anew as the one of before.
    g.identity = None
    return response


@bp.post("/logout")
def log_out() -> ResponseReturnValue:
    """The login of this browser is over; with `everywhere`, all of the same user are."""
    gate, known = current_gate(), web.identity()
    everywhere = read_object(("everywhere",)).get("everywhere")
    if known and known.claims:
        if everywhere:
            access.end_logins(connections.writer(), known.claims.user, gate.max_seconds)
        _end(known)
        note(known.name, outcomes.DONE, "log_out")
    response = make_response("", 204)
    web.take(response)
    return response


@bp.get("/me")
def me() -> ResponseReturnValue:
    """Who asks, and what they may."""
    told = server_info.describe()
    return jsonify({name: told[name] for name in ("user", "rights")})


def note(name: str, outcome: str, verb: str = "log_in") -> None:
    """Leave a line of activity, as far as there is room for those of refusals."""
    config = current_app.config["RQLIVE"]
    if outcome != outcomes.DONE and not REFUSALS.spend():
        return
    Door(connections.writer(), config, Actor(name, web.address(), "page", Rights("viewer"))).note(verb, outcome)


def _end(known: Identity | None) -> None:
    if known and known.claims:
        access.end_login(connections.writer(), known.claims.id, current_gate().max_seconds)


def current_gate() -> "Gate":
    """The gate of the current app. Raises NotFound where there are no users."""
    found = web.gate()
    if found is None:
        raise NotFound("This server has no users.", fix="Make one: python -m webapp users add admin --role admin.")
    return found
