"""The Room of one server alone, for a Redis that is only looked at: what `relay.py` does, without Redis."""

import time
from itertools import count

from webapp.room import said
from webapp.room.presence import Crowd, Lookers
from webapp.room.relay import Ear


class Loopback:
    """Gives back at once what it is given; remembers nothing itself."""

    reach = "server"

    def __init__(self) -> None:
        self._ear: Ear | None = None
        self._numbers = count(1)

    def listen(self, ear: Ear) -> None:
        """Tell `ear` from now on."""
        if self._ear is None:
            self._ear = ear
            ear.caught_up([])

    def rest(self) -> None:
        """Nothing to rest."""

    def stop(self) -> None:
        """Nothing to end."""

    def send(self, name: str, by: str, text: str, ref: str | None) -> None:
        """Give a message to those who are on this server."""
        at = time.time_ns() // 1_000_000
        self._ear.heard(said.as_heard(f"{at}-{next(self._numbers)}", at, name, by, text, ref))

    def announce(self, server: str, crowd: Crowd, lookers: Lookers) -> None:
        """There is no other server to tell."""
