"""A hook as an operator writes it for RQLIVE_REDACT."""

from typing import Any


def hides(name: str, value: Any, context: dict[str, Any]) -> bool | str | None:
    """Show the country of an IBAN only; be wrong about what is called `raises`."""
    if name == "raises":
        raise RuntimeError(value)
    if name == "iban":
        return f"{value[:2]}…"
    return None
