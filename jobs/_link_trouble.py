"""Why a link did not answer: what went wrong on the way, told apart and put into words. No I/O."""

import errno
import socket
import ssl

#: OpenSSL's X509_V_ERR_… -> our reason.
_CERTIFICATES = {
    9: "not_yet_valid",
    10: "expired",
    18: "self_signed",
    2: "unknown_issuer",
    19: "unknown_issuer",
    20: "unknown_issuer",
    21: "unknown_issuer",
    23: "revoked",
    62: "wrong_host",
    64: "wrong_host",
}
_TLS_WORDS = {
    "not_yet_valid": "its certificate is not valid yet",
    "expired": "its certificate has expired",
    "self_signed": "its certificate is signed by itself",
    "unknown_issuer": "its certificate comes from an issuer that this machine does not know",
    "revoked": "its certificate was revoked",
    "wrong_host": "its certificate is for another host",
}
_STEPS = {
    "dns": "its name was not resolved",
    "connect": "it did not take the connection",
    "tls": "it did not finish the TLS handshake",
    "read": "it took the request and did not answer",
    "body": "it did not send all of its content",
}
_UNREACHABLE = {
    errno.ENETUNREACH: ("network", "there is no way to its network"),
    errno.EHOSTUNREACH: ("host", "there is no way to its host"),
    errno.ENETDOWN: ("down", "this machine has no network"),
}


class LinkTrouble(Exception):
    """A link did not answer as one does. The message is the detail in words."""

    def __init__(self, outcome: str, words: str, reason: str | None = None) -> None:
        super().__init__(words)
        #: timeout, tls_error, dns_error, connection_refused, unreachable, bad_answer, private_address, …
        self.outcome = outcome
        #: Which of several: the step of a timeout, what is wrong with a certificate. None where only words can tell.
        self.reason = reason


def trouble(error: OSError, step: str, seconds: float) -> LinkTrouble:
    """What an error of the network means in this step: dns, connect, tls, read or body."""
    if isinstance(error, TimeoutError):
        return LinkTrouble("timeout", f"{_STEPS[step]} within {seconds:g} s", step)
    if isinstance(error, socket.gaierror):
        return _of_name(error)
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    if step == "tls":
        return LinkTrouble("tls_error", "it broke off the TLS handshake", "protocol")
    if isinstance(error, ConnectionRefusedError):
        return LinkTrouble("connection_refused", "nothing listens on its port")
    if step in ("read", "body"):
        return dropped()
    reason, words = _UNREACHABLE.get(error.errno, (None, error.strerror or str(error)))
    return LinkTrouble("unreachable", words, reason)


def dropped() -> LinkTrouble:
    """The connection was closed before there was an answer."""
    return LinkTrouble("bad_answer", "it broke off the connection before it had answered", "dropped")


def _of_name(error: socket.gaierror) -> LinkTrouble:
    if error.errno == socket.EAI_AGAIN:
        return LinkTrouble("dns_error", "its name cannot be resolved at present", "temporary")
    return LinkTrouble("dns_error", "its name does not exist", "unknown")


def _of_tls(error: ssl.SSLError) -> LinkTrouble:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = _CERTIFICATES.get(error.verify_code)
        return LinkTrouble("tls_error", _TLS_WORDS.get(reason, f"its certificate: {error.verify_message}"), reason)
    said = (error.reason or "it broke off the handshake").replace("_", " ").lower()
    return LinkTrouble("tls_error", f"it does not speak TLS as it should ({said})", "protocol")
