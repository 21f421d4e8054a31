"""The consumer of the Room, with the three methods that one has in Django Channels: connect, receive, disconnect.

One instance is one client, on whichever server it came to. `socket.py` calls it; what concerns the others goes through
the channel layer, which is the same on all servers.
"""

from collections.abc import Callable

from webapp.allowance import Allowance
from webapp.errors import DashboardError
from webapp.live.hub import Subscription
from webapp.room import said
from webapp.room.channel_layer import ChannelLayer
from webapp.speaker import Speaker


class ChatConsumer:
    """Somebody in the Room."""

    def __init__(self, layer: ChannelLayer, channel: Subscription, send: Callable[[dict], None]) -> None:
        """`channel` is the mailbox for what the group hears; `send` sends one JSON value to this client alone."""
        self.channel_layer = layer
        self.channel = channel
        self.send = send
        self._allowance = Allowance(said.BURST, said.RATE)

    def connect(self, speaker: Speaker, greeting: str) -> None:
        """Greet, and join the group: from now on the channel is told what is said and who is there."""
        self.speaker = speaker
        self.send({"message": greeting})
        self.send({"you": speaker.as_json()})
        self.channel_layer.group_add(self.channel, speaker)

    def receive(self, text_data: str | bytes) -> None:
        """Pass `{"message": …}` on to everyone. What cannot be passed on is answered with an error, and never lost."""
        ref = None
        try:
            asked = said.read(text_data)
            ref = said.ref_of(asked)
            text = said.text_of(asked)
            if not self._allowance.spend():
                raise said.TooFast("These are more messages than anyone can read.")
            self.channel_layer.group_send(self.speaker, text, ref)
        except DashboardError as error:
            self.send(error.as_json() | ({"ref": ref} if ref else {}))

    def disconnect(self) -> None:
        """Leave the group."""
        self.channel_layer.group_discard(self.channel)
