"""Events are as docs/protocol.md and the golden messages say. The page's own tests read the same messages."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from webapp.live import events
from webapp.live.events import Event
from webapp.models import JobSummary, Progress, Stage
from webapp.models_figures import Failures, Figures, Gathered, Rate, Series, StartIn
from webapp.models_job import Attempt, JobDetail
from webapp.models_overview import Health, Overview, QueueStats, Totals, WorkerInfo
from webapp.queries.activity_lines import Line

FOLDER = Path(__file__).parents[1] / "contract" / "events"
GOLDEN = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def progress(plain: dict | None) -> Progress | None:
    if plain is None:
        return None
    return Progress(**plain | {"stages": tuple(Stage(**stage) for stage in plain["stages"])})


def summary(plain: dict) -> JobSummary:
    return JobSummary(**plain | {"progress": progress(plain["progress"])})


def detail(plain: dict) -> JobDetail:
    tuples = {name: tuple(plain[name]) for name in ("depends_on", "dependents", "artifacts", "actions")}
    attempts = tuple(Attempt(**attempt) for attempt in plain["attempts"])
    intervals = plain["retry_intervals"] and tuple(plain["retry_intervals"])
    more = {"progress": progress(plain["progress"]), "attempts": attempts, "retry_intervals": intervals}
    return JobDetail(**plain | tuples | more)


def figures(plain: dict) -> dict:
    series = dict(plain["series"])
    return Figures(
        **plain
        | {
            "finished": Rate(**plain["finished"]),
            "arrived": Rate(**plain["arrived"]),
            "failed": Failures(**plain["failed"]),
            "start_in": tuple(StartIn(**one) for one in plain["start_in"]),
            "series": Series(
                start=series["from"],
                step_s=series["step_s"],
                finished=tuple(series["finished"]),
                failed=tuple(series["failed"]),
            ),
        }
    ).as_json()


def part_value(part: str, plain: Any) -> Any:
    """The value of one part as the server holds it."""
    if plain is None:
        return None
    makers = {
        "totals": lambda: Totals(**plain),
        "queue": lambda: QueueStats(**plain),
        "worker": lambda: WorkerInfo(**plain | {"queues": tuple(plain["queues"]), "jobs": tuple(plain["jobs"])}),
        "running": lambda: summary(plain),
        "figures": lambda: figures(plain),
        "gathered": lambda: tuple(Gathered(**one).as_json() for one in plain),
    }
    return makers[part]()


def snapshot_end(body: dict) -> Event:
    """The last event of a snapshot that holds these names."""
    keys = body["keys"]
    shown = Overview(
        as_of=body["as_of"],
        totals=Totals(),
        queues={name: QueueStats(name=name) for name in keys["queue"]},
        workers={name: WorkerInfo(name=name, state="idle") for name in keys["worker"]},
        running={job_id: JobSummary(id=job_id, status="started") for job_id in keys["running"]},
        figures={},
        gathered=(),
        servers=1,
    )
    return list(events.snapshot(shown))[-1]


def written(body: dict) -> Event:
    """The event that the server writes for what the golden message tells."""
    kind = body["type"]
    if kind == "overview":
        if body["part"] == "complete":
            return snapshot_end(body)
        return events.part(body["part"], body["key"], part_value(body["part"], body["value"]), body["as_of"])
    makers = {
        "hello": lambda: events.hello(body["epoch"], body["now"], body["server"]),
        "health": lambda: events.health(Health(**body["health"])),
        "catalog": events.catalog,
        "pong": lambda: events.pong(body["pong"]),
        "error": lambda: events.error(body["code"], body["message"], body["fix"]),
        "job": lambda: events.job(detail(body["job"]), body["as_of"]),
        "row": lambda: events.row(summary(body["row"]), body["as_of"]),
        "gone": lambda: events.gone(events.row_topic(body["id"]), body["id"], body["as_of"]),
        "log": lambda: events.log(body["job"], body["lines"], body["last"], body["reset"]),
        "activity": lambda: events.activity(
            [Line(**line).as_json() for line in body["lines"]],
            body["total"],
            body["reset"],
            body["note"],
            body["as_of"],
        ),
        "board": lambda: events.board(body["board"], body["value"], body["as_of"], body["error"]),
        "presence": lambda: events.presence(body["job"], {"here": body["here"], "count": body["count"]}),
        "you": lambda: events.you(body["you"]),
        "list": lambda: events.list_changed(body["list"], body["version"], body["total"], body["as_of"]),
    }
    return makers[kind]()


@pytest.mark.parametrize("name", GOLDEN)
def test_the_server_writes_the_golden_message(name):
    event = written(GOLDEN[name])
    assert json.loads(event.text) == GOLDEN[name]
    assert list(event.body) == list(GOLDEN[name])


def test_every_event_has_a_golden_message():
    makers = {name for name, value in vars(events).items() if callable(value) and value.__module__ == events.__name__}
    makers = {name for name in makers if not name.startswith("_")} - {"open_to_all"}
    makers -= {"Event", "job_topic", "row_topic", "log_topic", "list_topic", "board_topic", "presence_topic"}
    words = {"part": "overview", "snapshot": "overview", "list_changed": "list"}
    assert {words.get(name, name) for name in makers} == {body["type"] for body in GOLDEN.values()}


@pytest.mark.parametrize(
    ("name", "key", "model"),
    [
        ("overview-totals", "value", Totals),
        ("overview-queue", "value", QueueStats),
        ("overview-worker", "value", WorkerInfo),
        ("overview-running", "value", JobSummary),
        ("row", "row", JobSummary),
        ("job", "job", JobDetail),
        ("health", "health", Health),
    ],
)
def test_a_golden_message_tells_every_field(name, key, model):
    assert set(GOLDEN[name][key]) == {field.name for field in fields(model)}


def test_a_golden_line_of_activity_tells_every_field():
    lines = GOLDEN["activity"]["lines"] + GOLDEN["activity-reset"]["lines"]
    assert [set(line) for line in lines] == [{field.name for field in fields(Line)}] * len(lines)


def test_events_that_replace_each_other_have_one_key_and_others_have_none_in_common():
    one, other = JobSummary(id="a", status="queued"), JobSummary(id="b", status="queued")
    assert events.row(one, 1).key == events.row(one, 2).key == events.gone(events.row_topic("a"), "a", 3).key
    assert events.row(one, 1).key != events.row(other, 1).key
    assert events.row(one, 1).key != events.job(JobDetail(id="a", status="queued"), 1).key
    assert events.log("a", [], "0", False).key is None
    assert events.list_changed("a/b", 1, None, 1).key != events.list_changed("a/c", 1, None, 1).key


def test_whatever_was_stored_goes_over_the_wire_as_utf8():
    event = events.row(JobSummary(id="\ud800", status="\udfff", title="\u00e9 \U0001f600 </script>\u2028"), 1)
    text = event.text.encode("utf-8").decode()
    assert json.loads(text)["row"]["title"] == "\u00e9 \U0001f600 </script>\u2028"


def test_an_event_is_encoded_once():
    event = events.catalog()
    assert event.text is event.text
