"""Parameters of a query string that several resources take."""

from flask import request

from webapp.errors import BadInput


def limit(default: int) -> int:
    """The parameter `limit`, or `default` without it. Raises BadInput."""
    text = request.args.get("limit")
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 6:
        raise BadInput(f"limit={text[:40]!r} is not a whole number.", fix=f"Leave it out, or use {default}.")
    if not int(text):
        raise BadInput("limit=0 asks for nothing.", fix=f"Leave it out, or use {default}.")
    return int(text)
