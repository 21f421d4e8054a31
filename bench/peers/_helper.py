"""A process in another library's own environment that does what it is told: a line in, a line of JSON out."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support import ROOT, clean_env


class Helper:
    """Started at once; `close` ends it."""

    def __init__(self, command: Sequence[str], env: Mapping[str, object]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=clean_env(env), stdin=pipe, stdout=pipe, text=True, start_new_session=True
        )

    def ask(self, *words: object) -> Any:
        """What it answers. Raises RuntimeError where it has ended; what it said is on stderr."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args} has ended; asked for: {words}")
        return json.loads(answer)

    def close(self) -> None:
        """End it and what it has started."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
