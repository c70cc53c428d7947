"""Arrays in one encrypted file, which is decrypted into memory as a whole.

The file is ``VIX1``, a nonce of 12 bytes, and what AES-256-GCM makes of the rest, with the file's
name as associated data, so that none passes for another. The rest is 8 bytes of length (little
endian), a directory as JSON, and every array's bytes at a multiple of 64.

In clear the arrays could be mapped and only what is touched would take memory; but they hold the
names and birth dates of a list, beside a database that is encrypted. `tests/bench/` has what it
costs (`screening_engine.py`).
"""

import json
import math
import mmap
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

Array = NDArray[Any]
_MARK, _NONCE_BYTES, _TAG_BYTES = b"VIX1", 12, 16
_HEAD_BYTES = len(_MARK) + _NONCE_BYTES
_LENGTH_BYTES = 8
_ALIGNED = 64


def save(about: Mapping[str, Any], arrays: Mapping[str, Array], path: Path, key: bytes) -> None:
    """Write the arrays and what there is to say of them (as JSON), in place of what is there.

    `key` has 32 bytes. Raises OSError; the old file then stays.
    """
    shapes = [(name, a.dtype.str, a.shape) for name, a in arrays.items()]
    directory = json.dumps({**about, "arrays": shapes}).encode()
    draft = path.with_name(f"{path.name}.{uuid4().hex}.part")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealing = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(path.name.encode())
    try:
        with open(draft, "xb", opener=_private) as file:
            file.write(_MARK + nonce)
            file.writelines(sealing.update(piece) for piece in _pieces(directory, arrays.values()))
            file.write(sealing.finalize() + sealing.tag)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path, key: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """What was saved; the arrays share one piece of memory and cannot be written.

    Raises OSError, ValueError (not such a file), InvalidTag (another key or name, or damaged).
    """
    with (
        path.open("rb") as file,
        closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as mapped,
        memoryview(mapped) as sealed,
    ):
        if sealed[: len(_MARK)] != _MARK or len(sealed) < _HEAD_BYTES + _TAG_BYTES:
            raise ValueError("not a file of arrays")
        whole = np.empty(len(sealed) - _HEAD_BYTES - _TAG_BYTES, np.uint8)
        nonce, body = sealed[len(_MARK) : _HEAD_BYTES], sealed[_HEAD_BYTES:]
        with nonce, body:
            AESGCM(key).decrypt_into(nonce, body, path.name.encode(), whole.data)
    whole.flags.writeable = False
    length = int.from_bytes(whole[:_LENGTH_BYTES].tobytes(), "little")
    at = _LENGTH_BYTES + length
    about = json.loads(whole[_LENGTH_BYTES:at].tobytes())
    at += _gap(at)
    arrays = {}
    for name, kind, shape in about["arrays"]:
        size = math.prod(shape) * np.dtype(kind).itemsize
        arrays[name] = whole[at : at + size].view(kind).reshape(shape)
        at += size + _gap(size)
    return about, arrays


def _pieces(about: bytes, arrays: Iterable[Array]) -> Iterator[bytes | memoryview]:
    """What is encrypted, in order."""
    yield len(about).to_bytes(_LENGTH_BYTES, "little")
    yield about
    yield bytes(_gap(_LENGTH_BYTES + len(about)))
    for array in arrays:
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        yield bytes(_gap(array.nbytes))


def _gap(size: int) -> int:
    """Bytes until the next array begins."""
    return -size % _ALIGNED


def _private(path: str, flags: int) -> int:
    """Open a new file for this account alone."""
    return os.open(path, flags, 0o600)
