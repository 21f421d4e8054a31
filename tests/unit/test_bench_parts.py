"""What measurements reckon with, where it is pure: commands in a stream, whole answers of HTTP."""

import pytest

from bench.__main__ import HEAD, with_section
from bench._counter import CommandCount
from bench._load import status

COMMANDS = b"*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$8\r\n*1\r\n$4\r\n\r\n*2\r\n$3\r\nGET\r\n$0\r\n\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(COMMANDS)])
def test_commands_are_counted_however_they_are_cut_and_whatever_they_hold(size: int) -> None:
    count = CommandCount()
    pieces = [COMMANDS[start : start + size] for start in range(0, len(COMMANDS), size)]
    assert sum(map(count.take, pieces)) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ],
)
def test_an_answer_is_whole_with_its_last_byte_and_not_before(answer: bytes) -> None:
    assert status(answer) == 200
    assert all(status(answer[:cut]) is None for cut in range(len(answer)))


def test_new_figures_take_the_place_of_old_ones_in_their_order_and_what_is_measured_no_more_goes():
    text = f"{HEAD}\n## lists\n\nold\n\n## of before\n\ngone\n"
    text = with_section(text, "tabs", "## tabs\n\nfirst\n")
    text = with_section(text, "idle", "## idle\n\nnew\n")
    assert text == f"{HEAD}\n## idle\n\nnew\n\n## lists\n\nold\n\n## tabs\n\nfirst\n"
    assert with_section(with_section(text, "idle", ""), "tabs", "") == f"{HEAD}\n## lists\n\nold\n"
