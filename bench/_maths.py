"""The maths of measurements: percentiles, spreads, and how sure a ratio is. No I/O."""

import random
import statistics
from collections.abc import Callable, Iterable, Sequence

RESAMPLES = 1_000
#: Values of one group that an interval is reckoned from; more would add time and no certainty.
THINNED = 20

#: Names of the cells of `spread`.
SPREAD = ("median", "p95", "least", "most")

Statistic = Callable[[Sequence[float]], float]


def percentile(values: Iterable[float], share: float) -> float:
    """Linear between neighbours; `share` from 0 to 1. Not a number where there are no values."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def p95(values: Iterable[float]) -> float:
    return percentile(values, 0.95)


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


def spread(values: Sequence[float]) -> list[float]:
    """[median, 95th percentile, least, most]."""
    return [percentile(values, 0.5), p95(values), percentile(values, 0), percentile(values, 1)]


def flat(groups: Iterable[Sequence[float]]) -> list[float]:
    """All values of all groups."""
    return [value for group in groups for value in group]


def interval(values: Sequence[float], statistic: Statistic) -> tuple[float, float]:
    """95 % bootstrap interval of the statistic."""
    return _middle(statistic(random.choices(values, k=len(values))) for _ in range(RESAMPLES))


def ratio_interval(above: Sequence, below: Sequence, statistic: Statistic) -> tuple[float, float]:
    """95 % bootstrap interval of statistic(above) / statistic(below).

    Each side is values, or groups of values that belong together (what all tabs heard of one change) and are drawn
    together.
    """
    above, below = _thinned(above), _thinned(below)
    return _middle(statistic(_drawn(above)) / (statistic(_drawn(below)) or float("nan")) for _ in range(RESAMPLES))


def _thinned(groups: Sequence) -> list[list[float]]:
    lists = [group if isinstance(group, list) else [group] for group in groups]
    return [random.sample(group, min(THINNED, len(group))) for group in lists if group]


def _drawn(groups: list[list[float]]) -> list[float]:
    return flat(random.choices(groups, k=len(groups))) if groups else []


def _middle(found: Iterable[float]) -> tuple[float, float]:
    ordered = list(found)
    return percentile(ordered, 0.025), percentile(ordered, 0.975)
