"""A stream of bytes as encrypted pieces in a file, to be written and read from end to end.

``VBK2``, the first 8 bytes of the key's SHA-256, a prefix of 7 random bytes, then pieces of 1 MiB,
each with AES-256-GCM's tag. A piece's nonce is the prefix, its number (4 bytes), and whether it is
the last: so pieces can neither change places nor be left out, at the end neither (the STREAM
construction; Hoang and others, CRYPTO 2015). ``VBK1``, of versions before, does not say which key.
"""

import hashlib
import io
import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE = 1024 * 1024
_MARK, _OLD_MARK = b"VBK2", b"VBK1"
_ID_BYTES, _PREFIX_BYTES, _TAG_BYTES = 8, 7, 16
_GROUP = 4


class SealedStreamError(ValueError):
    """What was read is no such stream, not of this key, not whole, or not as it was written."""


def name_of(key: bytes) -> str:
    """What a key is called: tells whether it is the one that is needed, and nothing else of it."""
    return _name(_id_of(key))


def name_needed(file: IO[bytes]) -> str | None:
    """The name of the key that opens a file, from its start; None when a version before made it.

    Raises `SealedStreamError` when it is no such file.
    """
    key_id = _start_of(file)[len(_MARK) :]
    return _name(key_id) if key_id else None


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_ID_BYTES]


def _name(key_id: bytes) -> str:
    text = key_id.hex()[: 2 * _GROUP]
    return f"{text[:_GROUP]}-{text[_GROUP:]}"


def _start_of(file: IO[bytes]) -> bytes:
    """The mark, and the key's id where the file says it."""
    mark = file.read(len(_MARK))
    key_id = file.read(_ID_BYTES) if mark == _MARK else b""
    if mark not in (_MARK, _OLD_MARK) or (mark == _MARK and len(key_id) != _ID_BYTES):
        raise SealedStreamError("that is no backup")
    return mark + key_id


class Sealing(io.RawIOBase):
    """Takes bytes and writes them encrypted; `finish` says that this was all."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._file, self._key, self._number = file, AESGCM(key), 0
        self._start = _MARK + _id_of(key)
        self._prefix = secrets.token_bytes(_PREFIX_BYTES)
        self._waiting = bytearray()
        file.write(self._start + self._prefix)

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        piece = memoryview(content)  # type: ignore[arg-type]
        self._waiting += piece
        while len(self._waiting) > PIECE:  # one stays, since the last one is marked
            self._put(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return piece.nbytes

    def finish(self) -> None:
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, is_last=is_last)
        self._file.write(self._key.encrypt(nonce, piece, self._start))
        self._number += 1


class Opening(io.RawIOBase):
    """Gives what was written. Reading raises `SealedStreamError` at the first wrong piece."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._pieces = _opened(file, key)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        into = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(into), len(self._left))
        into[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _opened(file: IO[bytes], key: bytes) -> Iterator[bytes]:
    start = _start_of(file)
    key_id, opening, number = start[len(_MARK) :], AESGCM(key), 0
    if key_id and key_id != _id_of(key):
        raise SealedStreamError(
            f"its key is another one: it needs the one named {_name(key_id)}, and that is "
            f"{name_of(key)}"
        )
    failed = "it is not whole" if key_id else "its key is another one, or it is not whole"
    prefix = file.read(_PREFIX_BYTES)
    if len(prefix) != _PREFIX_BYTES:
        raise SealedStreamError("that is no backup")
    piece = file.read(PIECE + _TAG_BYTES)
    while True:
        following = file.read(PIECE + _TAG_BYTES)
        nonce = _nonce(prefix, number, is_last=not following)
        try:
            yield opening.decrypt(nonce, piece, start)
        except InvalidTag as error:
            raise SealedStreamError(failed) from error
        if not following:
            return
        piece, number = following, number + 1


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])
