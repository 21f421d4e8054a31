"""Masked arguments that come back from a page: each is the stored value, if it stands exactly where it was. Pure.

Anywhere else it would be a way to read it: under another name it might be shown.
"""

from typing import Any

from webapp.decode import Masked
from webapp.redact.patterns import MASK
from webapp.redact.walk import Path

#: Of the tree that pages get: what stands for a masked value.
KIND = "masked"


class Moved(ValueError):
    """A masked value stands where none was. `name`: of the argument."""

    def __init__(self, path: Path) -> None:
        super().__init__("a masked value was moved")
        self.name = str(path[1]) if len(path) > 1 else "args"


def unmasked(sent: Any, stored: Any, shown: Any, path: Path) -> Any:
    """`sent` with the `stored` values for what is masked in it; `shown` is what the page was given. Raises Moved.

    Lists and objects of JSON, within each other as far as a body may be.
    """
    if isinstance(sent, dict) and sent.get("__type__") == KIND:
        if not isinstance(shown, Masked) or sent.get("at", _steps(path)) != _steps(path):
            raise Moved(path)
        return stored
    if isinstance(sent, dict):
        if any(MASK in key and not (isinstance(stored, dict) and key in stored) for key in sent):
            raise Moved(path)
        return {key: unmasked(value, *_inner(stored, shown, key, dict), (*path, key)) for key, value in sent.items()}
    if isinstance(sent, list):
        # Where items came or went, the same place is another item.
        same = isinstance(stored, list) and len(stored) == len(sent)
        inner = [_inner(stored, shown, at, list) if same else (None, None) for at in range(len(sent))]
        return [unmasked(value, *inner[at], (*path, at)) for at, value in enumerate(sent)]
    return sent


def _steps(path: Path) -> list[str]:
    return [str(step) for step in path]


def _inner(stored: Any, shown: Any, key: Any, kind: type) -> tuple[Any, Any]:
    if not isinstance(stored, kind) or not isinstance(shown, kind):
        return None, None
    if kind is dict:
        return stored.get(key), shown.get(key)
    return stored[key], shown[key]
