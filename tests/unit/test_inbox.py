"""What a client may leave unread on the server."""

import pytest

from webapp.sockets import BURST, INBOX_MAX, Inbox


def test_a_client_that_sends_on_while_nobody_reads_is_ended():
    inbox = Inbox()
    for number in range(INBOX_MAX):
        inbox.append(str(number))
    with pytest.raises(OSError, match="too many"):
        inbox.append("one more")
    assert len(inbox) == INBOX_MAX > BURST


def test_what_is_read_makes_room_again():
    inbox = Inbox(["first"])
    for number in range(10_000):
        inbox.append(str(number))
        assert inbox.pop(0)
    assert inbox == ["9999"]
