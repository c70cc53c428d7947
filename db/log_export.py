"""The hub's log as one file that can be checked without the hub.

`packaging/verify_exported_log.py` says what the file looks like, and checks it.
"""

from collections.abc import Generator
from dataclasses import asdict
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import codec, districts, hub_keys, signing
from db.log_models import DeviceKeyRow, EventBodyRow, EventRow, SignedHeadRow
from db.signing import Exported, TreeHead

VERSION = 1


def lines(
    session: Session, head: TreeHead, key: bytes, *, is_bare: bool = False
) -> Generator[bytes]:
    """The file, line by line; `head` is the tree's as it stands, `key` the hub's private one.

    `is_bare` leaves the personal facts out: the chains can be checked all the same.
    """
    header = codec.to_json(
        {
            "vestibule_log": VERSION,
            "district_id": districts.of(session),
            "hub_key": signing.public_of(key).hex(),
            "hub_key_changes": [
                asdict(change) | {"at": change.at.isoformat()} for change in hub_keys.known(session)
            ],
            "tree": {
                "log_id": head.log_id,
                "size": head.size,
                "root": head.root.hex(),
                "at": head.at.isoformat(),
                "signature": signing.sign(key, head).hex(),
            },
            # Of how many they are not here: who only knows of erased ones counts them.
            "erased": head.size if is_bare else head.size - _bodies(session),
            "bare": is_bare,
            "keys": [
                {"device_id": k.device_id, "epoch": k.epoch, "public_key": k.public_key.hex()}
                for k in session.scalars(select(DeviceKeyRow))
            ],
            "signed_heads": [
                {
                    "device_id": h.device_id,
                    "epoch": h.epoch,
                    "seq": h.seq,
                    "signature": h.signature.hex(),
                }
                for h in session.scalars(select(SignedHeadRow))
            ],
        }
    )
    signature = signing.sign(key, Exported(sha256(header).hexdigest()))
    yield b"%s\t%s\n" % (header, signature.hex().encode())
    query = (
        select(EventRow.line, EventBodyRow.salt, EventBodyRow.body)
        .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.leaf_index.is_not(None))
        .order_by(EventRow.leaf_index)
        .execution_options(yield_per=1000)
    )
    with session.execute(query) as rows:
        for line, salt, body in rows:
            if body is None or is_bare:
                yield b"%s\t\t\n" % line
            else:
                yield b"%s\t%s\t%s\n" % (line, salt.hex().encode(), body)


def _bodies(session: Session) -> int:
    """Of how many events in the hub's order the personal facts are kept."""
    query = (
        select(func.count())
        .select_from(EventRow)
        .join(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.leaf_index.is_not(None))
    )
    return session.scalar(query) or 0
