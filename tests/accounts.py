"""Users for tests, with hashes that are quick to compare, and a browser that has logged in. No fixtures here."""

import json
import urllib.request
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse"
#: What Chromium says of a request of our own page.
PAGE = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0"}


@cache
def hash_of(password: str = PASSWORD) -> str:
    """As weak as argon2 allows: a test does not wait."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def user(name: str, role: str, password: str | None = PASSWORD, **more: list[str]) -> str:
    """The lines of one user in the users' file."""
    fields = {"role": role, **more} | ({"password": hash_of(password)} if password else {})
    return f"[{json.dumps(name)}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in fields.items())


#: One of each role.
THREE = user("vera", "viewer") + user("omar", "operator") + user("ada", "admin")


def log_in(client: FlaskClient, name: str, password: str = PASSWORD, **more) -> TestResponse:
    """What the page does."""
    return client.post("/api/login", json={"name": name, "password": password}, headers=PAGE, **more)


def page_of(server: Any, name: str, base: str = "", password: str = PASSWORD) -> dict[str, str]:
    """The headers of a page whose browser has logged in to `server` (anything with a `url`) as `name`."""
    body = json.dumps({"name": name, "password": password}).encode()
    headers = {"Content-Type": "application/json", "Origin": server.url}
    request = urllib.request.Request(f"{server.url}{base}/api/login", body, headers)
    # No proxy of the environment.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as answer:
        return {"Cookie": answer.headers["Set-Cookie"].partition(";")[0], "Origin": server.url}


def browser(app, name: str | None = None) -> FlaskClient:
    """A browser with cookies of its own, logged in as `name`."""
    client = app.test_client()
    for key, value in PAGE.items():
        client.environ_base[f"HTTP_{key.upper().replace('-', '_')}"] = value
    if name:
        answer = log_in(client, name)
        assert answer.status_code == 204, answer.text
    return client
