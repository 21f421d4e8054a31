"""Tells that a job has ended or is gone, to one who waits for it. Watches as a page would, and reads nothing itself."""

from collections.abc import Callable

from webapp.live import events
from webapp.live.events import Event
from webapp.live.hub import Hub, Subscription
from webapp.live.watcher import Watcher
from webapp.models import ENDED


class Ending:
    """Between `open` and `close`, `tell` is called when the job ends or vanishes, and when the server ends.

    It may have ended before: read it after `open`. A `close` that comes before or during `open` is obeyed.
    """

    def __init__(self, hub: Hub, watcher: Watcher, job_id: str, tell: Callable[[], None]) -> None:
        self._hub = hub
        self._watcher = watcher
        self._topic = events.row_topic(job_id)
        self._tell = tell
        self._subscription: Subscription | None = None
        self._closed = False

    @property
    def server_ends(self) -> bool:
        return self._subscription is not None and self._subscription.closing

    def open(self) -> None:
        """Begin to watch."""
        self._subscription = self._hub.subscribe(self._on_event)
        if self._closed:
            self.close()
            return
        self._hub.watch(self._subscription, {self._topic})
        self._watcher.ask({self._topic})

    def close(self) -> None:
        """Watch no more. Any number of times."""
        self._closed = True
        if self._subscription is not None:
            self._hub.unsubscribe(self._subscription)

    def _on_event(self) -> None:
        """Most events are of progress, and wake nobody."""
        subscription = self._subscription
        if subscription is None or subscription.closing or any(map(_is_end, subscription.take())):
            self._tell()


def _is_end(event: Event) -> bool:
    row = event.body.get("row")
    return row["status"] in ENDED if row else event.body["type"] == "gone"
