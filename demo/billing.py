"""Money: card payments that are declined now and then, a ledger that does not always balance, the monthly close."""

import logging
import random
import time
from decimal import Decimal

from jobs import job_type, track

log = logging.getLogger(__name__)

ACCOUNTS = ("Sales", "Refunds", "Shipping", "Fees", "Taxes", "Payouts")


class CardDeclined(Exception):
    """The bank said no."""


class GatewayError(Exception):
    """The payment gateway answered something else than it should."""


def charge_card(invoice: str, amount: str, decline_rate: float = 0.12) -> dict[str, str]:
    """Charge an invoice. Declined cards and a gateway that stumbles are part of it."""
    reply = _ask_gateway(invoice, Decimal(amount), decline_rate)
    return {"invoice": invoice, "receipt": reply["receipt"], "charged": str(reply["amount"])}


def reconcile(ledger: str, entries: int = 400) -> str:
    """Compare a ledger with the bank's statement, to the cent."""
    ours = bank = Decimal()
    for _ in range(entries):
        amount = Decimal(random.randrange(100, 90_000)) / 100
        ours, bank = ours + amount, bank + amount
        time.sleep(0.001)
    if random.random() < 0.4:
        bank -= Decimal("0.01")
    assert ours == bank, f"ledger {ledger}: our books say {ours}, the bank says {bank}"
    return f"{ledger} balances at {ours}"


@job_type
def close_month(month: str, seconds: int = 30) -> dict[str, str]:
    """Close the books of a month: account by account, entry by entry."""
    totals = {}
    for account in track(ACCOUNTS, "Closing accounts", unit="accounts"):
        entries = random.randrange(120, 180)
        for _ in track(range(entries), f"Posting {account}", unit="entries"):
            time.sleep(seconds / len(ACCOUNTS) / entries)
        totals[account] = str(Decimal(random.randrange(10_000, 9_000_000)) / 100)
        log.info("%s of %s closed at %s", account, month, totals[account])
    return totals


def _ask_gateway(invoice: str, amount: Decimal, decline_rate: float) -> dict:
    time.sleep(random.uniform(0.05, 0.25))
    luck = random.random()
    if luck < decline_rate:
        raise CardDeclined(f"{invoice}: the card ending in {random.randrange(1000, 9999)} was declined for {amount}")
    if luck < decline_rate + 0.03:
        return _parse_reply({"status": 502, "body": "<html>Bad gateway</html>"}, amount)
    return _parse_reply({"status": 200, "body": {"receipt": f"r-{random.randrange(10**8):08}"}}, amount)


def _parse_reply(reply: dict, amount: Decimal) -> dict:
    if not isinstance(reply["body"], dict):
        raise GatewayError(f"expected JSON with status {reply['status']}, got {reply['body'][:40]!r}")
    return reply["body"] | {"amount": amount}
