"""Who may talk to us, and what a browser may do with our answers: Host, login, CSRF, body types, headers.

Checked before every request, the WebSocket upgrade included; docs/decisions/ on cross-site requests says why each rule
stands. What an actor may *do* is not decided here but in `webapp.actions.door`.
"""

import hashlib
import hmac
import ipaddress
import re

from flask import Flask, Response, current_app, g, request

from webapp import connections
from webapp.actions.door import Actor, Door
from webapp.config import Config
from webapp.errors import BadInput, DashboardError, Refused
from webapp.rights import EVERYTHING, Rights

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: What a body may be. A form of another site can send neither of them without asking us first, and we never allow it.
BODY_TYPES = frozenset({"application/json", "application/octet-stream"})
#: What is answered without a login, and under any name.
OPEN_PATHS = ("/healthz", "/readyz")
DEFAULT_PORTS = {"http": 80, "https": 443}
ACTOR_MAX = 64

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
    """A password is set and the request does not carry it."""

    status = 401
    code = "login_required"
    fix = "Log in with any user name and the password in RQLIVE_PASSWORD."


class WrongMediaType(BadInput):
    """The body is of a type that we do not read."""

    status = 415
    code = "wrong_media_type"


def init_app(app: Flask) -> None:
    """Every request of `app` passes the rules, and every answer carries the headers."""
    app.before_request(check)
    app.after_request(protect)


def check() -> None:
    """Raise where the current request may not go on: BadInput (Host), LoginRequired, Refused (CSRF), WrongMediaType.

    /healthz and /readyz answer whoever asks: they tell words only, and monitors ask by address.
    """
    config: Config = current_app.config["RQLIVE"]
    if request.path in {config.base_path + path for path in OPEN_PATHS} and request.method in SAFE_METHODS:
        return
    _check_host(config)
    _check_password(config)
    if request.method not in SAFE_METHODS or _is_upgrade():
        _check_source()
        _check_body_type()


def actor() -> Actor:
    """Who sent the current request: the login's user name, or "anyone" where no password is set.

    Only browsers say Sec-Fetch-Site or Origin; what they send to us comes from our own page, see `check`.
    """
    shown = "".join(char for char in login() if char.isprintable())[:ACTOR_MAX]
    is_browser = "Sec-Fetch-Site" in request.headers or "Origin" in request.headers
    via = "page" if is_browser else "api"
    return Actor(shown.strip() or "anyone", request.remote_addr or "", via, rights())


def login() -> str:
    """The user name of the current request's login; "" where no password is set, or no name was given."""
    given = request.authorization
    return (given.username or "") if current_app.config["RQLIVE"].password and given else ""


def rights() -> Rights:
    """What who sent the current request may see and do."""
    return g.get("rights", EVERYTHING)


def door() -> Door:
    """The door to the actions for the current request."""
    return Door(connections.writer(), current_app.config["RQLIVE"], actor())


def _check_host(config: Config) -> None:
    """Without a password, only names that cannot be another site's: a page of evil.example could otherwise rebind its
    own name to this machine, and be of our origin. A browser has no password for such a name, so with one all may.
    """
    if config.password:
        return
    name = (_split(request.host)[0] or "").rstrip(".")
    if name not in config.hosts and name != config.host.lower() and not _is_loopback(name):
        raise BadInput(
            f"This server does not answer under the name {request.host[:100]!r}.",
            fix=f"Open it as http://localhost:{config.port}{config.base_path}/, or set RQLIVE_HOSTS={name[:100]}.",
            code="unknown_host",
        )


def _is_loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _check_password(config: Config) -> None:
    if not config.password:
        return
    login = request.authorization
    given = login.password if login and login.type == "basic" else None
    if not hmac.compare_digest(_digest(given or ""), _digest(config.password)) or given is None:
        raise LoginRequired("This server asks for a password.")


def _digest(secret: str) -> bytes:
    """Of one length, so that comparing tells nothing of how long the password is."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _is_upgrade() -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _check_source() -> None:
    """Raise Refused for what another site made a browser send.

    A browser says where a request comes from, in Sec-Fetch-Site or Origin; one that says neither is older than both.
    Programs say neither, and are not driven by other sites. They are told apart by User-Agent, which a site cannot set.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        allowed = site == "same-origin"
    elif origin is not None:
        allowed = _is_ours(origin)
    else:
        allowed = not request.headers.get("User-Agent", "").startswith("Mozilla/")
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
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto", "").split(",")[0].strip() == "https"
    if secure and scheme == "http":
        return False
    default = DEFAULT_PORTS[scheme]
    theirs, ours = _split(rest), _split(request.host)
    return theirs[0] is not None and (theirs[0], theirs[1] or default) == (ours[0], ours[1] or default)


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
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    if request.path.startswith(f"{current_app.config['RQLIVE'].base_path}/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="RQ Live", charset="UTF-8"'
    return response


def _policy() -> str:
    import_map = current_app.config.get("IMPORT_MAP_CSP_HASH")
    scripts = f" '{import_map.strip(chr(39))}'" if import_map else ""
    return "; ".join(POLICY).format(scripts=scripts)
