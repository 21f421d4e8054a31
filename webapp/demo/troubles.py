"""What goes wrong in the demo and stays so: each kind once, so that the page has something to explain."""

import subprocess

from rq.job import Job
from rq.rate_limit import RateLimit

from jobs import _keys
from webapp import rqkeys
from webapp.demo.crew import Crew
from webapp.demo.director import Scene
from webapp.demo.shop import FAILURE_TTL, PACKAGE, Shop

#: Nobody serves these: what a crash has left there stays.
ARCHIVE, IMPORTS, SCANS, CUSTOMS, LEDGER = "archive", "imports", "scans", "customs", "ledger"
CUSTOMS_LIMIT = RateLimit(key="customs-api", concurrency=1)
LEDGER_LIMIT, BANK_LIMIT = RateLimit(key="ledger", concurrency=1), RateLimit(key="bank", concurrency=1)
#: The history of the one cron job of demo/crontab_old.py.
OLD_CRON = rqkeys.cron_history("rates-eur")


def scenes(shop: Shop, crew: Crew) -> list[Scene]:
    """All scenes: each looks whether its trouble is there, and makes it where it is not."""
    play = Troubles(shop, crew)
    return [
        Scene(play.power_cut, 30, first=2),
        Scene(play.taken_and_dropped, 30, first=4),
        Scene(play.popped_and_lost, 30, first=6),
        Scene(play.blackout, 30, first=8),
        Scene(play.overdue, 30, first=3),
        Scene(play.waits_for_a_failure, 30, first=5),
        Scene(play.waits_for_nothing, 30, first=5),
        Scene(play.round_a_circle, 30, first=5),
        Scene(play.sent_twice, 15, first=10),
        Scene(play.slot_of_a_job_that_expired, 15, first=10),
        Scene(play.switched_off, 15, first=4),
        Scene(play.retired_function, 45, first=6),
    ]


class Troubles:
    """The scenes themselves."""

    def __init__(self, shop: Shop, crew: Crew) -> None:
        self._shop = shop
        self._crew = crew
        self._old_cron: subprocess.Popen[bytes] | None = None

    def power_cut(self) -> None:
        """A job that was about to be queued when its machine went dark; see demo/crash.py."""
        if not self._shop.count("ready_to_enqueue", IMPORTS):
            feed = self._shop.send(IMPORTS, "crash.read_feed", "Acme", result_ttl=3600)
            if feed is not None:
                self._shop.send(IMPORTS, "crash.import_prices", "Acme", depends_on=feed)
                self._crew.invite("importer", "--burst", "--queue-class", f"{PACKAGE}.crash.CrashingQueue", IMPORTS)

    def taken_and_dropped(self) -> None:
        """A job that a worker had just taken when its machine went dark: it lies in RQ's intermediate list."""
        if not self._shop.redis.llen(f"{rqkeys.queue(SCANS)}:intermediate"):
            self._shop.send(SCANS, "images.thumbnail", "delivery-note.jpg")
            self._crew.invite("scanner", "--burst", "--queue-class", f"{PACKAGE}.crash.DroppingQueue", SCANS)

    def popped_and_lost(self) -> None:
        """The same with a worker of two queues, for which RQ keeps no such list: the job is in none at all."""
        if not self._shop.exists("scan-of-a-lost-letter"):
            self._shop.send(f"{SCANS}-2", "images.thumbnail", "lost-letter.jpg", job_id="scan-of-a-lost-letter")
            queues = (f"{SCANS}-2", f"{SCANS}-3")
            self._crew.invite("scanner", "--burst", "--queue-class", f"{PACKAGE}.crash.DroppingQueue", *queues)

    def blackout(self) -> None:
        """A run whose process and worker both died, holding the one slot that the next job waits for."""
        if not self._shop.count("started", CUSTOMS):
            for parcel in ("parcel-1", "parcel-2"):
                self._shop.send(CUSTOMS, "crash.declare", parcel, rate_limit=CUSTOMS_LIMIT)
            self._crew.invite("customs", "--burst", CUSTOMS)

    def overdue(self) -> None:
        """A job that is due on a queue for which no scheduler lives."""
        if not self._shop.count("scheduled", ARCHIVE):
            self._shop.send_later(ARCHIVE, 1, "report.export", "orders-2017.csv", ["id"])

    def waits_for_a_failure(self) -> None:
        """A mail that waits for a report which has failed, and a reminder that waits for the mail."""
        if not self._shop.exists("mail-to-the-auditor"):
            report = self._shop.send("low", "report.export", "audit.csv", ["vat_id"], job_id="report-for-the-auditor")
            mail = self._shop.send(
                "emails", "mail.send_report", "Audit", depends_on=report, job_id="mail-to-the-auditor"
            )
            reminder = {"depends_on": mail, "job_id": "reminder-of-the-audit"}
            self._shop.send("emails", "mail.remind", "auditor@mail.example", "2026-1", **reminder)

    def waits_for_nothing(self) -> None:
        """A mail that waits for a report which somebody deleted."""
        if not self._shop.exists("mail-about-a-deleted-report"):
            report = self._shop.send(ARCHIVE, "report.export", "deleted.csv", ["id"])
            options = {"depends_on": report, "job_id": "mail-about-a-deleted-report"}
            self._shop.send("emails", "mail.send_report", "Deleted", **options)
            if report is not None:
                report.delete()

    def round_a_circle(self) -> None:
        """Two jobs that wait for each other."""
        if not self._shop.exists("egg"):
            made = {"connection": self._shop.redis, "origin": "low", "failure_ttl": FAILURE_TTL}
            Job.create(f"{PACKAGE}.search.refresh_synonyms", args=("la",), id="hen", **made).save()
            self._shop.send("low", "search.refresh_synonyms", "la", job_id="egg", depends_on="hen")
            self._shop.send("low", "search.refresh_synonyms", "la", job_id="hen", depends_on="egg")

    def sent_twice(self) -> None:
        """A job that was sent twice under one id: it holds the one slot that it then waits for."""
        if self._status("booking-sent-twice") != b"rate_limited":
            self._drop("booking-sent-twice")
            for _ in range(2):
                self._shop.send(
                    LEDGER, "billing.reconcile", "cash", job_id="booking-sent-twice", rate_limit=LEDGER_LIMIT
                )

    def slot_of_a_job_that_expired(self) -> None:
        """A payment that nobody took in time has expired with its slot, for which the next one waits.

        RQ's maintenance frees the slot whenever a worker starts; then it is made anew.
        """
        if self._status("payment-after-an-expired-one") != b"rate_limited":
            self._drop("payment-after-an-expired-one")
            lost = self._shop.send(LEDGER, "billing.reconcile", "bank", rate_limit=BANK_LIMIT, ttl=1)
            if lost is not None:
                self._shop.queue(LEDGER).remove(lost)
            waits = {"job_id": "payment-after-an-expired-one", "rate_limit": BANK_LIMIT}
            self._shop.send(LEDGER, "billing.reconcile", "bank", **waits)

    def switched_off(self) -> None:
        """A second cron process whose machine is switched off after its first run: its next ones are missed."""
        if self._old_cron is not None and self._shop.redis.exists(OLD_CRON):
            self._old_cron.kill()
        elif self._old_cron is None and not self._shop.redis.exists(OLD_CRON):
            self._old_cron = self._crew.invite_cron("old-cron", "demo.crontab_old")

    def _status(self, job_id: str) -> bytes | None:
        return self._shop.redis.hget(_keys.job(job_id), "status")

    def _drop(self, job_id: str) -> None:
        if self._shop.exists(job_id):
            Job.fetch(job_id, self._shop.redis).delete()

    def retired_function(self) -> None:
        """A job of a program that was deployed before its function went away."""
        self._shop.send("low", "legacy.send_fax", "+351 21 000 0000")
