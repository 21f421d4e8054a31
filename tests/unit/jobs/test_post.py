import pytest
from redis import Redis
from redis.sentinel import Sentinel

from jobs._post import TIMEOUT, own_pool


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("redis://me:secret@redis.example:6380/3", {"host": "redis.example", "port": 6380, "db": 3, "username": "me"}),
        ("rediss://:secret@redis.example:6380/3", {"host": "redis.example", "password": "secret"}),
        ("unix://me:secret@/run/redis.sock?db=2", {"path": "/run/redis.sock", "db": 2, "password": "secret"}),
    ],
)
@pytest.mark.parametrize("protocol", [2, 3])
def test_the_connection_of_a_run_leads_where_that_of_the_job_leads_without_its_patience(url, kept, protocol) -> None:
    of_the_job = Redis.from_url(url, socket_timeout=400, protocol=protocol)
    pool = own_pool(of_the_job)
    assert pool is not of_the_job.connection_pool
    connection = pool.make_connection()
    assert type(connection) is of_the_job.connection_pool.connection_class
    assert {name: getattr(connection, name) for name in kept} == kept
    assert (connection.socket_timeout, connection.socket_connect_timeout) == (TIMEOUT, TIMEOUT)
    assert connection.retry.get_retries() == 0
    of_the_job.close()


def test_it_asks_the_same_sentinels() -> None:
    of_the_job = Sentinel([("sentinel.example", 26379)]).master_for("mymaster", password="secret")
    connection = own_pool(of_the_job).make_connection()
    assert connection.connection_pool is of_the_job.connection_pool.make_connection().connection_pool
    assert connection.socket_timeout == TIMEOUT
    of_the_job.close()
