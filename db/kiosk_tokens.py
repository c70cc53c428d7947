"""How a kiosk gets its token: it signs what the hub made up for it just now (`signing.KeyProof`).

The hub keeps a token's hash and nothing else of it. Times are the hub's alone: a kiosk whose clock
is years off is let in like any other. What was made in the future, by a clock that was set back
since, counts for nothing: the kiosk proves its key again.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

from sqlalchemy import ColumnElement, CursorResult, bindparam, delete, select
from sqlalchemy.orm import Session

from db import districts, pairing, signing
from db.hub_models import DeviceChallengeRow, DeviceRow, DeviceTokenRow
from db.pairing import PairedKiosk
from db.staff import hash_token

TOKEN_FOR = timedelta(hours=1)
CHALLENGE_FOR = timedelta(minutes=1)
APART = timedelta(minutes=1)
"""By how much the clocks of several hubs at one database may differ."""

_WHOSE = districts.once(
    select(DeviceRow)
    .join(
        DeviceTokenRow,
        (DeviceTokenRow.device_id == DeviceRow.device_id)
        & (DeviceTokenRow.epoch == DeviceRow.epoch),
    )
    .where(
        DeviceTokenRow.token_hash == bindparam("hash"),
        DeviceTokenRow.made_at <= bindparam("latest"),
        DeviceTokenRow.expires_at > bindparam("now"),
        DeviceRow.revoked_at.is_(None),
    )
)
"""Put together once: every request of a kiosk asks it."""


class Refusal(Enum):
    """Why a kiosk gets no challenge, or no token."""

    NOT_PAIRED = auto()
    OTHER_PAIRING = auto()
    """Paired again since, on this side or on that: one of them is an older copy."""
    NO_KEY = auto()
    NOT_FRESH = auto()
    """The challenge was answered before, is too old, or was never made."""
    WRONG_KEY = auto()


def challenge(session: Session, kiosk_id: str, now: datetime) -> str:
    """A nonce for this kiosk, in hex: good for one answer within `CHALLENGE_FOR`."""
    over = (DeviceChallengeRow.device_id == kiosk_id) & ~_is_in_time(now)
    session.execute(delete(DeviceChallengeRow).where(over))
    nonce = signing.new_nonce()
    session.add(DeviceChallengeRow(nonce=nonce, device_id=kiosk_id, made_at=now))
    session.flush()
    return nonce


def why_not(session: Session, kiosk_id: str, epoch: int) -> Refusal | None:
    """Why this kiosk can get no token, whatever it signs; None when it can."""
    kiosk = pairing.find(session, kiosk_id) if pairing.is_kiosk_id(kiosk_id) else None
    if kiosk is None or kiosk.is_revoked:
        return Refusal.NOT_PAIRED
    if kiosk.epoch != epoch:
        return Refusal.OTHER_PAIRING
    return None if pairing.public_key(session, kiosk_id, epoch) else Refusal.NO_KEY


def prove(
    session: Session,
    proof: signing.KeyProof,
    signature: bytes,
    now: datetime,
    earlier_hub_keys: Sequence[str] = (),
) -> str | Refusal:
    """A token for `TOKEN_FOR`, when the kiosk has signed this proof with its key.

    It may mean this hub by a key of before, until it has learned the one of now. The challenge is
    used up either way, so commit. The token from an older version's pairing ends.
    """
    if not signing.is_nonce(proof.nonce) or not pairing.is_kiosk_id(proof.kiosk_id):
        return Refusal.NOT_FRESH  # not even asked for: databases refuse some texts
    asked = (DeviceChallengeRow.nonce == proof.nonce) & (
        DeviceChallengeRow.device_id == proof.kiosk_id
    )
    used = session.execute(delete(DeviceChallengeRow).where(asked, _is_in_time(now)))
    if not isinstance(used, CursorResult) or used.rowcount != 1:
        return Refusal.NOT_FRESH
    refusal = why_not(session, proof.kiosk_id, proof.epoch)
    if refusal is not None:
        return refusal
    key = pairing.public_key(session, proof.kiosk_id, proof.epoch) or b""
    proofs = (proof, *(replace(proof, hub_key=hub_key) for hub_key in earlier_hub_keys))
    if not any(signing.is_signed(key, one, signature) for one in proofs):
        return Refusal.WRONG_KEY
    is_over = DeviceTokenRow.is_of_pairing | (DeviceTokenRow.expires_at <= now)
    session.execute(
        delete(DeviceTokenRow).where(DeviceTokenRow.device_id == proof.kiosk_id, is_over)
    )
    return issue(session, proof.kiosk_id, proof.epoch, now)


def issue(session: Session, kiosk_id: str, epoch: int, now: datetime) -> str:
    """A token for `TOKEN_FOR`, kept as its hash and returned once."""
    token = secrets.token_urlsafe(32)
    session.add(
        DeviceTokenRow(
            token_hash=hash_token(token),
            device_id=kiosk_id,
            epoch=epoch,
            made_at=now,
            expires_at=now + TOKEN_FOR,
        )
    )
    session.flush()
    return token


def kiosk_with(session: Session, token: str, now: datetime) -> PairedKiosk | None:
    """Whose token this is: None when it has run out, or its kiosk was revoked or paired again."""
    asked = {"hash": hash_token(token), "now": now, "latest": now + APART}
    row = session.scalar(_WHOSE, asked)
    if row is None:
        return None
    return replace(pairing.value_of(row), state=pairing.own_state(row.state))


def _is_in_time(now: datetime) -> ColumnElement[bool]:
    made_at = DeviceChallengeRow.made_at
    return (made_at > now - CHALLENGE_FOR) & (made_at <= now + APART)
