"""Settings: which variable wins, what is refused and with which next step, and what is never shown."""

import dataclasses
import subprocess
import sys

import pytest
from rq.cli.helpers import get_redis_from_config

from tests.support import ROOT
from webapp import config as config_module
from webapp.config import Config, ConfigError
from webapp.redis_address import public_url, redis_url


def test_without_any_variable_it_is_a_page_on_this_machine_and_a_redis_of_our_own():
    config = Config.from_env({})
    assert (config.host, config.port, config.redis_url) == ("127.0.0.1", 8000, None)
    assert config.queues == ("high", "default", "low")
    assert not config.own_redis
    assert not config.may_write


def test_a_label_is_cut_to_what_the_sidebar_holds():
    assert Config.from_env({"RQLIVE_ENV": " staging "}).env == "staging"
    assert Config.from_env({"RQLIVE_ENV": "x" * 50}).env == "x" * 16
    assert Config.from_env({"RQLIVE_ENV": " "}).env is None


@pytest.mark.parametrize("name", ["HOST", "PORT", "WORKERS"])
def test_the_long_name_beats_the_bare_one(name):
    values = {"HOST": ("::1", "localhost"), "PORT": ("8001", "8002"), "WORKERS": ("2", "3")}[name]
    config = Config.from_env({f"RQLIVE_{name}": values[0], name: values[1]})
    assert str(getattr(config, name.lower())) == values[0]
    config = Config.from_env({name: values[1]})
    assert str(getattr(config, name.lower())) == values[1]


@pytest.mark.parametrize(
    "name", ["WRITE", "QUEUES", "USERS", "SECRET", "HOSTS", "FILES", "BASE_PATH", "FEED", "RECORD", "ENV"]
)
def test_names_that_other_programs_use_are_read_in_their_long_form_only(name):
    assert Config.from_env({name: "0" if name in ("WRITE", "RECORD") else "sampling"}) == Config.from_env({})


@pytest.mark.parametrize(
    ("env", "url"),
    [
        ({}, None),
        ({"REDIS_DB": "3"}, None),
        ({"REDIS_PORT": "7000"}, "redis://localhost:7000/0"),
        ({"REDIS_HOST": "r"}, "redis://r:6379/0"),
        ({"REDIS_HOST": "r", "REDIS_SSL": "true", "REDIS_DB": "2"}, "rediss://r:6379/2"),
        ({"REDIS_HOST": "r", "REDIS_PASSWORD": "p@ss/w:rd"}, "redis://:p%40ss%2Fw%3Ard@r:6379/0"),
        ({"REDIS_HOST": "r", "REDIS_URL": "redis://u"}, "redis://u"),
        ({"REDIS_URL": "redis://u", "RQ_REDIS_URL": "redis://rq"}, "redis://rq"),
        ({"RQ_REDIS_URL": "redis://rq", "RQLIVE_REDIS_URL": "redis://live"}, "redis://live"),
        ({"REDIS_URL": ""}, None),
    ],
)
def test_redis_is_found_in_the_order_of_rqs_own_command_line(env, url):
    assert redis_url(env) == url


@pytest.mark.parametrize(
    "env",
    [
        {"REDIS_HOST": "example.test", "REDIS_PORT": "7000", "REDIS_DB": "4", "REDIS_PASSWORD": "p@ss/w:rd %"},
        {"REDIS_HOST": "example.test"},
        {"REDIS_PORT": "7001"},
        {"REDIS_URL": "redis://user:secret@example.test:7002/1"},
    ],
)
def test_rq_reads_the_same_variables_to_the_same_connection(env):
    theirs = get_redis_from_config(env).connection_pool.connection_kwargs
    ours = get_redis_from_config({"REDIS_URL": redis_url(env)}).connection_pool.connection_kwargs
    for part in ("host", "port", "db", "password", "username"):
        assert str(ours.get(part) or "") == str(theirs.get(part) or "") or (part, ours.get(part)) == ("db", 0), part


@pytest.mark.parametrize(
    ("env", "complaint"),
    [
        ({"PORT": "eight"}, r"PORT=eight is not a whole number from 0 to 65535\. Use"),
        ({"RQLIVE_PORT": "65536"}, r"RQLIVE_PORT=65536 is not a whole number from 0 to 65535\. Use"),
        ({"WORKERS": "-1"}, r"WORKERS=-1 is not a whole number from 0 to 256\. Use"),
        ({"WORKERS": "1.5"}, "WORKERS=1.5 is not"),
        ({"WORKERS": "٣"}, "WORKERS=٣ is not a whole number"),
        ({"RQLIVE_WRITE": "maybe"}, r"RQLIVE_WRITE=maybe is neither yes nor no\. Use RQLIVE_WRITE=1 or"),
        ({"RQLIVE_FEED": "magic"}, "RQLIVE_FEED=magic is unknown. Use one of: auto, tracking, keyspace, sampling"),
        ({"RQLIVE_BASE_PATH": "rq live"}, "RQLIVE_BASE_PATH=rq live is not a path such as /rq. Use"),
        ({"RQLIVE_BASE_PATH": "//evil"}, "RQLIVE_BASE_PATH=//evil is not a path"),
        ({"REDIS_URL": "localhost:6379"}, "not one that begins with redis://.* Use one like redis://localhost:6379/0"),
        ({"REDIS_URL": "http://h/"}, "not one that begins with redis://"),
        ({"REDIS_HOST": "h", "REDIS_PORT": "abc"}, "not one that begins with redis://"),
        ({"RQLIVE_READER_URL": "h"}, "not one that begins with redis://"),
        ({"HOST": "0.0.0.0"}, r"HOST=0\.0\.0\.0 listens beyond this machine.*python -m webapp users add admin"),
        ({"RQLIVE_PASSWORD": "x"}, r"RQLIVE_PASSWORD is not read any more.*python -m webapp users add admin"),
        ({"RQLIVE_SECRET": "short"}, "RQLIVE_SECRET is short enough to be guessed"),
        ({"RQLIVE_TRUSTED_PROXIES": "proxy"}, "RQLIVE_TRUSTED_PROXIES: proxy is no address. Use 10"),
        ({"RQLIVE_PROXY_USER_HEADER": "X-User"}, "believed from nobody. Name the proxy: RQLIVE_TRUSTED_PROXIES="),
        (
            {"RQLIVE_USERS": "a = 1", "RQLIVE_RECORD": "0"},
            "RQLIVE_RECORD=0 keeps nothing in Redis, but a login needs to",
        ),
        ({"RQLIVE_DEFAULT_ROLE": "root"}, "Use one of: viewer, operator, admin"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_name_and_the_next_step(env, complaint):
    with pytest.raises(ConfigError, match=complaint):
        Config.from_env(env)


@pytest.mark.parametrize(
    "users",
    [
        {"RQLIVE_USERS": 'ada = {role = "admin"}'},
        {"RQLIVE_USERS_FILE": "/no/such/file"},
        {"RQLIVE_PROXY_USER_HEADER": "X-User", "RQLIVE_TRUSTED_PROXIES": "10.0.0.5 ::1 10.1.0.0/16"},
    ],
)
def test_beyond_this_machine_users_are_enough(users):
    config = Config.from_env({"HOST": "0.0.0.0"} | users)
    assert config.has_users


def test_the_file_that_the_command_makes_counts_when_it_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(config_module, "ROOT", tmp_path)
    assert not Config.from_env({}).has_users
    (tmp_path / "var").mkdir()
    (tmp_path / "var/users.toml").touch()
    assert Config.from_env({}).has_users
    assert not Config.from_env({"RQLIVE_USERS_FILE": ""}).has_users


@pytest.mark.parametrize("value", ["1", "true", "YES", "on"])
def test_a_flag_may_be_said_in_several_ways(value):
    assert Config.from_env({"RQLIVE_WRITE": value}).write


def test_an_empty_number_is_as_good_as_none():
    assert Config.from_env({"WORKERS": "", "PORT": " "}) == Config.from_env({})


def test_names_are_split_at_commas_and_spaces():
    config = Config.from_env({"RQLIVE_QUEUES": "mail, reports  urgent", "RQLIVE_HOSTS": "RQ.Example,b"})
    assert config.queues == ("mail", "reports", "urgent")
    assert config.hosts == {"rq.example", "b"}


@pytest.mark.parametrize(("given", "kept"), [("/rq/", "/rq"), ("/a/b", "/a/b"), ("/", ""), ("", "")])
def test_a_base_path_has_no_slash_at_its_end(given, kept):
    assert Config.from_env({"RQLIVE_BASE_PATH": given}).base_path == kept


@pytest.mark.parametrize(
    ("own", "workers", "write", "count", "may_write"),
    [
        (True, None, False, 1, True),
        (True, 0, False, 0, True),
        (False, None, False, 0, False),
        (False, 2, False, 2, False),
        (False, None, True, 0, True),
    ],
)
def test_a_redis_that_was_given_gets_no_worker_and_no_change_unless_asked_for(own, workers, write, count, may_write):
    config = Config(own_redis=own, workers=workers, write=write)
    assert (config.worker_count, config.may_write) == (count, may_write)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:secret@h:1/2", "redis://:***@h:1/2"),
        ("rediss://me:secret@h/0", "rediss://me:***@h/0"),
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("redis://localhost", "redis://localhost"),
        ("unix:///run/redis.sock?password=secret", "unix:///run/redis.sock"),
        ("redis://h/0?password=secret", "redis://h/0"),
        ("redis://[::1]:6379/0", "redis://[::1]:6379/0"),
    ],
)
def test_a_password_is_never_shown(url, shown):
    assert public_url(url) == shown


def test_settings_cannot_be_changed_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().port = 1


def test_an_address_that_is_refused_is_not_repeated_with_its_password():
    with pytest.raises(ConfigError) as refused:
        Config.from_env({"REDIS_URL": "redis://:secret@h:port/0"})
    assert "secret" not in str(refused.value)


def test_the_settings_are_read_before_gevent_patches_anything():
    """gunicorn reads them first; a module that was loaded by then keeps the sockets and TLS of Python's own."""
    program = "import sys, webapp.config; print({'redis', 'ssl', 'socket'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert told.stdout.strip() == "set()", told.stderr
