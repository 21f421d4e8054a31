"""Who asks, for the current request: found out once, and the cookie that keeps a login."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, request

from webapp.accounts import proxies
from webapp.accounts.identity import Identity
from webapp.accounts.sessions import REFRESH, Claims
from webapp.config import Config
from webapp.rights import EVERYTHING, Rights

if TYPE_CHECKING:
    from webapp.accounts.gate import Gate

#: A browser keeps the first only where it came over TLS, from this very host, for all of it.
SAFE_COOKIE, PLAIN_COOKIE = "__Host-rqlive", "rqlive"

#: Of whoever asks for the login itself.
NOTHING = Rights("viewer", (), ())


def init_app(app: Flask, config: Config) -> None:
    """Raises ConfigError for users that cannot be used. Without users there is no gate, and nobody is asked."""
    if config.has_users:
        from webapp.accounts.gate import Gate
        from webapp.accounts.watch import Watch

        writer = app.extensions["connections"].writer
        app.extensions["gate"] = Gate(config, writer)
        app.extensions["rights_watch"] = Watch(app.extensions["gate"], writer)
        app.after_request(renew)


def gate() -> "Gate | None":
    """The gate of the current app; None where there are no users."""
    return current_app.extensions.get("gate")


def recognise() -> Identity | None:
    """Find out who sent the current request. None where nobody is known. One round trip; none without users."""
    found = gate()
    g.identity = _identity(found) if found else None
    g.rights = g.identity.rights if g.identity else of_nobody()
    return g.identity


def of_nobody() -> Rights:
    """What somebody may who is not known: all where there are no users, else nothing."""
    return NOTHING if gate() else EVERYTHING


def identity() -> Identity | None:
    """Who sent the current request; None where there are no users, or nobody is known."""
    return g.get("identity")


def while_allowed(end: Callable[[], None]) -> AbstractContextManager[None]:
    """What is open for who sent the current request: `end` is called when their right to it ends or changes."""
    known = identity()
    return current_app.extensions["rights_watch"].over(known, end) if known else nullcontext()


def is_still_known() -> bool:
    """Whether who sent the current request, a while ago, is who they were. One round trip; none without users."""
    known, found = identity(), gate()
    return known is None or found is None or known.same_as(found.still([known])[0])


def address() -> str:
    """Where the current request came from, as far as trusted proxies tell it."""
    known = proxies.of(_config())
    return known.client(request.remote_addr, request.headers.get("X-Forwarded-For", ""))


def is_secure() -> bool:
    """Whether the browser asked over TLS, as far as a trusted proxy tells it."""
    if proxies.of(_config()).trust(request.remote_addr):
        return request.headers.get("X-Forwarded-Proto", request.scheme).split(",")[0].strip() == "https"
    return request.scheme == "https"


def cookie() -> str | None:
    """The cookie of a login that the current request carries, whether or not it is worth something."""
    return request.cookies.get(_cookie_name()) if "Cookie" in request.headers else None


def give(response: Response, claims: Claims) -> None:
    """The browser is to keep this login."""
    found = gate()
    assert found
    flags = {"httponly": True, "samesite": "Lax", "secure": is_secure(), "path": "/"}
    response.set_cookie(_cookie_name(), found.sessions.seal(claims), max_age=found.max_seconds, **flags)
    # What a shared cache would give to another.
    response.headers["Cache-Control"] = "no-store"


def take(response: Response) -> None:
    """The browser is to forget its login."""
    response.delete_cookie(_cookie_name(), path="/", secure=is_secure(), httponly=True, samesite="Lax")
    g.identity = None


def renew(response: Response) -> Response:
    """A login that is used lasts on."""
    known = identity()
    if known and known.claims and known.claims.used().seen - known.claims.seen >= REFRESH:
        give(response, known.claims.used())
    return response


def _identity(found: "Gate") -> Identity | None:
    authorization = request.headers.get("Authorization", "")
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "bearer":
        # A wrong token is wrong, whatever else was sent.
        return found.by_token(value.strip())
    config = _config()
    if config.proxy_user_header and proxies.of(config).trust(request.remote_addr):
        named = request.headers.get(config.proxy_user_header, "")
        if named:
            return found.by_proxy(named)
    value = cookie()
    return found.by_cookie(value) if value else None


def _cookie_name() -> str:
    return SAFE_COOKIE if is_secure() else PLAIN_COOKIE


def _config() -> Config:
    return current_app.config["RQLIVE"]
