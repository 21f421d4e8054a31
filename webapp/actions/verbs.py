"""What can be done to many jobs at once, and which jobs each verb fits. Pure."""

from webapp.models import ENDED, STATUSES, WAITING

#: Verb -> statuses of the jobs that it fits; the others are left out, and counted.
FITS: dict[str, frozenset[str]] = {
    "cancel": WAITING,
    "stop": frozenset({"started"}),
    "requeue": frozenset({"failed", "stopped"}),
    "delete": frozenset(STATUSES) - {"started"},
    "run_now": frozenset({"scheduled", "deferred", "ready_to_enqueue"}),
    "run_again": ENDED | WAITING,
    "move": frozenset(STATUSES) - {"started", "ready_to_enqueue"},
    "to_front": WAITING - {"created"},
    "hold": frozenset({"queued"}),
    "release": frozenset({"queued"}),
}
#: Verbs after which a slot of the job's rate limit may be free, or the job may take one.
FREES = frozenset({"cancel", "delete"})
TAKES = frozenset({"requeue", "run_now", "run_again", "restore"})
#: Verbs that put jobs to the front, one after the other: they begin with the last, so that all keep their order.
FROM_THE_END = frozenset({"to_front", "release"})
