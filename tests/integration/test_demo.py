"""`python -m webapp.demo` on a real server: every status, real workers, bounds, and an end that leaves nothing."""

import sys
from collections import Counter

import pytest

from jobs import _keys
from tests import agreement, in_process
from tests.processes import Process, session_members
from tests.support import eventually
from webapp import rqkeys
from webapp.models import STATUSES


@pytest.fixture
def demo(redis, redis_server, started, tmp_path):
    def start(**env):
        settings = {"RQLIVE_REDIS_URL": redis_server.url, "RQLIVE_OWN_REDIS": 1, "RQLIVE_FILES": tmp_path / "files"}
        processes.append(started(Process([sys.executable, "-m", "webapp.demo"], tmp_path, settings | env)))
        return processes[-1]

    processes = []
    yield start
    for process in processes:
        # Its workers lead sessions of their own, and are its to end.
        if process.returncode is None:
            process.stop(5)


def statuses(redis):
    found = Counter()
    for key in redis.scan_iter(f"{_keys.job('')}*"):
        if key.count(b":") == 2:
            found[(redis.hget(key, "status") or b"").decode()] += 1
    return found


def workers(redis):
    return {name.decode().removeprefix(rqkeys.WORKER_PREFIX) for name in redis.smembers(rqkeys.WORKERS)}


def troubles(redis):
    """What of the demo's troubles is there, by name."""

    def status(job_id):
        return redis.hget(_keys.job(job_id), "status")

    return {
        "left ready": redis.zcard("rq:ready:imports") == 1,
        "in the intermediate list": redis.llen("rq:queue:scans:intermediate") == 1,
        "in no list": status("scan-of-a-lost-letter") == b"queued" and not redis.llen("rq:queue:scans-2"),
        "started by a worker that is dead": redis.zcard("rq:wip:customs") == 1,
        "waits for a slot of the dead": redis.zcard("rq:rl:customs-api:rate_limited") == 1,
        "due without a scheduler": redis.zcard("rq:scheduled:archive") == 1,
        "waits for a failure": status("report-for-the-auditor") == b"failed"
        and status("mail-to-the-auditor") == b"deferred",
        "waits for nothing": status("mail-about-a-deleted-report") == b"deferred",
        "waits round a circle": status("hen") == status("egg") == b"deferred",
        "waits for what waits for a failure": status("reminder-of-the-audit") == b"deferred",
        "waits for a slot that it holds": status("booking-sent-twice") == b"rate_limited"
        and redis.zscore("rq:rl:ledger:allowed", "booking-sent-twice") is not None,
        "waits for the slot of what has expired": status("payment-after-an-expired-one") == b"rate_limited"
        and not redis.exists(*(_keys.job(holder.decode()) for holder in redis.zrange("rq:rl:bank:allowed", 0, -1))),
        "a cron process is gone": redis.zcard("rq:cron_job:rates-eur:jobs") == 1,
        "runs by the clock": bool(redis.zcard("rq:cron_schedulers") and redis.zcard("rq:cron_job:synonyms-de:jobs")),
    }


def the_pages_agree(url, redis, started, folder):
    """Nothing moves any more, but for what expires: so they may be asked again."""
    started(
        Process([sys.executable, "-m", "webapp.operations"], folder, {"RQLIVE_REDIS_URL": url, "RQLIVE_OWN_REDIS": 1})
    )
    with in_process.running(url, folder) as client:
        eventually(lambda: agree(client), 20)
        eventually(lambda: explained(client), 30)
        for status in STATUSES:
            eventually(lambda status=status: agree_on(client, redis, status), 20)


#: Kinds of stuck work, apart from the job of a lost worker, which is `abandoned` or not yet, and from `overdue`, which
#: takes a minute.
STUCK = {"intermediate", "deferred", "ready", "nowhere", "slots"}
#: job -> why it does not run
WHY = {
    "scan-of-a-lost-letter": "in_no_list",
    "mail-to-the-auditor": "dead_parents",
    "reminder-of-the-audit": "dead_ancestor",
    "mail-about-a-deleted-report": "gone_parents",
    "hen": "circle",
    "booking-sent-twice": "slot_circle",
    "payment-after-an-expired-one": "slots_dead",
    "draft-survey": "created",
}


def explained(client):
    """The pages tell each trouble by its name."""
    kinds = {kind["kind"] for kind in client.get("/api/boards/stuck").json["value"]["kinds"]}
    assert kinds >= STUCK
    assert kinds & {"abandoned", "lost_worker"}
    codes = {job: client.get(f"/api/boards/why/{job}").json["value"]["code"] for job in WHY}
    assert codes == WHY
    return True


def agree(client):
    assert agreement.differences(client) == []
    return True


def agree_on(client, redis, status):
    """A search for a status walks its lists: the one job that says "queued" and is in none is not in them."""
    lost = status == "queued"
    assert agreement.found_by_search(client, f"status:{status}") == statuses(redis)[status] - lost, status
    return True


@pytest.mark.slow
@pytest.mark.timeout(150)
def test_every_status_and_every_trouble_is_there_within_a_minute_and_nothing_runs_on_at_the_end(
    redis, redis_server, demo, started, tmp_path
):
    process = demo(RQLIVE_DEMO_KILL=0)
    found = eventually(lambda: set(statuses(redis)) >= set(STATUSES) and statuses(redis), timeout=50)
    assert set(found) == set(STATUSES), "and no other"
    assert sum(found.values()) < 2_000
    eventually(lambda: all(troubles(redis).values()), timeout=30, message="see troubles()")
    names = workers(redis)
    assert {"billing-1", "mailer-1", "reports-1", "reports-2"} <= names
    pids = [int(redis.hget(rqkeys.worker(name), "pid") or 0) for name in names]
    assert process.stop(3) == 0
    assert [pid for pid in pids if session_members(pid)] == []
    assert {name.partition("-")[0] for name in workers(redis)} <= {"scanner", "customs"}, "those that died in the play"
    assert statuses(redis)["started"] == redis.zcard("rq:wip:customs") == 1, "and what one of them ran"
    assert "Traceback" not in process.output
    the_pages_agree(redis_server.url, redis, started, tmp_path)


@pytest.mark.slow
def test_a_worker_is_killed_now_and_then_and_replaced_by_another(redis, demo):
    demo(RQLIVE_DEMO_KILL=12)
    spots = eventually(lambda: {name for name in workers(redis) if name.startswith("spot-")})
    spot = spots.pop()
    eventually(lambda: dict(redis.pubsub_numsub(f"rq:pubsub:{spot}"))[f"rq:pubsub:{spot}".encode()] == 0, timeout=20)
    assert spot in workers(redis), "Redis still lists it: it is lost, not gone"
    eventually(lambda: any(name.startswith("spot-") and name != spot for name in workers(redis)), timeout=30)


def test_it_refuses_a_redis_that_was_given_and_touches_nothing(redis, demo):
    process = demo(RQLIVE_OWN_REDIS=0, RQLIVE_WRITE=1)
    assert process.wait() == 1
    assert "only on one that RQ Live started itself" in process.output
    assert redis.keys() == []
