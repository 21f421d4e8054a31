"""Schemas of the larger bodies: submitting one job or many, and asking for an operation."""

from jobs import _keys
from webapp.actions import bulk_options, option_values
from webapp.actions.verbs import FITS
from webapp.models import STATUSES
from webapp.openapi.parts import FLAG, OBJECT, TEXT, Body, Schema, choice, listed, nullable, obj, text, whole

SECONDS_MAX = option_values.SECONDS_MAX
JOB_ID = text(128, 1, pattern="^[A-Za-z0-9_-]{1,128}$")
SECONDS = whole(0, SECONDS_MAX)
TIMES = whole(1, option_values.TIMES_MAX)
INTERVAL = {"anyOf": [SECONDS, listed(SECONDS, option_values.TIMES_MAX)]}
PARENTS = listed(text(option_values.PARENT_ID_MAX, 1), option_values.PARENTS_MAX, 1)
SOME = TEXT | {"minLength": 1}
NAME = text(option_values.NAME_MAX, 1)

#: docs/api.md says what each means. What JSON Schema cannot say (a time that has passed) is refused all the same.
OPTIONS: dict[str, Schema] = {
    "id": JOB_ID,
    "unique": FLAG,
    "queue": NAME,
    "in": {"type": "number", "minimum": 0, "maximum": SECONDS_MAX},
    "at": {"type": "string", "format": "date-time"},
    "at_front": FLAG,
    "after": {"anyOf": [PARENTS, obj({"allow_failure": FLAG}, jobs=PARENTS)]},
    "timeout": whole(-1, SECONDS_MAX),
    "retry": {"anyOf": [TIMES, obj({"interval": INTERVAL}, max=TIMES)]},
    "repeat": {"anyOf": [TIMES, obj({"interval": INTERVAL}, times=TIMES)]},
    "rate_limit": obj(key=NAME, concurrency=whole(1, option_values.CONCURRENCY_MAX)),
    "group": NAME,
    "ttl": whole(1, SECONDS_MAX),
    "result_ttl": whole(-1, SECONDS_MAX),
    "failure_ttl": whole(-1, SECONDS_MAX),
    "meta": OBJECT,
    "description": text(option_values.DESCRIPTION_MAX),
}
_NULLABLE = {name: nullable(schema) for name, schema in OPTIONS.items()}
NOT_FOR_MANY = ("id", "unique", "group")

SUBMIT = Body(
    {
        "anyOf": [
            obj({"args": nullable(OBJECT), **_NULLABLE}, type=text(200, 1)),
            obj({"id": nullable(JOB_ID)}, again=SOME),
        ]
    },
    {
        "now": {"type": "wait", "args": {"seconds": 1}},
        "with options": {"type": "wait", "queue": "default", "in": 60, "retry": {"max": 3, "interval": [10, 60]}},
        "again": {"again": "an-id"},
    },
    required=True,
)
BATCH = Body(
    obj(
        {
            "rows": listed(OBJECT, _keys.BATCH_ROWS_MAX),
            "text": TEXT,
            "format": choice("csv", "jsonl"),
            "zone": nullable(text(100)),
            "options": nullable(obj({name: schema for name, schema in _NULLABLE.items() if name not in NOT_FOR_MANY})),
            "group": nullable(NAME),
            "id": nullable(JOB_ID),
            "check": nullable(FLAG),
            "only_good": nullable(FLAG),
        },
        type=text(200, 1),
    ),
    {
        "a table": {"type": "wait", "text": "seconds\n1\n2\n", "format": "csv"},
        "checked": {"type": "wait", "rows": [{"seconds": 1}], "check": True},
    },
    required=True,
)

WHICH = {
    "anyOf": [
        obj(ids=listed(text(bulk_options.ID_CHARS, 1), bulk_options.IDS_MAX, 1)),
        obj(q=text(1_000, 1)),
        obj({"status": choice(*STATUSES)}, queue=SOME),
    ]
}
COUNT = whole(0, bulk_options.COUNT_MAX)
OPERATION = Body(
    obj(
        {
            "options": nullable(
                obj(
                    {
                        "queue": NAME,
                        "rate": whole(0, bulk_options.RATE_MAX),
                        "first": COUNT,
                        "need": COUNT,
                        "halt_after": COUNT,
                    }
                )
            )
        },
        verb=choice(*FITS),
        of=WHICH,
    ),
    {"requeue": {"verb": "requeue", "of": {"queue": "default", "status": "failed"}, "options": {"rate": 10}}},
    required=True,
)

NO_BODY = Body(obj(), {"nothing": {}})
DRAWN = {"status": nullable(text(64, 1, description="The job's status as you saw it: refused where it has moved on."))}


def drawn(optional: dict[str, Schema] | None = None, **required: Schema) -> Body:
    """A body that may carry the status that a button was drawn with, and other keys."""
    return Body(obj(DRAWN | (optional or {}), **required), required=bool(required))


def seconds(name: str, low: int, high: int) -> Body:
    """`name`: for how long; null, or nothing at all: without an end."""
    return Body(obj({name: nullable(whole(low, high))}), {"an hour": {name: 3600}, "without an end": {name: None}})


def number_of(name: str) -> Body:
    return Body(obj(**{name: {"type": "integer", "minimum": 0}}), {"told beforehand": {name: 3}}, required=True)
