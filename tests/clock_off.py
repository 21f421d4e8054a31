"""A process whose clock is off: a library to preload, made here with the C compiler. Its monotonic clock stays right.

Not libfaketime: with it `time.sleep` of Python 3.11 and later fails (it passes on a deadline that it has shifted).
"""

import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long off(void) {
    const char *text = getenv("CLOCK_OFF_SECONDS");
    return text ? atol(text) : 0;
}
int clock_gettime(clockid_t id, struct timespec *out) {
    int failed = syscall(SYS_clock_gettime, id, out);
    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) out->tv_sec += off();
    return failed;
}
int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    int failed = syscall(SYS_gettimeofday, out, zone);
    if (!failed && out) out->tv_sec += off();
    return failed;
}
time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
"""


def why_not() -> str | None:
    """Why no clock can be off here, with the next step; None where one can."""
    if not sys.platform.startswith("linux"):
        return "A preloaded clock is Linux's."
    return None if shutil.which("cc") else "There is no C compiler. Install it: apt install gcc libc6-dev."


def seconds_off(seconds: int) -> dict[str, str]:
    """The environment of a process whose clock is so many seconds ahead."""
    return {"LD_PRELOAD": _library(), "CLOCK_OFF_SECONDS": str(seconds)}


@cache
def _library() -> str:
    made = Path(tempfile.mkdtemp(prefix="rql-clock-")) / "clock_off.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", made, "-xc", "-"], input=SOURCE.encode(), check=True)
    return str(made)
