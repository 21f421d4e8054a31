"""Progress of a job: from our own field, or from any program's `job.meta["progress"]`. No I/O."""

import json
from dataclasses import replace
from typing import Any

from webapp.decode import clean
from webapp.models import Progress, Stage
from webapp.queries.fields import number
from webapp.redact.redactor import JobMask

#: Stages that are shown; the job writes no more.
MAX_STAGES = 4


def from_field(raw: bytes | None) -> Progress | None:
    """The field that `track()` and `report_progress()` write, or None where it is absent or not ours."""
    if not raw:
        return None
    try:
        stored = json.loads(raw)
        stages = tuple(_stage(item) for item in stored["stages"][:MAX_STAGES])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not stages:
        return None
    at = number(stored.get("at"))
    return _progress("job", stages, None if at is None else int(at))


def from_meta(meta: Any) -> Progress | None:
    """`meta["progress"]`: a fraction (0.4), a percentage (40, "40%"), or {"done": 2, "total": 5, "message": …}."""
    if not isinstance(meta, dict):
        return None
    value = meta.get("progress")
    if isinstance(value, dict):
        stage = _stage(value)
        return _progress("meta", (stage,)) if stage.done is not None else None
    percent = isinstance(value, str) and value.strip().endswith("%")
    share = number(value.strip().rstrip("%")) if isinstance(value, str) else number(value)
    if share is None or isinstance(value, bool) or not 0 <= share <= 100:
        return None
    # 1.0 is all of it, while 1 is one percent.
    fraction = share if not percent and share <= 1 and not isinstance(value, int) else share / 100
    return Progress(source="meta", fraction=fraction)


def masked(shown: Progress, mask: JobMask) -> Progress:
    """The same without secrets in its words."""
    stages = tuple(replace(stage, message=mask.text(stage.message, "progress")) for stage in shown.stages)
    return replace(shown, message=mask.text(shown.message, "progress"), stages=stages)


def _progress(source: str, stages: tuple[Stage, ...], at: int | None = None) -> Progress:
    first = stages[0]
    return Progress(
        source=source,
        at=at,
        fraction=_fraction(stages),
        message=first.message,
        done=first.done,
        total=first.total,
        unit=first.unit,
        rate=first.rate,
        left=first.left,
        stages=stages,
    )


def _fraction(stages: tuple[Stage, ...]) -> float | None:
    """The share done, each inner stage counted as part of one unit of the stage around it."""
    share, unit = 0.0, 1.0
    for depth, stage in enumerate(stages):
        if not stage.total or stage.total <= 0 or stage.done is None:
            return None if depth == 0 else min(share, 1.0)
        share += unit * min(max(stage.done / stage.total, 0.0), 1.0)
        unit /= max(stage.total, 1.0)
    return min(share, 1.0)


def _stage(item: Any) -> Stage:
    if not isinstance(item, dict):
        raise TypeError("a stage is an object")
    return Stage(
        message=_words(item.get("message"))[:200],
        done=number(item.get("done")),
        total=number(item.get("total")),
        unit=_words(item.get("unit"))[:30],
        rate=number(item.get("rate")),
        left=number(item.get("left")),
    )


def _words(value: Any) -> str:
    """Text as it is, and nothing for what is none: a decoded value can be too nested to print."""
    return clean(value) if isinstance(value, str) else ""
