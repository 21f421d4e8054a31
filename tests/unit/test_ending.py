"""Who waits for a job's end is told of that and of nothing else, and leaves nothing behind."""

import pytest

from webapp.live import events
from webapp.live.ending import Ending
from webapp.live.events import EVERYONE, Event
from webapp.live.hub import Hub


class Asked:
    """Stands where the watcher is asked to look."""

    def __init__(self) -> None:
        self.topics: set[str] = set()

    def ask(self, topics: set[str]) -> None:
        self.topics |= topics


@pytest.fixture
def hub() -> Hub:
    return Hub()


def row(job_id: str, status: str | None) -> Event:
    topic = events.row_topic(job_id)
    return Event(topic, topic, {"type": "row", "row": {"id": job_id, "status": status}})


def ending(hub: Hub, told: list[str], watcher: Asked | None = None) -> Ending:
    made = Ending(hub, watcher or Asked(), "mine", lambda: told.append("told"))
    made.open()
    return made


@pytest.mark.parametrize("status", ["finished", "failed", "stopped", "canceled"])
def test_an_end_is_told(hub, status):
    told: list[str] = []
    ending(hub, told)
    hub.publish([row("mine", status)])
    assert told == ["told"]


def test_a_job_that_is_gone_is_told(hub):
    told: list[str] = []
    ending(hub, told)
    hub.publish([events.gone(events.row_topic("mine"), "mine", 1)])
    assert told == ["told"]


def test_progress_other_jobs_and_what_concerns_everyone_are_not_told(hub):
    told: list[str] = []
    ending(hub, told)
    hub.publish([row("mine", "started"), row("mine", None), row("other", "finished")])
    hub.publish([Event(EVERYONE, "health", {"type": "health"})])
    assert told == []


def test_the_job_is_looked_at_and_watched_until_it_is_closed(hub):
    watcher, told = Asked(), []
    made = ending(hub, told, watcher)
    assert watcher.topics == {"row:mine"} <= hub.topics()
    made.close()
    made.close()
    hub.publish([row("mine", "finished")])
    assert (told, len(hub), hub.topics()) == ([], 0, set())


def test_a_close_that_comes_before_the_open_is_obeyed(hub):
    made = Ending(hub, Asked(), "mine", lambda: None)
    made.close()
    made.open()
    assert len(hub) == 0


@pytest.mark.parametrize("before", [True, False], ids=["before", "meanwhile"])
def test_the_end_of_the_server_is_told(hub, before):
    told: list[str] = []
    if before:
        hub.close()
    made = ending(hub, told)
    hub.close()
    assert made.server_ends
    assert told
