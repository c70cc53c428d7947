"""What was reached by the address of a webhook, as it is looked at once a connection is made."""

import asyncio

import pytest

from admin_console.hub import webhook_leads


class LetGo:
    """A connection of which the other end has let go again: nobody says any more who it was."""

    is_open = True

    def get_extra_info(self, _: str) -> None:
        return None

    async def aclose(self) -> None:
        self.is_open = False


def test_connection_that_ended_before_anybody_could_look_reached_nobody() -> None:
    line = LetGo()

    with pytest.raises(ConnectionError):
        asyncio.run(webhook_leads.look("connection.connect_tcp.complete", {"return_value": line}))

    assert not line.is_open
