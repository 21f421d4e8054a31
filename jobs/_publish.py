"""Tells Redis which job types this code has: signatures become forms in the catalog. Run by `python -m jobs publish`.

Who has the code publishes it, so the web process need not import it. An entry names its package and the hosts that
have it; a publisher removes only its own host's share in types of the packages that it publishes now. So two code
bases on one Redis leave each other alone, and a type that is gone everywhere disappears.
"""

import importlib
import importlib.util
import inspect
import json
import pkgutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from redis import Redis

from jobs import _keys
from jobs._job_type import MARK, JobType
from jobs._signature import SignatureError, read

Catalog = dict[str, dict[str, Any]]

#: Hosts that an entry remembers, the newest: containers are renamed with every start.
HOSTS_MAX = 20
#: Of what a module said when it could not be imported.
ERROR_CHARS = 500


@dataclass(frozen=True)
class Found:
    """A job type, or a module that should have had one."""

    package: str
    #: Dotted: package.module.function.
    func: str
    is_async: bool = False
    kind: JobType | None = None
    error: str | None = None

    @property
    def module(self) -> str:
        return self.func.rpartition(".")[0]

    @property
    def short(self) -> str:
        return self.func.rpartition(".")[2]

    def speaks_for(self, entry: dict[str, Any]) -> bool:
        """Whether a job type of this module, or of one within it, is meant."""
        return str(entry.get("func")).startswith(f"{self.module}.")


def exists(package: str) -> bool:
    """Whether there is such a package or module at all, be it broken."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False
    except Exception:
        return True


def find(packages: Iterable[str]) -> list[Found]:
    """The job types of these packages (or modules), by importing each plain-named module in them."""
    return [found for package in packages for module in _modules(package) for found in _types_of(package, module)]


def publish(connection: Redis, found: list[Found], packages: Iterable[str], host: str, prune: bool = False) -> Catalog:
    """Write the catalog; returns what this host has in it now. Three round trips, more if another writes meanwhile.

    With `prune`, types of these packages that were not found go even if another host has published them.
    """
    packages = set(packages)
    after: Catalog = {}

    def write(pipe: Any) -> None:
        before = {name.decode(): _load(raw) for name, raw in pipe.hgetall(_keys.CATALOG).items()}
        after.clear()
        after.update(merge(before, found, packages, host, int(time.time() * 1000), prune))
        pipe.multi()
        for name in before.keys() - after.keys():
            pipe.hdel(_keys.CATALOG, name)
        for name, entry in after.items():
            if entry != before.get(name):
                pipe.hset(_keys.CATALOG, name, json.dumps(entry, ensure_ascii=False))

    connection.transaction(write, _keys.CATALOG)
    mine = (name for name, entry in after.items() if entry.get("package") in packages and host in entry["hosts"])
    return {name: after[name] for name in mine}


def merge(before: Catalog, found: list[Found], packages: set[str], host: str, now: int, prune: bool = False) -> Catalog:
    """The catalog as it is to be after `host` has published what it has found in `packages`. Pure."""
    funcs = {one.func for one in found}
    broken = [one for one in found if one.kind is None]
    after: Catalog = {}
    for name, entry in before.items():
        known = entry.get("func") in funcs or any(one.speaks_for(entry) for one in broken)
        if known or entry.get("package") not in packages:
            after[name] = entry
        elif (others := _without(entry, host)) and not prune:
            after[name] = entry | {"hosts": others}
    for one in found:
        for name in _names(one, after):
            if name in after or len(after) < _keys.CATALOG_MAX:
                after[name] = _merged(after.get(name), one, name, host, now)
    return after


def _modules(package: str) -> Iterator[tuple[str, ModuleType | None, str | None]]:
    """(name, module, error) of the package and of each plain-named module in it, however deep."""
    name, module, error = _import(package)
    yield name, module, error
    for info in pkgutil.iter_modules(getattr(module, "__path__", []), f"{package}."):
        if not info.name.rpartition(".")[2].startswith("_"):
            yield from _modules(info.name)


def _import(name: str) -> tuple[str, ModuleType | None, str | None]:
    try:
        return name, importlib.import_module(name), None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may even exit: the others are still to be listed
        return name, None, f"{type(error).__name__}: {error}"[:ERROR_CHARS]


def _types_of(package: str, module: tuple[str, ModuleType | None, str | None]) -> Iterator[Found]:
    name, loaded, error = module
    if loaded is None:
        yield Found(package, f"{name}.{name.rpartition('.')[2]}", error=error)
        return
    for attribute, value in vars(loaded).items():
        kind = getattr(value, MARK, None)
        if isinstance(kind, JobType) and value.__module__ == name and value.__name__ == attribute:
            yield Found(package, f"{name}.{attribute}", inspect.iscoroutinefunction(value), kind)


def _names(one: Found, taken: Catalog) -> list[str]:
    """Under which names it goes: the one it had, else its short one, else, if that is another's, its dotted one.

    A module that cannot be imported speaks for every type that it had.
    """
    if one.kind is None:
        had = [name for name, entry in taken.items() if one.speaks_for(entry)]
    else:
        had = [name for name, entry in taken.items() if entry.get("func") == one.func]
    return had or [one.func if taken.get(one.short) else one.short]


def _entry(one: Found, name: str, now: int) -> dict[str, Any]:
    kind, schema, error = one.kind, None, one.error
    if kind is not None:
        try:
            schema = read(kind.func).schema
        except SignatureError as wrong:
            error = f"SignatureError: {wrong}"
    told = {
        "name": name,
        "title": (kind and kind.title) or one.short.replace("_", " ").strip().capitalize(),
        "help": (inspect.getdoc(kind.func) if kind else None) or "",
        "func": one.func,
        "package": one.package,
        "queue": kind and kind.queue,
        "timeout": kind and kind.timeout,
        "result_ttl": kind and kind.result_ttl,
        "schema": schema,
        "published_at": now,
        "error": error,
        "schema_version": _keys.SCHEMA,
        "is_async": one.is_async,
    }
    size = len(json.dumps(told, ensure_ascii=False).encode())
    if size > _keys.CATALOG_ENTRY_BYTES:
        most = _keys.CATALOG_ENTRY_BYTES
        told |= {"help": "", "schema": None, "error": f"its signature takes {size:,} bytes of {most:,}. Shorten it."}
    return told


def _merged(before: dict[str, Any] | None, one: Found, name: str, host: str, now: int) -> dict[str, Any]:
    """The entry with the hosts that have the type. A host where it does not work breaks it for none where it does."""
    others = _without(before or {}, host)
    entry = _entry(one, name, now)
    if entry["error"] and before:
        if others and not before.get("error"):
            return before | {"hosts": others}
        if one.kind is None:
            entry |= {key: before[key] for key in ("title", "help", "func", "schema") if before.get(key)}
    return entry | {"hosts": [*others, host][-HOSTS_MAX:]}


def _without(entry: dict[str, Any], host: str) -> list[str]:
    return [other for other in entry.get("hosts", []) if other != host]


def _load(raw: bytes) -> dict[str, Any]:
    """An entry, or nothing where someone has written what is none."""
    try:
        entry = json.loads(raw)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) and isinstance(entry.get("hosts", []), list) else {}
