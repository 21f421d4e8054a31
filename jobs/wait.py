"""Job type: wait for a while, in steps. Shows what progress, a live log and a failure look like."""

import logging
import random
import time
from typing import Annotated

from jobs import Param, job_type, track

log = logging.getLogger(__name__)


@job_type(title="Wait")
def wait(
    steps: Annotated[int, Param(help="How many steps to take.", ge=1, le=1000)] = 10,
    seconds: Annotated[float, Param(help="How long all steps take together.", ge=0, le=3600)] = 5.0,
    failure_rate: Annotated[float, Param(help="How likely it is to fail: 0 never, 1 always.", ge=0, le=1)] = 0.0,
) -> str:
    """Sleep in steps, with a line in the log for each. Fails on purpose at the rate that you ask for."""
    fails_at = random.randint(1, steps) if random.random() < failure_rate else None
    for step in track(range(1, steps + 1), "Waiting", unit="steps"):
        time.sleep(seconds / steps)
        if step == fails_at:
            raise RuntimeError(
                f"Step {step} of {steps} failed, as asked for by failure_rate={failure_rate:g}. Requeue it, or set 0."
            )
        log.info("Step %d of %d done", step, steps)
    return f"Waited {seconds:g} s in {steps} steps"
