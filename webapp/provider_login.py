"""GET /login/oidc and /login/oidc/callback: there to the OpenID provider, and back with a login."""

import logging

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from webapp.accounts import sessions, web
from webapp.accounts.gate import Gate
from webapp.accounts.oidc import LoginFailed, Provider
from webapp.api import login
from webapp.config import Config

log = logging.getLogger(__name__)

bp = Blueprint("provider_login", __name__)

#: Seconds within which somebody comes back from the provider.
COME_BACK = 600
COOKIE = "rqlive-login"


@bp.record
def init_app(state: BlueprintSetupState) -> None:
    state.app.extensions["oidc"] = Provider(state.app.config["RQLIVE"])


@bp.get("/login/oidc")
def leave() -> ResponseReturnValue:
    """To the provider. What must be known afterwards goes along in a cookie, signed, for ten minutes."""
    provider, gate = _provider(), login.current_gate()
    try:
        where, kept = provider.begin(_callback())
    except LoginFailed as failed:
        return _refused("again", failed)
    answer = redirect(where, 303)
    sealed = gate.sessions.seal_errand(kept | {"next": _ours(request.args.get("next", ""))})
    answer.set_cookie(COOKIE, sealed, max_age=COME_BACK, path=_path(), **_flags())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/login/oidc/callback")
def come_back() -> ResponseReturnValue:
    """The login of whom the provider named; good once, for the browser that left."""
    gate = login.current_gate()
    kept = gate.sessions.unseal_errand(request.cookies.get(COOKIE, ""), COME_BACK)
    try:
        if kept is None:
            raise LoginFailed("this login was not begun here, or is over")
        known = _provider().finish(_callback(), request.args.to_dict(), kept)
    except LoginFailed as failed:
        return _refused("again", failed)
    claims = sessions.begin(known.name, "oidc", "", _worth(gate, known.groups))
    if gate.begin(claims) is None:
        login.note(known.name, "not_allowed")
        return _refused("role", None)
    answer = redirect(kept["next"], 303)
    login.enter(claims, answer)
    return _without_errand(answer)


def _worth(gate: Gate, groups: tuple[str, ...]) -> tuple[str, ...]:
    """The groups that mean something here: a cookie has no room for hundreds."""
    return tuple(name for name in groups if gate.names(name))


def _refused(why: str, failed: LoginFailed | None) -> Response:
    if failed:
        log.warning("A login by OpenID failed: %s", failed)
        login.note(login.NOBODY, "wrong_login")
    return _without_errand(redirect(url_for("pages.log_in", refused=why), 303))


def _without_errand(answer: Response) -> Response:
    answer.delete_cookie(COOKIE, path=_path(), **_flags())
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ours(where: str) -> str:
    """`where` as far as it is an address of this server; see also `static/js/login.model.js`."""
    home = f"{_config().base_path}/"
    plain = where.startswith(home) and not where.startswith("//") and where.isprintable() and "\\" not in where
    return where if plain and " " not in where else home


def _callback() -> str:
    scheme = "https" if web.is_secure() else "http"
    return f"{scheme}://{request.host}{_path()}/callback"


def _path() -> str:
    return f"{_config().base_path}/login/oidc"


def _flags() -> dict[str, object]:
    return {"httponly": True, "secure": web.is_secure(), "samesite": "Lax"}


def _provider() -> Provider:
    return current_app.extensions["oidc"]


def _config() -> Config:
    return current_app.config["RQLIVE"]
