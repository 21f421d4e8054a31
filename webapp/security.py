"""Who may talk to us, and what a browser may do with our answers: Host, login, CSRF, body types, headers.

Checked before every request, the WebSocket upgrade included; docs/decisions/ on cross-site requests says why each rule
stands. What an actor may *do* is not decided here but in `webapp.actions.door`.
"""

import ipaddress
import re
from functools import cache, lru_cache

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp import connections
from webapp.accounts import web
from webapp.actions.door import Actor, Door
from webapp.actions.known_types import KnownTypes
from webapp.config import Config
from webapp.errors import BadInput, DashboardError, Refused
from webapp.rights import Rights

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: What a body may be. A form of another site can send neither of them without asking us first, and we never allow it.
BODY_TYPES = frozenset({"application/json", "application/octet-stream"})
#: What is answered without a login, and under any name.
MONITORED = ("/healthz", "/readyz")
#: Names of hosts that are remembered as taken apart; most requests name the same.
HOSTS_KEPT = 100
DEFAULT_PORTS = {"http": 80, "https": 443}
#: What somebody needs who is not known yet, below the base path.
OPEN = frozenset({"/login", "/login/oidc", "/login/oidc/callback", "/api/login"})

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
POLICY = (
    "default-src 'none'",
    "script-src 'self'{scripts}",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
)


class LoginRequired(DashboardError):
    """There are users, and nobody knows who sends the request."""

    status = 401
    code = "login_required"
    fix = "Log in on the page, or send an API token, as Authorization: Bearer rql_…."


class WrongMediaType(BadInput):
    """The body is of a type that we do not read."""

    status = 415
    code = "wrong_media_type"


def init_app(app: Flask) -> None:
    """Every request of `app` passes the rules, and every answer carries the headers. Raises ConfigError (users)."""
    web.init_app(app, app.config["RQLIVE"])
    app.extensions["job_types"] = KnownTypes()
    app.before_request(check)
    app.after_request(protect)


def check() -> ResponseReturnValue | None:
    """Raise where the current request may not go on: BadInput (Host), LoginRequired, Refused (CSRF), WrongMediaType.

    Leads somebody who opens a page and is not known to the login. /healthz and /readyz answer whoever asks: they tell
    words only, and monitors ask by address. One round trip; none without users.
    """
    config: Config = current_app.config["RQLIVE"]
    if request.path in {config.base_path + path for path in MONITORED} and request.method in SAFE_METHODS:
        return None
    _check_host(config)
    if web.recognise() is None and web.gate() and not _is_open(config):
        return _to_login(config)
    if request.method not in SAFE_METHODS or _is_upgrade():
        _check_source()
        _check_body_type()
    return None


def check_again() -> None:
    """Raise LoginRequired where who has waited for an answer has lost the right to it. One round trip, if any."""
    if not web.is_still_known():
        raise LoginRequired("This login has ended.")


def actor() -> Actor:
    """Who sent the current request: the name of the user or token, or "anyone" where there are no users.

    Only browsers say Sec-Fetch-Site or Origin; what they send to us comes from our own page, see `check`.
    """
    is_browser = "Sec-Fetch-Site" in request.headers or "Origin" in request.headers
    via = "page" if is_browser else "api"
    return Actor(login() or "anyone", web.address(), via, rights())


def login() -> str:
    """The name of who sent the current request; "" where there are no users."""
    known = web.identity()
    return known.name if known else ""


def rights() -> Rights:
    """What who sent the current request may see and do."""
    return g.get("rights") or web.of_nobody()


def door() -> Door:
    """The door to the actions for the current request."""
    return Door(
        connections.writer(),
        current_app.config["RQLIVE"],
        actor(),
        connections.memory(),
        current_app.extensions["job_types"],
    )


def _check_host(config: Config) -> None:
    """Only names that cannot be another site's: a page of evil.example could otherwise rebind its own name to this
    machine, and be of our origin. A browser has no cookie for such a name, so with a login all may. Where a proxy says
    who asks it may not: from a machine of such a proxy the page could say so itself.
    """
    if web.gate() and not config.proxy_user_header:
        return
    name = (_split(request.host)[0] or "").rstrip(".")
    if name not in config.hosts and name != config.host.lower() and not _is_loopback(name):
        raise BadInput(
            f"This server does not answer under the name {request.host[:100]!r}.",
            fix=f"Open it as http://localhost:{config.port}{config.base_path}/, or set RQLIVE_HOSTS={name[:100]}.",
            code="unknown_host",
        )


@lru_cache(HOSTS_KEPT)
def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_open(config: Config) -> bool:
    return request.path.removeprefix(config.base_path) in OPEN or request.endpoint == "asset"


def _to_login(config: Config) -> ResponseReturnValue:
    """To the login with a page that somebody opens; raises LoginRequired for everything else."""
    path = request.path.removeprefix(config.base_path)
    is_page = (
        request.method == "GET" and request.accept_mimetypes.accept_html and not path.startswith(("/api/", "/assets/"))
    )
    if not is_page or _is_upgrade() or "Authorization" in request.headers:
        raise LoginRequired("This server asks who you are.")
    answer = redirect(url_for("pages.log_in", next=request.full_path.rstrip("?")), 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _is_upgrade() -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _check_source() -> None:
    """Raise Refused for what another site made a browser send.

    A browser says where a request comes from, in Sec-Fetch-Site or Origin; one that says neither is older than both.
    Programs say neither, and are not driven by other sites. They are told apart by the cookie of a login, which they
    have no use for, and by User-Agent, which a site cannot set.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        allowed = site == "same-origin"
    elif origin is not None:
        allowed = _is_ours(origin)
    else:
        allowed = not web.cookie() and not request.headers.get("User-Agent", "").startswith("Mozilla/")
    if not allowed:
        raise Refused(
            f"This request comes from another site ({(origin or site or 'a browser that does not say which')[:100]}).",
            fix="Use the dashboard's own page. Behind a proxy, let it pass the Host header on unchanged.",
            code="cross_site",
        )


def _is_ours(origin: str) -> bool:
    """Whether `origin` is that of our own page: same host and port as the Host header, and no weaker scheme.

    A proxy that ends TLS asks us over http, so https is allowed to name us; http is not where the browser used https.
    """
    scheme, _, rest = origin.partition("://")
    if scheme not in DEFAULT_PORTS:
        return False
    secure = web.is_secure() or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"
    if secure and scheme == "http":
        return False
    default = DEFAULT_PORTS[scheme]
    theirs, ours = _split(rest), _split(request.host)
    return theirs[0] is not None and (theirs[0], theirs[1] or default) == (ours[0], ours[1] or default)


@lru_cache(HOSTS_KEPT)
def _split(host: str) -> tuple[str | None, int | None]:
    """(name in lower case, port) of `localhost:8000` or `[::1]:8000`; (None, None) for what is neither."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:/@\s]+))(?::(\d{1,5}))?", host)
    if not found:
        return None, None
    return (found[1] or found[2]).lower(), int(found[3]) if found[3] else None


def _check_body_type() -> None:
    empty = not request.content_length and "Transfer-Encoding" not in request.headers
    if not empty and request.mimetype not in BODY_TYPES:
        raise WrongMediaType(
            f"A body of type {request.mimetype[:100] or 'unknown'} is not read here.",
            fix="Send JSON with Content-Type: application/json, or a file with application/octet-stream.",
        )


def protect(response: Response) -> Response:
    """Headers that tell the browser to keep our answers to our own page. An answer may bring stricter ones along."""
    own = {name.lower() for name, _ in response.headers}
    rules = _rules(current_app.config.get("IMPORT_MAP_CSP_HASH"))
    if request.path.startswith(f"{current_app.config['RQLIVE'].base_path}/api/"):
        rules = (*rules, ("Cache-Control", "no-store"))
    # All at once: to set each by itself searches all others for its name.
    response.headers.extend([rule for rule in rules if rule[0].lower() not in own])
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="RQ Live"'
    return response


@cache
def _rules(import_map: str | None) -> tuple[tuple[str, str], ...]:
    """The headers of every answer; `import_map` is the hash of the one script that stands in a page."""
    scripts = f" '{import_map.strip(chr(39))}'" if import_map else ""
    return (*HEADERS.items(), ("Content-Security-Policy", "; ".join(POLICY).format(scripts=scripts)))
