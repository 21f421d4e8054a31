"""How everything ends within three seconds, in steps: ask, stop the jobs, kill, settle. Starts and prints nothing.

The supervisor walks these steps, and so does its guardian where the supervisor was killed: hence no `wait()` here, only
looking who lives.
"""

import signal
import time
from collections.abc import Mapping

from redis.exceptions import RedisError

from webapp.supervisor import own_workers, sessions

#: Seconds after the first SIGTERM: a short job finishes by itself, a longer one is stopped, what still lives is killed.
STOP_AFTER = 1.0
STOP_AGAIN = 0.4
KILL_AFTER = 2.5


class Ending:
    """The end of a number of sessions. `sessions` maps a session to the name of the worker that leads it, or to None.

    Asks them to end at once, but for workers that somebody asked before; call `step()` every few hundredths of a second
    until it is True. `stop_after`: seconds that jobs get to finish.
    """

    def __init__(
        self, redis_url: str, sessions_and_workers: Mapping[int, str | None], stop_after: float = STOP_AFTER
    ) -> None:
        self._url = redis_url
        self._sessions = dict(sessions_and_workers)
        self._began = time.monotonic()
        self._stop_at = stop_after
        self._kill_at = KILL_AFTER
        #: Jobs that were stopped, not by their worker, but in its stead.
        self.settled: list[str] = []
        #: What Redis could not be told, if so.
        self.error: RedisError | None = None
        asked = own_workers.leaving(redis_url, filter(None, self._sessions.values()))
        for session, worker in self._sessions.items():
            if worker not in asked:
                sessions.send_to_leader(session, signal.SIGTERM)

    def hurry(self) -> None:
        """Kill what lives at the next step."""
        self._kill_at = 0.0

    def step(self) -> bool:
        """Do what is due; True when nobody lives and Redis knows it."""
        living = {session: pids for session in self._sessions if (pids := sessions.members(session))}
        age = time.monotonic() - self._began
        if not living:
            self._settle()
            return True
        if age >= self._kill_at:
            self._kill(living)
        elif age >= self._stop_at:
            self._stop_at = age + STOP_AGAIN
            self._kill([session for session, pids in living.items() if session not in pids])
            own_workers.stop_jobs(self._url, [name for session in living if (name := self._sessions[session])])
        return False

    def _kill(self, sessions_to_kill: Mapping[int, list[int]] | list[int]) -> None:
        for session in sessions_to_kill:
            sessions.send(session, signal.SIGKILL)

    def _settle(self) -> None:
        names = [name for name in self._sessions.values() if name]
        if not names:
            return
        try:
            self.settled = own_workers.settle(self._url, names)
        except RedisError as error:
            self.error = error
