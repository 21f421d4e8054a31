from collections import deque

from jobs import _keys
from jobs._log import LINE_BYTES, Tail, clean


def mailbox(*texts: str, maxlen: int = 100, first: int = 0) -> deque:
    return deque([(first + place, 1.5, "OUT", text) for place, text in enumerate(texts)], maxlen)


def told(tail: Tail) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in tail.lines()]


def test_blocks_become_numbered_lines() -> None:
    tail = Tail()
    tail.take(mailbox("one\ntwo", "", "three"))
    assert told(tail) == [(1, "one"), (2, "two"), (3, ""), (4, "three")]
    assert (tail.lines()[0].at, tail.lines()[0].level) == (1500, "OUT")


def test_numbers_go_on_after_a_delivery() -> None:
    tail = Tail()
    tail.take(mailbox("one"))
    assert tail.delivered() == 3 + LINE_BYTES
    assert tail.lines() == []
    tail.take(mailbox("two", first=1))
    assert told(tail) == [(2, "two")]


def test_lines_stay_until_they_are_delivered() -> None:
    tail = Tail()
    tail.take(mailbox("one"))
    tail.take(mailbox("two", first=1))
    assert told(tail) == [(1, "one"), (2, "two")]


def test_an_overflowing_mailbox_is_told_once_with_the_number_of_lines() -> None:
    tail, box = Tail(), deque(maxlen=3)
    box.extend((number, 1.5, "OUT", f"line {number}") for number in range(1000))
    tail.take(box)
    assert told(tail)[0] == (997, "Lines missing here: 997. They came faster than a log can take.")
    assert told(tail)[1:] == [(998, "line 997"), (999, "line 998"), (1000, "line 999")]


def test_a_full_mailbox_that_dropped_nothing_has_no_gap() -> None:
    tail = Tail()
    tail.take(mailbox("a", "b", "c", maxlen=3))
    tail.take(mailbox("d", "e", "f", maxlen=3, first=3))
    assert [number for number, _ in told(tail)] == [1, 2, 3, 4, 5, 6]


def test_no_more_waits_than_a_log_may_hold() -> None:
    tail = Tail()
    tail.take(mailbox(*["x" * 1000] * 1000, maxlen=2000))
    lines = tail.lines()
    assert sum(len(line.text) + LINE_BYTES for line in lines[1:]) <= _keys.LOG_BYTES
    assert lines[-1].number == 1000
    assert lines[0].text == f"Lines missing here: {1000 - len(lines) + 1:,}. They came faster than a log can take."


def test_of_a_block_beyond_a_whole_log_the_end_stays() -> None:
    tail = Tail()
    tail.take(mailbox("x" * 10 * _keys.LOG_BYTES + "\nlast"))
    assert told(tail)[-1][1] == "last"


def test_a_long_line_is_cut_and_says_so() -> None:
    text = clean("y" * 100_000)
    assert len(text) == _keys.LOG_LINE_CHARS
    assert text.endswith("y … (100,000 characters)")


def test_colours_go_and_a_bar_drawn_over_itself_leaves_its_last_state() -> None:
    assert clean("\x1b[1;31mred\x1b[0m \x1b]0;title\x07text") == "red text"
    assert clean("10%\r50%\r100%") == "100%"
    assert clean("windows\r") == "windows"
