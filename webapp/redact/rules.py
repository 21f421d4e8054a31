"""The settings of masking: names that count as secret beside our own, and a hook of the operator that masks more.

The hook is the only code that is imported here, and only because a setting names it.
"""

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from webapp.redact.names import Names

log = logging.getLogger(__name__)

#: (name, value, context) -> True to mask, a text to show instead, anything else to leave it.
Hook = Callable[[str, Any, dict[str, Any]], Any]


class HookError(ValueError):
    """RQLIVE_REDACT names nothing that can be called. The text says what would work."""


@dataclass(frozen=True)
class Rules:
    """What is masked, whatever the job."""

    names: Names = field(default_factory=Names)
    hook: Hook | None = None


@lru_cache(16)
def load(more: tuple[str, ...] = (), hook: str | None = None) -> Rules:
    """The rules that the settings `redact_names` and `redact` ask for. Imports the hook's module. Raises HookError."""
    return Rules(Names(more), _import(hook) if hook else None)


def _import(path: str) -> Hook:
    module, _, name = path.partition(":")
    try:
        hook = getattr(importlib.import_module(module), name)
    except Exception as error:
        raise HookError(
            f"RQLIVE_REDACT={path} cannot be imported: {type(error).__name__}. "
            "Name a function as package.module:function, on the path of this process."
        ) from error
    if not callable(hook):
        raise HookError(f"RQLIVE_REDACT={path} is no function. Name one as package.module:function.")
    return hook


def said(hook: Hook, name: str, value: Any, context: dict[str, Any]) -> Any:
    """What the hook says of a value: True, a text, or None. Where it raises, True: the value is masked."""
    try:
        answer = hook(name, value, dict(context))
    except Exception as error:
        # Neither the message nor the traceback: both may hold the value.
        log.warning("The hook RQLIVE_REDACT raised %s; the value is masked", type(error).__name__)
        return True
    return answer if answer is True or isinstance(answer, str) else None
