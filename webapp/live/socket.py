"""GET /live: the only file that sees the WebSocket of a page. Its greenlet answers the page; what is published comes
with the round of all sockets, see `rounds.py`.

The socket carries no commands: every action is HTTP, so rights, cross-site rules and activity stand in one place.
"""

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import Blueprint
from flask_sock import Sock
from redis.exceptions import RedisError
from simple_websocket import Server

from webapp import live, room, scoped, security, server_info, sockets
from webapp.errors import BadInput
from webapp.live import events, safe_socket
from webapp.live.batch import join
from webapp.live.events import Event
from webapp.live.narrowed import within
from webapp.live.rounds import Deliver
from webapp.live.watch import Looker, Watch
from webapp.speaker import introduce

bp = Blueprint("live", __name__)
bp.before_request(sockets.admit)
sock = Sock()


@sock.route("/live", bp=bp)
def serve(ws: Server) -> None:
    """Serve one page until it leaves, floods, stops reading, or the server ends."""
    with sockets.serving(ws):
        Session(ws).run()


class Session:
    """One open page: its subscription, and the numbering of its frames."""

    def __init__(self, ws: Server) -> None:
        self._ws = ws
        self._live = live.current()
        self._rights = security.rights()
        #: The same each time: a round calls once on each.
        self._deliver: Deliver = self._take_round
        wake = partial(self._live.rounds.call_on, self._deliver)
        self._subscription = self._live.hub.subscribe(wake, page=True, rights=self._rights)
        self._room = room.current()
        self._login = security.login()
        self._seq = 0
        self._greeted = False
        self._watch: Watch | None = None
        self._gate = sockets.FloodGate(ws)
        #: What went wrong in a round.
        self._trouble: Exception | None = None

    def run(self) -> None:
        """Answer messages, and send what a round could not, woken by either. Raises ConnectionClosed when it ends."""
        self._live.watcher.start()
        try:
            while True:
                self._ws.event.wait()
                self._ws.event.clear()
                if self._trouble:
                    raise self._trouble
                if self._ws.sock.is_busy:
                    self._ws.sock.finish()
                # `receive` raises where the socket has closed; asking it whether something came costs a switch.
                while self._ws.input_buffer or not self._ws.connected:
                    self._on_message(self._ws.receive())
                if self._subscription.closing:
                    sockets.say_goodbye(self._ws)
                    return
                if self._subscription.overflowed and self._watch is not None:
                    self._resync()
                self._take_round()
        finally:
            self._room.look_away(self._subscription)
            self._live.hub.unsubscribe(self._subscription)

    def _take_round(self) -> None:
        """Send what the mailbox holds. Does not wait and raises nothing: what cannot be done so, `run` is woken for."""
        found = self._subscription
        if found.closing or found.overflowed or self._ws.sock.is_busy:
            self._ws.event.set()
        # The first frame says hello, and answers the first watch.
        elif self._greeted:
            try:
                if (payload := found.take_payload()) and not self._begin(payload):
                    self._ws.event.set()
            except Exception as error:
                self._trouble = error
                self._ws.event.set()

    def _on_message(self, message: str | bytes) -> None:
        self._gate.let_through()
        try:
            asked = json.loads(message)
            if not isinstance(asked, dict):
                raise BadInput("A message is a JSON object.", fix="See docs/protocol.md.")
            if "ping" in asked:
                self._send([events.pong(_stamp(asked["ping"]))])
            if "watch" in asked:
                self._start_watching(Watch.parse(asked["watch"]), asked.get("id"))
        except BadInput as error:
            self._send([events.error(error.code, error.message, error.fix)])
        except (ValueError, RecursionError):
            self._send([events.error("bad_json", "The message is not JSON.", "See docs/protocol.md.")])

    def _start_watching(self, watch: Watch, request_id: Any) -> None:
        """Change what is watched: tell now what is known of what was added, and have the rest read."""
        known, self._watch = self._watch, watch
        refused = self._refused(watch)
        added = self._live.hub.watch(self._subscription, watch.topics - refused.keys())
        for job_id, after in watch.logs.items():
            if events.log_topic(job_id) in added or known is None or known.logs.get(job_id) != after:
                self._live.looks.start_log(job_id, after)
                added.add(events.log_topic(job_id))
        told: list[Event] = [] if self._greeted else [self._hello(), self._health()]
        self._greeted = True
        # Said anew with each watch: it is no topic that could be there before.
        told += refused.values()
        if watch.looking != (known and known.looking):
            told += self._look(watch.looking)
        if watch.looking and (topic := events.presence_topic(watch.looking.job)) in added:
            added.remove(topic)
            told += self._lookers(watch.looking.job)
        unknown = set()
        for topic in sorted(added):
            latest = self._live.latest(topic, self._rights)
            told += latest
            if not latest:
                unknown.add(topic)
        if unknown:
            self._live.ask(unknown)
        self._send(told, request_id if isinstance(request_id, int | str) else None)

    def _look(self, looking: Looker | None) -> list[Event]:
        """Have the others see what is looked at here. Who nobody said a key of is another one on each page."""
        if looking is None:
            self._room.look_away(self._subscription)
            return []
        speaker = introduce(self._login, looking.name, looking.key)
        if self._sees(looking.job):
            self._room.look(self._subscription, looking.job, speaker)
        else:
            self._room.look_away(self._subscription)
        return [events.you(speaker.as_json())]

    def _sees(self, job_id: str) -> bool:
        try:
            return self._live.sees(job_id, self._rights, watched=True)
        except RedisError:
            # Nobody knows; the socket stays, and says itself that Redis is away.
            return False

    def _lookers(self, job_id: str) -> list[Event]:
        known = self._room.looking(job_id)
        told = [events.presence(job_id, known, self._live.looks.narrowed.facts(job_id))] if known else []
        return within(told, self._subscription.rights)

    def _refused(self, watch: Watch) -> dict[str, Event]:
        """Topics of boards that these rights do not reach, each with what is said of it."""
        boards = [topic for topic in watch.topics if topic.startswith(events.board_topic(""))]
        found = {topic: self._live.boards.refusal(topic, self._rights) for topic in boards}
        return {topic: event for topic, event in found.items() if event is not None}

    def _resync(self) -> None:
        """The mailbox overflowed, or was renewed: begin again with what is true now."""
        watch = self._watch
        self._greeted = not self._subscription.renewed
        self._subscription.take()
        self._subscription.overflowed = self._subscription.renewed = False
        self._live.hub.watch(self._subscription, ())
        self._start_watching(watch, None)

    def _hello(self) -> Event:
        server = scoped.server(server_info.describe(), self._rights)
        return events.hello(self._live.epoch, self._live.clock.now_ms(), server)

    def _health(self) -> Event:
        return events.health(self._live.watcher.health.current)

    def _send(self, told: Iterable[Event], request_id: int | str | None = None) -> None:
        """Send one frame of these events, also of none."""
        re = b"" if request_id is None else b'"re":%b,' % json.dumps(request_id).encode()
        if not self._begin(join(told), re):
            self._ws.sock.finish()

    def _begin(self, payload: bytes, re: bytes = b"") -> bool:
        """Begin to send the next frame; whether it is sent."""
        self._seq += 1
        return safe_socket.begin_text(self._ws, b'{"seq":%d,%b"events":[%b]}' % (self._seq, re, payload))


def _stamp(value: Any) -> int | float | str | None:
    return value if isinstance(value, int | float | str) and len(str(value)) < 40 else None
