"""What the shop ran by the clock on an old machine: `rq cron demo.crontab_old`. The demo switches that machine off."""

from rq import cron

from demo import search

cron.register(search.refresh_synonyms, "low", args=("eur",), interval=20, result_ttl=900, name="rates-eur")
