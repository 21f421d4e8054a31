"""The API as an OpenAPI 3.1 document. Tests hold all of it against real answers.

Addresses, methods and sentences are those of the routes, shapes of values those of the dataclasses; what a route takes
and answers stands in the tables here.
"""

import re
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from webapp.openapi.access import ACCESS
from webapp.openapi.parts import Answer, Body, Op, Schema, obj, ref
from webapp.openapi.reads import READS
from webapp.openapi.shapes import PROBLEM, SHAPES
from webapp.openapi.values import components
from webapp.openapi.writes import JOBS, OTHERS

OPERATIONS: dict[str, Op] = READS | JOBS | OTHERS | ACCESS
#: What any address may answer, whatever it does; the words are those of docs/api.md.
REFUSALS = {
    400: "The request cannot be understood, or holds values that are not allowed.",
    401: "A login is needed.",
    403: "It is understood and not allowed.",
    404: "What was asked for is not there (any more).",
    408: "The body came too slowly.",
    409: "It is not in the state for it.",
    413: "The body is larger than the settings allow.",
    415: "The body is of a type that is not read here.",
    429: "Somebody guesses: not before some seconds have gone.",
    503: "Redis does not answer, or the answer took too long.",
    507: "There is no room for it on the disk.",
}
OF_ANY = frozenset({400, 401, 503})
OF_WRITES = frozenset({403, 408, 409, 413, 415})
INTRODUCTION = "JSON in and out; docs/api.md says what each word means. Times are epoch milliseconds UTC."
TOKEN = {"type": "http", "scheme": "bearer", "description": "An API token, where there are users."}
ERROR = {"application/json": {"schema": ref("Error")}}


def document(app: Flask) -> dict[str, Any]:
    """The document of `app`. Raises KeyError for a route that stands in no table."""
    config = app.config["RQLIVE"]
    paths: dict[str, dict[str, Any]] = {}
    for rule in routes(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(config.base_path))
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(app, rule, method)
    return {
        "openapi": "3.1.0",
        "info": {"title": "RQ Live", "version": _version(), "description": INTRODUCTION},
        "servers": [{"url": config.base_path or "/"}],
        "security": [{}, {"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _schemas(),
            "responses": {_refusal(code): {"description": says, "content": ERROR} for code, says in REFUSALS.items()},
            "securitySchemes": {"token": TOKEN},
        },
    }


def routes(app: Flask) -> list[Rule]:
    """The rules that the document tells of: the API, and what monitors ask."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in ("api", "monitoring")]


def _version() -> str:
    from webapp.server_info import VERSION

    return VERSION


def _schemas() -> dict[str, Schema]:
    made = components() | SHAPES | {"Problem": PROBLEM}
    page = made["JobPage"]
    counts = {"type": "object", "additionalProperties": {"type": ["integer", "null"]}}
    made["JobPage"] = obj(**page["properties"], counts=counts)
    return dict(sorted(made.items()))


def _operation(app: Flask, rule: Rule, method: str) -> dict[str, Any]:
    op = OPERATIONS[rule.endpoint]
    written = app.view_functions[rule.endpoint].__doc__ or ""
    known: dict[str, Any] = {
        "operationId": rule.endpoint.partition(".")[2],
        "tags": [op.tag],
        "summary": " ".join(written.split()),
        "parameters": [*_in_path(rule), *_in_query(op)],
        "responses": _answers(op, rule, method),
    }
    if op.is_open:
        known["security"] = []
    return known | ({"requestBody": _body(op.body)} if op.body else {})


def _in_path(rule: Rule) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in sorted(rule.arguments)]


def _in_query(op: Op) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": name in op.required, "schema": schema}
        for name, schema in op.query.items()
    ]


def _body(body: Body) -> dict[str, Any]:
    if body.schema is None:
        return {"required": body.required, "content": {"application/octet-stream": {"schema": {}}}}
    content: dict[str, Any] = {"schema": body.schema}
    if body.examples:
        content["examples"] = {name: {"value": value} for name, value in body.examples.items()}
    return {"required": body.required, "content": {"application/json": content}}


def _answers(op: Op, rule: Rule, method: str) -> dict[str, Any]:
    told = {str(status): _success(answer) for status, answer in sorted(op.answers.items())}
    if op.is_open:
        return told
    refusals = OF_ANY | op.refusals | (OF_WRITES if method != "GET" else frozenset())
    # An address whose part cannot be a name is none of ours.
    refusals |= {404} if rule.arguments else frozenset()
    return told | {str(code): {"$ref": f"#/components/responses/{_refusal(code)}"} for code in sorted(refusals)}


def _refusal(code: int) -> str:
    return f"Refused{code}"


def _success(answer: Answer) -> dict[str, Any]:
    known: dict[str, Any] = {"description": "Done."}
    if answer.schema is not None or answer.media_type != "application/json":
        known["content"] = {answer.media_type: {"schema": answer.schema or {}}}
    if answer.located:
        known["headers"] = {"Location": {"required": True, "schema": {"type": "string"}}}
    return known
