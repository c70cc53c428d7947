"""The hub's own socket, on loopback."""

import asyncio
import socket

from admin_console.hub.door import Door
from admin_console.hub.serving import _listen


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
