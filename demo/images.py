"""Images: thumbnails in a fraction of a second, and the one picture that takes all the memory there is."""

import os
import random
import signal
import time


def thumbnail(picture: str, width: int = 320) -> str:
    """Make a small picture of a large one."""
    if picture.endswith(".tiff"):
        # What the kernel does to a process that has eaten all the memory.
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(random.uniform(0.08, 0.4))
    return f"{picture.rpartition('.')[0]}-{width}.webp"
