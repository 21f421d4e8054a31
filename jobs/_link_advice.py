"""What would help where this machine or its settings stand between a job and its links. No I/O."""

from collections.abc import Iterable, Mapping

from jobs._link_guard import SETTING
from jobs._link_walk import Finding

PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def advice(findings: Iterable[Finding], env: Mapping[str, str]) -> list[str]:
    """Sentences, each with what to do next."""
    findings = list(findings)
    outcomes = {finding.outcome for finding in findings}
    said = []
    if "private_address" in outcomes:
        said.append(f"Addresses that are not public were refused. {SETTING}=1 in the worker's environment allows them.")
    if outcomes and outcomes <= {"dns_error", "unreachable", "timeout", "private_address", "invalid_url"}:
        said.append("No server answered at all. Look whether this worker reaches the network, and its DNS.")
    if _knows_no_issuer(findings):
        said.append("This machine may know no issuers of certificates. Install ca-certificates, or set SSL_CERT_FILE.")
    if outcomes & {"dns_error", "unreachable", "timeout"} and any(env.get(name) for name in _spellings(PROXIES)):
        said.append(
            "A proxy is set and was not used: it would resolve names itself, and could lead anywhere. "
            "Run this on a worker that reaches the network without one."
        )
    return said


def _knows_no_issuer(findings: list[Finding]) -> bool:
    secure = [finding for finding in findings if finding.url.startswith("https:")]
    return any(one.reason == "unknown_issuer" for one in secure) and not any(one.status for one in secure)


def _spellings(names: Iterable[str]) -> list[str]:
    return [spelt for name in names for spelt in (name, name.upper())]
