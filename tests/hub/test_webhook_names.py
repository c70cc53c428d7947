"""Where the name of an address leads is looked at whenever a connection is made."""

import asyncio
import socket
from typing import Any

import pytest
from sqlalchemy import update

from admin_console.hub import webhook_leads
from db import webhook_tries
from db.hub_models import WebhookRow
from tests.hub_of_tests import Clock, HubOfTests
from tests.receivers import Receiver, put_notices, state, tell, wait_until

NAME = "doors.example"
ASK = socket.getaddrinfo
Names = dict[str, list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Where names lead, which a test settles."""
    leads: Names = {}

    def answered(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        addresses = leads.get(name, [name])
        return [found for each in addresses for found in ASK(each, port, *more, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", answered)
    return leads


def tell_by_name(hub: HubOfTests, receiver: Receiver) -> None:
    """Without TLS, which says nothing of where a name leads."""
    tell(hub, receiver, "notice.told")
    url = receiver.url.replace("127.0.0.1", NAME)
    with hub.database.begin() as session:
        session.execute(update(WebhookRow).values(url=url))


def test_receiver_is_told_by_the_name_that_leads_there(
    hub: HubOfTests, receiver: Receiver, names: Names
) -> None:
    names[NAME] = ["127.0.0.1"]
    tell_by_name(hub, receiver)

    put_notices(hub.database, 1)

    wait_until(lambda: len(receiver.got) == 1)
    assert receiver.got[0][0]["host"].startswith(NAME)


@pytest.mark.parametrize(
    "leads", ["169.254.169.254", "fe80::1", "::ffff:169.254.1.1", "0.0.0.0", "::", "224.0.0.1"]
)
def test_name_that_leads_to_nobody_in_particular_or_to_a_link_is_told_nothing(
    hub: HubOfTests, receiver: Receiver, names: Names, leads: str
) -> None:
    names[NAME] = ["127.0.0.1", leads]
    tell_by_name(hub, receiver)

    put_notices(hub.database, 1)

    wait_until(lambda: "leads to an address that is told to no" in state(hub.database).problem)
    assert receiver.got == []


def test_where_a_name_leads_is_looked_at_for_every_try(
    hub: HubOfTests, receiver: Receiver, names: Names, clock: Clock
) -> None:
    names[NAME] = ["127.0.0.1"]
    receiver.status = 503
    tell_by_name(hub, receiver)
    put_notices(hub.database, 1)
    wait_until(lambda: state(hub.database).problem == "it answered 503")

    names[NAME] = ["169.254.169.254"]
    clock.at += webhook_tries.PAUSES[0]

    wait_until(lambda: "leads to an address" in state(hub.database).problem)
    assert len(receiver.got) == 1


class Line:
    """A connection that somebody has taken at this address."""

    def __init__(self, address: str) -> None:
        self.address, self.is_open = address, True

    def get_extra_info(self, info: str) -> Any:
        return {"server_addr": (self.address, 443)}.get(info)

    async def aclose(self) -> None:
        self.is_open = False


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0"])
def test_name_that_leads_elsewhere_when_it_is_asked_again_is_told_nothing(
    address: str,
) -> None:
    line = Line(address)

    with pytest.raises(webhook_leads.ForbiddenAddressError):
        asyncio.run(webhook_leads.look("connection.connect_tcp.complete", {"return_value": line}))

    assert not line.is_open
