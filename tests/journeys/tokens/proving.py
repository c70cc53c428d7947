"""What a kiosk says to prove its key, said by tests."""

from db import signing
from db.signing import KeyProof
from tests.hub_of_tests import HubOfTests, PairedOfTests

ASK, PROVE = "/v1/token/challenge", "/v1/token"


def challenge_of(hub: HubOfTests, given: PairedOfTests) -> str:
    asked = {"kiosk_id": given.kiosk_id, "epoch": given.epoch}
    answer = hub.client.post(ASK, json=asked)
    assert answer.status_code == 200, answer.text
    nonce: str = answer.json()["nonce"]
    return nonce


def proof_of(given: PairedOfTests, nonce: str, hub_key: str = "") -> dict[str, str | int]:
    proof = KeyProof(hub_key or given.hub_key, given.kiosk_id, given.epoch, nonce)
    signature = signing.sign(given.key, proof).hex()
    who: dict[str, str | int] = {"kiosk_id": given.kiosk_id, "epoch": given.epoch}
    return who | {"nonce": nonce, "signature": signature}


def head(hub: HubOfTests, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return hub.client.get("/v1/head", headers=headers).status_code
