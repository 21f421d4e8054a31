"""Job types that are given a secret and are careless with it, for tests of masking."""

import hashlib
import logging
from typing import Annotated, Any

from rq import get_current_job

from jobs import Secret, job_type, report_progress

#: In no other text of this project.
WORD = "zanzibarquokka"


def digest(value: str) -> str:
    """What tells that a job was given the true value, and does not tell the value."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


@job_type(title="Deploy")
def deploy(
    host: str,
    key: Annotated[str, Secret()],
    smtp_password: str = "zanzibarquokka",
    certificate: Annotated[str | None, Secret()] = None,
    fails: bool = False,
) -> dict[str, Any]:
    """Say the secret wherever a job can."""
    print(f"printed {key} for {host}")
    print(f"smtp_password={smtp_password}")
    logging.getLogger("deploy").warning("logged %r", key)
    report_progress(1, 2, f"with {key}")
    job = get_current_job()
    job.meta |= {"note": f"used {key}", "token": key, "progress": {"done": 1, "total": 2, "message": key}}
    job.save_meta()
    if fails:
        raise ValueError(f"{host} refused {key}")
    return {"digest": digest(key), "echo": key, "list": [{"access_token": key}], key: "as a name"}


def plain(*args: Any, **kwargs: Any) -> str:
    """Of no catalog: fails, and RQ prints this line, with a literal in it."""
    raise RuntimeError("zanzibarquokka" + f" {args} {kwargs}")
