"""Speed and time left, from what was done when. Pure: whoever asks brings the clock (seconds, monotonic)."""

from collections import deque

#: Speed is that of the last so many seconds, or of the last so many changes if they took longer.
WINDOW_SECONDS, WINDOW_CHANGES = 10.0, 5


class Meter:
    """The speed of one stage."""

    def __init__(self, now: float, done: float = 0) -> None:
        self._points: deque[tuple[float, float]] = deque([(now, done)])

    def add(self, now: float, done: float) -> None:
        """So much is done now. Less than before starts the measurement anew."""
        last = self._points[-1][1]
        if done < last:
            self._points.clear()
        if done != last:
            self._points.append((now, done))
        while len(self._points) > WINDOW_CHANGES + 1 and now - self._points[1][0] > WINDOW_SECONDS:
            self._points.popleft()

    def rate(self, now: float) -> float | None:
        """Per second; None until there are two points. A change that is overdue slows it down."""
        (start, before), (last, done) = self._points[0], self._points[-1]
        seconds = max(last - start, now - start - self._interval())
        return (done - before) / seconds if done > before and seconds > 0 else None

    def left(self, now: float, total: float | None) -> float | None:
        """Seconds until `total` is done at this rate; None where that cannot be known."""
        rate = self.rate(now)
        if total is None or rate is None:
            return None
        last, done = self._points[-1]
        return max(0.0, (total - done) / rate - min(now - last, self._interval()))

    def _interval(self) -> float:
        """Seconds between two changes, on average."""
        changes = len(self._points) - 1
        return (self._points[-1][0] - self._points[0][0]) / changes if changes else 0.0
