"""Reads one setting under its two names, and says which of them was wrong. No I/O, and no setting of its own."""

import ipaddress
import re
from collections.abc import Mapping

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


class ConfigError(ValueError):
    """A setting cannot be used. The text names it and ends with what would work."""


class Reader:
    """Reads one variable under its two names and says which of them was wrong."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def _find(self, name: str, bare: bool = True) -> tuple[str, str | None]:
        long = f"RQLIVE_{name}"
        if long in self._env or not bare:
            return long, self._env.get(long)
        return name, self._env.get(name)

    def text(self, name: str, bare: bool = True) -> str | None:
        return (self._find(name, bare)[1] or "").strip() or None

    def names(self, name: str) -> tuple[str, ...]:
        return tuple(filter(None, re.split(r"[\s,]+", self.text(name, bare=False) or "")))

    def flag(self, name: str, default: bool) -> bool:
        found, value = self._find(name, bare=False)
        if value is None:
            return default
        if value.lower() in TRUE | FALSE:
            return value.lower() in TRUE
        raise ConfigError(f"{found}={value} is neither yes nor no. Use {found}=1 or {found}=0.")

    def integer(self, name: str, default: int | None, low: int, high: int) -> int | None:
        found, value = self._find(name)
        value = (value or "").strip()
        if not value:
            return default
        if re.fullmatch(r"[0-9]{1,9}", value) and low <= int(value) <= high:
            return int(value)
        raise ConfigError(f"{found}={value} is not a whole number from {low} to {high}. Use one of these.")

    def networks(self, name: str) -> tuple[str, ...]:
        found = self.names(name)
        for network in found:
            try:
                ipaddress.ip_network(network, strict=False)
            except ValueError:
                raise ConfigError(f"RQLIVE_{name}: {network} is no address. Use 10.0.0.5 or 10.0.0.0/24.") from None
        return found

    def choice(self, name: str, default: str | None, choices: tuple[str, ...]) -> str | None:
        found, value = self._find(name, bare=False)
        if not value:
            return default
        if value in choices:
            return value
        raise ConfigError(f"{found}={value} is unknown. Use one of: {', '.join(choices)}.")


def path_of(value: str) -> str:
    path = value.strip().rstrip("/")
    if path and not re.fullmatch(r"(/[\w.~-]+)+", path):
        raise ConfigError(f"RQLIVE_BASE_PATH={value} is not a path such as /rq. Use one like that.")
    return path
