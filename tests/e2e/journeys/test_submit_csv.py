"""A stranger submits a CSV, watches its profile being made, and takes the file home."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e

ROWS = 400_000
CITIES = ("Busan", "Daegu", "Jeju", "Seoul")


def measurements(rows: int) -> bytes:
    """A CSV large enough to be seen read: a number, a temperature with gaps, a city; one line is broken."""
    lines = [f"{n},{'' if n % 50 == 0 else n % 37 - 5.5},{CITIES[n % 4]}\n" for n in range(rows)]
    lines.insert(rows // 2, "1,2,Seoul,and,more\n")
    return ("number,temperature,city\n" + "".join(lines)).encode()


def drop(visitor, name: str, content: bytes) -> None:
    """Let a file fall onto the form, as a hand with a mouse does."""
    data = visitor.page.evaluate_handle(
        """([name, text]) => {
             const carried = new DataTransfer();
             carried.items.add(new File([text], name, {type: "text/csv"}));
             return carried;
           }""",
        [name, content.decode()],
    )
    visitor.page.dispatch_event(".drop", "drop", {"dataTransfer": data})


@pytest.mark.slow
def test_a_stranger_drops_a_csv_and_sees_its_profile_made_live_and_downloads_it(
    site, visit, worker_process, shared_files
):
    visitor = visit(site).opens("/")
    visitor.clicks("Submit a job").clicks("Profile a CSV Say what is in each column of a CSV: its type, missing …")
