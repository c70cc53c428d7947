"""The hub that this kiosk was paired with, and whether an answer is its own. Pure."""

from dataclasses import dataclass
from hashlib import sha256

from db import signing
from db.domain.errors import HubRefusedError


class HubUntrueError(HubRefusedError):
    """The hub's answer is not signed by the hub we know, or its log is not the one it showed."""


@dataclass(frozen=True, slots=True)
class KnownHub:
    """What an answer has to be signed with, and for whom."""

    kiosk_id: str
    key: bytes
    """The hub's public key; empty for one that was paired with before hubs had keys."""

    def check(self, question: str, nonce: str, content: bytes, signature: str) -> None:
        """Raises `HubUntrueError` unless our hub answered this, to this question, just now."""
        if not self.key:
            return
        said = signing.Answer(self.kiosk_id, question, nonce, sha256(content).hexdigest())
        if not signing.is_signed(self.key, said, bytes_of(signature)):
            raise HubUntrueError(
                "What came in the hub's name is not signed by the hub that this kiosk was paired "
                "with, so nothing of it was taken: lists and decisions stay as they were. "
                "Everything is kept here. Tell your IT staff."
            )


def bytes_of(text: str) -> bytes:
    """What the hex says; nothing for what is no hex."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
