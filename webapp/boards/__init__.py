"""The boards of the page: each is one bounded value about the installation, read while somebody watches it.

`live/boards.py` says when; a module here says what is read, how often, and which changes make it read sooner.
"""

from webapp.boards.board import Board


def load() -> dict[str, Board]:
    """Every board by name, each with a memory of its own: one set per web process."""
    return {}
