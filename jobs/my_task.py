"""Job type: the shortest one. Five lines, and there are a form, checked arguments, a live page and a result."""

import time
from typing import Annotated

from jobs import Param, job_type


@job_type
def my_task(arg1: int = 1, arg2: int = 2, seconds: Annotated[float, Param(ge=0, le=3600)] = 10) -> int:
    """Sleep for a while, then add two numbers."""
    time.sleep(seconds)
    return arg1 + arg2
