"""Pairing as a kiosk does it, with somebody at the hub who compares and accepts."""

from collections.abc import Callable

from db import pairing_requests, pairing_secret, signing
from db.domain.kiosks import PairingRequest
from kiosk.sync.asking import Asked, ask
from tests.hub_of_tests import FRONT_KIOSK, HubOfTests

KEY = bytes(range(32))
PUBLIC_KEY = signing.public_of(KEY)


def new_code(hub: HubOfTests) -> str:
    with hub.database.begin() as session:
        return pairing_requests.new_code(session, hub.clock())


def wrong(code: str) -> str:
    """With the number of this code, another secret."""
    return f"{code[:-1]}{(int(code[-1]) + 1) % 10}"


def waiting(hub: HubOfTests) -> tuple[PairingRequest, ...]:
    with hub.database.read() as session:
        return pairing_requests.waiting(session, hub.clock())


def accepts(hub: HubOfTests, *, is_replaced: bool = False) -> Callable[[str], None]:
    """Somebody who accepts the kiosk that shows the same digits."""

    def compare(digits: str) -> None:
        (request,) = [r for r in waiting(hub) if r.short_string == digits]
        with hub.database.begin() as session:
            pairing_requests.accept(
                session, request.request_id, "Dana", hub.clock(), is_replaced=is_replaced
            )

    return compare


def rejects(hub: HubOfTests) -> Callable[[str], None]:
    """Somebody who turns every kiosk away."""

    def refuse(_digits: str) -> None:
        for request in waiting(hub):
            with hub.database.begin() as session:
                pairing_requests.reject(session, request.request_id, "Dana", hub.clock())

    return refuse


def asks(
    hub: HubOfTests,
    code: str,
    kiosk_id: str = FRONT_KIOSK,
    name: str = "Front",
    ca: str = "",
) -> Asked:
    return ask(hub.client, ca, code, name, kiosk_id, public_key=PUBLIC_KEY)


def wire(code: str, kiosk_id: str = "") -> dict[str, str | bool]:
    """The body with which a kiosk asks."""
    nonce = bytes(16)
    secret = pairing_secret.stretch(code, nonce, "")
    return {
        "nonce": nonce.hex(),
        "proof": pairing_secret.kiosk_proof(secret, kiosk_id, PUBLIC_KEY).hex(),
        "kiosk_name": "Front",
        "kiosk_id": kiosk_id,
        "public_key": PUBLIC_KEY.hex(),
        "proves_key": True,
        "number": pairing_secret.number_of(code),
    }
