"""The demo's jobs are plain functions, and its director keeps time."""

import csv
import io
import random
import smtplib

import pytest

from demo import billing, images, mail, report, search, warehouse
from webapp.config import Config, ConfigError
from webapp.demo import director, sales
from webapp.demo.__main__ import check
from webapp.demo.director import Director, Scene


@pytest.fixture
def unlucky(monkeypatch):
    monkeypatch.setattr(random, "random", lambda: 0.0)


def test_its_jobs_do_what_they_say():
    assert search.index_document("product-7", words=10) == 10
    assert set(billing.close_month("2026-10", seconds=0)) == set(billing.ACCOUNTS)
    assert search.reindex("products", seconds=0)["shards"] == search.SHARDS
    assert set(report.nightly("2026-11-21", seconds=0)) == set(report.SECTIONS)
    assert warehouse.sync_stock("Porto", items=3, seconds=0)["items"] == 3
    assert warehouse.count_shelves(2, seconds=0) == 100
    assert images.thumbnail("photo-1.jpg") == "photo-1-320.webp"
    assert report.export("orders.csv", ["id", "total"])[0] == "7,89.90"


def test_its_jobs_fail_as_such_work_fails(unlucky):
    with pytest.raises(billing.CardDeclined, match="was declined"):
        billing.charge_card("2026-1", "12.50")
    with pytest.raises(billing.GatewayError, match="Bad gateway"):
        billing.charge_card("2026-1", "12.50", decline_rate=0)
    with pytest.raises(AssertionError, match="our books say"):
        billing.reconcile("cash", entries=2)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        mail.send_invoice("c-1@mail.example", "2026-1")
    with pytest.raises(KeyError, match="vat_id"):
        report.export("orders.csv", ["id", "vat_id"])


def test_the_made_up_csv_has_some_broken_lines_and_many_good_ones():
    rows = list(csv.reader(io.StringIO(sales._csv().replace('"2026-02-3', "2026-02-3"))))
    good = [row for row in rows if len(row) == 8]
    assert len(good) > sales.ROWS * 0.99
    assert len(rows) > len(good)


def test_it_does_not_play_on_a_redis_that_was_given():
    with pytest.raises(ConfigError, match="only on one that RQ Live started itself"):
        check(Config(redis_url="redis://prod:6379/0", write=True))
    check(Config(redis_url="redis://localhost:6379/0", own_redis=True))
    check(Config())


class Clock:
    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


def test_a_scene_is_played_when_it_is_due_and_soon_again_when_it_did_not_come_off(monkeypatch):
    clock, played = Clock(), []
    monkeypatch.setattr(director, "time", clock)
    troupe = Director([Scene(lambda: played.append("often"), 1), Scene(lambda: played.append("fails") or False, 60, 5)])
    for second in range(10):
        clock.now = 100.0 + second
        troupe.play()
    assert played.count("often") == 10
    assert played.count("fails") == 3, "at 5, 7 and 9 s"


def test_a_scene_that_met_an_error_is_played_again():
    tries = []

    def stumble():
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError

    troupe = Director([Scene(stumble, 60)])
    with pytest.raises(ConnectionError):
        troupe.play()
    troupe.play()
    troupe.play()
    assert len(tries) == 2
