"""Beyond one machine: which resource ends first, and what helps, reckoned from what `bench.costs` measured.

    python -m bench.costs && python -m bench.scaling
    python -m bench.scaling --jobs 2000 --workers 500 --hosts 4 --viewers 300 --queues 20 --shards 2

Starts nothing, and takes seconds. docs/scaling.md explains the tables and what is left out.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from bench._costs import Costs
from bench._delay import delay_p95
from bench._model import Scenario, load
from bench._report import RESULTS

ASKED = Scenario(hosts=100, workers=10_000, viewers=100_000, jobs=50_000.0, queues=100)
BASE = Scenario(hosts=4, workers=200, viewers=200, jobs=500.0, queues=20)
#: One Redis that RQ does not fill, and many who look.
CROWDED = Scenario(hosts=20, workers=1_000, viewers=10_000, jobs=500.0, queues=50)
#: A share of a resource that leaves room for what is not steady, and how late a change may be seen.
ROOM, LATE = 0.7, 0.25
#: By how much each dimension is multiplied until something ends.
STEP = 1.1
HEADS = ("Redis CPU", "Redis network", "Redis connections", "Redis memory", "web CPU", "web sockets", "operations CPU")
OPTION_HEAD = (
    "one Redis would be busy",
    "Redis servers needed",
    "of one: looks",
    "of one: tracking",
    "of one: all of RQ Live",
    "web CPU",
    "looks/s",
    "p95",
)

OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("as it is", {}),
    ("one listener for 4 web processes", {"listeners": 0.25}),
    ("tracking without job hashes", {"lean": True}),
    ("workers read once a second", {"workers_each_look": False}),
    ("looks of all within 10 % of Redis", {"budget": 0.1}),
    ("both of these", {"workers_each_look": False, "budget": 0.1}),
    ("sampling: a look a second, no listener", {"tracking": False, "look_gap": 1.0}),
    ("a relay: one looks, all are told", {"relay": True}),
)


def shown(value: float) -> str:
    if value == float("inf"):
        return "never"
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def milliseconds(seconds: float) -> str:
    return "never" if seconds == float("inf") else f"{seconds * 1000:.0f} ms"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else f"{100 * share:.1g} %"


def row(costs: Costs, name: str, scene: Scenario) -> list[str]:
    found = load(costs, scene)
    late = delay_p95(costs, scene, found)
    ends, share = found.first
    cells = [percent(found.used[head]) for head in HEADS]
    looks = f"{found.looks_s:.2g}"
    return [name, *cells, looks, milliseconds(late), f"{ends}: {percent(share)}"]


def knee(costs: Costs, vary: Callable[[float], Scenario]) -> tuple[float, str]:
    """(the factor up to which all is well, what ends there)."""
    factor = 1.0
    while factor < 1e6:
        scene = vary(factor)
        found = load(costs, scene)
        ends, share = found.first
        if share > ROOM:
            return factor / STEP, ends
        if (late := delay_p95(costs, scene, found)) > LATE:
            return factor / STEP, f"delay ({milliseconds(late)})"
        factor *= STEP
    return factor, "nothing"


def knees(costs: Costs, base: Scenario) -> list[list[object]]:
    """For each dimension alone, and all together."""
    ways: dict[str, Callable[[float], Scenario]] = {
        "jobs": lambda by: replace(base, jobs=base.jobs * by),
        "workers": lambda by: replace(base, workers=base.workers * by),
        "viewers": lambda by: replace(base, viewers=base.viewers * by),
        "hosts": lambda by: replace(base, hosts=base.hosts * by),
        "queues": lambda by: replace(base, queues=base.queues * by),
    }
    found = []
    for name, vary in ways.items():
        factor, ends = knee(costs, vary)
        found.append([name, shown(getattr(base, name)), shown(getattr(base, name) * factor), ends])
    return found


def utilisations(costs: Costs, base: Scenario) -> list[list[object]]:
    """How late a change is seen when Redis is so busy."""
    found = []
    for wanted in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98):
        low, high = 1.0, 1e6
        for _ in range(40):
            middle = (low * high) ** 0.5
            low, high = (
                (middle, high) if load(costs, replace(base, jobs=middle)).used["Redis CPU"] < wanted else (low, middle)
            )
        scene = replace(base, jobs=low)
        at = load(costs, scene)
        found.append([percent(wanted), shown(low), f"{delay_p95(costs, scene, at) * 1000:.0f} ms", f"{at.looks_s:.2g}"])
    return found


def shards_for(costs: Costs, scene: Scenario) -> int | None:
    """The fewest Redis servers that carry it with room to spare; None where no number does."""
    for shards in range(1, 400):
        found = load(costs, replace(scene, shards=shards))
        if found.used["Redis CPU"] <= ROOM and found.used["Redis connections"] <= ROOM:
            return shards
    return None


def report(costs: Costs, scene: Scenario) -> str:
    head = ("which", *HEADS, "looks/s", "p95", "ends first")
    needed = shards_for(costs, scene)
    shards = sorted({1, 8, 16, 32, needed or 64, 64})
    parts = [
        f"## {described(scene)}\n",
        table(head, [row(costs, f"{n} Redis", replace(scene, shards=n)) for n in shards]),
    ]
    parts.append(table(("of one Redis' thread", *load(costs, scene).redis), [split(costs, n, scene) for n in shards]))
    parts.append(
        f"## Knees, from {described(BASE)}\n\n{table(('dimension', 'from', 'up to', 'ends'), knees(costs, BASE))}"
    )
    busy = table(("Redis busy", "jobs/s", "p95", "looks/s"), utilisations(costs, BASE))
    parts.append(f"## Redis' time and delay, from {described(BASE)}\n\n{busy}")
    for base in (CROWDED, scene):
        rows = [[name, *option(costs, replace(base, **change))] for name, change in OPTIONS]
        parts.append(f"## Options, for {described(base)}\n\n" + table(("which", *OPTION_HEAD), rows))
    return "\n".join(parts)


def split(costs: Costs, shards: int, scene: Scenario) -> list[str]:
    """Who takes how much of a Redis server's thread."""
    return [f"{shards} Redis", *map(percent, load(costs, replace(scene, shards=shards)).redis.values())]


def option(costs: Costs, scene: Scenario) -> list[object]:
    """On the fewest Redis servers that carry it, with what RQ Live takes of one."""
    shards = shards_for(costs, scene)
    if shards is None:
        return ["-"] * len(OPTION_HEAD)
    at = replace(scene, shards=shards)
    found = load(costs, at)
    ours = sum(share for name, share in found.redis.items() if name != "RQ alone")
    alone = load(costs, replace(scene, shards=1)).used["Redis CPU"]
    cells = [percent(alone), shards, percent(found.redis["looks"]), percent(found.redis["tracking"]), percent(ours)]
    return [*cells, percent(found.used["web CPU"]), f"{found.looks_s:.2g}", milliseconds(delay_p95(costs, at, found))]


def described(scene: Scenario) -> str:
    return (
        f"{scene.hosts:,.0f} web processes, {scene.workers:,.0f} workers, {scene.viewers:,.0f} viewers, "
        f"{scene.jobs:,.0f} jobs/s, {scene.queues:,.0f} queues"
    )


def main() -> None:
    """Reckon, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--costs", type=Path, default=RESULTS / "costs.json", help="what bench.costs kept")
    for field in fields(Scenario)[:7]:
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=float, default=getattr(ASKED, field.name))
    asked = vars(parser.parse_args())
    print(report(Costs.load(asked.pop("costs")), Scenario(**asked)))


if __name__ == "__main__":
    main()
