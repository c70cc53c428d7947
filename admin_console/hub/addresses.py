"""Which network addresses count as one: whoever has a computer has all of them. Pure."""

import ipaddress

_OWN_BITS = 64
"""Of an IPv6 address: the rest a computer gives itself, as many as it likes (RFC 4291, 2.5.4)."""


def neighbourhood(address: str) -> str:
    """What is counted together: an IPv4 address, the /64 network of an IPv6 address.

    What is no address stands for itself.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _OWN_BITS), strict=False))
