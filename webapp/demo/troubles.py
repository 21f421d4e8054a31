"""What goes wrong in the demo and stays so: each kind once, so that the page has something to explain."""

from rq.job import Job
from rq.rate_limit import RateLimit

from webapp import rqkeys
from webapp.demo.crew import Crew
from webapp.demo.director import Scene
from webapp.demo.shop import FAILURE_TTL, PACKAGE, Shop

#: Nobody serves these: what a crash has left there stays.
ARCHIVE, IMPORTS, SCANS, CUSTOMS = "archive", "imports", "scans", "customs"
CUSTOMS_LIMIT = RateLimit(key="customs-api", concurrency=1)


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
        Scene(play.retired_function, 45, first=6),
    ]


class Troubles:
    """The scenes themselves."""

    def __init__(self, shop: Shop, crew: Crew) -> None:
        self._shop = shop
        self._crew = crew

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
        """A mail that waits for a report which has failed."""
        if not self._shop.exists("mail-to-the-auditor"):
            report = self._shop.send("low", "report.export", "audit.csv", ["vat_id"], job_id="report-for-the-auditor")
            self._shop.send("emails", "mail.send_report", "Audit", depends_on=report, job_id="mail-to-the-auditor")

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

    def retired_function(self) -> None:
        """A job of a program that was deployed before its function went away."""
        self._shop.send("low", "legacy.send_fax", "+351 21 000 0000")
