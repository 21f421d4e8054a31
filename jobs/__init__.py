"""Write a job type: a plain function under `@job_type`. This is the public face; the rooms behind it are underscored.

    from jobs import job_type, track

    @job_type
    def resize(width: int = 640) -> int:
        for _ in track(range(width), "Resizing"): ...

A plain-named file in this package is one job type, an underscored one is machinery. Nothing is imported here until it
is asked for: every forked horse pays again for what it imports. `docs/howto/add-a-job-type.md` tells the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs._files import Artifact, Upload
    from jobs._job_type import job_type
    from jobs._param import Param, Secret
    from jobs._progress import report_progress, track

__all__ = ["Artifact", "Param", "Secret", "Upload", "job_type", "report_progress", "track"]

_HOMES = {
    "Artifact": "jobs._files",
    "Param": "jobs._param",
    "Secret": "jobs._param",
    "Upload": "jobs._files",
    "job_type": "jobs._job_type",
    "report_progress": "jobs._progress",
    "track": "jobs._progress",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value
