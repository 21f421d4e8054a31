"""The figures of the Overview, as frozen values: each with its window. No I/O, no clock."""

from dataclasses import dataclass
from typing import Any

from webapp.models import Value


@dataclass(frozen=True, kw_only=True)
class Rate(Value):
    """How often something happened in the last `window_s` seconds, of which `covered_s` were recorded."""

    count: int
    #: None until enough is recorded to tell.
    per_minute: float | None
    window_s: int
    covered_s: int


@dataclass(frozen=True, kw_only=True)
class Failures(Value):
    """Runs that failed, among those that ended, in the last `window_s` seconds."""

    count: int
    of: int
    #: Those of `count` whose job runs again by itself.
    retried: int
    window_s: int
    covered_s: int


@dataclass(frozen=True, kw_only=True)
class StartIn(Value):
    """How soon a job that is sent to `queue` now would start."""

    queue: str
    #: None where it cannot be told; `why` says whether that is for want of a worker or of data.
    seconds: float | None
    #: idle worker, no worker, unknown, estimate
    why: str


@dataclass(frozen=True, kw_only=True)
class Series(Value):
    """Runs per minute, oldest first; None where the minute was not recorded."""

    #: Epoch ms at which the first minute begins.
    start: int
    step_s: int
    finished: tuple[int | None, ...]
    failed: tuple[int | None, ...]

    def as_json(self) -> dict[str, Any]:
        """`start` goes over the wire as `from`, which Python keeps for itself."""
        plain = super().as_json()
        return {"from": plain.pop("start"), **plain}


@dataclass(frozen=True, kw_only=True)
class Figures(Value):
    """What the recorder has counted, for the Overview."""

    #: Whether a recorder is at work now.
    recording: bool
    #: Epoch ms of the first minute within the last hour that was recorded.
    since: int | None
    finished: Rate
    arrived: Rate
    failed: Failures
    start_in: tuple[StartIn, ...]
    series: Series


@dataclass(frozen=True, kw_only=True)
class Gathered(Value):
    """A function whose runs are so short that rows of them would flash by."""

    func: str | None
    title: str
    queue: str | None
    #: None where no recorder tells.
    per_minute: float | None = None
    median_ms: int | None = None
    worker: None = None
