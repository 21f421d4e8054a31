"""What the shop runs by the clock: `rq cron demo.crontab`."""

from rq import cron

from demo import billing, report, search

cron.register(search.refresh_synonyms, "low", args=("de",), interval=30, result_ttl=900, name="synonyms-de")
cron.register(billing.reconcile, "low", args=("cash",), cron="* * * * *", result_ttl=900, name="reconcile-cash")
cron.register(report.nightly, "reports", args=("2026-01-01",), cron="15 3 * * 1-5", result_ttl=900, name="nightly")
