"""The users as they are now: those of the settings, and of the file, which is read again when it changes."""

import logging
import os
import threading
from pathlib import Path

from webapp.accounts.people import BadUsers, People, parse
from webapp.config import Config, ConfigError

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]


class Roster:
    """One per web process. Asking costs a `stat`, some microseconds."""

    def __init__(self, config: Config) -> None:
        """Raises ConfigError where what is written down cannot be used."""
        self.path = ROOT / config.users_file if config.users_file else None
        self._lock = threading.Lock()
        try:
            self._fixed = parse(config.users or "", "RQLIVE_USERS")
            self._seen = self._stamp()
            self._people = self._read()
        except BadUsers as problem:
            raise ConfigError(str(problem)) from None

    @property
    def people(self) -> People:
        """The people as they are now. A file that is gone holds nobody; one that cannot be read is as it was before."""
        stamp = self._stamp()
        if stamp != self._seen:
            with self._lock:
                self._seen = stamp
                try:
                    self._people = self._read()
                except BadUsers as problem:
                    log.error("The users stay as they were: %s", problem)
        return self._people

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self.path) if self.path else None
        except OSError:
            return None
        return found and (found.st_mtime_ns, found.st_size, found.st_ino)

    def _read(self) -> People:
        try:
            text = self.path.read_text() if self.path else ""
        except FileNotFoundError:
            text = ""
        except (OSError, UnicodeError) as error:
            raise BadUsers(f"{self.path} cannot be read: {error}. Give this process the right to.") from None
        return People({**parse(text, str(self.path)).persons, **self._fixed.persons})
