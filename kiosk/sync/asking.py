"""Asking a hub to be let in, over HTTP: a code is proved, and an acceptance awaited.

What is proved, and why nobody in the middle can use it: `db.pairing_secret`.
"""

from dataclasses import dataclass, field
from uuid import UUID

import httpx

from db import hub_trust, pairing_secret, signing
from db.domain.errors import HubAwayError, HubRefusedError
from kiosk.sync.client import Pairing
from kiosk.sync.http import TIMEOUT, raise_refusal, read_as


@dataclass(frozen=True, slots=True)
class Asked:
    """The hub knows that this kiosk waits."""

    request_id: UUID
    short_string: str
    """Six digits that the console shows as well."""
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Noted:
    request_id: UUID


@dataclass(frozen=True, slots=True)
class _Proof:
    proof: str
    token: str = field(default="", repr=False)
    """Of a hub that is older than this kiosk."""


def ask(
    client: httpx.Client,
    ca: str,
    code: str,
    kiosk_name: str,
    kiosk_id: str,
    *,
    public_key: bytes,
    epoch: int = 0,
    site_id: str = "",
    key: bytes = b"",
) -> Asked:
    """Prove a one-time code. `client` trusts the hub's authority `ca` (PEM) and no other.

    `epoch` and `site_id` are those of the last pairing: another school's hub gives the kiosk a new
    id, so that no school gets the log of another one. `public_key` is of the key that will sign,
    `key` that pairing's private one: with it the kiosk proves which pairing ends at that school.

    Raises `HubRefusedError` with the hub's words when the code is wrong, old or used.
    """
    nonce = pairing_secret.new_nonce()
    secret = pairing_secret.stretch(code, nonce, ca)
    proof = pairing_secret.kiosk_proof(secret, kiosk_id, public_key).hex()
    leaving = signing.Leaving(kiosk_id, epoch, proof)
    asked = {
        "nonce": nonce.hex(),
        "proof": proof,
        "leaves": signing.sign(key, leaving).hex() if key else "",
        "kiosk_name": kiosk_name,
        "kiosk_id": kiosk_id,
        "epoch": epoch,
        "site_id": site_id,
        "public_key": public_key.hex(),
        "proves_key": True,
        "number": pairing_secret.number_of(code),
    }
    try:
        response = client.post("/v1/pairings", json=asked, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        why = hub_trust.why_not_trusted(error) or (
            "The hub does not answer. Check its address and the network, then try again with the "
            "same code."
        )
        raise HubAwayError(f"{why} This kiosk is not paired.") from error
    raise_refusal(response)
    noted = read_as(response.content, _Noted)
    return Asked(noted.request_id, pairing_secret.short_string(secret, public_key), secret)


def collect(client: httpx.Client, asked: Asked) -> Pairing | None:
    """What the kiosk is given once it was accepted; None while nobody has decided.

    Raises `HubRefusedError` when it was turned away, or nobody accepted it in time.
    """
    headers = {"Authorization": f"Bearer {pairing_secret.collect_token(asked.secret)}"}
    try:
        response = client.get(f"/v1/pairings/{asked.request_id}", headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise HubAwayError(
            "The hub does not answer any more. This kiosk is not paired: pair it again."
        ) from error
    raise_refusal(response)
    if response.status_code == httpx.codes.ACCEPTED:
        return None
    given = read_as(response.content, Pairing)
    said = read_as(response.content, _Proof)
    if said.token:
        raise HubRefusedError(
            "The hub is of an older version than this kiosk. Update the hub, then pair this kiosk "
            "again."
        )
    proof = pairing_secret.hub_proof(asked.secret, given.kiosk_id, given.hub_key)
    if said.proof != proof.hex():
        raise HubRefusedError(
            "What answered does not know the code, so it is not the hub that made it. This kiosk "
            "is not paired."
        )
    return given
