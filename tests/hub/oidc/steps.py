"""What is done at a hub and a provider when somebody signs in with the district's account."""

from typing import Any

import httpx

from db import accounts, audit, oidc, staff
from db.domain.audit import AuditLine
from tests.hub_of_tests import HubOfTests
from tests.provider_of_tests import (
    CLIENT,
    SECRET,
    ProviderOfTests,
    ec_key,
    rsa_key,
)

FIRST, SECOND, CURVE = rsa_key("first"), rsa_key("second"), ec_key()
PORT = 50123


def offer(hub: HubOfTests, provider: ProviderOfTests, *, asks_second_factor: bool = False) -> None:
    with hub.database.begin() as session:
        oidc.name_provider(
            session,
            oidc.Provider(
                name="Marlow account",
                issuer=provider.issuer,
                client_id=CLIENT,
                client_secret=SECRET,
                authorization_url=f"{provider.issuer}/authorize",
                token_url=f"{provider.issuer}/token",
                keys_url=f"{provider.issuer}/keys",
                secret_in="header",  # noqa: S106  a place
                asks_second_factor=asks_second_factor,
            ),
        )


def link(hub: HubOfTests, provider: ProviderOfTests, name: str = "rbegaye") -> None:
    with hub.database.begin() as session:
        rosa = staff.named(session, name).staff_id
        accounts.link(session, rosa, provider.issuer, provider.subject, hub.clock())


def start(hub: HubOfTests) -> dict[str, Any]:
    answer = hub.client.post("/v1/oidc/start", json={"port": PORT})
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def finish(hub: HubOfTests, ticket: str, code: str, state: str) -> httpx.Response:
    told = {"ticket": ticket, "code": code, "state": state}
    return hub.client.post("/v1/oidc/session", json=told)


def sign_in(hub: HubOfTests, provider: ProviderOfTests) -> httpx.Response:
    begun = start(hub)
    return finish(hub, begun["ticket"], *provider.sign_in(begun["address"]))


def deeds(hub: HubOfTests) -> list[AuditLine]:
    with hub.database.read() as session:
        return list(audit.page(session, hub.clock()).lines)
