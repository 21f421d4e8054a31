"""What the other tabs hear, and when, while one tab does not read what it asked for.

    python -m bench.stalled [--quick] [--tabs 1000] [--turns 4]

All tabs have the overview open, and a job is pushed ten times a second. In every other turn of 2.5 s one more tab has
asked for 200 rows again and again and reads nothing, so that the server's send to it blocks; it is let go of 5 s later,
and the measurement fails where it is not.
"""

import json
import socket
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from bench import _seed
from bench._maths import SPREAD, flat, p95, ratio_interval, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench._tab import TEXT, Tab
from bench._tabs import Group, Tabs, latencies
from bench.prototype import JOB, QUEUE
from bench.tabs import MARK, RATE

NAME = Path(__file__).stem
WITHOUT, WITH = "all read", "one does not"
#: Changes of one turn.
TURN = 25
#: What the stalled tab asks for, some 80 KB each, so that the server's buffers are full: how often at once, which is
#: no more than the server lets through, how often again, and how many times that.
ROWS = {"rows": [f"seeded-{number:07d}" for number in range(200)]}
AT_ONCE, AGAIN, TIMES = 56, 18, 3
#: Seconds in which the server has let go of it.
LET_GO = 8.0


class Stalled:
    """A tab that asks for much and reads nothing of it; in the end it watches the overview as all others do."""

    def __init__(self, url: str) -> None:
        self._tab = Tab(Group(url, 1, MARK, {"overview": True}))
        self._tab.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        for asks in (AT_ONCE, *[AGAIN] * TIMES):
            for number in range(asks):
                # By turns with nothing, so that all is told anew.
                watch = {} if number % 2 else ROWS
                self._tab.send(TEXT, json.dumps({"id": number, "watch": watch | {"overview": True}}).encode())
            time.sleep(1.0)

    def close(self) -> None:
        """Raises RuntimeError unless the server had to let go of it."""
        with self._tab.socket as sock:
            sock.settimeout(LET_GO)
            with suppress(ConnectionError):
                try:
                    while sock.recv(1 << 20):
                        pass
                except TimeoutError:
                    raise RuntimeError("The server has sent all of it: nothing was stalled.") from None


def turn(stage: Stage, written: dict[int, float]) -> set[int]:
    """Push TURN jobs at RATE; returns their numbers."""
    client, started, numbers = stage.client(), time.monotonic(), set()
    for place in range(TURN):
        time.sleep(max(0.0, started + place / RATE - time.monotonic()))
        number = max(written, default=0) + 1
        written[number] = time.monotonic()
        client.rpush(f"rq:queue:{QUEUE}", JOB)
        numbers.add(number)
    time.sleep(1.0)
    return numbers


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, tabs=(1_000, 50, "open tabs that read"), turns=(4, 1, "turns of each"))
    report = Report(
        name=NAME,
        question=f"Milliseconds from a write to the frame, {asked.tabs} tabs that read, and one more that does not.",
        samples=f"{asked.turns} turns of {TURN} changes of each, each heard by {asked.tabs} tabs",
        columns=("which", *SPREAD),
        bias="Tabs and server share the machine. The buffers of the stalled tab are filled before its turn begins.",
    )
    written: dict[int, float] = {}
    numbers: dict[str, set[int]] = {WITHOUT: set(), WITH: set()}
    with Stage() as stage:
        _seed.finished(stage.redis, 200)
        _seed.running(stage.redis, JOB)
        web = stage.web()
        with Tabs({"tabs": Group(f"{web.url}/live", asked.tabs, MARK, {"overview": True})}) as tabs:
            time.sleep(2.0)
            tabs.collect()
            for place in range(2 * asked.turns):
                which = (WITHOUT, WITH)[(place + place // 2) % 2]
                with ExitStack() as ending:
                    if which == WITH:
                        ending.callback(Stalled(f"{web.url}/live").close)
                    numbers[which] |= turn(stage, written)
            found, lost = latencies(tabs.collect()["tabs"], written)
    groups = dict(zip(written, found, strict=True))
    sides = {which: [groups[number] for number in sorted(those)] for which, those in numbers.items()}
    report.rows = [(which, *spread(flat(told))) for which, told in sides.items()]
    ratio = p95(flat(sides[WITH])) / p95(flat(sides[WITHOUT]))
    low, high = ratio_interval(sides[WITH], sides[WITHOUT], p95)
    report.goals = [
        Goal(f"p95, with by without (95 % interval {low:.2f} to {high:.2f})", ratio, 1.2),
        Goal("numbers that never came to a tab that reads", lost, 0),
    ]
    report.finish()


if __name__ == "__main__":
    main()
