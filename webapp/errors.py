"""What can go wrong, in one JSON shape: {"error": {"code", "message", "fix", "fields"}}, with `request_id` over HTTP.

    DashboardError            500
    ├── BadInput              400   arguments, cursors, bodies
    │   ├── TooLarge          413
    │   └── TooSlow           408
    ├── Refused               403   not allowed here: look only, other origin, Redis rights
    │   ├── NotAllowed        403   not allowed to this user
    │   └── NeedsAll          403   it tells of more than these rights cover
    ├── NotFound              404
    ├── StateChanged          409   the job moved on since its button was drawn
    ├── RedisAway             503
    └── NoRoom                507   the disk of uploads is full

Every message ends, in `fix`, with the next step. No traceback leaves the process: it goes to the log.
"""

import logging

from flask import Flask, g, jsonify, request
from flask.typing import ResponseReturnValue
from redis import exceptions as redis_errors
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)


class DashboardError(Exception):
    """Something went wrong in the dashboard itself."""

    status = 500
    code = "internal"
    fix = "Try again; if it stays, look into the output of the web process."

    def __init__(self, message: str, fix: str = "", code: str = "", fields: dict[str, str | int] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix or self.fix
        self.code = code or self.code
        self.fields = fields or {}

    def as_json(self) -> dict:
        return {"error": {"code": self.code, "message": self.message, "fix": self.fix, "fields": self.fields}}


class BadInput(DashboardError):
    """The request cannot be understood or holds values that are not allowed."""

    status = 400
    code = "bad_input"
    fix = "Correct the request and send it again."


class TooLarge(BadInput):
    """The body is larger than the setting allows."""

    status = 413
    code = "too_large"


class TooSlow(BadInput):
    """The body came more slowly than anything does that means to send it."""

    status = 408
    code = "too_slow"
    fix = "Send it again, over a better line."


class Refused(DashboardError):
    """The request is understood and not allowed."""

    status = 403
    code = "refused"


class NotAllowed(Refused):
    """The role, or what it is narrowed to, does not allow it."""

    code = "not_allowed"


class NeedsAll(Refused):
    """It tells of the whole installation, and these rights cover a part of it."""

    code = "needs_all"
    fix = "Ask somebody who may see every queue and function, or look at your own queues."


class NotFound(DashboardError):
    """What was asked for is not there (any more)."""

    status = 404
    code = "not_found"
    fix = "It may have expired or been deleted. Look for it in the list of jobs."


class StateChanged(DashboardError):
    """The job is no longer in the state for which the action was meant."""

    status = 409
    code = "state_changed"
    fix = "Look at the job as it is now, then choose again."


class RedisAway(DashboardError):
    """Redis does not answer."""

    status = 503
    code = "redis_away"
    fix = "The page goes on by itself when Redis answers again. Check that it runs and that REDIS_URL is right."


class NoRoom(DashboardError):
    """The disk of uploads and artifacts is full."""

    status = 507
    code = "no_room"


class Elsewhere(redis_errors.ConnectionError):
    """A server of a Redis Cluster that has not the keys: what it answers tells nothing of them."""


HTTP_FIXES = {
    400: "Correct the request and send it again.",
    404: "Check the address; docs/api.md lists all of them.",
    405: "Use one of the methods that docs/api.md names for this address.",
    413: "Send less, or raise RQLIVE_BODY_MAX_KB.",
    415: "Send JSON, with Content-Type: application/json.",
}


TRUST = "Name who vouches for it: add ?ssl_ca_certs=/path/to/ca.pem to the address in REDIS_URL, and start again."

CLUSTER = "Name the server that has them in REDIS_URL, and give all an RQ_KEY_PREFIX in braces: docs/scaling.md."


def init_app(app: Flask) -> None:
    """Every error of the app answers in the one shape."""
    app.register_error_handler(DashboardError, _dashboard_error)
    app.register_error_handler(redis_errors.RedisError, lambda error: _dashboard_error(translate(error)))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def translate(error: redis_errors.RedisError) -> DashboardError:
    """The dashboard error for one of redis-py's: away, without rights, out of memory or of disk."""
    if isinstance(error, redis_errors.BusyLoadingError):
        return RedisAway("Redis is still loading its data.", fix="Wait: the page goes on by itself.")
    if isinstance(error, redis_errors.AuthenticationError):
        return RedisAway("Redis refuses the user name or password.", fix="Correct them in REDIS_URL and start again.")
    if isinstance(error, redis_errors.ConnectionError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return RedisAway("The certificate of Redis is not trusted.", fix=TRUST)
    if isinstance(error, Elsewhere):
        return RedisAway("This server of the Redis Cluster does not have the keys.", fix=CLUSTER)
    if isinstance(error, redis_errors.ConnectionError | redis_errors.TimeoutError):
        return RedisAway("Redis does not answer.")
    if isinstance(error, redis_errors.NoPermissionError | redis_errors.ReadOnlyError):
        return Refused(f"Redis refuses this: {error}", fix="Use a Redis user, and a primary, that may write.")
    if isinstance(error, redis_errors.OutOfMemoryError):
        return RedisAway("Redis is out of memory.", fix="Raise maxmemory, or delete jobs that are no longer needed.")
    if isinstance(error, redis_errors.ResponseError) and str(error).startswith("MISCONF"):
        return RedisAway(
            "Redis refuses to write, since it cannot save to its disk.",
            fix="Make room on the disk of Redis; its log says more.",
        )
    log.error("Redis refused a command", exc_info=error)
    return DashboardError(f"Redis refused a command: {str(error)[:200]}")


def _dashboard_error(error: DashboardError) -> ResponseReturnValue:
    wait = error.fields.get("retry_after")
    return jsonify(_named(error.as_json())), error.status, {"Retry-After": str(wait)} if wait else {}


def _named(body: dict) -> dict:
    """With the name of the request, by which the log tells more."""
    body["error"]["request_id"] = g.get("request_id", "")
    return body


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.response is not None:
        return error
    fix = HTTP_FIXES.get(error.code, "Correct the request and send it again.")
    code = (error.name or "error").lower().replace(" ", "_")
    body = {"error": {"code": code, "message": error.description or error.name, "fix": fix, "fields": {}}}
    response = jsonify(_named(body))
    allow = getattr(error, "valid_methods", None)
    if allow:
        response.headers["Allow"] = ", ".join(sorted(allow))
    return response, error.code


def _unexpected(error: Exception) -> ResponseReturnValue:
    # A path may hold newlines, and would write lines of its own.
    log.error("%s %r failed", request.method, request.path, exc_info=error)
    return _dashboard_error(DashboardError("The dashboard met an error of its own."))
