"""Reports: long runs with progress, and exports that run into their timeout or into missing columns."""

import logging
import random
import time

from jobs import job_type, report_progress, track

log = logging.getLogger(__name__)

SECTIONS = ("Orders", "Returns", "Stock", "Visitors", "Payments")
ORDER = {"id": 7, "customer": "c-118", "total": "89.90", "country": "PT"}


@job_type
def nightly(day: str, seconds: int = 25) -> dict[str, int]:
    """The report of a day, section by section."""
    rows = {}
    for section in track(SECTIONS, f"Report of {day}", unit="sections"):
        total = random.randrange(20_000, 90_000)
        for done in range(0, total, 1_000):
            report_progress(done, total, f"Reading {section.lower()}", "rows")
            time.sleep(seconds / len(SECTIONS) / (total / 1_000))
        rows[section] = total
        log.info("%s: %d rows", section, total)
    return rows


def export(name: str, columns: list[str]) -> list[str]:
    """Export some columns of the orders. One that is not there fails it."""
    return [_line(ORDER, columns) for _ in range(200)]


def full_history(customer: str) -> None:
    """Everything about a customer since the beginning; it never makes it in time."""
    while True:
        _read_page(customer)


def _line(row: dict, columns: list[str]) -> str:
    time.sleep(0.002)
    return ",".join(str(row[column]) for column in columns)


def _read_page(customer: str) -> None:
    time.sleep(0.05)
