"""Every knob: its default, its unit, and one line of why. `RQLIVE_<NAME>` beats the bare name. No I/O.

`docs/operations.md` names every field; a test holds the two together.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from webapp import redis_address
from webapp.config_reader import ConfigError, Reader, path_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ROLES = ("viewer", "operator", "admin")
#: Where `python -m webapp users` keeps them unless the settings name another file.
USERS_FILE = "var/users.toml"
ROOT = Path(__file__).resolve().parent.parent
ADD_A_USER = "Make a user, then start again: .venv/bin/python -m webapp users add admin --role admin"
#: As many as 128 bits take in hexadecimal.
SECRET_CHARS = 32
FEED_MODES = ("auto", "tracking", "keyspace", "sampling")
LOG_FORMS = ("plain", "json")


#: Characters of the name of an environment: the sidebar is narrow.
ENV_CHARS = 16


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of one process. Build it with `Config.from_env()`."""

    #: Redis to show. None: `make run` starts one of its own.
    redis_url: str | None = None
    #: Redis for reads, where another user or a replica should do them; `redis_url` otherwise.
    reader_url: str | None = None
    #: True where `make run` started the Redis itself: then it may write, and starts a worker.
    own_redis: bool = False
    #: On a Redis that we did not start, actions are refused unless this is set.
    write: bool = False
    #: On a Redis that we did not start, our own capped figures are kept there unless this is unset.
    record: bool = True
    #: The `make run` that started this process and starts more workers when it is asked to; None: there is none.
    supervisor: str | None = None
    #: Address to listen on. Beyond loopback users are required.
    host: str = "127.0.0.1"
    #: Port of the web process.
    port: int = 8000
    #: Workers that `make run` starts; None: one on our own Redis, none on another.
    workers: int | None = None
    #: Queues of the workers that we start and of the command that the page shows, in order.
    queues: tuple[str, ...] = ("high", "default", "low")
    #: Path under which everything is served, for a reverse proxy: "" or "/rq".
    base_path: str = ""
    #: Which environment this is, at most ENV_CHARS: "prod", "staging". It stands beside the brand and in each question
    #: before a deed; where it begins with "prod" the page has a red frame.
    env: str | None = None
    #: TOML file of users, see docs/security.md. None: there is none. Made by `python -m webapp users add`.
    users_file: str | None = None
    #: Users in the same words, for where a file is hard to have; they come before those of the file.
    users: str | None = None
    #: Key of the signatures of sessions. None: made once, and kept in Redis, where all servers find it.
    secret: str | None = None
    #: Minutes without a request after which a session ends.
    session_idle_minutes: int = 12 * 60
    #: Hours after its login at which a session ends in any case.
    session_max_hours: int = 7 * 24
    #: Addresses and networks of proxies whose word on who asks, from where and over what is taken.
    trusted_proxies: tuple[str, ...] = ()
    #: Header in which a trusted proxy names who has logged in there.
    proxy_user_header: str | None = None
    #: OpenID provider, as its tokens name it: `<issuer>/.well-known/openid-configuration` tells the rest.
    oidc_issuer: str | None = None
    #: What the provider calls this server, and the secret that they share; PKCE is used with and without one.
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    #: Claim that names people; `sub` where a token has none.
    oidc_name_claim: str = "preferred_username"
    #: Claim that lists their groups: those of the users' file (`["@ops"]`), else viewer, operator, admin.
    oidc_groups_claim: str = "groups"
    #: What is asked for beside `openid`.
    oidc_scopes: tuple[str, ...] = ("profile", "email")
    #: What the button of the login calls the provider.
    oidc_label: str = "OpenID"
    #: Role of those who log in elsewhere and whom nothing gives a role. None: they are not let in.
    default_role: str | None = None
    #: More host names the page may be asked under, comma separated (loopback names always may).
    hosts: frozenset[str] = frozenset()
    #: How lines of the log are written: plain, or json for programs that collect them.
    log: str = "plain"
    #: A line for each request; unless it is said, in the form json alone.
    log_requests: bool = False
    #: How changes are heard: auto, or one mode forced.
    feed: str = "auto"
    #: fsspec URL or folder of uploads and artifacts; s3://… for several machines.
    files: str = "var/files"
    #: Largest upload, megabytes: a folder on a laptop should not fill by accident.
    upload_max_mb: int = 2048
    #: Largest JSON body, kilobytes: long-text arguments travel in it and then in a Redis hash.
    body_max_kb: int = 1024
    #: Names of arguments that are masked beside our own: `pin`, `salary`.
    redact_names: tuple[str, ...] = ()
    #: `package.module:function` of the operator, which masks more; see docs/security.md.
    redact: str | None = None
    #: Sockets one web process takes before it answers 503: 40 KiB each.
    max_sockets: int = 4000

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> "Config":
        """Read the settings from environment variables. Raises ConfigError on one that cannot be used."""
        read = Reader(env)
        log = read.choice("LOG", cls.log, LOG_FORMS)
        config = cls(
            redis_url=redis_address.redis_url(env),
            reader_url=read.text("READER_URL", bare=False),
            own_redis=read.flag("OWN_REDIS", False),
            write=read.flag("WRITE", False),
            record=read.flag("RECORD", True),
            supervisor=read.text("SUPERVISOR", bare=False),
            host=read.text("HOST") or cls.host,
            port=read.integer("PORT", cls.port, 0, 65535),
            workers=read.integer("WORKERS", None, 0, 256),
            queues=read.names("QUEUES") or cls.queues,
            base_path=path_of(read.text("BASE_PATH", bare=False) or ""),
            env=(read.text("ENV", bare=False) or "")[:ENV_CHARS] or None,
            users_file=read.text("USERS_FILE", bare=False) if "RQLIVE_USERS_FILE" in env else _made_file(),
            users=read.text("USERS", bare=False),
            secret=read.text("SECRET", bare=False),
            session_idle_minutes=read.integer("SESSION_IDLE_MINUTES", cls.session_idle_minutes, 1, 525_600),
            session_max_hours=read.integer("SESSION_MAX_HOURS", cls.session_max_hours, 1, 8_760),
            trusted_proxies=read.networks("TRUSTED_PROXIES"),
            proxy_user_header=read.text("PROXY_USER_HEADER", bare=False),
            oidc_issuer=(read.text("OIDC_ISSUER", bare=False) or "").rstrip("/") or None,
            oidc_client_id=read.text("OIDC_CLIENT_ID", bare=False),
            oidc_client_secret=read.text("OIDC_CLIENT_SECRET", bare=False),
            oidc_name_claim=read.text("OIDC_NAME_CLAIM", bare=False) or cls.oidc_name_claim,
            oidc_groups_claim=read.text("OIDC_GROUPS_CLAIM", bare=False) or cls.oidc_groups_claim,
            oidc_scopes=read.names("OIDC_SCOPES") or cls.oidc_scopes,
            oidc_label=read.text("OIDC_LABEL", bare=False) or cls.oidc_label,
            default_role=read.choice("DEFAULT_ROLE", None, ROLES),
            hosts=frozenset(name.lower() for name in read.names("HOSTS")),
            log=log,
            log_requests=read.flag("LOG_REQUESTS", log == "json"),
            feed=read.choice("FEED", cls.feed, FEED_MODES),
            files=read.text("FILES", bare=False) or cls.files,
            upload_max_mb=read.integer("UPLOAD_MAX_MB", cls.upload_max_mb, 1, 1 << 20),
            body_max_kb=read.integer("BODY_MAX_KB", cls.body_max_kb, 1, 1 << 16),
            redact_names=read.names("REDACT_NAMES"),
            redact=read.text("REDACT", bare=False),
            max_sockets=read.integer("MAX_SOCKETS", cls.max_sockets, 1, 60_000),
        )
        if "RQLIVE_PASSWORD" in env:
            raise ConfigError(f"RQLIVE_PASSWORD is not read any more: each has a name of their own. {ADD_A_USER}")
        config.check()
        return config

    def check(self) -> None:
        """Raise ConfigError where settings contradict each other, or an address is none."""
        for url in filter(None, (self.redis_url, self.reader_url)):
            redis_address.check(url)
        if self.proxy_user_header and not self.trusted_proxies:
            raise ConfigError(
                "RQLIVE_PROXY_USER_HEADER is believed from nobody. Name the proxy: RQLIVE_TRUSTED_PROXIES=10.0.0.5"
            )
        if self.oidc_issuer:
            _check_issuer(self.oidc_issuer, self.oidc_client_id)
        if len(self.secret or SECRET_CHARS * "x") < SECRET_CHARS:
            raise ConfigError(
                f"RQLIVE_SECRET is short enough to be guessed. Use {SECRET_CHARS} characters or more, or leave it out."
            )
        if self.has_users and not (self.record or self.may_write):
            raise ConfigError(
                "RQLIVE_RECORD=0 keeps nothing in Redis, but a login needs to: who logged out, and who guesses. "
                "Leave RQLIVE_RECORD out."
            )
        if self.host not in LOOPBACK and not self.has_users:
            raise ConfigError(
                f"HOST={self.host} listens beyond this machine: anyone there could stop and delete jobs. {ADD_A_USER}"
            )

    @property
    def has_users(self) -> bool:
        """Whether who asks must be known. A file that was named and is missing counts too: nobody is in it then."""
        return bool(self.users_file or self.users or self.proxy_user_header or self.oidc_issuer)

    @property
    def may_write(self) -> bool:
        """Whether actions are allowed: always on a Redis of our own, elsewhere when told so."""
        return self.own_redis or self.write

    @property
    def worker_count(self) -> int:
        """How many workers `make run` starts."""
        if self.workers is not None:
            return self.workers
        return 1 if self.own_redis else 0


def _made_file() -> str | None:
    """The file that the command has made; wherever this process was started."""
    return USERS_FILE if (ROOT / USERS_FILE).exists() else None


def _check_issuer(issuer: str, client_id: str | None) -> None:
    parts = urlsplit(issuer)
    usable = ("https", "http") if parts.hostname in LOOPBACK else ("https",)
    if not parts.hostname or parts.scheme not in usable:
        raise ConfigError(f"RQLIVE_OIDC_ISSUER={issuer} is not an address that begins with https://. Use one.")
    if not client_id:
        raise ConfigError("RQLIVE_OIDC_ISSUER needs RQLIVE_OIDC_CLIENT_ID: what the provider calls this server.")
