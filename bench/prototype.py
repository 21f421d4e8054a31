"""A bare live feed, to compare with: CLIENT TRACKING BCAST, one pipeline, one queue per client. Nothing else.

No diff, no pacing, no reconcile, no reconnection, no checks: the least that can tell a browser of a change in Redis
with the same parts (gunicorn gevent, flask-sock, redis-py).
"""

import json
import os
import queue
import threading

import redis
from flask import Flask
from flask_sock import Sock
from redis.connection import Connection

#: The one job and the one queue that it shows.
JOB = "watched"
QUEUE = "default"
FIELDS = ("status", "origin", "description", "created_at", "enqueued_at", "started_at", "worker_name", "live_progress")


class BareFeed:
    """Hears of each change, reads what is shown, and puts the text into every client's queue."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._reader = redis.Redis.from_url(url, protocol=3)
        self._lock = threading.Lock()
        self._started = False
        self.clients: set[queue.Queue] = set()

    def join(self) -> queue.Queue:
        """The queue of a new client. The first one starts the feed."""
        mailbox: queue.Queue = queue.Queue()
        mailbox.put(self._read())
        with self._lock:
            self.clients.add(mailbox)
            if not self._started:
                self._started = True
                threading.Thread(target=self._listen, daemon=True).start()
        return mailbox

    def _listen(self) -> None:
        # It may be long until something changes.
        pool = redis.ConnectionPool.from_url(self._url, protocol=3, socket_timeout=None)
        connection: Connection = pool.get_connection()
        connection._parser.set_invalidation_push_handler(lambda message: None)
        connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "rq:job:", "PREFIX", "rq:queue:")
        connection.read_response()
        while True:
            connection.read_response(push_request=True)
            text = self._read()
            for mailbox in list(self.clients):
                mailbox.put(text)

    def _read(self) -> str:
        pipe = self._reader.pipeline(transaction=False)
        pipe.hmget(f"rq:job:{JOB}", FIELDS)
        pipe.llen(f"rq:queue:{QUEUE}")
        fields, queued = pipe.execute()
        shown = {name: value.decode() if value else None for name, value in zip(FIELDS, fields, strict=True)}
        shown["progress"] = json.loads(shown.pop("live_progress") or "{}")
        return json.dumps({"queued": queued, "job": shown}, separators=(",", ":"))


def create_app() -> Flask:
    """The Flask app: /live is the socket, /healthz says that it is there."""
    app = Flask(__name__)
    app.config["SOCK_SERVER_OPTIONS"] = {"ping_interval": 25}
    feed, sock = BareFeed(os.environ["BENCH_REDIS_URL"]), Sock(app)

    @sock.route("/live")
    def live(ws) -> None:
        mailbox = feed.join()
        try:
            while True:
                ws.send(mailbox.get())
        finally:
            feed.clients.discard(mailbox)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"redis": "ok"}

    return app
