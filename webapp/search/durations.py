"""Lengths of time as a user writes them: 30s, 5m, 2h, 3d, 1h30m. Pure."""

import re

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d|w)")


def seconds(text: str) -> float | None:
    """The length in seconds, or None where it is none: a number without its unit says nothing."""
    total, at = 0.0, 0
    for part in _PART.finditer(text):
        if part.start() != at:
            return None
        total += float(part[1]) * SECONDS[part[2]]
        at = part.end()
    return total if at and at == len(text) else None
