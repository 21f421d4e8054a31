"""A partner's API that takes one order at a time: what a rate limit is for."""

import random
import time


def push_order(order: str) -> str:
    """Hand an order to the partner."""
    return _post(f"/orders/{order}")


def _post(path: str) -> str:
    time.sleep(random.uniform(2.0, 5.0))
    if random.random() < 0.08:
        raise TimeoutError(f"POST https://api.partner.example{path}: the read operation timed out")
    return "202 Accepted"
