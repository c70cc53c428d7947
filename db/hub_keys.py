"""The hub's signing keys, one behind the other: each was named by the one before (`KeyChange`).

Hub and kiosks keep the statements. Whoever knows any key of the row gets from it to the one that
signs now, without having to believe anybody on the way. A hub that was restored from before a
change has the old key, and knows nothing of the new one: its kiosks are paired again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db import settings, signing, tree

CHANGES = "hub.key_changes"


@dataclass(frozen=True, slots=True)
class SignedChange:
    """A `signing.KeyChange` and the old key's signature; bytes in hex, as it is kept and sent."""

    old_key: str
    new_key: str
    log_id: str
    size: int
    root: str
    at: datetime
    signature: str

    def is_true(self) -> bool:
        """Whether the old key's holder said so."""
        try:
            head = signing.TreeHead(self.log_id, self.size, bytes.fromhex(self.root), self.at)
            old, new = bytes.fromhex(self.old_key), bytes.fromhex(self.new_key)
            signature = bytes.fromhex(self.signature)
        except ValueError:
            return False
        is_key = len(new) == signing.KEY_BYTES
        return is_key and signing.is_signed(old, signing.KeyChange(old, new, head), signature)


def signed(old: bytes, new: bytes, head: signing.TreeHead) -> SignedChange:
    """The change from one private key to another, at this head of the log."""
    change = signing.KeyChange(signing.public_of(old), signing.public_of(new), head)
    return SignedChange(
        change.old_key.hex(),
        change.new_key.hex(),
        head.log_id,
        head.size,
        head.root.hex(),
        head.at,
        signing.sign(old, change).hex(),
    )


def known(session: Session) -> tuple[SignedChange, ...]:
    """The changes, oldest first."""
    return settings.read(session, CHANGES, tuple[SignedChange, ...]) or ()


def keep(session: Session, changes: Sequence[SignedChange]) -> None:
    settings.write(session, CHANGES, tuple(changes))


def followed(key: bytes, changes: Sequence[SignedChange]) -> tuple[bytes, tuple[SignedChange, ...]]:
    """Where the changes lead to from a public key, and those that led there."""
    taken = []
    for change in changes:
        if change.old_key == key.hex() and change.is_true():
            taken.append(change)
            key = bytes.fromhex(change.new_key)
    return key, tuple(taken)


def wrong(session: Session, key: bytes) -> Iterator[str]:
    """What is wrong with the changes that a hub keeps, in words; `key` is its public one of now."""
    keys = [*(change.old_key for change in known(session)), key.hex()]
    for change, following in zip(known(session), keys[1:], strict=True):
        when = f"the hub's key that was changed at {change.at:%Y-%m-%d %H:%M} UTC"
        if not change.is_true() or change.new_key != following:
            yield f"{when} did not name the next one: what the hub signs is not to be believed"
        elif not _was(session, change):
            yield f"{when} signed another log than this one: the events before are not the same"


def _was(session: Session, change: SignedChange) -> bool:
    try:
        return tree.root_at(session, change.size).hex() == change.root
    except (ValueError, LookupError):
        return False
