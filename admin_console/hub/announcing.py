"""The hub says on the school's network where it is (DNS-SD over multicast DNS, RFC 6762 and 6763).

A hint for whoever pairs a kiosk, and nothing to believe: anybody can say such a thing.
"""

import ipaddress
import logging
import socket
from collections.abc import Iterable, Sequence

from zeroconf import Error, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from db.discovery import SERVICE

LOG = logging.getLogger(__name__)
_MOST_NAME_BYTES = 60
"""A DNS label has 63 bytes."""


class Announcement:
    """On the network from `begin` to `end`. A network that does not let it is no trouble."""

    def __init__(
        self,
        site_name: str,
        port: int,
        addresses: Iterable[str],
        interfaces: Sequence[str] | None = None,
    ) -> None:
        """`interfaces`: addresses of those to speak on, None for all."""
        label = site_name.replace(".", " ").encode()[:_MOST_NAME_BYTES].decode(errors="ignore")
        self._info = ServiceInfo(
            SERVICE,
            f"{label}.{SERVICE}",
            port=port,
            parsed_addresses=[a for a in sorted(addresses) if _can_be_reached(a, interfaces)],
            server=f"{socket.gethostname().partition('.')[0]}.local.",
        )
        self._interfaces = list(interfaces) if interfaces is not None else None
        self._speaker: AsyncZeroconf | None = None

    async def begin(self) -> None:
        try:
            if self._interfaces is None:
                self._speaker = AsyncZeroconf()
            else:
                self._speaker = AsyncZeroconf(interfaces=self._interfaces)
            await self._speaker.async_register_service(self._info, allow_name_change=True)
        except (Error, OSError):
            LOG.warning(
                "This network does not let the hub announce itself: kiosks need its address."
            )

    async def end(self) -> None:
        if self._speaker is not None:
            await self._speaker.async_close()


def _can_be_reached(name: str, interfaces: Sequence[str] | None) -> bool:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    if address.is_loopback:
        return name in (interfaces or ())
    return not address.is_link_local
