"""What the addresses that change something take and answer."""

from jobs import _keys
from webapp.openapi.bodies import BATCH, NAME, NO_BODY, OPERATION, SUBMIT, drawn, number_of, seconds
from webapp.openapi.parts import (
    FLAG,
    MOMENT,
    OBJECT,
    TEXT,
    WHOLE,
    Answer,
    Body,
    Op,
    Schema,
    listed,
    nullable,
    obj,
    ref,
    text,
    told,
    whole,
)

GONE: dict[int, Answer] = {204: Answer()}
JOB = {"job": ref("JobDetail"), "as_of": MOMENT}
SUBMITTED = {201: Answer(obj(**JOB, created=FLAG), located=True), 200: Answer(obj(**JOB, created=FLAG))}
STARTED = {201: Answer(obj(operation=ref("Operation")), located=True)}
UNDO = nullable(obj(token=TEXT, until=MOMENT))
#: A text of at least one character.
SOME: Schema = TEXT | {"minLength": 1}
WEEK, YEAR = 7 * 86_400, 365 * 86_400
#: Who writes a note, where there is no login.
WRITER = {"name": nullable(text(300)), "key": nullable(text(300))}
NOTE = Body(obj(WRITER, text=text(_keys.NOTE_CHARS, 1)), {"a note": {"text": "Known, see the wiki."}}, required=True)
HEARD = obj(name=TEXT, heard=WHOLE, error=nullable({"$ref": "#/components/schemas/Problem"}))


def _job(body: Body, **more: object) -> Op:
    """A verb of one job: it answers with the job as it is now."""
    return Op("jobs", told(**JOB, **more), body=body)


def _turn(body: Body = NO_BODY) -> Op:
    return Op("operations", told(operation=ref("Operation")), body=body)


def _queue(**answer: object) -> Op:
    return Op("queues", told(**answer), body=NO_BODY)


JOBS: dict[str, Op] = {
    "api.submit_job": Op("jobs", SUBMITTED, body=SUBMIT, refusals=frozenset({404})),
    "api.submit_batch": Op(
        "jobs",
        {201: Answer(obj(batch=ref("Batch"))), 200: Answer(obj({"batch": ref("Batch"), "check": ref("Checked")}))},
        body=BATCH,
    ),
    "api.cancel_job": _job(drawn()),
    "api.stop_job": _job(drawn(), heard=WHOLE),
    "api.requeue_job": _job(drawn()),
    "api.run_job_now": _job(drawn()),
    "api.move_job": _job(drawn(queue=NAME)),
    "api.move_job_to_front": _job(drawn()),
    "api.hold_job": _job(drawn()),
    "api.release_job": _job(drawn()),
    "api.run_job_again": Op(
        "jobs",
        SUBMITTED,
        body=Body(obj({"args": nullable(OBJECT), "positional": nullable(listed({})), "id": nullable(text(128, 1))})),
    ),
    "api.delete_job": Op("jobs", told(undo=UNDO), body=drawn()),
    "api.restore_job": _job(Body(obj(token=text(200, 1)), required=True)),
    "api.leave_note": Op(
        "notes",
        {201: Answer(obj(note=obj(id=TEXT, name=TEXT, by=TEXT)))},
        body=NOTE,
    ),
    "api.take_note_back": Op("notes", GONE, body=Body(obj(WRITER))),
    "api.upload_file": Op(
        "jobs",
        {201: Answer(obj(upload=TEXT, name=TEXT, size=WHOLE))},
        query={"name": SOME},
        required=frozenset({"name"}),
        body=Body(None, required=True),
        refusals=frozenset({507}),
    ),
    "api.run_cron_job_now": Op(
        "schedule",
        {201: Answer(obj(**JOB), located=True)},
        body=Body(obj({"key": nullable(TEXT)})),
    ),
}

OTHERS: dict[str, Op] = {
    "api.hold_queue": _queue(held=WHOLE),
    "api.release_queue": _queue(released=WHOLE, let_go=WHOLE, left=WHOLE),
    "api.pause_queue": Op(
        "queues",
        told(by=nullable(TEXT), at=nullable(MOMENT), until=nullable(MOMENT), parked=WHOLE),
        body=seconds("seconds", 1, WEEK),
    ),
    "api.resume_queue": _queue(resumed=WHOLE, let_go=WHOLE, left=WHOLE),
    "api.empty_queue": Op("queues", STARTED, body=NO_BODY),
    "api.delete_queue": Op("queues", GONE),
    "api.suspend": Op("workers", told(idle=WHOLE, seconds=nullable(WHOLE)), body=seconds("seconds", 1, WEEK)),
    "api.resume": Op("workers", GONE, body=NO_BODY),
    "api.add_workers": Op(
        "workers",
        {202: Answer(obj(added=listed(TEXT)))},
        body=Body(
            obj({"queues": listed(text(100, 1), 20, 1), "count": whole(1, _keys.ADDED_MAX)}),
            {"two": {"queues": ["default"], "count": 2}},
        ),
    ),
    "api.end_added_worker": Op("workers", {202: Answer(obj(id=TEXT))}, body=NO_BODY),
    "api.kill_added_worker": Op("workers", {202: Answer(obj(id=TEXT))}, body=NO_BODY),
    "api.shut_down_worker": Op("workers", told(name=TEXT, heard=WHOLE), body=NO_BODY),
    "api.kill_run": Op("workers", told(name=TEXT, heard=WHOLE), body=Body(obj(job=SOME), required=True)),
    "api.shut_down_workers": Op(
        "workers",
        told(workers=listed(HEARD)),
        body=Body(
            {
                "anyOf": [
                    obj(names=listed(SOME, least=1)),
                    obj(host=TEXT),
                    obj(queue=TEXT),
                ]
            },
            {"some": {"names": ["a-worker"]}, "all of a host": {"host": "web-1"}},
            required=True,
        ),
    ),
    "api.mute": Op("failures", told(id=TEXT, muted=ref("Mute")), body=seconds("for", 60, YEAR)),
    "api.unmute": Op("failures", GONE),
    "api.start_search": Op(
        "searches",
        {
            201: Answer(obj(search=ref("Search")), located=True),
            200: Answer(obj(search={"type": "null"}, exact=TEXT)),
        },
        body=Body(obj(query=text(1_000, 1)), {"failed mails": {"query": "status:failed mail"}}, required=True),
    ),
    "api.stop_search": Op("searches", GONE),
    "api.ask_for_operation": Op("operations", STARTED, body=OPERATION),
    "api.start_operation": _turn(number_of("total")),
    "api.pause_operation": _turn(),
    "api.resume_operation": _turn(),
    "api.cancel_operation": _turn(),
    "api.undo_operation": Op("operations", STARTED, body=NO_BODY),
}
