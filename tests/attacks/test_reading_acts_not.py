"""A link, a picture or a crawler asks for every address: GET, HEAD and OPTIONS change nothing, whatever they claim."""

import pytest

from tests.attacks import wire
from tests.integration.test_read_only import BOARDS, scene

CLAIMS = {"X-HTTP-Method-Override": "DELETE", "X-HTTP-Method": "POST", "X-Method-Override": "DELETE"}


@pytest.mark.parametrize("method", wire.SAFE)
def test_asking_for_every_address_writes_nothing(victim, redis, method):
    ids = scene(redis)
    before = wire.state(redis)
    asked = {path for job_id in ids for _, path in wire.routes((method,), job_id=job_id, name="default")}
    asked |= {path for _, path in wire.routes(None, job_id=ids[0], name="default")}
    asked |= {f"/api/boards/{board.format(job=ids[0])}" for board in BOARDS}
    for path in sorted(asked):
        ending = f"{path}?_method=DELETE&method=POST&wait=0.01&status=queued"
        assert wire.send(victim, method, ending, CLAIMS)[0] < 500, path
    assert len(asked) > 100
    assert wire.state(redis) == before
