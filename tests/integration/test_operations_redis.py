"""Operations on Debian's Redis 7.0, whose scripts have no `os.clock`, as on Valkey, whose scripts have."""

import pytest

from tests import raw_jobs
from tests.in_process import running
from tests.operations import run


@pytest.mark.parametrize("own_redis_server", [{}, {"kind": "redis"}], ids=["valkey", "redis"], indirect=True)
def test_an_operation_does_all_of_its_jobs(own_redis_server, operations_process, tmp_path):
    redis = own_redis_server.connection()
    jobs = [raw_jobs.listed(redis, "failed") for _ in range(120)]
    operations_process(own_redis_server.url, env={"RQLIVE_WRITE": 1})
    with running(own_redis_server.url, tmp_path) as client:
        done = run(client, "delete", {"ids": jobs})
        assert (done["done"], done["refused"], redis.zcard("rq:failed:default")) == (120, {}, 0)
