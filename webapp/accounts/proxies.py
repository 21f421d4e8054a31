"""What a proxy says of a request: believed from the addresses that the settings name, and from nobody else. Pure."""

import ipaddress
from functools import cache

from webapp.config import Config

LONGEST = 45


class Proxies:
    """Those of one configuration."""

    def __init__(self, config: Config) -> None:
        self._networks = [ipaddress.ip_network(one, strict=False) for one in config.trusted_proxies]

    def trust(self, address: str | None) -> bool:
        """Whether this address is that of a proxy of ours."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self._networks)

    def client(self, address: str | None, forwarded_for: str) -> str:
        """Where a request came from: the last address of the chain that is none of ours.

        Each proxy adds whom it was asked by, at the end; what stands before that was said by whoever asked.
        """
        found = address or ""
        for one in reversed(forwarded_for.split(",")):
            if not self.trust(found) or not one.strip():
                return found
            found = one.strip()[:LONGEST]
        return found


@cache
def of(config: Config) -> Proxies:
    """The proxies of these settings."""
    return Proxies(config)
