"""The hub's log as one file that can be checked without the hub.

`packaging/verify_exported_log.py` says what the file looks like, and checks it.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import codec, districts
from db.log_models import DeviceKeyRow, EventBodyRow, EventRow, SignedHeadRow
from db.signing import TreeHead

VERSION = 1


def lines(
    session: Session, head: TreeHead, signature: bytes, hub_key: bytes, *, is_bare: bool = False
) -> Iterator[bytes]:
    """The file, line by line; `head` is the tree's as it stands, signed by the hub.

    `is_bare` leaves the personal facts out: the chains can be checked all the same.
    """
    yield codec.to_json(
        {
            "vestibule_log": VERSION,
            "district_id": districts.of(session),
            "hub_key": hub_key.hex(),
            "tree": {
                "log_id": head.log_id,
                "size": head.size,
                "root": head.root.hex(),
                "at": head.at.isoformat(),
                "signature": signature.hex(),
            },
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
                yield b"%s\t\t" % line
            else:
                yield b"%s\t%s\t%s" % (line, salt.hex().encode(), body)
