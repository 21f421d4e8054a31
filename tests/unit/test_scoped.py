"""What narrowed rights leave of whole values: sums anew, names of nobody else, and nothing made up."""

import pytest

from webapp import rights as rights_of
from webapp import scoped
from webapp.live import events
from webapp.live.events import EVERYONE, Event
from webapp.live.hub import Hub
from webapp.live.narrowed import Narrowed
from webapp.live.overviews import Overviews
from webapp.models import JobSummary
from webapp.models_job import JobDetail
from webapp.models_overview import Hold, Overview, Pause, QueueStats, Totals, WorkerInfo
from webapp.queries.figures_maths import Minute
from webapp.rights import EVERYTHING, NOTHING, Rights

OURS = Rights("operator", ("ours-*",), ("a.*",))


def row(job_id: str, queue: str = "ours-1", func: str = "a.run") -> JobSummary:
    return JobSummary(id=job_id, status="started", queue=queue, func=func)


def overview() -> Overview:
    queues = {
        "ours-1": QueueStats(name="ours-1", queued=2, started=1, oldest_enqueued_at=50, held=Hold(jobs=3)),
        "ours-2": QueueStats(name="ours-2", failed=4, paused=Pause(state="paused", parked=5)),
        "theirs": QueueStats(name="theirs", queued=100, failed=100, oldest_enqueued_at=1, held=Hold(jobs=9)),
    }
    workers = {
        "both": WorkerInfo(name="both", state="busy", queues=("theirs", "ours-1"), jobs=({"id": "x"}, {"id": "b"})),
        "theirs": WorkerInfo(name="theirs", state="idle", queues=("theirs",)),
        "gone": WorkerInfo(name="gone", state="lost", queues=("ours-2",)),
    }
    rows = (row("x", "theirs"), row("y", func="b.run"), row("a"), row("b"))
    return Overview(
        as_of=1,
        totals=Totals(queued=102, rate_limited=7, jobs=200, workers=2, busy=1, idle=1, suspended=True, held=12),
        queues=queues,
        workers=workers,
        running={one.id: one for one in rows[:1]},
        figures={"whole": True},
        gathered=({"queue": "theirs", "func": "a.run"}, {"queue": "ours-1", "func": "a.run"}),
        runs=rows,
        lasting=rows[:3],
    )


def test_an_overview_is_summed_anew_of_what_is_in_sight() -> None:
    seen = scoped.overview(overview(), OURS, lambda rights: {"of": rights})
    assert list(seen.queues) == ["ours-1", "ours-2"]
    assert (seen.totals.queued, seen.totals.failed, seen.totals.jobs) == (2, 4, 7)
    assert (seen.totals.held, seen.totals.parked, seen.totals.oldest_enqueued_at) == (3, 5, 50)
    assert (seen.totals.workers, seen.totals.busy, seen.totals.idle, seen.totals.lost) == (1, 1, 0, 1)
    assert seen.totals.rate_limited is None, "a limit spans queues: nobody knows how many of them wait"
    assert seen.totals.suspended, "all workers stand still, theirs too"
    assert (seen.figures, len(seen.gathered)) == ({"of": OURS}, 1)


def test_what_runs_beyond_what_all_are_shown_is_still_shown_to_whose_it_is() -> None:
    assert list(scoped.overview(overview(), OURS, lambda rights: {}).running) == ["a"]


def test_a_worker_is_told_by_what_it_does_for_those_who_look() -> None:
    workers = scoped.overview(overview(), OURS, lambda rights: {}).workers
    assert list(workers) == ["both", "gone"]
    assert (workers["both"].queues, workers["both"].jobs) == (("ours-1",), ({"id": "b"},))


def test_an_overview_is_narrowed_once_for_all_who_see_the_same() -> None:
    made, whole = Overviews(lambda rights: {}), overview()
    first = made.within(whole, OURS)
    assert made.within(whole, Rights("viewer", *(OURS.queues, OURS.functions))) is first
    assert made.within(whole, Rights("viewer")) is whole
    assert made.within(overview(), OURS) is not first
    for number in range(200):
        made.within(whole, Rights("viewer", (str(number),)))
    assert len(made._made) <= 50


def test_a_minute_is_that_of_the_queues_in_sight_without_what_is_summed_beyond_the_cap() -> None:
    minute = Minute(60_000, 60_000, {"finished": {"ours-1": 2, "theirs": 5, "other": 9}}, {"theirs": 7}, {"ours-1": 1})
    seen = minute.of(Rights("viewer", ("o*",)).sees_queue)
    assert (seen.total("finished"), seen.run_ms, seen.runs, seen.covered_ms) == (2, {}, {"ours-1": 1}, 60_000)


def test_a_job_names_only_others_in_sight_and_counts_them_all() -> None:
    whole = JobDetail(
        id="a",
        status="deferred",
        queue="ours-1",
        func="a.run",
        depends_on=("p", "q", "unknown"),
        depends_on_total=3,
        dependents=("r", "s"),
        dependents_total=2,
    )
    known = {"p": ("ours-1", "a.x"), "q": ("theirs", "a.x"), "r": ("ours-1", "b.x"), "s": ("ours-2", "a.x")}
    seen = scoped.job(whole, OURS, known)
    assert (seen.depends_on, seen.depends_on_total) == (("p",), 3)
    assert (seen.dependents, seen.dependents_total) == (("s",), 2)
    assert scoped.job(whole, Rights("viewer", ("theirs",)), known) is None


def test_an_id_without_a_job_belongs_to_nobody() -> None:
    gone = JobSummary(id="gone", status=None)
    assert scoped.rows([gone, row("a"), row("y", "theirs")], OURS) == [row("a")]
    assert scoped.rows([gone], EVERYTHING) == [gone]


def test_what_names_queues_of_everybody_is_not_told_of_the_server() -> None:
    described = {
        "queues": ["ours-1", "theirs"],
        "worker_command": "rq worker theirs",
        "remote_command": "x",
        "name": "n",
    }
    assert scoped.server(described, OURS) == {
        "queues": ["ours-1"],
        "worker_command": None,
        "remote_command": None,
        "name": "n",
    }
    assert scoped.server(described, EVERYTHING) is described


def test_job_types_are_seen_by_function_and_by_the_queue_that_they_name() -> None:
    entries = [{"func": "a.x", "queue": None}, {"func": "a.y", "queue": "theirs"}, {"func": "b.x", "queue": "ours-1"}]
    assert scoped.job_types(entries, OURS) == entries[:1]
    assert scoped.job_types(entries, EVERYTHING) == entries


def listen(hub: Hub, rights: Rights, *topics: str):
    made = hub.subscribe(lambda: None, rights=rights)
    hub.watch(made, topics)
    return made


def test_an_event_is_made_once_for_all_who_have_the_same_rights() -> None:
    hub, made = Hub(), []

    def within(event: Event, rights: Rights) -> Event:
        made.append(rights)
        return Event("t", "t", {"type": "narrowed"})

    listeners = [listen(hub, OURS, "t") for _ in range(20)] + [listen(hub, Rights("viewer", ("x",)), "t")]
    whole = listen(hub, Rights("viewer"), "t")
    hub.publish([Event("t", "t", {"type": "whole"}, within)])
    told = [listener.take()[0] for listener in listeners]
    assert len(made) == 2
    assert len({id(event.text) for event in told[:20]}) == 1
    assert {event.body["type"] for event in told} == {"narrowed"}
    assert whole.take()[0].body["type"] == "whole"


def test_an_event_that_says_nothing_of_rights_is_for_those_who_may_see_all() -> None:
    hub = Hub()
    narrowed, whole = listen(hub, OURS, "t"), listen(hub, EVERYTHING, "t")
    hub.publish([Event("t", "t", {"type": "new"})])
    assert narrowed.take() == []
    assert len(whole.take()) == 1
    hub.publish([events.catalog()])
    assert len(narrowed.take()) == 1


def test_what_was_made_for_some_rights_is_told_to_nobody_else() -> None:
    hub = Hub()
    narrowed, other, whole = (listen(hub, rights, "t") for rights in (OURS, Rights("viewer", ("x",)), EVERYTHING))
    assert hub.audiences("t") == {OURS.sight, Rights("viewer", ("x",)), EVERYTHING}
    hub.publish([Event("t", "t", {"type": "ours"})], only=OURS.sight)
    assert ([len(one.take()) for one in (narrowed, other, whole)]) == [1, 0, 0]
    hub.unsubscribe(narrowed)
    assert OURS.sight not in hub.audiences("t")
    assert hub.audiences(EVERYONE)


def test_a_row_out_of_sight_is_told_as_one_that_is_not_there() -> None:
    nothing = events.gone(events.row_topic("x"), "x", 5)
    assert events.row(row("x", "theirs"), 5).within(OURS).body == nothing.body
    assert events.row(row("x"), 5).within(OURS).body["type"] == "row"


@pytest.mark.parametrize("of", [None, ("theirs", "a.run"), ("ours-1", "b.run"), (None, None)])
def test_lines_and_lookers_of_a_job_out_of_sight_or_not_known_are_not_told(of) -> None:
    assert events.log("x", [], "0", False, of).within(OURS) is None
    assert events.presence("x", {"here": [], "count": 0}, of).within(OURS) is None
    assert events.log("x", [], "0", False, ("ours-1", "a.run")).within(OURS) is not None


def test_rights_are_kept_beside_what_was_asked_for_and_read_again() -> None:
    assert rights_of.stored(EVERYTHING) == rights_of.stored(Rights("viewer")) == ""
    assert rights_of.read("") is rights_of.read(None) is EVERYTHING
    assert rights_of.read(rights_of.stored(OURS)) == OURS.sight
    for odd in ("{", "[]", "3", "[1, 2]", "null"):
        assert rights_of.read(odd) == NOTHING
    assert not NOTHING.sees_job("q", "f")
    assert rights_of.covers(Rights("viewer"), OURS.sight)
    assert rights_of.covers(OURS, OURS.sight)
    assert not rights_of.covers(OURS, EVERYTHING)
    assert not rights_of.covers(OURS, Rights("viewer", ("ours-1",)))


def test_a_list_out_of_sight_is_told_of_as_often_as_one_that_nobody_knows() -> None:
    heard: list[tuple[Rights, dict]] = []

    def publish(told, only=None) -> None:
        heard.extend((only, event.body) for event in told)

    narrowed = Narrowed(publish, lambda topic: {EVERYTHING, OURS.sight}, Overviews(lambda rights: {}).within)

    def told(name: str, routine: bool) -> dict[Rights, int | None]:
        heard.clear()
        narrowed.tell_list(name, 1, overview(), 1, routine)
        return {who: body["total"] for who, body in heard}

    assert told("theirs/queued", routine=False) == {EVERYTHING: 100}
    assert told("theirs/queued", routine=True) == {EVERYTHING: 100, OURS.sight: None}
    assert told("nobody/queued", routine=True) == {EVERYTHING: None, OURS.sight: None}
    assert told("ours-1/queued", routine=False) == {EVERYTHING: 2, OURS.sight: 2}
    assert told("/queued", routine=False) == {EVERYTHING: 102, OURS.sight: 2}
