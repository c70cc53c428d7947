"""How a paired kiosk gets its token for an hour: it asks for a challenge, and signs it.

`db.kiosk_tokens` says what is checked. Whoever has no kiosk's key gets nothing here, and a stranger
who asks in a kiosk's name slows down nobody but themselves: tries are counted for each pair of
kiosk and address.
"""

from dataclasses import dataclass
from types import MappingProxyType

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import guessing
from admin_console.hub import site as hub_site
from admin_console.hub.addresses import neighbourhood
from admin_console.hub.answers import answer, body_as, refuse
from admin_console.hub.context import Context, InContext, address_of
from db import kiosk_tokens, signing
from db.kiosk_tokens import Refusal

router = APIRouter(prefix="/v1/token", tags=["kiosk"])

PAIR_AGAIN = "Pair this kiosk again: vestibule-kiosk pair"
_WORDS = MappingProxyType(
    {
        Refusal.NOT_PAIRED: "This kiosk is not paired with this hub.",
        Refusal.OTHER_PAIRING: "This hub knows another pairing of this kiosk: the kiosk's disk, or "
        "the hub's database, is an older copy.",
        Refusal.NO_KEY: "This kiosk was paired by an early version, before kiosks had keys. "
        "Nothing of it is lost.",
        Refusal.WRONG_KEY: "This kiosk's key is not the one that it was paired with, or it means "
        "another hub.",
    }
)
NOT_FRESH = "This challenge was answered before, or is older than a minute. Ask for another one."


@dataclass(frozen=True, slots=True)
class ChallengeRequest:
    """A kiosk that wants a token. `epoch` is that of its last pairing."""

    kiosk_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """What to sign once, within `seconds`."""

    nonce: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The challenge answered: `signature` (Ed25519, in hex) is over `db.signing.KeyProof`."""

    kiosk_id: str
    epoch: int
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True)
class KioskToken:
    """Goes into ``Authorization: Bearer``, for so many `seconds` from now on."""

    token: str
    seconds: int


@router.post("/challenge")
async def challenge(request: Request, context: InContext) -> Response:
    """Something new for this kiosk to sign."""
    asked = await body_as(request, ChallengeRequest)
    who = _who(asked.kiosk_id, request)
    nonce = await run_in_threadpool(_challenge, context, asked, who)
    return answer(Challenge(nonce, int(kiosk_tokens.CHALLENGE_FOR.total_seconds())))


@router.post("")
async def prove(request: Request, context: InContext) -> Response:
    """A token, for the kiosk's signature over its challenge."""
    asked = await body_as(request, TokenRequest)
    token = await run_in_threadpool(_prove, context, asked, _who(asked.kiosk_id, request))
    return answer(KioskToken(token, int(kiosk_tokens.TOKEN_FOR.total_seconds())))


def _challenge(context: Context, asked: ChallengeRequest, who: str) -> str:
    with context.database.read() as session:
        refusal = kiosk_tokens.why_not(session, asked.kiosk_id, asked.epoch)
    if refusal is not None:  # before it is counted: strangers invent kiosks without end
        raise _refused(refusal)
    guessing.count_try(context, who, "This kiosk asked for too many tokens. Wait a minute.")
    with context.database.begin() as session:
        return kiosk_tokens.challenge(session, asked.kiosk_id, context.now())


def _prove(context: Context, asked: TokenRequest, who: str) -> str:
    with context.database.begin() as session:
        hub_key, *earlier = hub_site.public_keys(session)
        proof = signing.KeyProof(hub_key, asked.kiosk_id, asked.epoch, asked.nonce)
        signature, now = _bytes(asked.signature), context.now()
        got = kiosk_tokens.prove(session, proof, signature, now, earlier)
    if isinstance(got, Refusal):
        raise _refused(got)
    guessing.succeeded(context, who)
    return got


def _refused(refusal: Refusal) -> HTTPException:
    if refusal is Refusal.NOT_FRESH:
        return refuse(403, NOT_FRESH)
    return refuse(401, f"{_WORDS[refusal]} {PAIR_AGAIN}")


def _who(kiosk_id: str, request: Request) -> str:
    return f"token {kiosk_id} {neighbourhood(address_of(request))}"


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
