"""`python -m webapp.operations`: records figures, searches, acts on many jobs, holds paused queues, and sweeps up.

Plain Python, never monkey-patched. Duties run in threads; the main thread waits for a signal, so that
a Redis that hangs cannot delay the end.
"""

import logging
import os
import signal
import sys
import threading
import time

from webapp import logs
from webapp.config import Config, ConfigError
from webapp.connections import connect
from webapp.operations.bulk import Bulk
from webapp.operations.desk import Desk
from webapp.operations.pause_shift import LIFE_MS, PauseShift
from webapp.operations.pauses import Pauses
from webapp.operations.recorder import Recorder
from webapp.operations.searches import Searches
from webapp.operations.sweep import Sweeper
from webapp.redact import rules as redact_rules
from webapp.redact.rules import HookError, Rules

log = logging.getLogger("webapp.operations")

#: Seconds that the duties get to write what they hold and give up their leases.
LAST_WORDS = 0.4


def main() -> int:
    """Run until SIGTERM or SIGINT; 0 then, 2 where a setting cannot be used."""
    try:
        config = Config.from_env()
        rules = redact_rules.load(config.redact_names, config.redact)
    except (ConfigError, HookError) as error:
        print(error, file=sys.stderr)
        return 2
    logs.setup(config, logging.INFO)
    # The recorder says itself that Redis is away; the feed would say it again.
    logging.getLogger("webapp.live.feed").setLevel(logging.ERROR)
    # Blocked in every thread and waited for in this one: a handler could interrupt the duties anywhere.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    duties = _duties(config, rules)
    threads = [threading.Thread(target=duty.run, name=type(duty).__name__, daemon=True) for duty in duties]
    for thread in threads:
        thread.start()
    signal.sigwait(ends)
    for duty in duties:
        duty.stop()
    deadline = time.monotonic() + LAST_WORDS
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return 0


def _duties(config: Config, rules: Rules) -> list[Recorder | Desk | Sweeper]:
    connections = connect(config)
    duties: list[Recorder | Desk | Sweeper] = []
    if config.record:
        duties.append(Recorder(connections, config.feed))
    else:
        log.info("Figures are not recorded (RQLIVE_RECORD=0).")
    if config.record or config.may_write:
        duties.append(Desk(connections, Searches(rules)))
        duties.append(Sweeper(connections, config))
    if config.may_write:
        duties.append(Desk(connections, Bulk(config)))
        duties.append(Desk(connections, Pauses(), PauseShift, LIFE_MS))
    return duties


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # Threads that hang in a socket must not hold up the end.
    os._exit(code)
