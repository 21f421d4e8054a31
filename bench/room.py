"""From a message in the Room on one server to the frame that brings it to clients of another, with 1 and 200 of them.

    python -m bench.room [--quick] [--messages 200]

Two servers share one Redis. Several clients of the first take turns, about ten messages a second together: more than
one alone may send. Beside it stands the same for clients of the first server, whose messages take the same way.
"""

import contextlib
import json
import random
import time
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

from bench._maths import SPREAD, flat, p95, spread
from bench._report import Goal, Report, options
from bench._stage import Stage
from bench._tabs import Group, Tabs, latencies
from tests.processes import WebServer

NAME = Path(__file__).stem
#: What stands before the number in a message that everyone is told; the greeting is written otherwise.
MARK = '"message":"'
LISTENERS = (1, 200)
TALKERS = 8
#: Milliseconds of one frame of a screen.
FRAME = 16.0


def talk(talkers: list[ClientConnection], first: int, count: int) -> dict[int, float]:
    """Say `count` numbers from `first` on, in turns; (number -> monotonic seconds just before it was sent)."""
    said = {}
    for number in range(first, first + count):
        time.sleep(random.uniform(0.06, 0.14))
        text = json.dumps({"message": str(number)})
        said[number] = time.monotonic()
        talkers[number % len(talkers)].send(text)
    time.sleep(0.5)
    return said


def measure(listeners: int, count: int) -> dict[str, tuple[list[list[float]], int]]:
    """(latencies in ms by message, lost) of clients of the other server and of the talkers' own."""

    def address(web: WebServer) -> str:
        return f"{web.url}/ws/chat/"

    with Stage() as stage, contextlib.ExitStack() as open_talkers:
        ours, theirs = stage.web(), stage.web()
        groups = {
            "another server": Group(address(theirs), listeners, MARK),
            "the same server": Group(address(ours), listeners, MARK),
        }
        with Tabs(groups) as tabs:
            url = address(ours).replace("http://", "ws://")
            # They hear as well, and must go on taking it: who takes nothing answers no ping.
            made = [connect(url, compression=None, max_queue=None) for _ in range(TALKERS)]
            talkers = [open_talkers.enter_context(talker) for talker in made]
            talk(talkers, 1, 10)
            tabs.collect()
            said = talk(talkers, 100, count)
            heard = tabs.collect()
    return {name: latencies(heard[name], said) for name in groups}


def main() -> None:
    """Measure, print, keep."""
    asked = options(__doc__, messages=(200, 10, "messages of each"))
    report = Report(
        name=NAME,
        question="Milliseconds from just before a message is sent to the frame that brings it, all listeners.",
        samples=f"{asked.messages} messages of each, each heard by every listener on both servers",
        columns=("listeners on each", "which", *SPREAD, "lost"),
        bias=(
            "Talkers, listeners, two servers and Redis share the machine, and all listeners are one process that reads "
            "one after the other."
        ),
    )
    for listeners in LISTENERS:
        found = measure(listeners, asked.messages)
        report.rows += [(str(listeners), name, *spread(flat(groups)), lost) for name, (groups, lost) in found.items()]
        elsewhere, lost = found["another server"]
        if listeners == 1:
            report.goals.append(Goal("p95 to a client of another server, ms", p95(flat(elsewhere)), FRAME))
        report.goals.append(Goal(f"messages lost on the way to {listeners}", lost, 0))
    report.finish()


if __name__ == "__main__":
    main()
