"""How every process of ours writes its log: plain lines for people, or JSON lines (`RQLIVE_LOG=json`) for programs.

Nothing that somebody else chose can begin a line of its own or colour a terminal, and no secret that the settings hold
leaves through here. No Flask: what a line tells of the current request is asked of `add_context`.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.config import Config
from webapp.redact.names import Names
from webapp.redact.patterns import MASK, masked

#: What a line may tell beside its text, in this order; a record carries it as `extra`, or the context does.
FIELDS = ("request", "actor", "job", "method", "path", "status", "ms")
#: Characters of one value: a path may be eight thousand long.
VALUE_CHARS = 1_000
#: What stands for a secret here: nothing that JSON has to spell out.
HIDDEN = "***"
#: Where the application leaves for `gunicorn_log.py` what it knows of a request.
ENVIRON = "rqlive.request"
#: Control characters, line ends of Unicode, and marks that turn the direction of what follows.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
#: Names of secrets in a line. A bare `key` in an address mostly is one.
_NAMES = Names(["key"])

_contexts: list[Callable[[], Mapping[str, object]]] = []


def add_context(tell: Callable[[], Mapping[str, object]]) -> None:
    """Ask `tell` for FIELDS whenever a line is written. It must not raise or log."""
    if tell not in _contexts:
        _contexts.append(tell)


def setup(config: Config, level: int = logging.WARNING) -> None:
    """Everything that is logged in this process goes to its standard error, as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((Json if config.log == "json" else Plain)(secrets_of(config)))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def secrets_of(config: Config) -> tuple[str, ...]:
    """What must not be written: the secrets of the settings, as they are and as an address spells them."""
    found = {config.secret or "", config.oidc_client_secret or ""}
    for url in filter(None, (config.redis_url, config.reader_url)):
        parts = urlsplit(url)
        # Sentinel has a password of its own, and a private key may have one: both stand among the options.
        options = [value for name, values in parse_qs(parts.query).items() if "password" in name for value in values]
        for secret in (parts.password or "", *options):
            found |= {secret, unquote(secret)}
    return tuple(sorted(filter(None, found), key=len, reverse=True))


def one_line(text: str) -> str:
    """The same with what would end the line, or do something to a terminal, spelt out."""
    return _CONTROLS.sub(lambda found: _spelt(found[0]), text)


class _Formatter(logging.Formatter):
    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def hidden(self, text: str) -> str:
        """The same without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return masked(text, _NAMES).replace(MASK, HIDDEN)

    def told(self, record: logging.LogRecord) -> dict[str, object]:
        """FIELDS of the record itself, and of the current request."""
        known = {name: value for tell in _contexts for name, value in tell().items()}
        known |= {name: vars(record)[name] for name in FIELDS if vars(record).get(name) is not None}
        return {name: self._value(known[name]) for name in FIELDS if known.get(name) not in (None, "")}

    def trouble(self, record: logging.LogRecord) -> str:
        """The traceback that the record carries; "" without one."""
        return self.hidden(self.formatException(record.exc_info)) if record.exc_info and record.exc_info[0] else ""

    def _value(self, value: object) -> object:
        return value if isinstance(value, int | float) else self.hidden(str(value)[:VALUE_CHARS])


class Plain(_Formatter):
    """One line a record; those of a traceback below it begin with a bar, so that none of them passes for a record."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(" ", "milliseconds")
        more = "".join(f" {name}={_quoted(value)}" for name, value in self.told(record).items())
        text = f"{when} {record.levelname} {record.name}: {self.hidden(record.getMessage())}"
        trouble = "".join(f"\n  | {one_line(line)}" for line in self.trouble(record).splitlines())
        return one_line(text) + more + trouble


class Json(_Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname, "logger": record.name}
        line |= {"message": self.hidden(record.getMessage())} | self.told(record)
        if trouble := self.trouble(record):
            line["error"] = trouble
        return json.dumps(line)


def _quoted(value: object) -> str:
    text = one_line(str(value))
    return json.dumps(text, ensure_ascii=False) if re.search(r'[\s"=]', text) or not text else text


def _spelt(char: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or (
        f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}"
    )
