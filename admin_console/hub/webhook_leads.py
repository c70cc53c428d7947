"""Where the address of a webhook leads: looked at for each connection, before anything is sent.

Whoever has the name of a receiver says where it leads, each time that somebody asks, and may lead
it to where a provider hands out the keys of this computer. So the answer is looked at before a
connection is made, and the other end of the connection behind it: that is what was really reached.
"""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

from db import webhooks

_BEFORE, _MADE = "connection.connect_tcp.started", "connection.connect_tcp.complete"
"""As httpx tells of them to what `extensions["trace"]` names."""


class ForbiddenAddressError(Exception):
    """The name leads to an address that no program is told at."""


async def look(step: str, told: Mapping[str, Any]) -> None:
    """For ``extensions["trace"]`` of a request, which is not sent where this raises an error.

    Raises `ForbiddenAddressError`, and `ConnectionError` where nobody is there any more.
    """
    if step == _BEFORE:
        await _look_at_name(told["host"], told["port"])
    elif step == _MADE:
        line = told["return_value"]
        peer = line.get_extra_info("server_addr")
        if peer is not None and not webhooks.is_forbidden(str(peer[0])):
            return
        await line.aclose()  # nobody else has it yet
        if peer is None:  # whoever it was has let go of it
            raise ConnectionResetError
        raise ForbiddenAddressError


async def _look_at_name(host: str, port: int) -> None:
    try:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return  # nor is anybody reached by it
    if any(webhooks.is_forbidden(str(address[0])) for *_, address in found):
        raise ForbiddenAddressError
