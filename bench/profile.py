"""Where the web process spends its time, as a table of functions: py-spy samples it while it works.

    python -m bench.profile [--scene tabs] [--seconds 6] [--out bench/profiles/tabs.txt]

No measurement: shares, no goals. `tabs`: 1,000 tabs hear of ten changes a second. `worker`: a stock worker on no-ops,
watched by 100 tabs. `wide`: 100 tabs and 1,000 queues, of which ten change a second. `polled`: 16 programs ask for the
overview. `submitted`: one client submits jobs, `batches`: a thousand at once. py-spy is installed into var/bench at the
first run; it needs the right to look into a process of the same user (on Linux, ptrace_scope 0 or 1, or root).
"""

import argparse
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rq import Queue

from bench import _seed, submit
from bench._askers import ask_for
from bench._report import RESULTS, machine
from bench._stage import Stage, worker_command
from bench._tabs import Group, Tabs
from tests.processes import WebServer, session_members

#: Pinned, as everything else that is run.
PY_SPY = "py-spy==0.4.3"
RATE = 400
ROWS = 25
#: Where a greenlet waits that has nothing to do: no work, though the interpreter looks busy there.
WAITS = "Hub.run (gevent/hub.py"
WATCH = {"overview": True}


def installed() -> Path:
    """The py-spy of var/bench; installs it there the first time. Raises CalledProcessError where that fails."""
    folder = RESULTS / "py-spy"
    program = folder / "bin" / "py-spy"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), PY_SPY], check=True)
    return program


def tabs(stage: Stage, web: WebServer, seconds: float) -> None:
    """Ten changes a second, for the tabs of `SCENES`."""
    client, end = stage.client(), time.monotonic() + seconds
    while time.monotonic() < end:
        client.rpush("rq:queue:default", "job")
        time.sleep(0.1)


def worker(stage: Stage, web: WebServer, seconds: float) -> None:
    """A stock worker on no-ops."""
    queue = Queue(connection=stage.redis)
    queue.enqueue_many([Queue.prepare_data("time.sleep", args=(0,)) for _ in range(int(150 * seconds))])
    with subprocess.Popen(worker_command(stage.url)) as process:
        time.sleep(seconds)
        process.terminate()


def wide(stage: Stage, web: WebServer, seconds: float) -> None:
    """Ten changes a second of 1,000 queues, which 100 tabs watch."""
    for number in range(1_000):
        Queue(f"queue-{number}", connection=stage.redis).enqueue("time.sleep", 0)
    client, end = stage.client(), time.monotonic() + seconds
    while time.monotonic() < end:
        client.rpush(f"rq:queue:queue-{int(time.monotonic() * 10) % 1_000}", "job")
        time.sleep(0.1)


def submitted(stage: Stage, web: WebServer, seconds: float) -> None:
    """One client that submits jobs, one after the other."""
    _submit_for(stage, seconds, lambda: submit.posts(web, 1, 100))


def batches(stage: Stage, web: WebServer, seconds: float) -> None:
    """One client that submits a thousand jobs with each request."""
    _submit_for(stage, seconds, lambda: submit.batches(web, submit.ROWS))


def _submit_for(stage: Stage, seconds: float, some: Callable[[], float]) -> None:
    submit.publish(stage)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        some()


def polled(stage: Stage, web: WebServer, seconds: float) -> None:
    """Sixteen who ask for the overview."""
    ask_for(f"{web.url}/api/overview", 16, seconds)


#: Name -> (tabs that are open, what is done).
SCENES: dict[str, tuple[int, Callable[[Stage, WebServer, float], None]]] = {
    "tabs": (1_000, tabs),
    "worker": (100, worker),
    "polled": (0, polled),
    "submitted": (0, submitted),
    "batches": (0, batches),
    "wide": (100, wide),
}


def table(samples: Path, question: str) -> str:
    """Functions by their share of all samples that were no waiting."""
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for line in samples.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [frame.rpartition(":")[0] + ")" if ":" in frame else frame for frame in stack.split(";")]
        if not frames[-1].startswith(WAITS):
            own[frames[-1]] += int(count)
            whole.update(dict.fromkeys(frames, int(count)))
    total = sum(own.values()) or 1
    rows = [
        f"{100 * count / total:6.1f} %  {100 * whole[name] / total:6.1f} %  {name}"
        for name, count in own.most_common(ROWS)
    ]
    return "\n".join([question, machine(), f"{total} samples", "", "    self  with all   function", *rows]) + "\n"


def main() -> None:
    """Sample one scene; print its table, and keep it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", choices=SCENES, default="tabs")
    parser.add_argument("--seconds", type=int, default=6)
    parser.add_argument("--out", type=Path, help="where the table is written")
    asked = parser.parse_args()
    program, (open_tabs, act) = installed(), SCENES[asked.scene]
    with Stage() as stage, ExitStack() as ending:
        _seed.running(stage.redis, "watched")
        web = stage.web()
        if open_tabs:
            ending.enter_context(Tabs({"tabs": Group(f"{web.url}/live", open_tabs, '"queued":', WATCH)}))
        time.sleep(1.0)
        samples = stage.folder / "samples"
        doing = threading.Thread(target=act, args=(stage, web, asked.seconds + 1.0))
        doing.start()
        command = [str(program), "record", "-r", str(RATE), "-d", str(asked.seconds), "-f", "raw", "-o", str(samples)]
        subprocess.run([*command, "-p", str(max(session_members(web.pid)))], check=True, capture_output=True)
        doing.join()
        told = table(samples, f"{asked.scene}: {act.__doc__}")
    print(told)
    if asked.out:
        asked.out.write_text(told)


if __name__ == "__main__":
    main()
