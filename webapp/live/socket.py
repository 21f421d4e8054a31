"""GET /live: the only file that sees a WebSocket of the dashboard. One greenlet a socket sends all of its frames.

The socket carries no commands: every action is HTTP, so rights, cross-site rules and activity stand in one place.
"""

import json
import logging
import time
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from webapp import live, server_info
from webapp.errors import BadInput
from webapp.live import events, safe_socket
from webapp.live.events import Event
from webapp.live.watch import Watch

log = logging.getLogger(__name__)

#: Close codes of RFC 6455 that the page knows, see docs/protocol.md.
GOING_AWAY, POLICY_VIOLATION = 1001, 1008
#: Seconds between pings; a peer that misses one is closed at the next.
PING_INTERVAL = 25
#: Bytes of one message of a client: a watch of 200 rows takes 10 KB.
MESSAGE_BYTES = 64 * 1024
#: A client may send so many messages at once, and so many a second after that.
BURST, RATE = 60, 20.0

bp = Blueprint("live", __name__)
sock = Sock()


def init_app(app: Flask) -> None:
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": PING_INTERVAL, "max_message_size": MESSAGE_BYTES}


@bp.before_request
def admit() -> ResponseReturnValue | None:
    """Refuse beyond the cap while it is still plain HTTP, and drop the offer of compression.

    A compressed connection costs 92 KiB more, and compresses every frame again for each client.
    """
    if len(live.current().hub) >= current_app.config["RQLIVE"].max_sockets:
        error = {
            "code": "too_many_sockets",
            "message": "This web process serves as many pages as it may.",
            "fields": {},
        }
        return jsonify({"error": error | {"fix": "Raise RQLIVE_MAX_SOCKETS, or start another web process."}}), 503
    request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    return None


@sock.route("/live", bp=bp)
def serve(ws: Server) -> None:
    """Serve one page until it leaves, floods, stops reading, or the server ends."""
    safe_socket.guard(ws)
    try:
        Session(ws).run()
    except (ConnectionClosed, OSError):
        log.debug("A page left")
    except Exception:
        log.exception("A socket failed")
    finally:
        safe_socket.end(ws)


class Session:
    """One open page: its subscription, and the numbering of its frames."""

    def __init__(self, ws: Server) -> None:
        self._ws = ws
        self._live = live.current()
        self._subscription = self._live.hub.subscribe(ws.event.set)
        self._server = server_info.describe()
        self._seq = 0
        self._greeted = False
        self._watch: Watch | None = None
        self._allowance, self._allowed_at = float(BURST), time.monotonic()

    def run(self) -> None:
        """Answer messages and send what the mailbox holds, woken by either. Raises ConnectionClosed when it ends."""
        self._live.watcher.start()
        try:
            while True:
                self._ws.event.wait(PING_INTERVAL)
                self._ws.event.clear()
                # `receive` raises where the socket has closed; asking it whether something came costs a switch.
                while self._ws.input_buffer or not self._ws.connected:
                    self._on_message(self._ws.receive())
                if self._subscription.closing:
                    safe_socket.end(self._ws, GOING_AWAY, "The server ends or restarts.")
                    return
                if self._subscription.overflowed and self._watch is not None:
                    self._resync()
                # The first frame says hello, and answers the first watch.
                if self._greeted:
                    self._send(self._subscription.take())
        finally:
            self._live.hub.unsubscribe(self._subscription)

    def _on_message(self, message: str | bytes) -> None:
        self._count()
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
        added = self._live.hub.watch(self._subscription, watch.topics)
        for job_id, after in watch.logs.items():
            if events.log_topic(job_id) in added or known is None or known.logs.get(job_id) != after:
                self._live.looks.start_log(job_id, after)
                added.add(events.log_topic(job_id))
        told: list[Event] = [] if self._greeted else [self._hello(), self._health()]
        self._greeted = True
        unknown = set()
        for topic in sorted(added):
            latest = self._live.looks.latest(topic)
            told += latest
            if not latest:
                unknown.add(topic)
        if unknown:
            self._live.watcher.ask(unknown)
        self._send(told, request_id if isinstance(request_id, int | str) else None, always=True)

    def _resync(self) -> None:
        """The mailbox overflowed: begin again with what is true now."""
        watch = self._watch
        self._subscription.take()
        self._subscription.overflowed = False
        self._live.hub.watch(self._subscription, ())
        self._start_watching(watch, None)

    def _hello(self) -> Event:
        return events.hello(self._live.epoch, self._live.clock.now_ms(), self._server)

    def _health(self) -> Event:
        return events.health(self._live.watcher.health.current)

    def _send(self, told: Iterable[Event], request_id: int | str | None = None, always: bool = False) -> None:
        """Send one frame of these events; none where there are none, unless `always`."""
        texts = [event.text for event in told]
        if not texts and not always:
            return
        self._seq += 1
        re = "" if request_id is None else f'"re":{json.dumps(request_id)},'
        safe_socket.send_text(self._ws, f'{{"seq":{self._seq},{re}"events":[{",".join(texts)}]}}')

    def _count(self) -> None:
        """Let BURST messages through, refilled at RATE. Closes the socket beyond it."""
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._allowed_at) * RATE) - 1
        self._allowed_at = now
        if self._allowance < 0:
            safe_socket.end(self._ws, POLICY_VIOLATION, "Too many messages.")
            raise ConnectionClosed(POLICY_VIOLATION, "Too many messages.")


def _stamp(value: Any) -> int | float | str | None:
    return value if isinstance(value, int | float | str) and len(str(value)) < 40 else None
