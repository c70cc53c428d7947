"""Which hubs say on this network that they are there (DNS-SD, RFC 6763). A hint, never trust."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

SERVICE = "_vestibule-hub._tcp.local."
LISTEN_SECONDS = 2.0
_ASK_MILLISECONDS = 1_000


@dataclass(frozen=True, slots=True)
class FoundHub:
    """What somebody on the network says."""

    name: str
    url: str


def hubs_here(
    seconds: float = LISTEN_SECONDS, interfaces: Sequence[str] | None = None
) -> list[FoundHub]:
    """Those that answer within some seconds; none where the network does not let anybody ask.

    `interfaces`: addresses of those to listen on, None for all.
    """
    from zeroconf import Error, ServiceBrowser, Zeroconf  # takes its time

    names: list[str] = []

    def heard(name: str, **_: object) -> None:
        if name not in names:
            names.append(name)

    try:
        listener = Zeroconf() if interfaces is None else Zeroconf(interfaces=list(interfaces))
    except (Error, OSError):
        return []
    try:
        ServiceBrowser(listener, SERVICE, handlers=[heard])
        time.sleep(seconds)
        found = []
        for name in sorted(names):
            info = listener.get_service_info(SERVICE, name, _ASK_MILLISECONDS)
            addresses = info.parsed_addresses() if info is not None else []
            if info is not None and addresses:
                host = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
                found.append(
                    FoundHub(name.removesuffix(f".{SERVICE}"), f"https://{host}:{info.port}")
                )
        return found
    finally:
        listener.close()
