"""The warehouse: long runs of a program that knows nothing of us, and shows its progress in `job.meta`."""

import random
import time

from rq import get_current_job


def sync_stock(warehouse: str, items: int = 600, seconds: int = 40) -> dict[str, int]:
    """Compare the stock with the shelves. Its progress is `{done, total}` in the job's meta."""
    job, moved = get_current_job(), 0
    for done in range(items):
        time.sleep(seconds / items)
        moved += random.random() < 0.02
        if job is not None and done % 15 == 0:
            job.meta["progress"] = {"done": done, "total": items, "message": f"Shelf {done // 20 + 1}"}
            job.save_meta()
    return {"items": items, "moved": moved}


def count_shelves(hall: int, seconds: int = 20) -> int:
    """Count the shelves of a hall. Its progress is a plain fraction in the job's meta."""
    job = get_current_job()
    for step in range(50):
        time.sleep(seconds / 50)
        if job is not None:
            job.meta["progress"] = step / 50
            job.save_meta()
    return 50 * hall
