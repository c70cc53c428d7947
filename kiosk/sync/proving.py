"""Getting a token from the hub: its challenge is signed with the kiosk's key (`signing.KeyProof`).

What is signed names the hub that this kiosk was paired with, whatever answers: a challenge that
somebody carries over from another hub gets them nothing there.
"""

from dataclasses import dataclass, field

import httpx

from db import hub_trust, signing
from db.domain.errors import HubAwayError, HubRefusedError
from kiosk.sync.client import HubUnpairedError
from kiosk.sync.http import TIMEOUT, no_answer, raise_refusal, read_as
from kiosk.sync.own_token import OwnKey, OwnToken, Token


@dataclass(frozen=True, slots=True)
class _Challenge:
    nonce: str


@dataclass(frozen=True, slots=True)
class _Given:
    token: str = field(repr=False)
    seconds: float


def own_token(url: str, own: OwnKey, ca: str = "") -> OwnToken:
    """The token for the hub at `url`, whose authority is `ca` (PEM); none is asked for yet."""
    return OwnToken(lambda: token_at(url, own, ca))


def token_at(url: str, own: OwnKey, ca: str = "") -> Token:
    """The same as `get_token`, over a connection of its own: there is a token every half hour."""
    if not hub_trust.is_safe_address(url):  # paired before the hub had TLS
        raise HubUnpairedError("The hub speaks TLS now. Pair this kiosk again.")
    trusted = hub_trust.context_at_any_time(ca)
    with httpx.Client(base_url=url, trust_env=False, timeout=TIMEOUT, verify=trusted) as client:
        return get_token(client, own)


def get_token(client: httpx.Client, own: OwnKey) -> Token:
    """Ask for a challenge and answer it.

    Raises `HubUnpairedError` in words when the hub does not know this kiosk's key, `HubAwayError`
    when it does not answer.
    """
    who: dict[str, str | int] = {"kiosk_id": own.kiosk_id, "epoch": own.epoch}
    nonce = read_as(_post(client, "/v1/token/challenge", who), _Challenge).nonce
    if not signing.is_nonce(nonce):
        raise HubAwayError("What answers at the hub's address is no hub. Everything is kept here.")
    proof = signing.KeyProof(own.hub_key, own.kiosk_id, own.epoch, nonce)
    answer = who | {"nonce": nonce, "signature": signing.sign(own.key, proof).hex()}
    given = read_as(_post(client, "/v1/token", answer), _Given)
    return Token(given.token, given.seconds)


def _post(client: httpx.Client, path: str, said: dict[str, str | int]) -> bytes:
    try:
        response = client.post(path, json=said)
    except httpx.HTTPError as error:
        raise no_answer(error) from error
    if response.status_code == httpx.codes.NOT_FOUND:
        raise HubRefusedError(
            "The hub is of an older version than this kiosk: update the hub. Everything is kept "
            "here and sent then."
        )
    raise_refusal(response)
    return response.content
