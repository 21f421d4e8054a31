"""Plays scenes when they are due. No Redis, no jobs."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

SOON = 2.0


@dataclass(frozen=True)
class Scene:
    """Something that happens every `every` seconds, the first time after `first`.

    A play that returns False did not come off, and is tried again soon.
    """

    play: Callable[[], bool | None]
    every: float
    first: float = 0.0


@dataclass
class Director:
    """Plays each scene when it is due. Times are of the monotonic clock."""

    scenes: list[Scene]
    _due: dict[int, float] = field(default_factory=dict)
    _began: float = field(default_factory=lambda: time.monotonic())

    def play(self) -> None:
        """Play what is due. Raises redis.RedisError; what was not played is played at the next call."""
        for number, scene in enumerate(self.scenes):
            now = time.monotonic()
            if now >= self._due.setdefault(number, self._began + scene.first):
                came_off = scene.play() is not False
                self._due[number] = now + (scene.every if came_off else SOON)
