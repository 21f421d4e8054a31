"""Job type: check links. Many at once on one thread, each told apart by what came of it."""

import asyncio
import logging
import os
import time
from typing import TYPE_CHECKING, Annotated, Any

from jobs import Param, job_type, track

if TYPE_CHECKING:
    from jobs._link_walk import Finding
    from jobs._link_wire import Wire

log = logging.getLogger(__name__)

#: Links of one job: each costs a few kilobytes until the job ends.
LINKS_MAX = 20_000
#: One of each kind: fine, moved, missing, three bad certificates, no such name, not for strangers.
EXAMPLES = [
    "https://python-rq.org/",
    "http://python-rq.org/",
    "https://redis.io/no-such-page",
    "https://expired.badssl.com/",
    "https://wrong.host.badssl.com/",
    "https://self-signed.badssl.com/",
    "https://no-such-host.invalid/",
    "http://localhost:8000/",
]


@job_type(title="Check links", timeout=3600)
async def link_check(
    urls: Annotated[list[str], Param(title="Links", help="With http:// or https://.", max_length=LINKS_MAX)] = EXAMPLES,
    sitemap: Annotated[str | None, "The address of one: its links are checked, and not those above."] = None,
    limit: Annotated[int, Param(help="How many links of a sitemap at most.", ge=1, le=LINKS_MAX)] = 1000,
    concurrency: Annotated[int, Param(help="How many at once.", ge=1, le=100)] = 20,
    per_host: Annotated[int, Param(help="How many at once on one host.", ge=1, le=20)] = 2,
    timeout: Annotated[float, Param(help="Seconds for each request.", ge=0.1, le=60)] = 10,
    slow: Annotated[float, Param(help="Seconds from which on an answer is called slow.", ge=0, le=60)] = 2,
) -> dict[str, Any]:
    """Say of each link whether it works, redirects, fails, hangs or has a bad certificate. All are in links.csv.

    Addresses that are not public are refused, also where a redirect or a name leads to one.
    """
    from jobs._link_advice import advice
    from jobs._link_report import report
    from jobs._link_wire import Wire

    began = time.monotonic()
    with Wire(concurrency, per_host, timeout) as wire:
        links, facts = (urls, {}) if sitemap is None else await _listed(wire, sitemap, limit)
        links = list(dict.fromkeys(filter(None, map(str.strip, links))))
        if not links:
            raise ValueError("There is no link to check. Give at least one, such as https://example.com/.")
        findings = await _check_all(wire, links, slow)
    for sentence in advice(findings, os.environ):
        log.warning(sentence)
    facts |= {"seconds": round(time.monotonic() - began, 2), "slow": slow}
    return report(findings, facts)


async def _listed(wire: "Wire", address: str, limit: int) -> tuple[list[str], dict[str, Any]]:
    """The links of a sitemap, and what is told of it."""
    from jobs._link_sitemap import Crawl

    crawl = Crawl(wire, address, limit)
    async for place in track(crawl.steps(), "Reading sitemaps", unit="sitemaps"):
        log.info("Links after %s: %s", place, f"{len(crawl.links):,}")
    facts = {"is_cut": crawl.is_cut, "sitemaps": crawl.read, "sitemaps_failed": crawl.failed}
    return list(crawl.links)[:limit], facts


async def _check_all(wire: "Wire", links: list[str], slow: float) -> list["Finding"]:
    """What was found out about each link. Those that are under way end with this, however it ends."""
    from jobs._link_report import BROKEN
    from jobs._link_walk import check

    findings = []
    tasks = [asyncio.create_task(check(wire, link, slow)) for link in links]
    try:
        for done in track(asyncio.as_completed(tasks), "Checking", total=len(tasks), unit="links"):
            finding = await done
            findings.append(finding)
            if finding.outcome in BROKEN:
                log.warning("%s: %s", finding.url, finding.words)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    log.info("Links: %s; broken: %s", f"{len(findings):,}", f"{sum(each.outcome in BROKEN for each in findings):,}")
    return findings
