"""Answers that kiosks act on, signed with the hub's key byte for byte (`db.signing.Answer`).

TLS ends where the hub's certificate is, and a reverse proxy has one too. Lists, decisions, PINs and
settings are believed for this signature alone.
"""

from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from admin_console.hub.context import AskingKiosk
from db import signing

LONGEST_NONCE = 64


@dataclass(frozen=True, slots=True)
class Question:
    """What a kiosk has asked; `nonce` is empty where it wants no signature."""

    kiosk_id: str
    words: str
    nonce: str

    def answer(
        self, content: bytes, media_type: str, key: bytes, status: int = HTTPStatus.OK
    ) -> Response:
        """The bytes as the answer to this question, signed with the hub's private `key`."""
        headers = {}
        if self.nonce:
            digest = sha256(content).hexdigest()
            said = signing.Answer(self.kiosk_id, self.words, self.nonce, digest)
            headers[signing.SIGNATURE_HEADER] = signing.sign(key, said).hex()
        return Response(content, status, headers, media_type)


async def asked(
    request: Request,
    kiosk: AskingKiosk,
    nonce: Annotated[
        str, Header(alias=signing.NONCE_HEADER, max_length=LONGEST_NONCE, pattern="^[0-9a-f]*$")
    ] = "",
) -> Question:
    """The question of this request."""
    query = request.scope["query_string"].decode("latin-1")
    return Question(kiosk.kiosk_id, f"{request.scope['path']}?{query}", nonce)


Asked = Annotated[Question, Depends(asked)]
