"""The arithmetic of `bench.scaling`, with unit costs that can be reckoned in the head."""

from dataclasses import replace

import pytest

from bench._costs import WORKERS_READ, Costs, Line, pieces
from bench._delay import delay_p95
from bench._model import CHANGES_A_JOB, Scenario, load
from bench._replay import SETINFO, commands_in, forking
from bench._waiting import NEVER, Service, wait_mean, waits
from bench.costs import LISTENERS, SIZES

FREE = Line(0.0, 0.0, 0.0, 0.0, 0.0)
COSTS = Costs(
    job=200e-6,
    packets=20,
    tracked=20e-6,
    listener=5e-6,
    lean_listener=1e-6,
    operations_redis=80e-6,
    heartbeat_idle=40e-6,
    heartbeat_busy=40e-6,
    look_redis=Line(1e-3, 10e-6, 4e-6, 0.1e-6, 10e-6),
    look_web=Line(2e-3, 0.0, 0.0, 0.0, 0.0),
    hint=50e-6,
    frame=25e-6,
    operations=100e-6,
    bytes_listener=200,
    bytes_lean_listener=50,
    bytes_frame=600,
    snapshot=FREE,
    bytes_viewer=32_768,
    bytes_job=2_000,
    connections_worker=2,
)
SCENE = Scenario(hosts=2, workers=10, viewers=100, jobs=1_000.0, queues=1, job_seconds=0.0)


def test_redis_time_is_the_sum_of_what_each_job_and_each_look_takes():
    found = load(COSTS, SCENE)
    a_job = 200e-6 + 20e-6 + (2 + 1) * 5e-6 + 80e-6
    assert found.looks_s == pytest.approx(20, rel=0.01)
    looks = 2 * found.looks_s * (1e-3 + 10 * 4e-6)
    assert found.used["Redis CPU"] == pytest.approx(1_000 * a_job + looks + 10 / 405 * 40e-6)
    assert sum(found.redis.values()) == pytest.approx(found.used["Redis CPU"])


def test_each_web_process_adds_a_listener_and_its_looks():
    few, many = (load(COSTS, replace(SCENE, hosts=hosts)).redis for hosts in (2, 6))
    assert many["tracking"] - few["tracking"] == pytest.approx(1_000 * 4 * 5e-6)
    assert many["looks"] == pytest.approx(3 * few["looks"], rel=0.01)
    assert many["RQ alone"] == few["RQ alone"]


def test_a_web_process_hears_looks_and_sends():
    found = load(COSTS, SCENE)
    assert found.viewers_each == 50
    assert found.used["web CPU"] == pytest.approx(1_000 * 50e-6 + found.looks_s * (2e-3 + 50 * 25e-6))


def test_shards_share_everything_and_each_has_a_web_process_of_its_own():
    whole, half = load(COSTS, SCENE), load(COSTS, replace(SCENE, shards=2))
    assert half.redis["RQ alone"] == pytest.approx(whole.redis["RQ alone"] / 2)
    assert half.used["operations CPU"] == whole.used["operations CPU"] / 2
    alone = load(COSTS, replace(SCENE, shards=4))
    assert alone.redis["tracking"] == pytest.approx(250 * (20e-6 + (1 + 1) * 5e-6))


def test_no_more_is_looked_than_changes():
    slow = replace(SCENE, jobs=2.0)
    assert load(COSTS, slow).looks_s == pytest.approx(2.0 * CHANGES_A_JOB)
    assert load(COSTS, replace(SCENE, jobs=0.01)).looks_s == pytest.approx(1.0)


def test_looks_that_take_long_leave_half_of_the_time_free():
    heavy = replace(COSTS, look_web=replace(FREE, base=0.2))
    found = load(heavy, replace(SCENE, viewers=1))
    assert found.gap == pytest.approx(2 * (0.2 / 0.95 + 1.04e-3), rel=0.05)


def test_a_full_redis_is_looked_at_seldom_and_nothing_is_seen():
    full = replace(SCENE, jobs=10_000.0)
    found = load(COSTS, full)
    assert found.used["Redis CPU"] > 1
    assert found.looks_s < 1
    assert found.first[0] == "Redis CPU"
    assert delay_p95(COSTS, full, found) == NEVER


def test_a_budget_bounds_what_all_looks_take_however_many_look():
    crowd = replace(SCENE, hosts=100, jobs=100.0, budget=0.1)
    assert load(COSTS, crowd).redis["looks"] == pytest.approx(0.1, rel=0.01)
    assert load(COSTS, replace(crowd, budget=None)).redis["looks"] > 0.5


def test_behind_a_relay_one_looks_and_listens_however_many_serve():
    few, many = (load(COSTS, replace(SCENE, hosts=hosts, relay=True)) for hosts in (2, 50))
    assert few.redis == pytest.approx(many.redis)


def test_sampling_asks_for_no_notices():
    found = load(COSTS, replace(SCENE, tracking=False, look_gap=1.0))
    assert found.redis["tracking"] == 0
    assert found.looks_s == pytest.approx(1.0, rel=0.01)
    assert delay_p95(COSTS, replace(SCENE, tracking=False, look_gap=1.0), found) == pytest.approx(0.96, rel=0.05)


def test_more_viewers_of_a_process_see_later():
    late = [delay_p95(COSTS, scene, load(COSTS, scene)) for scene in (SCENE, replace(SCENE, viewers=2_000))]
    assert 0.04 < late[0] < 0.06
    assert late[1] > late[0] + 0.02
    crowd = replace(SCENE, viewers=8_000)
    assert delay_p95(COSTS, crowd, load(COSTS, crowd)) == NEVER


def test_the_wait_is_that_of_one_server_and_grows_without_bound():
    assert wait_mean([Service(500, 1e-3)]) == pytest.approx(0.5e-3)
    assert wait_mean([Service(900, 1e-3)]) == pytest.approx(4.5e-3)
    assert wait_mean([Service(1_000, 1e-3)]) == NEVER
    followed = waits([Service(500, 1e-3)])
    assert sum(followed) / len(followed) == pytest.approx(0.5e-3, rel=0.05)
    assert followed == waits([Service(500, 1e-3)])
    assert waits([Service(1_001, 1e-3)])[0] == NEVER
    assert set(waits([])) == {0.0}


def test_a_few_long_commands_make_many_short_ones_wait():
    short, long = [Service(5_000, 100e-6)], [Service(2_500, 100e-6), Service(25, 10e-3)]
    assert short[0].share == pytest.approx(sum(service.share for service in long))
    assert wait_mean(long) > 10 * wait_mean(short)


def test_a_line_gives_back_what_was_measured():
    measured = {"small": 400.0, "queues": 1_400.0, "workers": 4_400.0, "many_workers": 5_300.0, "runs": 1_000.0}
    line = Line.through({f"look_{name}": cost for name, cost in measured.items()}, "look")
    for name, *size in SIZES:
        assert line.at(*size) == pytest.approx(measured[name])
    assert line.at(1, 2 * WORKERS_READ, 0) == pytest.approx(4_400 + 0.1 * WORKERS_READ)
    assert line.at(1, 0, 5_000) == line.at(1, 0, 200)


def test_unit_costs_come_from_differences_of_what_was_measured():
    found = {f"{kind}_{name}": 1.0 for kind in ("redis_look", "web_look", "bytes_snapshot") for name, *_ in SIZES}
    names = ["redis_heartbeat_idle", "redis_heartbeat_busy", "cpu_job_web", "cpu_job_operations", "web_frame"]
    names += ["bytes_frame", "kib_viewer", "bytes_job", "connections_worker", "packets_job"]
    names += [f"bytes_job_listener_of_{LISTENERS[-1]}{kind}" for kind in ("", "_lean")]
    found |= dict.fromkeys(names, 1.0)
    found |= {"redis_job_0_listeners": 200.0, "redis_job_1_listeners": 230.0, "redis_job_20_listeners": 325.0}
    found |= {"redis_job_20_listeners_lean": 249.0, "redis_reads_operations": 15.0}
    costs = Costs.of(found)
    assert costs.job == pytest.approx(200e-6)
    assert costs.listener == pytest.approx(5e-6)
    assert costs.tracked == pytest.approx(25e-6)
    assert costs.lean_listener == pytest.approx(1e-6)
    assert costs.operations_redis == pytest.approx(15e-6)


def test_others_are_served_between_the_pieces_of_a_long_look():
    assert pieces(1, 0) == 1
    assert pieces(1, 10_000) == pieces(1, WORKERS_READ) == 12


def test_a_replayed_packet_waits_for_as_many_replies_as_it_has_commands():
    packet = b"*1\r\n$5\r\nMULTI\r\n*3\r\n$4\r\nSADD\r\n$1\r\na\r\n$1\r\nb\r\n*1\r\n$4\r\nEXEC\r\n"
    assert commands_in(packet) == 3
    assert commands_in(SETINFO) == 2
    begun = [b"take", b"HSET started_at", b"end"]
    assert forking(begun)[:1] == [b"take"]
    assert forking(begun)[3:] == begun[1:]
