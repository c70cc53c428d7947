"""A stream of bytes as encrypted pieces in a file, to be written and read from end to end.

``VBK1``, a prefix of 7 random bytes, then pieces of 1 MiB, each with AES-256-GCM's tag. A piece's
nonce is the prefix, its number (4 bytes), and whether it is the last: so pieces can neither change
places nor be left out, at the end neither (the STREAM construction; Hoang and others, CRYPTO 2015).
"""

import io
import secrets
from collections.abc import Iterator
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PIECE = 1024 * 1024
_MARK, _PREFIX_BYTES, _TAG_BYTES = b"VBK1", 7, 16
_HEAD_BYTES = len(_MARK) + _PREFIX_BYTES


class SealedStreamError(ValueError):
    """What was read is no such stream, not of this key, not whole, or not as it was written."""


class Sealing(io.RawIOBase):
    """Takes bytes and writes them encrypted; `finish` says that this was all."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._file, self._key, self._number = file, AESGCM(key), 0
        self._prefix = secrets.token_bytes(_PREFIX_BYTES)
        self._waiting = bytearray()
        file.write(_MARK + self._prefix)

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
        self._file.write(self._key.encrypt(nonce, piece, _MARK))
        self._number += 1


class Opening(io.RawIOBase):
    """Gives what was written. Reading raises `SealedStreamError` at the first wrong piece."""

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        self._pieces = _opened(file, AESGCM(key))
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


def _opened(file: IO[bytes], key: AESGCM) -> Iterator[bytes]:
    head = file.read(_HEAD_BYTES)
    if len(head) != _HEAD_BYTES or not head.startswith(_MARK):
        raise SealedStreamError("that is no backup")
    prefix, number = head[len(_MARK) :], 0
    piece = file.read(PIECE + _TAG_BYTES)
    while True:
        following = file.read(PIECE + _TAG_BYTES)
        nonce = _nonce(prefix, number, is_last=not following)
        try:
            yield key.decrypt(nonce, piece, _MARK)
        except InvalidTag as error:
            raise SealedStreamError("its key is another one, or it is not whole") from error
        if not following:
            return
        piece, number = following, number + 1


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])
