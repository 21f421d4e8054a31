"""Which addresses a link may lead to: public ones. What is written here keeps a dashboard's user out of the network
that its workers stand in. No I/O; the address that was asked about is the one to connect to.
"""

import os
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

#: Set to 1 in a worker's environment, it allows every address: for checking an intranet.
SETTING = "RQLIVE_LINK_CHECK_PRIVATE"

#: IPv4 that is not public, after IANA's registry of special addresses; 168.63.129.16 is Azure's host.
_V4 = {
    "loopback": ["127.0.0.0/8"],
    "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
    "shared": ["100.64.0.0/10"],
    "link-local": ["169.254.0.0/16"],
    "metadata": ["168.63.129.16/32"],
    "multicast": ["224.0.0.0/4"],
    "reserved": [
        "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "240.0.0.0/4",
    ],
}  # fmt: skip
#: IPv6 that has a name; of the rest only 2000::/3 is public. That leaves out IPv4 in IPv6, mapped and by NAT64.
_V6 = {
    "loopback": ["::1/128"],
    "private": ["fc00::/7"],
    "link-local": ["fe80::/10"],
    "multicast": ["ff00::/8"],
    # Protocol assignments and Teredo, documentation, 6to4.
    "reserved": ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
}
_NETWORKS = {
    version: [(ip_network(network), kind) for kind, networks in table.items() for network in networks]
    for version, table in ((4, _V4), (6, _V6))
}
_PUBLIC_V6 = ip_network("2000::/3")


def kind_of(address: str) -> str | None:
    """None for a public address; else what it is: loopback, private, link-local, … Raises ValueError if it is none."""
    ip = ip_address(address.partition("%")[0])
    for network, kind in _NETWORKS[ip.version]:
        if ip in network:
            return kind
    if ip.version == 6 and ip not in _PUBLIC_V6:
        return "reserved"
    # Python's table may know what came after ours.
    return None if ip.is_global else "reserved"


def private_allowed(env: Mapping[str, str] = os.environ) -> bool:
    """Whether this worker may connect to every address."""
    return env.get(SETTING, "").strip().lower() in ("1", "true", "yes", "on")
