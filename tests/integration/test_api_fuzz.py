"""Requests that the OpenAPI document allows, and that it does not, against the application and a real Redis.

None may end in a status of 5xx, and every answer has a status, a type and a shape that are told of. The same requests
each time; `FUZZ_EXAMPLES=500 pytest tests/integration/test_api_fuzz.py` sends more of them.
"""

import os
from collections.abc import Iterator

import pytest
import redis as redis_py
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS

from jobs import _keys
from tests import in_process, raw_jobs
from tests.e2e.conftest import publish
from tests.openapi import described
from tests.servers import RedisServer
from webapp.models import STATUSES

NAMES = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance")
NAMES += ("response_schema_conformance", "negative_data_rejection", "allow_header_conformance")
SCHEMA = schemathesis.openapi.from_dict(described())
# A text beyond its bound may be called too large.
SCHEMA.config.checks.negative_data_rejection.expected_statuses += ["413"]
OPERATIONS = [(path, method, op) for path, methods in described()["paths"].items() for method, op in methods.items()]
#: Where something can be said that is not allowed: any name that stands in an address is.
REFUSABLE = [
    (*at, op) for *at, op in OPERATIONS if "requestBody" in op or any(one["in"] == "query" for one in op["parameters"])
]
#: Requests of either kind for each operation.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
#: Names that lead somewhere, which random ones hardly would.
REAL = {
    "job_id": [f"a-{status}" for status in STATUSES],
    "name": ["default", "w1", "failures", "stuck"],
    "search_id": ["0123456789abcdef"],
    "operation_id": ["0123456789abcdef"],
    "cause_id": ["0123456789ab"],
    "worker_id": ["0123456789ab-012345"],
    "note_id": ["1-1"],
}
BOARDS = ["failures", "stuck", "why/a-queued", "compare/a-failed", "group/g", "graph/a-queued", "notes/a-queued"]


@pytest.fixture(scope="module")
def client(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with redis_py.Redis.from_url(redis_server.url) as redis:
        redis.flushall()
        for status in STATUSES:
            raw_jobs.listed(redis, status, job_id=f"a-{status}")
        raw_jobs.worker(redis, "w1", "busy")
        with in_process.running(redis_server.url, tmp_path_factory.mktemp("fuzz")) as made:
            publish(redis_server.url)
            redis.hset(_keys.search("0123456789abcdef"), mapping={"state": "running", "query": "x"})
            redis.hset(_keys.operation("0123456789abcdef"), mapping={"state": "ready", "verb": "delete"})
            yield made


def named(operations: list[tuple[str, str, dict]]) -> pytest.MarkDecorator:
    """A test for each of them."""
    return pytest.mark.parametrize(
        ("path", "method"), [pytest.param(path, method, id=op["operationId"]) for path, method, op in operations]
    )


@named(OPERATIONS)
def test_what_is_allowed_is_answered_as_it_is_told(client, path, method):
    fuzz(client, path, method, GenerationMode.POSITIVE)


@named(REFUSABLE)
def test_what_is_not_allowed_is_refused(client, path, method):
    fuzz(client, path, method, GenerationMode.NEGATIVE)


def fuzz(client: FlaskClient, path: str, method: str, mode: GenerationMode) -> None:
    """Send EXAMPLES requests of one kind and judge their answers. Raises what schemathesis found."""
    checks = CHECKS.get_by_names(NAMES)

    @BOUNDED
    @given(case=SCHEMA[path][method].as_strategy(mode), picked=st.integers(0, 30))
    def send(case: Case, picked: int) -> None:
        _make_real(case, picked)
        response = case.call(app=client.application)
        case.validate_response(response, checks=checks)

    send()


def _make_real(case: Case, picked: int) -> None:
    """Give two of three requests names that lead somewhere, and let none of them wait for long."""
    for name in case.path_parameters if picked % 3 else ():
        real = BOARDS if case.path.startswith("/api/boards/") else REAL.get(name, ["0123456789abcdef"])
        case.path_parameters[name] = real[picked % len(real)]
    if "wait" in (case.query or {}) and isinstance(case.query["wait"], int | float):
        case.query["wait"] = min(case.query["wait"], 0.01)
