"""What is told of all links: counts by outcome, the worst rows for the page, and all of them in a CSV."""

import csv
from collections import Counter
from collections.abc import Iterable
from typing import Any

from jobs import Artifact
from jobs._link_url import shown
from jobs._link_walk import Finding

#: Outcomes, worst first.
OUTCOMES = (
    "tls_error",
    "dns_error",
    "connection_refused",
    "unreachable",
    "timeout",
    "server_error",
    "client_error",
    "bad_answer",
    "too_many_redirects",
    "invalid_url",
    "private_address",
    "permanent_redirect",
    "slow",
    "redirected",
    "ok",
)
#: What does not work for whoever clicks on it.
BROKEN = frozenset(OUTCOMES[: OUTCOMES.index("private_address")])
#: Rows in the result; links.csv has all.
ROWS_MAX = 500
#: Characters of a link and hops of a chain in a row: with these, 500 rows stay below what a page is given.
URL_CHARS, CHAIN_CHARS, CHAIN_MAX = 500, 200, 6
COLUMNS = ("link", "outcome", "reason", "status", "seconds", "leads_to", "redirects", "details")


def report(findings: list[Finding], facts: dict[str, Any]) -> dict[str, Any]:
    """What the job returns: a result with view "links", and with `facts` among what it tells."""
    findings = worst_first(findings)
    rows = [row(finding) for finding in findings[:ROWS_MAX]]
    told = {"view": "links", "checked": len(findings)} | facts
    return told | {"counts": counts(findings), "rows": rows, "artifacts": [table(findings)]}


def counts(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """How many links had each outcome that occurred, worst first."""
    found = Counter(finding.outcome for finding in findings)
    return [{"outcome": outcome, "count": found[outcome]} for outcome in OUTCOMES if found[outcome]]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """By outcome; within one the slowest first."""
    place = {outcome: number for number, outcome in enumerate(OUTCOMES)}
    return sorted(findings, key=lambda finding: (place[finding.outcome], -finding.seconds, finding.url))


def row(finding: Finding) -> dict[str, Any]:
    """One link as the page is told of it; what there is nothing to say about is left out."""
    told = {
        "url": shown(finding.url, URL_CHARS),
        "outcome": finding.outcome,
        "status": finding.status,
        "seconds": round(finding.seconds, 3) if finding.seconds else None,
        "reason": finding.reason,
        "words": finding.words,
        "chain": [f"{hop.status} {shown(hop.url, CHAIN_CHARS)}" for hop in finding.hops[:CHAIN_MAX]],
        "hops": len(finding.hops) if len(finding.hops) > CHAIN_MAX else None,
    }
    return {key: value for key, value in told.items() if value}


def table(findings: Iterable[Finding]) -> Artifact:
    """links.csv with every link."""
    artifact = Artifact("links.csv", "text/csv")
    with artifact.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for finding in findings:
            writer.writerow([_plain(cell) for cell in _cells(finding)])
    return artifact


def _cells(finding: Finding) -> tuple[object, ...]:
    chain = " > ".join(f"{hop.status} {hop.url}" for hop in finding.hops)
    leads_to = finding.hops[-1].url if finding.hops else ""
    seconds = f"{finding.seconds:.3f}" if finding.seconds else ""
    return (
        finding.url, finding.outcome, finding.reason or "", finding.status or "", seconds, leads_to, chain,
        finding.words,
    )  # fmt: skip


def _plain(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula: what it begins with may be a stranger's."""
    text = str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
