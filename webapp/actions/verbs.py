"""What can be done to many jobs at once, and which jobs each verb fits. Pure."""

from webapp.models import STATUSES, WAITING

#: Verb -> statuses of the jobs that it fits; the others are left out, and counted.
FITS: dict[str, frozenset[str]] = {
    "cancel": WAITING,
    "stop": frozenset({"started"}),
    "requeue": frozenset({"failed", "stopped"}),
    "delete": frozenset(STATUSES) - {"started"},
    "run_now": frozenset({"scheduled"}),
}
#: Verbs after which a slot of the job's rate limit may be free, or the job may take one.
FREES = frozenset({"cancel", "delete"})
TAKES = frozenset({"requeue", "run_now", "restore"})
