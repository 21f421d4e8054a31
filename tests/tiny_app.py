"""An app of nothing but the rules of `webapp.security`, so that nothing else can refuse. No fixtures here."""

from flask import Flask, jsonify
from werkzeug.test import TestResponse

from webapp import connections, errors, requests_log, security
from webapp.config import Config

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}


def make(**settings: object) -> Flask:
    """An app with these settings: a page, the socket, an address of the API, and what monitors ask."""
    app = Flask("tiny")
    app.config["RQLIVE"] = Config(**settings)
    connections.init_app(app, app.config["RQLIVE"])
    errors.init_app(app)
    requests_log.init_app(app)
    security.init_app(app)
    base = app.config["RQLIVE"].base_path
    for name in ("healthz", "readyz"):
        app.add_url_rule(f"{base}/{name}", name, lambda: {"redis": "ok"})
    app.add_url_rule(f"{base}/", "page", lambda: "page")
    app.add_url_rule(f"{base}/live", "live", lambda: "upgraded", websocket=True)
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.add_url_rule(f"{base}/api/jobs", "jobs", _actor, methods=methods)
    return app


def _actor():
    found = security.actor()
    return jsonify(name=found.name, address=found.address)


def ask(
    app: Flask,
    path: str = "/api/jobs",
    method: str = "POST",
    host: str = "localhost:8000",
    scheme: str = "http",
    **headers: str,
) -> TestResponse:
    """A request of a program: no Origin, no Sec-Fetch-Site, unless they are given."""
    sent = {"Host": host, "User-Agent": "curl/8"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().open(path, method=method, headers=sent, base_url=f"{scheme}://localhost:8000")


def code(answer: TestResponse) -> str | int:
    """The code of an error, or the status of what is none."""
    return answer.json["error"]["code"] if answer.status_code >= 400 else answer.status_code
