"""What the addresses that only read take and answer."""

from webapp import outcomes
from webapp.models import STATUSES
from webapp.openapi.parts import (
    ANYTHING,
    FLAG,
    MOMENT,
    OBJECT,
    TEXT,
    WHOLE,
    Answer,
    Op,
    choice,
    listed,
    nullable,
    obj,
    ref,
    text,
    told,
    whole,
)

LIMIT = whole(1, 200, description="How many at most.")
#: More than there may be is no mistake: as many are told as there may be.
AS_FAR = whole(1, 999_999, description="How many at most; of more the first 200 lines, of a log 1,000.")
LINE_ID = {"type": "string", "pattern": r"^([0-9]{1,15}(-[0-9]{1,15})?)?$"}
WAIT = {"type": "number", "minimum": 0, "maximum": 50}
WORDS = {"feed": choice("ok", "starting", "away", "ending"), "watcher": choice("ok", "away", "unknown")}
READY = obj(ready=FLAG, redis=choice("ok", "loading", "away"), **WORDS)
HEALTH = obj(redis=choice("ok", "away"))

READS: dict[str, Op] = {
    "monitoring.healthz": Op("monitoring", {200: Answer(HEALTH), 503: Answer(HEALTH)}, is_open=True),
    "monitoring.readyz": Op("monitoring", {200: Answer(READY), 503: Answer(READY)}, is_open=True),
    "monitoring.metrics": Op("monitoring", {200: Answer(TEXT, "text/plain")}, refusals=frozenset({403})),
    "api.openapi": Op("api", {200: Answer(OBJECT)}),
    "api.overview": Op(
        "overview",
        told(
            totals=ref("Totals"),
            queues=listed(ref("QueueStats")),
            workers=listed(ref("WorkerInfo")),
            running=listed(ref("JobSummary")),
            gathered=listed(ref("Gathered")),
            figures=ref("Figures"),
            health=ref("Health"),
            server=OBJECT,
            now=MOMENT,
            as_of=MOMENT,
        ),
    ),
    "api.queues": Op("queues", told(queues=listed(ref("QueueStats")), as_of=MOMENT)),
    "api.workers": Op("workers", told(workers=listed(ref("WorkerInfo")), as_of=MOMENT)),
    "api.job_types": Op("job types", told(job_types=listed(ref("JobType")), schedulers=WHOLE, now=MOMENT)),
    "api.job_list": Op(
        "jobs",
        {200: Answer(ref("JobPage"))},
        query={
            "queue": TEXT | {"description": "A name; empty: all queues."},
            "status": choice("", *STATUSES),
            "cursor": TEXT | {"description": "`next` or `prev` of a page before."},
            "limit": LIMIT,
            "order": choice("", "asc", "desc"),
        },
    ),
    "api.job": Op(
        "jobs",
        told(job=ref("JobDetail"), as_of=MOMENT),
        query={"wait": WAIT | {"description": "Answer when it has ended, or after so many seconds."}},
    ),
    "api.job_log": Op(
        "jobs",
        told(lines=listed(ref("LogLine")), last=TEXT, total=WHOLE),
        query={"after": LINE_ID, "limit": AS_FAR},
    ),
    "api.artifact": Op(
        "jobs",
        {200: Answer(None, "application/octet-stream")},
        query={"name": text(255, 1)},
        required=frozenset({"name"}),
    ),
    "api.lines": Op(
        "activity",
        told(
            lines=listed(ref("Line")),
            next=nullable(TEXT),
            looked_at=WHOLE,
            total=nullable(WHOLE),
            note=nullable(TEXT),
            as_of=MOMENT,
        ),
        query={
            "before": LINE_ID,
            "after": LINE_ID,
            "limit": AS_FAR,
            "actor": text(6_000),
            "action": text(6_000),
            "outcome": choice("", *outcomes.WORDS),
            "job": text(6_000),
        },
    ),
    "api.export": Op(
        "activity",
        {200: Answer(None, "application/jsonl")},
        query={
            "actor": text(6_000),
            "action": text(6_000),
            "outcome": choice("", *outcomes.WORDS),
            "job": text(6_000),
        },
    ),
    "api.board": Op("boards", told(board=TEXT, value=ANYTHING, as_of=MOMENT)),
    "api.search": Op(
        "searches",
        told(search=ref("Search"), jobs=listed(ref("JobSummary")), next=nullable(WHOLE), order=choice("found")),
        query={"after": whole(0, 999_999), "limit": LIMIT},
    ),
    "api.operations": Op("operations", told(operations=listed(ref("Operation")))),
    "api.operation": Op("operations", told(operation=ref("Operation"))),
}
