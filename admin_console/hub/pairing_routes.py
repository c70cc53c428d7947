"""How a kiosk is let in: it proves a one-time code, somebody accepts, it is told who it is.

`db.pairing_secret` says what is proved, and what somebody in the middle could do. Its tokens it
gets for its key: `token_routes`.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from admin_console.hub import guessing
from admin_console.hub import site as hub_site
from admin_console.hub.addresses import neighbourhood
from admin_console.hub.answers import answer, body_as, refuse
from admin_console.hub.context import Context, InContext, address_of, bearer
from db import audit, chain, number_keys, pairing, pairing_requests, pairing_secret, signing
from db.domain.audit import About, Deed
from db.domain.desk import Site
from db.domain.kiosks import PairingRequest
from db.ids import new_id
from db.number_keys import LaterKey
from db.pairing import LAST_EPOCH
from db.pairing_requests import Asking, State

router = APIRouter(prefix="/v1", tags=["kiosk"])

NO_CODE = (
    "That pairing code is wrong, used, tried too often, or older than ten minutes. Make a new one "
    "at the console, or with vestibule-hub pair."
)
TOO_OFTEN = "Too many codes were tried. Wait a minute."
WITHOUT_NUMBER = "pair without a number"
"""Who asks so, as kiosks of the version before do, is counted for the whole hub."""


@dataclass(frozen=True, slots=True)
class OwnAuthority:
    """`ca`: its certificate as PEM, empty for a hub behind a reverse proxy."""

    ca: str
    next: str = ""
    """That of the one which will follow, for consoles that know the hub already."""


@dataclass(frozen=True, slots=True)
class AskRequest:
    """A kiosk that wants in.

    `kiosk_id` is its own from before, so that its log goes on; empty, or from another site, it gets
    a new one. `epoch` is that of its last pairing, 0 before the first one. `public_key` (Ed25519)
    is of the key that will sign its batches, and with which it gets its tokens: `proves_key` says
    that it can, which kiosks of older versions cannot. `nonce`, `proof` and the code's `number` as
    `db.pairing_secret` has them; the proof names `kiosk_id` as it stands here. `leaves` is
    `signing.Leaving`, signed with the key of the last pairing: where the kiosk gets a new id, since
    it goes to another school of this hub, the one of before is revoked. All bytes in hex.
    """

    nonce: str
    proof: str
    kiosk_name: str
    kiosk_id: str
    public_key: str
    epoch: int = 0
    site_id: str = ""
    proves_key: bool = False
    number: str = ""
    leaves: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The hub knows that the kiosk knows the code; a person has to accept it now."""

    request_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody has decided yet."""

    state: str = State.WAITING.value


@dataclass(frozen=True, slots=True)
class Paired:
    """What a kiosk is given."""

    district_id: str
    site_id: str
    kiosk_id: str
    epoch: int
    number_key: str
    site: Site
    hub_key: str
    """Public key of the hub, in hex: its receipts and the heads of its log are signed with it."""
    proof: str
    """That this hub knew the code, in hex."""
    later_number_keys: tuple[LaterKey, ...] = ()
    """Those behind `number_key`, in their order: see `db.number_keys`."""
    has_ended_before: bool = False
    """Whether the kiosk had proved by `leaves` what it was at another school, which is revoked."""


@router.get("/ca")
def ca(context: InContext) -> Response:
    """The hub's certificate authority, for anybody; whoever asks has to compare it."""
    authority = context.authority
    if authority is None:
        return answer(OwnAuthority(""))
    return answer(OwnAuthority(authority.ca, authority.next_ca))


@router.post("/pairings")
async def ask(request: Request, context: InContext) -> Response:
    """Ask to be let in, with the proof of a code."""
    asked = await body_as(request, AskRequest)
    near = neighbourhood(address_of(request))
    made = await run_in_threadpool(_ask, context, asked, f"pair {near}")
    return answer(Asked(made.request_id, made.expires_at), 202)


@router.get("/pairings/{request_id}")
def collect(request_id: UUID, request: Request, context: InContext) -> Response:
    """What has become of the request: 202 while nobody has decided."""
    now = context.now()
    with context.database.read() as session:
        secret = pairing_requests.secret_of(session, request_id, now)
    if secret is None or not pairing_secret.is_same(
        pairing_secret.collect_token(secret).encode(), bearer(request).encode()
    ):
        raise refuse(404, f"Nobody has accepted this kiosk within ten minutes. {NO_CODE}")
    with context.database.begin() as session:
        got = pairing_requests.collect(session, request_id, now)
        done = (
            (Deed.KIOSK_PAIRED, got.kiosk),
            (Deed.KIOSK_REVOKED, got.replaced),
            (Deed.KIOSK_REVOKED, got.left),
        )
        for deed, kiosk in done:
            if kiosk is not None:
                audit.note(
                    session,
                    audit.By(audit.KIOSK, address_of(request)),
                    deed,
                    now,
                    about=About.KIOSK,
                    about_id=kiosk.kiosk_id,
                    site_id=kiosk.site_id,
                )
        site = hub_site.of(session, "" if got.kiosk is None else got.kiosk.site_id)
        key, later_keys = hub_site.number_key(session), number_keys.later(session)
        hub_key = signing.public_of(hub_site.signing_key(session)).hex()
    if got.state is State.REJECTED:
        raise refuse(403, "The hub's administrator has turned this kiosk away.")
    if got.kiosk is None:
        return answer(Waiting(), 202)
    if site is None:
        raise refuse(503, "This hub is not set up yet.")
    context.wake.notify()
    proof = pairing_secret.hub_proof(secret, got.kiosk.kiosk_id, hub_key)
    given = Paired(
        site.district_id,
        site.site_id,
        got.kiosk.kiosk_id,
        got.kiosk.epoch,
        key,
        site,
        hub_key,
        proof.hex(),
        later_keys,
        has_ended_before=got.has_left,
    )
    return answer(given)


def _ask(context: Context, asked: AskRequest, who: str) -> PairingRequest:
    now, public_key = context.now(), _public_key(asked)
    _check_version(asked)
    _check_kiosk_id(asked)
    nonce, proof = _bytes(asked.nonce), _bytes(asked.proof)
    guessing.count_try(context, who, TOO_OFTEN)
    if not asked.number:
        guessing.count_try(context, WITHOUT_NUMBER, TOO_OFTEN)
    with context.database.begin() as session:
        codes = pairing_requests.begin_try(session, now, asked.number)
    for code, site_id in codes.items():
        # Outside a transaction: it takes tens of milliseconds.
        secret = pairing_secret.stretch(code, nonce, context.ca)
        own = pairing_secret.kiosk_proof(secret, asked.kiosk_id, public_key)
        if not pairing_secret.is_same(own, proof):
            continue
        name = asked.kiosk_name.strip()[:200] or "Kiosk"
        with context.database.begin() as session:
            kiosk_id = _kiosk_id(session, asked, site_id, now)
            last_epoch = asked.epoch if kiosk_id == asked.kiosk_id else 0
            leaves = _left(session, asked) if kiosk_id != asked.kiosk_id else None
            asking = Asking(kiosk_id, name, last_epoch, public_key, secret, site_id, leaves)
            made = pairing_requests.ask(session, code, asking, now)
        if made is not None:
            guessing.succeeded(context, who)
            if not asked.number:
                guessing.take_back(context, WITHOUT_NUMBER)
            context.wake.notify()
            return made
    raise refuse(403, NO_CODE)


def _kiosk_id(session: Session, asked: AskRequest, site_id: str, now: datetime) -> str:
    """Under which id the kiosk speaks for the site: its own, unless another site knows that."""
    is_new = not asked.kiosk_id or asked.site_id not in ("", site_id)
    known_at = None if is_new else pairing.site_of(session, asked.kiosk_id)
    return str(new_id(now)) if is_new or known_at not in (None, site_id) else asked.kiosk_id


def _left(session: Session, asked: AskRequest) -> str | None:
    """As which kiosk it was paired until now, if it has signed so with the key of that pairing."""
    before = pairing.find(session, asked.kiosk_id) if asked.leaves and asked.kiosk_id else None
    if before is None or before.epoch != asked.epoch:
        return None  # another hub's, or a copy of an older pairing
    key = pairing.public_key(session, before.kiosk_id, before.epoch) or b""
    said = signing.Leaving(before.kiosk_id, before.epoch, asked.proof)
    return before.kiosk_id if signing.is_signed(key, said, _bytes(asked.leaves)) else None


def _check_version(asked: AskRequest) -> None:
    if not asked.proves_key:
        raise refuse(
            422,
            "This kiosk is of an older version than the hub. Update Vestibule on it, then pair it. "
            "Nothing was changed, and the code is still good.",
        )


def _check_kiosk_id(asked: AskRequest) -> None:
    """Never the hub's own name, whose chain would be the kiosk's."""
    if not asked.kiosk_id:
        return
    is_ours = asked.kiosk_id == chain.HUB
    if is_ours or not pairing.is_kiosk_id(asked.kiosk_id) or not 0 <= asked.epoch <= LAST_EPOCH:
        raise refuse(
            422,
            "A kiosk cannot be called that. Nothing was changed, and the code is still good. "
            "Pair it with vestibule-kiosk pair.",
        )


def _public_key(asked: AskRequest) -> bytes:
    key = _bytes(asked.public_key)
    if len(key) != signing.KEY_BYTES:
        raise refuse(
            422, "The kiosk's public key is none. Nothing was changed, and the code is still good."
        )
    return key


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b"?"
