"""POST /api/jobs/batch: many jobs of one type from a table, or what would become of it."""

from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask.typing import ResponseReturnValue

from webapp import live, security
from webapp.actions import batch, option_values, options, table
from webapp.actions.options import Options
from webapp.api import bp
from webapp.api.bodies import parse, read_object
from webapp.errors import BadInput

KEYS = ("type", "rows", "text", "format", "zone", "options", "group", "id", "check", "only_good")
#: What belongs to one job.
NOT_FOR_MANY = ("id", "unique", "group")


@bp.post("/jobs/batch")
def submit_batch() -> ResponseReturnValue:
    """201 with what was made, 200 where all of it was there already; with `check`, 200 with what would be."""
    door = security.door()
    body = read_object(KEYS)
    reader = option_values.Reader(body)
    only_check, only_good = (bool(reader.take(name, option_values.flag)) for name in ("check", "only_good"))
    batch_id, zone = reader.take("id", option_values.job_id), reader.take("zone", _zone) or UTC
    if ("rows" in body) == ("text" in body):
        reader.problems["rows"] = "or `text` must be given, one of the two"
    if reader.problems:
        raise BadInput("These jobs cannot be submitted like this.", code="bad_options", fields=reader.problems)
    wanted = batch.Wanted(
        type_name=body.get("type"),
        table=lambda: _table(body),
        zone=zone,
        options=_options(body),
        only_good=only_good,
        id=batch_id,
    )
    if only_check:
        return {"check": batch.check(door, wanted).as_json()}
    made = batch.submit_many(door, wanted)
    return {"batch": made.as_json()}, 201 if made.created else 200


def _table(body: dict[str, Any]) -> table.Table:
    if "rows" in body:
        return table.from_objects(body["rows"])
    return table.from_text(body["text"], body.get("format"), parse)


def _options(body: dict[str, Any]) -> Options:
    chosen = body.get("options")
    chosen = {} if chosen is None else chosen
    if not isinstance(chosen, dict):
        raise BadInput("`options` is no object.", code="bad_options", fields={"options": "must be an object"})
    fields = {name: "is for one job" for name in NOT_FOR_MANY if name in chosen}
    fields |= {name[:100]: "is unknown here" for name in chosen if name not in options.NAMES}
    if fields:
        raise BadInput("`options` has keys that mean nothing here.", code="bad_options", fields=fields)
    return options.parse(chosen | {"group": body.get("group")}, live.current().now())


def _zone(value: Any) -> tzinfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, TypeError, ValueError, OSError):
        raise ValueError("must be the name of a time zone, such as Europe/Berlin") from None
