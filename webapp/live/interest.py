"""What a changed key is about, and which watched topics it concerns. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from jobs import _keys
from webapp import rqkeys
from webapp.live.events import list_topic

_JOB = rqkeys.JOB_PREFIX.encode()
_QUEUE = rqkeys.QUEUE_PREFIX.encode()
_LOG = _keys.log("").encode()
_NOTES = _keys.notes("").encode()
_SEARCH = _keys.search("").encode()
_OPERATION = _keys.operation("").encode()
_OPERATIONS = _keys.OPERATIONS.encode()
_ADDED = _keys.added("").encode()
_OUTPUT = _keys.output("").encode()
_GROUP = rqkeys.group("").encode()
_GROUPS = rqkeys.GROUPS.encode()
_CRON = rqkeys.CRON_PREFIX.encode()
_CATALOG = _keys.CATALOG.encode()
_ACTIVITY = _keys.ACTIVITY.encode()
_UNLISTED = _keys.UNLISTED.encode()
#: Jobs that are set aside, and pauses.
_ASIDE = tuple(key.encode() for key in (_keys.ASIDE, _keys.held(""), _keys.hold(""), _keys.parked(""), _keys.pause("")))
_OURS = _keys.PREFIX.encode()
_REGISTRIES = {prefix.encode(): status for status, prefix in rqkeys.REGISTRIES.items()}


@dataclass
class Dirty:
    """What changed since the last look."""

    everything: bool = False
    #: `everything` because it is time to look at all again: nothing tells of a change
    is_routine: bool = False
    #: it is time to ask for what nothing tells of: workers that are gone, hashes that have expired
    is_tick: bool = False
    #: queues, registries, workers or suspension: numbers of the overview
    counts: bool = False
    #: of these, what spans queues: their names, workers, suspension, rate limits, what is set aside
    names: bool = False
    catalog: bool = False
    activity: bool = False
    #: the recorder's list of jobs that RQ lists nowhere
    unlisted: bool = False
    #: cron processes, or what their jobs did
    cron: bool = False
    #: workers that were added from a page
    added: bool = False
    jobs: set[str] = field(default_factory=set)
    logs: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    searches: set[str] = field(default_factory=set)
    #: ids of operations; "" for the list of them
    operations: set[str] = field(default_factory=set)
    #: added workers that wrote something
    outputs: set[str] = field(default_factory=set)
    #: (queue, status) of lists; a stopped job lies in the failed one. A rate limit spans queues: it names none
    lists: set[tuple[str, str]] = field(default_factory=set)
    #: names of groups; "" for the set of their names
    groups: set[str] = field(default_factory=set)

    @property
    def may_be_anything(self) -> bool:
        """Something happened, and nobody knows what: not merely that it is time to look at all again."""
        return self.everything and not self.is_routine

    def __bool__(self) -> bool:
        flags = self.everything or self.counts or self.catalog or self.activity or self.cron
        return flags or bool(self.jobs or self.logs or self.groups)

    def add(self, keys: Iterable[bytes] | None) -> None:
        """Note changed keys; None means that anything may have changed. O(keys)."""
        if keys is None:
            self.everything = True
            return
        for key in keys:
            self._add(key)

    def concerns_list(self, topic: str) -> bool:
        """Whether the list of this topic may have changed."""
        queue, _, status = topic.removeprefix(list_topic("")).rpartition("/")
        return self.everything or any(
            (not queue or not changed or queue == changed)
            and (not status or status == registry or (status, registry) == ("stopped", "failed"))
            for changed, registry in self.lists
        )

    def _add(self, key: bytes) -> None:
        if key.startswith(_JOB):
            job_id = key[len(_JOB) :]
            # `rq:job::<id>:dependencies` and `rq:job:<id>:dependents` follow changes of the hash itself.
            if b":" not in job_id:
                self.jobs.add(job_id.decode("utf-8", "replace"))
        elif key.startswith(_LOG):
            self.logs.add(key[len(_LOG) :].decode("utf-8", "replace"))
        elif key.startswith(_NOTES):
            self.notes.add(key[len(_NOTES) :].decode("utf-8", "replace"))
        elif key.startswith(_SEARCH):
            self.searches.add(key[len(_SEARCH) :].decode("utf-8", "replace"))
        elif key.startswith(_OPERATION):
            self.operations.add(key[len(_OPERATION) :].decode("utf-8", "replace"))
        elif key == _OPERATIONS:
            self.operations.add("")
        elif key.startswith(_ADDED):
            self.added = True
        elif key.startswith(_OUTPUT):
            self.outputs.add(key[len(_OUTPUT) :].decode("utf-8", "replace"))
        elif key == _CATALOG:
            self.catalog = True
        elif key == _ACTIVITY:
            self.activity = True
        elif key == _UNLISTED:
            self.unlisted = True
        elif key.startswith(_CRON):
            self.cron = True
        elif key == _GROUPS:
            self.groups.add("")
        elif key.startswith(_GROUP):
            self.groups.add(key[len(_GROUP) :].decode("utf-8", "replace"))
        elif key.startswith(_ASIDE) or key.startswith(_keys.slipped("").encode()):
            self.counts = self.names = True
        elif not key.startswith(_OURS):
            self.counts = True
            self._add_list(key)

    def _add_list(self, key: bytes) -> None:
        if key.startswith(_QUEUE):
            name = key[len(_QUEUE) :].decode("utf-8", "replace")
            if not name.endswith(":intermediate"):
                self.lists.add((name, "queued"))
            return
        for prefix, status in _REGISTRIES.items():
            if key.startswith(prefix):
                self.lists.add((key[len(prefix) :].decode("utf-8", "replace"), status))
                return
        self.names = True
        if key.startswith(b"%b:rl:" % _keys.RQ.encode()):
            self.lists.add(("", "rate_limited"))
