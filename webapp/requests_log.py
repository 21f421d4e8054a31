"""Names each request, so that an error on a page, a line of a proxy and a line of our log can be found by one id."""

import re
import secrets

from flask import Flask, Response, g, has_request_context, request

from webapp import logs, security

HEADER = "X-Request-ID"
#: What a client or a proxy may call a request; anything else is named anew.
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def init_app(app: Flask) -> None:
    """Before any other rule is applied: what is refused has a name, too."""
    app.before_request(name)
    app.after_request(tell)
    logs.add_context(context)


def name() -> None:
    """Name the current request."""
    given = request.headers.get(HEADER, "")
    g.request_id = given if SANE.fullmatch(given) else secrets.token_hex(8)
    request.environ[logs.ENVIRON] = context()


def request_id() -> str:
    """The name of the current request; "" outside of one."""
    return g.get("request_id", "") if has_request_context() else ""


def tell(response: Response) -> Response:
    """The answer carries the name; the line of the log also tells who asked."""
    if told := context():
        response.headers[HEADER] = told["request"]
        request.environ[logs.ENVIRON] = told
    return response


def context() -> dict[str, str | None]:
    """What a line of the log tells of the current request; nothing outside of one."""
    named = request_id()
    if not named:
        return {}
    job = (request.view_args or {}).get("job_id")
    return {"request": named, "actor": security.login(), "job": job}
