"""GET /ws/chat/: the only file that sees a WebSocket of the Room. Between it and its consumer."""

import json

from flask import Blueprint, request
from flask_sock import Sock
from simple_websocket import Server

from webapp import room, security, sockets
from webapp.decode import clean
from webapp.live import safe_socket
from webapp.room.consumer import ChatConsumer
from webapp.speaker import Speaker, introduce

#: What a client is told when it has connected.
GREETINGS = {"ko": "연결 성공", "en": "Connected"}

bp = Blueprint("room", __name__)
bp.before_request(sockets.admit)
sock = Sock()


@sock.route("/ws/chat/", bp=bp, strict_slashes=False)
def serve(ws: Server) -> None:
    """Serve one client until it leaves, floods, stops reading, or the server ends."""
    with sockets.serving(ws):
        run(ws)


def run(ws: Server) -> None:
    """The life of one consumer, in this greenlet alone. Raises ConnectionClosed when it ends."""
    layer = room.current()
    channel = layer.new_channel(ws.event.set)
    consumer = ChatConsumer(layer, channel, lambda value: safe_socket.send_text(ws, as_text(value)))
    gate = sockets.FloodGate(ws)
    try:
        consumer.connect(speaker(), greeting())
        while True:
            ws.event.wait(sockets.PING_INTERVAL)
            while (text_data := ws.receive(timeout=0)) is not None:
                gate.let_through()
                consumer.receive(text_data)
            if channel.closing:
                sockets.say_goodbye(ws)
                return
            if channel.overflowed:
                layer.resync(channel)
            for event in channel.take():
                safe_socket.send_text(ws, event.text)
    finally:
        consumer.disconnect()


def as_text(value: dict) -> str:
    """JSON, fit for UTF-8 whatever a client wrote."""
    return clean(json.dumps(value, ensure_ascii=False))


def speaker() -> Speaker:
    """Who asks: the login's user where there is a login, else the name in the address, else a guest."""
    return introduce(security.login(), request.args.get("name", ""), request.args.get("key", ""))


def greeting() -> str:
    """In the language that is asked for, else the browser's; Korean for a program that names none."""
    asked = request.args.get("lang")
    if asked in GREETINGS:
        return GREETINGS[asked]
    accepted = request.accept_languages
    return GREETINGS[accepted.best_match(GREETINGS, "en") if accepted else "ko"]
