"""What an address of Sentinel's says, and what is refused."""

import pytest
from redis import BlockingConnectionPool
from redis.sentinel import SentinelConnectionPool, SentinelManagedSSLConnection

from jobs import _address
from webapp.config import Config, ConfigError
from webapp.redis_address import public_url, redis_url, short_address

URL = "redis+sentinel://ada:s%40cret@one:1,two,[::1]:3/jobs/2?sentinel_password=other&health_check_interval=5"


def test_its_parts():
    found = _address.service(URL)
    assert found.sentinels == (("one", 1), ("two", 26379), ("::1", 3))
    assert (found.name, found.secure) == ("jobs", False)
    assert found.options == {"username": "ada", "password": "s@cret", "db": 2, "health_check_interval": 5}
    assert found.sentinel_options == {"password": "other"}


def test_tls_is_spoken_to_redis_and_to_the_sentinels():
    found = _address.service("rediss+sentinel://one/jobs?ssl_ca_certs=/ca.pem")
    assert found.sentinel_options == {"ssl": True, "ssl_ca_certs": "/ca.pem"}
    pool = _address.pool("rediss+sentinel://one/jobs?ssl_ca_certs=/ca.pem")
    assert issubclass(pool.connection_class, SentinelManagedSSLConnection)
    assert pool.connection_kwargs["ssl_ca_certs"] == "/ca.pem"


def test_a_pool_follows_the_primary_and_lets_wait_who_finds_it_empty():
    pool = _address.pool(URL, most=3, wait=1.5, socket_timeout=2)
    assert isinstance(pool, SentinelConnectionPool)
    assert isinstance(pool, BlockingConnectionPool)
    assert (pool.max_connections, pool.timeout, pool.service_name) == (3, 1.5, "jobs")
    assert pool.sentinel_manager.sentinel_kwargs == {"socket_timeout": 2, "password": "other"}


@pytest.mark.parametrize(
    "wrong",
    ["redis+sentinel://one", "redis+sentinel:///jobs", "redis+sentinel://one:x/jobs", "redis+sentinel://one/j/x"],
)
def test_what_is_none_is_refused_with_what_would_work(wrong):
    with pytest.raises(ValueError, match="entinel"):
        _address.service(wrong)
    with pytest.raises(ConfigError, match="mymaster"):
        Config.from_env({"REDIS_URL": wrong})


def test_no_password_is_shown():
    assert public_url(URL) == "redis+sentinel://ada:***@one:1,two,[::1]:3/jobs/2"
    assert short_address(URL) == "jobs (one:1)"
    assert public_url("redis+sentinel://one/jobs") == "redis+sentinel://one/jobs"


def test_rqs_own_settings_of_tls_are_obeyed():
    env = {"REDIS_HOST": "h", "REDIS_SSL": "1", "REDIS_SSL_CA_CERTS": "/a b/ca.pem", "REDIS_SSL_CERT_REQS": "none"}
    assert redis_url(env) == "rediss://h:6379/0?ssl_ca_certs=/a+b/ca.pem&ssl_cert_reqs=none"
    assert _address.pool(redis_url(env)).connection_kwargs["ssl_ca_certs"] == "/a b/ca.pem"
    assert redis_url(env | {"REDIS_SSL": "0"}) == "redis://h:6379/0"
