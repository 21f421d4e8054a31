"""What a page holds: the rules of `webapp/static/js/reducer.js` for what is compared here. No sockets."""

from typing import Any

KEYED = ("queue", "worker", "running")


class Held:
    """Of two values for the same thing the newer one is kept, over any number of connections."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[Any, tuple[Any, int]]] = {name: {} for name in (*KEYED, "row", "single")}
        self.health: dict[str, Any] = {}
        #: Ids of the newest lines of activity, newest first; None before anything was told.
        self.activity: list[str] | None = None

    def values(self, kind: str) -> dict[str, Any]:
        """The living values of one kind, by key."""
        return {key: value for key, (value, _) in self._entries[kind].items() if value is not None}

    def apply(self, event: dict[str, Any]) -> None:
        """Take one event."""
        kind = event["type"]
        if kind == "hello":
            for slice_, entries in self._entries.items():
                self._entries[slice_] = {key: (value, 0) for key, (value, _) in entries.items()}
        elif kind == "health":
            self.health = event["health"]
        elif kind == "row":
            self._put("row", event["row"]["id"], event["row"], event["as_of"])
        elif kind == "gone":
            for slice_ in ("row", "running"):
                if event["id"] in self._entries[slice_]:
                    self._put(slice_, event["id"], None, event["as_of"])
        elif kind == "activity":
            fresh = [line["id"] for line in event["lines"]]
            known = [] if event["reset"] else [one for one in self.activity or [] if one not in fresh]
            self.activity = [*fresh, *known][:50]
        elif kind == "overview":
            self._overview(event)

    def _overview(self, event: dict[str, Any]) -> None:
        part, as_of = event["part"], event["as_of"]
        if part == "complete":
            for name in KEYED:
                named, entries = set(event["keys"][name]), self._entries[name]
                self._entries[name] = {key: entry for key, entry in entries.items() if key in named or entry[1] > as_of}
        elif part in KEYED:
            self._put(part, event["key"], event["value"], as_of)
        else:
            self._put("single", part, event["value"], as_of)

    def _put(self, slice_: str, key: Any, value: Any, as_of: int) -> None:
        known = self._entries[slice_].get(key)
        if known is None or as_of >= known[1]:
            self._entries[slice_][key] = value, as_of
