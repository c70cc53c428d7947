"""A list's index in one encrypted file, which is decrypted into memory as a whole.

The file is ``VIX1``, a nonce of 12 bytes, and what AES-256-GCM makes of the rest, with the file's
name as associated data, so that no list passes for another. The rest is 8 bytes of length (little
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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from db.domain.watchlist import Watchlist
from db.screening.calibrate import Calibration, Curve
from db.screening.date_table import DateTable
from db.screening.engine import ENGINE_VERSION
from db.screening.index import EntryOf, ListIndex
from db.screening.name_table import NameTable
from db.screening.segment import Segment
from db.screening.tally import count

FORMAT = 11
Array = NDArray[Any]
_MARK, _NONCE_BYTES, _TAG_BYTES = b"VIX1", 12, 16
_HEAD_BYTES = len(_MARK) + _NONCE_BYTES
_LENGTH_BYTES = 8
_ALIGNED = 64
_TABLES = ("family", "given")
_TEXTS = ("suffixes", "places")
_COLUMNS = (
    "family_start",
    "birth_start",
    "by_birth",
    "given_start",
    "by_given",
    "family_of",
    "given_of",
    "middle_of",
    "birth_of",
    "entry_of",
    "sex_of",
    "suffix_of",
    "place_of",
    "numbers",
    "number_rows",
)
_SEPARATOR = "\n"


def save(index: ListIndex, path: Path, key: bytes) -> None:
    """Write a list's index, in place of what is there. Raises OSError; the old one then stays."""
    arrays = dict(_arrays(index))
    about = {
        "format": FORMAT,
        "engine": ENGINE_VERSION,
        "segments": len(index.segments),
        "calibration": asdict(index.calibration),
        "arrays": [(name, a.dtype.str, a.shape) for name, a in arrays.items()],
    }
    draft = path.with_name(f"{path.name}.{uuid4().hex}.part")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealing = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(path.name.encode())
    try:
        with open(draft, "xb", opener=_private) as file:
            file.write(_MARK + nonce)
            pieces = _pieces(json.dumps(about).encode(), arrays.values())
            file.writelines(sealing.update(piece) for piece in pieces)
            file.write(sealing.finalize() + sealing.tag)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path, watchlist: Watchlist, entry_of: EntryOf, key: bytes) -> ListIndex | None:
    """The index of a list as it was saved, None when there is none that can be read with the key.

    (Of another version or another engine, with another key, or damaged: it is made anew.)
    """
    try:
        about, arrays = _opened(path, key)
        if (about["format"], about["engine"]) != (FORMAT, ENGINE_VERSION):
            return None
        curves = about["calibration"]
        return ListIndex(
            watchlist=watchlist,
            ids=arrays["ids"],
            marks=arrays["marks"],
            segments=tuple(count(_segment(arrays, at)) for at in range(about["segments"])),
            calibration=Calibration(**{name: Curve(**curve) for name, curve in curves.items()}),
            entry_of=entry_of,
        )
    except (OSError, ValueError, KeyError, TypeError, InvalidTag):
        return None


def _arrays(index: ListIndex) -> Iterator[tuple[str, Array]]:
    yield "ids", index.ids
    yield "marks", index.marks
    for at, counted in enumerate(index.segments):
        segment = counted.segment
        for name in _COLUMNS:
            yield f"{at}/{name}", getattr(segment, name)
        if segment.is_gone is not None:
            yield f"{at}/is_gone", segment.is_gone
        for name in _TABLES:
            table: NameTable = getattr(segment, name)
            for key, array in table.arrays.items():
                yield f"{at}/{name}/{key}", array
        for name in _TEXTS:
            yield f"{at}/{name}", _of_texts(getattr(segment, name))
        yield f"{at}/dates", _of_texts(segment.dates.digits)


def _segment(arrays: Mapping[str, Array], at: int) -> Segment:
    tables = {}
    for name in _TABLES:
        start = f"{at}/{name}/"
        tables[name] = NameTable(
            {key.removeprefix(start): a for key, a in arrays.items() if key.startswith(start)}
        )
    return Segment(
        family=tables["family"],
        given=tables["given"],
        dates=DateTable(_texts(arrays[f"{at}/dates"])),
        suffixes=tuple(_texts(arrays[f"{at}/suffixes"])),
        places=tuple(_texts(arrays[f"{at}/places"])),
        **{name: arrays[f"{at}/{name}"] for name in _COLUMNS},
        is_gone=arrays.get(f"{at}/is_gone"),
    )


def _pieces(about: bytes, arrays: Iterable[Array]) -> Iterator[bytes | memoryview]:
    """What is encrypted, in order."""
    yield len(about).to_bytes(_LENGTH_BYTES, "little")
    yield about
    yield bytes(_gap(_LENGTH_BYTES + len(about)))
    for array in arrays:
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        yield bytes(_gap(array.nbytes))


def _opened(path: Path, key: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """The directory and the arrays, which share one piece of memory. They cannot be written."""
    with (
        path.open("rb") as file,
        closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as mapped,
        memoryview(mapped) as sealed,
    ):
        if sealed[: len(_MARK)] != _MARK or len(sealed) < _HEAD_BYTES + _TAG_BYTES:
            raise ValueError("not an index")
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


def _gap(size: int) -> int:
    """Bytes until the next array begins."""
    return -size % _ALIGNED


def _of_texts(texts: Sequence[str]) -> Array:
    whole = _SEPARATOR.join(t.replace(_SEPARATOR, " ") for t in texts)
    return np.frombuffer(whole.encode("utf-8"), np.uint8)


def _texts(codes: Array) -> list[str]:
    return codes.tobytes().decode("utf-8").split(_SEPARATOR)


def _private(path: str, flags: int) -> int:
    """Open a new file for this account alone."""
    return os.open(path, flags, 0o600)
