"""What kiosk and hub sign, and the check of it (Ed25519, RFC 8032). Pure: no clock, no database.

A kiosk signs the head of every batch that it sends, and what gets it a token; the hub signs its
receipt, the root of its Merkle tree, every answer that a kiosk acts on, and last of all with a
key which one comes next. Each statement begins with a line that says what it is, so that no
signature of one kind passes for another. Keys and signatures are raw bytes: 32 and 64.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32
NONCE_BYTES = 32
NONCE_HEADER = "Vestibule-Nonce"
"""What a kiosk asks with when it wants the answer signed: new for each question."""
SIGNATURE_HEADER = "Vestibule-Signature"
"""The hub's signature over its `Answer`, in hex."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a device's chain stands: what a kiosk signs."""

    device_id: str
    epoch: int
    seq: int
    hash: bytes

    def statement(self) -> bytes:
        return _lines(
            "vestibule chain head v1", self.device_id, self.epoch, self.seq, self.hash.hex()
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """The hub has everything of a chain up to this head, since `at`."""

    head: ChainHead
    at: datetime

    def statement(self) -> bytes:
        head = self.head
        return _lines(
            "vestibule receipt v1", head.device_id, head.epoch, head.seq, head.hash.hex(),
            self.at.isoformat(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The hub's log had this size and Merkle root at that moment (RFC 9162, section 4.10)."""

    log_id: str
    """The hub's id, with the number of the log that it began after a restore."""
    size: int
    root: bytes
    at: datetime

    def statement(self) -> bytes:
        return _lines(
            "vestibule tree head v1", self.log_id, self.size, self.root.hex(), self.at.isoformat()
        )


@dataclass(frozen=True, slots=True)
class KeyChange:
    """The hub signs with another key from now on: what its old key signs last."""

    old_key: bytes
    new_key: bytes
    """Both the public ones."""
    head: TreeHead
    """How its log stood then: the old key's last word of it."""

    def statement(self) -> bytes:
        head = self.head
        return _lines(
            "vestibule hub key v1", self.old_key.hex(), self.new_key.hex(), head.log_id, head.size,
            head.root.hex(), head.at.isoformat(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """What the hub says at the head of an exported log, by its SHA-256 in hex."""

    sha256: str

    def statement(self) -> bytes:
        return _lines("vestibule exported log v1", self.sha256)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the hub answered to one question of one kiosk, byte for byte."""

    kiosk_id: str
    question: str
    """Path and query as they were asked, so that no answer to another question passes."""
    nonce: str
    """The question's own, so that no earlier answer passes."""
    sha256: str
    """Of the answer's bytes, in hex."""

    def statement(self) -> bytes:
        return _lines("vestibule answer v1", self.kiosk_id, self.question, self.nonce, self.sha256)


@dataclass(frozen=True, slots=True)
class KeyProof:
    """A kiosk holds its key now: what gets it a token, once and at this hub alone."""

    hub_key: str
    """Which hub the kiosk means: the public key that it was paired with, in hex."""
    kiosk_id: str
    epoch: int
    nonce: str
    """The hub's own for this proof, so that no clock has to be right."""

    def statement(self) -> bytes:
        return _lines(
            "vestibule kiosk token v1", self.hub_key, self.kiosk_id, self.epoch, self.nonce
        )


@dataclass(frozen=True, slots=True)
class Leaving:
    """A kiosk asks to be let in at another school, and the pairing that this key is of shall end.

    Whoever has only a copy of an older pairing's key cannot say it, nor whoever knows the kiosk's
    id alone.
    """

    kiosk_id: str
    epoch: int
    proof: str
    """Of the code with which it asks there (`db.pairing_secret`), in hex: for that asking alone."""

    def statement(self) -> bytes:
        return _lines("vestibule kiosk leaves v1", self.kiosk_id, self.epoch, self.proof)


Statement = ChainHead | Receipt | TreeHead | KeyChange | Exported | Answer | KeyProof | Leaving


def new_key() -> bytes:
    """A private key."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def new_nonce() -> str:
    """What makes a `KeyProof` one of this moment, in hex."""
    return secrets.token_hex(NONCE_BYTES)


def is_nonce(text: str) -> bool:
    """Whether a hub can have made it up: nobody signs a text of somebody else's choice."""
    return len(text) == 2 * NONCE_BYTES and set(text) <= set("0123456789abcdef")


def public_of(private_key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def sign(private_key: bytes, statement: Statement) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(statement.statement())


def is_signed(public_key: bytes, statement: Statement, signature: bytes) -> bool:
    """Whether the holder of this key made the statement. False for anything malformed."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature, statement.statement())
    except (InvalidSignature, ValueError):
        return False
    return True


def _lines(*fields: object) -> bytes:
    return "\n".join(map(str, fields)).encode()
