"""Round trips to Redis a second while nothing happens, with 1 and with 50 tabs; without and with operations.

    python -m bench.idle [--quick] [--seconds 30]           twice as long with operations, which sweeps once a minute

Round trips are counted by a relay between our processes and Redis, commands by Redis itself: those of one stock worker
that idles along are measured first and taken off, as are those of the one who measures.
"""

import time
from pathlib import Path

import redis

from bench import _seed
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench._tabs import Group, Tabs
from tests.relay import Relay

NAME = Path(__file__).stem
TABS = (1, 50)
QUEUES = ("default", "high", "low", "emails", "reports")
#: Seconds after the tabs have connected: first looks are no idling.
SETTLE = 6.0
#: Seconds until operations has swept for the first time.
FIRST_SWEEP = 65.0
LOOKED_AT = "seeded-0000007"
PAGES = {
    "overview": {"overview": True, "boards": ["failures_count", "operations"]},
    "job and list": {
        "overview": True,
        "boards": ["failures_count", "operations"],
        "job": LOOKED_AT,
        "log": {"job": LOOKED_AT, "after": "0"},
        "rows": [f"seeded-{number:07d}" for number in range(50)],
        "lists": ["default/finished"],
    },
}


def counted(client: redis.Redis, relay: Relay, seconds: float) -> tuple[float, float]:
    """(round trips through `relay`, commands that others than `client` cause) a second."""
    commands, started = _commands(client), time.monotonic()
    trips = relay.a_second(seconds)
    return trips, (_commands(client) - commands - 1) / (time.monotonic() - started)


def _commands(client: redis.Redis) -> int:
    return client.info("stats")["total_commands_processed"]


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, seconds=(30, 5, "length of one measurement"))
    report = Report(
        name=NAME,
        question=f"Round trips to Redis a second, idle: {len(QUEUES)} queues, 1,000 finished jobs, one stock worker.",
        samples=f"one interval of {asked.seconds} s each, of {2 * asked.seconds} s with operations",
        columns=("processes", "tabs open on", "tabs", "round trips/s", "commands/s"),
        bias=(
            "A relay counts the times that a process has sent something and waits; it adds 20 ms to each. "
            f"In {asked.seconds} s, what happens every 5 or 10 s falls in once more or less: 0.1/s."
        ),
    )
    with Stage() as stage, Relay(stage.folder, stage.server.path) as relay:
        for queue in QUEUES:
            _seed.finished(stage.redis, 200, "seeded" if queue == "default" else queue, queue=queue)
        stage.worker("idle", *QUEUES)
        client = stage.client()
        time.sleep(SETTLE)
        _, idle_commands = counted(client, relay, asked.seconds)
        report.rows.append(("none", "-", 0, 0, idle_commands))
        web = stage.web(relay.url)
        found: dict[tuple[str, str], dict[int, float]] = {}
        for processes in ("web", "web, operations"):
            seconds = asked.seconds
            if processes != "web":
                stage.operations(relay.url)
                seconds *= 2
                # Its first sweep weighs a day of figures; the later ones a minute.
                time.sleep(0 if asked.quick else FIRST_SWEEP)
            for page, watch in PAGES.items():
                for tabs in TABS:
                    with Tabs({"tabs": Group(f"{web.url}/live", tabs, '"', watch)}):
                        time.sleep(SETTLE)
                        trips, commands = counted(client, relay, seconds)
                    found.setdefault((processes, page), {})[tabs] = trips
                    report.rows.append((processes, page, tabs, trips, commands - idle_commands))
    few, many = TABS
    for (processes, page), trips in found.items():
        report.goals.append(Goal(f"{processes}; {page}; round trips/s with {many} tabs", trips[many], 2.0))
        report.goals.append(
            Goal(f"{processes}; {page}; more with {many} tabs than with {few}", trips[many] - trips[few], 0.2)
        )
    report.finish()


if __name__ == "__main__":
    main()
