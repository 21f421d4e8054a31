"""Holds answers of an application in this process against the OpenAPI document that it gives. No fixtures here."""

import functools
import json
from typing import Any

import jsonschema
import jsonschema.protocols
from flask import Flask, Response, request

from webapp import create_app
from webapp.config import Config
from webapp.openapi import document, routes


@functools.cache
def described() -> dict[str, Any]:
    """The document of an application without a base path."""
    return document(create_app(Config(redis_url="redis://localhost:1/0", own_redis=True)))


@functools.cache
def operations() -> dict[tuple[str, str], dict[str, Any]]:
    """(endpoint, method) -> what the document says of it."""
    app = create_app(Config(redis_url="redis://localhost:1/0", own_redis=True))
    found = {}
    for rule in routes(app):
        name = rule.endpoint.partition(".")[2]
        for path in described()["paths"].values():
            found |= {(rule.endpoint, method): op for method, op in path.items() if op["operationId"] == name}
    return found


@functools.cache
def judge(endpoint: str, method: str, status: int) -> jsonschema.protocols.Validator | None:
    """What a JSON answer must fit; None where it has no body. Raises AssertionError for other statuses."""
    op = operations()[endpoint, method]
    answer = op["responses"].get(str(status))
    assert answer is not None, f"{method} {endpoint} answered {status}, and tells only of {sorted(op['responses'])}"
    if "$ref" in answer:
        answer = described()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    content = answer.get("content", {}).get("application/json")
    if content is None:
        return None
    return jsonschema.Draft202012Validator(content["schema"] | {"components": described()["components"]})


def check(endpoint: str, method: str, status: int, body: Any) -> None:
    """Raise AssertionError where an answer is not as the document says."""
    found = judge(endpoint, method.lower(), status)
    problem = jsonschema.exceptions.best_match(found.iter_errors(body)) if found and body is not None else None
    assert problem is None, f"{method} {endpoint} {status}: {problem.json_path}: {problem.message[:300]}"


def watch(app: Flask) -> None:
    """From now on every answer of the API in a test of `app` is held against the document."""
    # What is raised below would otherwise become an answer of status 500.
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.after_request
    def held(response: Response) -> Response:
        known = (request.endpoint, request.method.lower()) in operations()
        if known and not response.is_streamed:
            body = json.loads(response.get_data()) if response.is_json and response.get_data() else None
            check(request.endpoint, request.method, response.status_code, body)
        return response
