"""Frames are written by hand: their bytes are those of a whole implementation of the RFC."""

import pytest
from websockets.frames import Frame, Opcode

from webapp.live.safe_socket import text_frame


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 300_000])
def test_a_frame_of_any_length_is_that_of_the_rfc(length: int) -> None:
    payload = ("é" * length).encode()[:length]
    assert text_frame(payload) == Frame(Opcode.TEXT, payload).serialize(mask=False)
