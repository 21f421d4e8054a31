"""A partner's API that takes one order at a time: what a rate limit is for."""

import random
import time

from rq import Retry


def push_order(order: str) -> str:
    """Hand an order to the partner."""
    return _post(f"/orders/{order}")


def ask_for_stock(item: str) -> Retry:
    """Ask how many of an item there are. The partner has not counted yet: better try again, once."""
    time.sleep(0.2)
    return Retry(max=1)


def _post(path: str) -> str:
    time.sleep(random.uniform(2.0, 5.0))
    if random.random() < 0.08:
        raise TimeoutError(f"POST https://api.partner.example{path}: the read operation timed out")
    return "202 Accepted"
