"""How a kiosk is let in: a one-time code, traded for a token and the keys of both sides."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import guessing
from admin_console.hub import site as hub_site
from admin_console.hub.answers import answer, body_as, refuse
from admin_console.hub.context import InContext, address_of
from db import audit, pairing, signing
from db.domain.audit import About, Deed
from db.domain.desk import Site
from db.ids import new_id
from db.pairing import LAST_EPOCH

router = APIRouter(prefix="/v1", tags=["kiosk"])


@dataclass(frozen=True, slots=True)
class PairRequest:
    """A kiosk that wants in.

    `kiosk_id` is its own from before, so that its log goes on; empty, or from another site, it gets
    a new one. `epoch` is that of its last pairing, 0 before the first one. `public_key` (Ed25519,
    in hex) is of the key that will sign its batches; kiosks of an older version have none.
    """

    code: str
    kiosk_name: str
    kiosk_id: str
    epoch: int = 0
    site_id: str = ""
    public_key: str = ""


@dataclass(frozen=True, slots=True)
class Paired:
    """What a kiosk is given."""

    district_id: str
    site_id: str
    kiosk_id: str
    epoch: int
    token: str
    number_key: str
    site: Site
    hub_key: str
    """Public key of the hub, in hex: its receipts and the heads of its log are signed with it."""


@router.post("/pair")
async def pair(request: Request, context: InContext) -> Response:
    """Trade a one-time code for a token."""
    asked = await body_as(request, PairRequest)
    return answer(await run_in_threadpool(_pair, context, asked, address_of(request)))


def _pair(context: InContext, asked: PairRequest, address: str) -> Paired:
    who = f"pair {address}"
    now, site = context.now(), context.site()
    kiosk_id, public_key = _kiosk_id(asked, site, now), _public_key(asked)
    guessing.count_try(context, who, "Too many codes were tried. Wait a minute.")
    with context.database.begin() as session:
        is_let_in = pairing.use_code(session, asked.code, now)
        if is_let_in:
            name = asked.kiosk_name.strip()[:200] or "Kiosk"
            last_epoch = asked.epoch if kiosk_id == asked.kiosk_id else 0
            kiosk, token = pairing.let_in(
                session, kiosk_id, name, now, last_epoch=last_epoch, public_key=public_key
            )
            audit.note(
                session,
                audit.By(audit.KIOSK, address),
                Deed.KIOSK_PAIRED,
                now,
                about=About.KIOSK,
                about_id=kiosk.kiosk_id,
            )
            key = hub_site.number_key(session)
            hub_key = signing.public_of(hub_site.signing_key(session))
    if not is_let_in:
        raise refuse(
            403,
            "That pairing code is wrong, used, or older than ten minutes. "
            "Make a new one with vestibule-hub pair.",
        )
    guessing.succeeded(context, who)
    context.wake.notify()
    return Paired(
        site.district_id,
        site.site_id,
        kiosk.kiosk_id,
        kiosk.epoch,
        token,
        key,
        site,
        hub_key.hex(),
    )


def _kiosk_id(asked: PairRequest, site: Site, now: datetime) -> str:
    """Under which name the kiosk speaks here; never the hub's own, whose chain would be its."""
    if not asked.kiosk_id or asked.site_id not in ("", site.site_id):
        return str(new_id(now))
    is_ours = asked.kiosk_id == hub_site.hub_device(site).kiosk_id
    if is_ours or not pairing.is_kiosk_id(asked.kiosk_id) or not 0 <= asked.epoch <= LAST_EPOCH:
        raise refuse(
            422,
            "A kiosk cannot be called that. Nothing was changed, and the code is still good. "
            "Pair it with vestibule-kiosk pair.",
        )
    return asked.kiosk_id


def _public_key(asked: PairRequest) -> bytes:
    try:
        key = bytes.fromhex(asked.public_key)
    except ValueError:
        key = b"?"
    if len(key) not in (0, signing.KEY_BYTES):
        raise refuse(
            422, "The kiosk's public key is none. Nothing was changed, and the code is still good."
        )
    return key
