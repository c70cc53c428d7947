"""The hub's own socket, on loopback."""

import asyncio
import socket
from dataclasses import replace

from admin_console.hub.door import Door
from admin_console.hub.serving import _listen
from admin_console.hub.site import UNNAMED_DISTRICT, UNNAMED_SITE, without_names
from db.domain.desk import Site


def test_a_small_answer_does_not_wait_for_the_other_side() -> None:
    waits: list[bool] = []

    async def answers() -> None:
        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there = writer.get_extra_info("socket")
            waits.append(not there.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = _listen("127.0.0.1", 0, Door(10))
        async with await asyncio.start_server(connected, sock=listener):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            await reader.read()
            writer.close()

    asyncio.run(answers())

    assert waits == [False]


def test_hub_that_was_given_no_names_says_so() -> None:
    named = Site("d", "Marlow Unified", "s", "Lincoln Elementary School", "America/Chicago")
    unnamed = replace(named, name=UNNAMED_SITE)

    assert without_names(named) == ""
    assert "My school until it is told its names" in without_names(unnamed)
    assert "--site-name" in without_names(replace(unnamed, district_name=UNNAMED_DISTRICT))
