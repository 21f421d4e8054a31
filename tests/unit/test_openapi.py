"""The OpenAPI document is whole, and says of every address what the code says."""

import re

import jsonschema
import pytest

from tests.openapi import described
from webapp import create_app
from webapp.config import Config
from webapp.openapi import OPERATIONS, document, routes

DRAFT = jsonschema.Draft202012Validator


@pytest.fixture(scope="module")
def app():
    return create_app(Config(redis_url="redis://localhost:1/0", own_redis=True))


def operations() -> list[tuple[str, str, dict]]:
    return [(path, method, op) for path, methods in described()["paths"].items() for method, op in methods.items()]


def test_every_route_is_told_of_and_no_other(app):
    of_code = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") or rule.rule in ("/healthz", "/readyz", "/metrics")
    }
    assert {(path, method) for path, method, _ in operations()} == of_code
    assert set(OPERATIONS) == {rule.endpoint for rule in routes(app)}, "the tables name routes that are gone"


def test_every_operation_has_a_name_of_its_own_a_sentence_and_its_parameters():
    names = [op["operationId"] for _, _, op in operations()]
    assert len(set(names)) == len(names)
    for path, method, op in operations():
        assert op["summary"], (path, method)
        in_path = {one["name"] for one in op["parameters"] if one["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path)), path


def test_every_reference_leads_somewhere_and_every_component_is_used():
    used = set(re.findall(r"'\$ref': '(#/[^']+)'", repr(described())))
    parts = described()["components"]
    there = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in parts[kind]}
    assert used == there


def test_every_schema_is_one_and_its_examples_fit():
    schemas = list(described()["components"]["schemas"].values())
    for _, _, op in operations():
        schemas += [one["schema"] for one in op["parameters"]]
        for content in op.get("requestBody", {}).get("content", {}).values():
            schemas.append(content["schema"])
            judge = DRAFT(content["schema"] | {"components": described()["components"]})
            for name, example in content.get("examples", {}).items():
                assert list(judge.iter_errors(example["value"])) == [], (op["operationId"], name)
    for schema in schemas:
        DRAFT.check_schema(schema)


def test_whatever_changes_something_may_be_refused():
    for path, method, op in operations():
        if method != "get":
            assert {"400", "401", "403", "409", "413", "415", "503"} <= set(op["responses"]), path


def test_under_a_base_path_the_addresses_are_the_same(app):
    below = document(create_app(Config(redis_url="redis://localhost:1/0", own_redis=True, base_path="/rq")))
    assert below["servers"] == [{"url": "/rq"}]
    assert below["paths"] == described()["paths"]


def test_a_route_that_stands_in_no_table_is_noticed(app):
    other = create_app(Config(redis_url="redis://localhost:1/0", own_redis=True))
    other.add_url_rule("/api/new", "api.new", lambda: {})
    with pytest.raises(KeyError, match=r"api\.new"):
        document(other)
