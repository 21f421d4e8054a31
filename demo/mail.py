"""Mail: short runs by the hundred, and a mail server that hangs up now and then."""

import random
import smtplib
import time


def send_invoice(customer: str, invoice: str, failure_rate: float = 0.04) -> str:
    """Send an invoice to a customer."""
    return _deliver(customer, f"Your invoice {invoice}", failure_rate)


def send_newsletter(subscriber: str, issue: int) -> str:
    """Send one copy of a newsletter."""
    return _deliver(subscriber, f"News no. {issue}", failure_rate=0.01)


def send_report(report: str, to: str = "board@shop.example") -> str:
    """Send a report that another job has made."""
    return _deliver(to, f"Report: {report}", failure_rate=0.0)


def remind(customer: str, invoice: str) -> str:
    """Remind a customer of an invoice, some days later."""
    return _deliver(customer, f"A reminder of invoice {invoice}", failure_rate=0.0)


def _deliver(to: str, subject: str, failure_rate: float) -> str:
    time.sleep(random.uniform(0.01, 0.06))
    luck = random.random()
    if luck < failure_rate / 2:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
    if luck < failure_rate:
        raise smtplib.SMTPRecipientsRefused({to: (550, b"5.1.1 No such user here")})
    return f"{subject!r} sent to {to}"
