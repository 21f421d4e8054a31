"""What happens in the demo, and how often. Each scene looks first, so that none piles up."""

import random
import time
from datetime import date, timedelta
from itertools import count

from rq import Repeat, Retry
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job
from rq.rate_limit import RateLimit

from jobs import _keys
from webapp import rqkeys
from webapp.demo import sales, troubles
from webapp.demo.crew import Crew
from webapp.demo.director import Scene
from webapp.demo.shop import FAILURE_TTL, PACKAGE, RESULT_TTL, Shop
from webapp.demo.troubles import ARCHIVE

PARTNER = RateLimit(key="partner-api", concurrency=1)
REPEATING = "refresh-synonyms-en"
DRAFTS = ("draft-spring-sale", "draft-new-shop", "draft-survey")
CANCELED_KEPT = 8

_numbers = count(1)


def scenes(shop: Shop, crew: Crew, kill_every: float) -> list[Scene]:
    """All scenes. `kill_every`: seconds between deaths of a worker, 0 for none."""
    play = Scenes(shop)
    plan = [
        Scene(play.visitors, 1),
        Scene(play.orders, 2),
        Scene(play.bookkeeping, 15, first=3),
        Scene(play.exports, 20, first=5),
        Scene(play.long_runs, 3),
        Scene(play.chains, 5),
        Scene(play.later, 5),
        Scene(play.limited, 5),
        Scene(play.left_alone, 10),
        Scene(play.newsletter, 90, first=20),
        Scene(play.profile, 120, first=6),
        Scene(play.stop_one, 45, first=10),
        Scene(play.cancel_one, 20, first=1),
        Scene(play.out_of_memory, 60, first=8),
        Scene(play.out_of_time, 120, first=12),
        Scene(play.no_answer_yet, 90, first=7),
    ]
    plan += troubles.scenes(shop, crew)
    return plan + ([Scene(crew.kill_one, kill_every, first=min(30, kill_every))] if kill_every else [])


class Scenes:
    """The scenes themselves."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def visitors(self) -> None:
        """Short runs by the dozen: documents to be found, invoices, thumbnails."""
        documents = [(f"product-{random.randrange(10_000)}", random.randrange(200, 1_500)) for _ in range(6)]
        self._shop.send_many("default", "search.index_document", documents)
        invoices = [(f"c-{random.randrange(900)}@mail.example", _invoice()) for _ in range(random.randrange(1, 5))]
        self._shop.send_many("emails", "mail.send_invoice", invoices)
        self._shop.send("default", "images.thumbnail", f"photo-{random.randrange(10_000)}.jpg")

    def orders(self) -> None:
        """Payments, which are tried again when they fail."""
        amount = f"{random.randrange(500, 40_000) / 100:.2f}"
        self._shop.send("high", "billing.charge_card", _invoice(), amount, retry=Retry(max=2, interval=[5, 30]))

    def bookkeeping(self) -> None:
        """A ledger that does not always balance."""
        self._shop.send("low", "billing.reconcile", random.choice(("cash", "card", "vouchers")))

    def exports(self) -> None:
        """Exports, every other one of a column that is not there."""
        columns = ["id", "customer", "total", random.choice(("country", "vat_id"))]
        self._shop.send("low", "report.export", "orders.csv", columns)

    def long_runs(self) -> None:
        """Something long always runs, and something always waits behind it."""
        if self._shop.waiting("reports") < 2:
            day = (date.today() - timedelta(days=random.randrange(1, 30))).isoformat()
            calls = [
                ("billing.close_month", day[:7]),
                ("search.reindex", random.choice(("products", "articles", "reviews"))),
                ("report.nightly", day),
                ("warehouse.sync_stock", random.choice(("Lisbon", "Porto", "Ghent"))),
                ("warehouse.count_shelves", random.randrange(1, 12)),
            ]
            self._shop.send("reports", *random.choice(calls))

    def chains(self) -> None:
        """A report, and a mail that waits for it."""
        if self._shop.count("deferred", "emails") < 3:
            day = date.today().isoformat()
            report = self._shop.send("reports", "report.nightly", day)
            if report is not None:
                self._shop.send("emails", "mail.send_report", f"Sales of {day}", depends_on=report)

    def later(self) -> None:
        """What is to run later, and what runs again and again."""
        if self._shop.count("scheduled", "emails") < 6:
            wait = random.randrange(20, 1_800)
            self._shop.send_later("emails", wait, "mail.remind", "c-118@mail.example", _invoice())
        if self._shop.redis.hget(_keys.job(REPEATING), "status") not in (b"scheduled", b"queued", b"started"):
            repeat = Repeat(times=200, interval=20)
            self._shop.send("low", "search.refresh_synonyms", "en", job_id=REPEATING, repeat=repeat)

    def limited(self) -> None:
        """Orders for a partner who takes one at a time."""
        for _ in range(6 - self._shop.redis.zcard(rqkeys.rate_limited(PARTNER.key))):
            self._shop.send("partners", "partner.push_order", _invoice(), rate_limit=PARTNER)

    def left_alone(self) -> None:
        """What waits for no worker, and what was made and never sent."""
        if self._shop.waiting(ARCHIVE) < 5:
            self._shop.send(ARCHIVE, "report.export", "orders-2019.csv", ["id", "total"])
        for draft in DRAFTS:
            if not self._shop.exists(draft):
                self._draft(draft).save()

    def newsletter(self) -> None:
        """Forty mails that belong together."""
        issue = next(_numbers)
        copies = [(f"reader-{number}@mail.example", issue) for number in range(40)]
        self._shop.send_many("emails", "mail.send_newsletter", copies, group=f"newsletter-{issue}-{int(time.time())}")

    def stop_one(self) -> bool:
        """Somebody stops a long run that no other job waits for. False where there is none yet."""
        for job_id in self._shop.ids("started", "reports"):
            try:
                if not Job.fetch(job_id, self._shop.redis).dependent_ids:
                    send_stop_job_command(self._shop.redis, job_id)
                    return True
            except (NoSuchJobError, InvalidJobOperation):
                continue
        return False

    def cancel_one(self) -> None:
        """Somebody thinks again before a job has started; the last few of these are kept."""
        job = self._shop.send(ARCHIVE, "report.export", "orders-2018.csv", ["id"])
        if job is not None:
            job.cancel()
        for old in self._shop.ids("canceled", ARCHIVE)[:-CANCELED_KEPT]:
            Job.fetch(old, self._shop.redis).delete()

    def out_of_memory(self) -> None:
        """A picture that kills the process of its job."""
        self._shop.send("default", "images.thumbnail", f"scan-{random.randrange(100)}.tiff")

    def out_of_time(self) -> None:
        """A job that does not make it within its timeout."""
        self._shop.send("low", "report.full_history", f"c-{random.randrange(900)}", job_timeout=6)

    def no_answer_yet(self) -> None:
        """A job that asks for retries until there are none left: it fails without an exception."""
        self._shop.send("low", "partner.ask_for_stock", f"item-{random.randrange(90)}")

    def profile(self) -> None:
        """The job type of this project, on a CSV of sales."""
        sales.profile(self._shop)

    def _draft(self, job_id: str) -> Job:
        return Job.create(
            f"{PACKAGE}.mail.send_newsletter",
            args=("everybody@mail.example", 0),
            id=job_id,
            origin="emails",
            connection=self._shop.redis,
            result_ttl=RESULT_TTL,
            failure_ttl=FAILURE_TTL,
        )


def _invoice() -> str:
    return f"2026-{random.randrange(100_000):05}"
