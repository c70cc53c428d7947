"""A list's index in a folder: numpy's own files, which are mapped and not read.

A folder is written under another name and then renamed, so that it is whole or not there. It holds
names and birth dates of the list, nothing of its notes: keep it where the database is kept.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from db.domain.watchlist import Watchlist
from db.screening.calibrate import Calibration, Curve
from db.screening.date_table import DateTable
from db.screening.index import EntryOf, ListIndex
from db.screening.name_table import NameTable
from db.screening.segment import Segment
from db.screening.tally import count

FORMAT = 10
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


def save(index: ListIndex, folder: Path) -> None:
    """Write a list's index, in place of what is there. Raises OSError."""
    draft = folder.with_name(f"{folder.name}.{uuid4().hex}.part")
    draft.mkdir(parents=True, mode=0o700)
    try:
        np.save(draft / "ids.npy", index.ids)
        np.save(draft / "marks.npy", index.marks)
        for at, counted in enumerate(index.segments):
            _save_segment(counted.segment, draft / str(at))
        about = {
            "format": FORMAT,
            "segments": len(index.segments),
            "calibration": asdict(index.calibration),
        }
        (draft / "about.json").write_text(json.dumps(about), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def load(folder: Path, watchlist: Watchlist, entry_of: EntryOf) -> ListIndex | None:
    """The index of a list as it was saved, None when there is none that this version can read."""
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        if about["format"] != FORMAT:
            return None
        curves = about["calibration"]
        return ListIndex(
            watchlist=watchlist,
            ids=_mapped(folder / "ids.npy"),
            marks=_mapped(folder / "marks.npy"),
            segments=tuple(
                count(_load_segment(folder / str(at))) for at in range(about["segments"])
            ),
            calibration=Calibration(**{name: Curve(**curve) for name, curve in curves.items()}),
            entry_of=entry_of,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _save_segment(segment: Segment, folder: Path) -> None:
    folder.mkdir()
    for name in _COLUMNS:
        np.save(folder / f"{name}.npy", getattr(segment, name))
    if segment.is_gone is not None:
        np.save(folder / "is_gone.npy", segment.is_gone)
    for name in _TABLES:
        table: NameTable = getattr(segment, name)
        for key, array in table.arrays.items():
            np.save(folder / f"{name}-{key}.npy", array)
    for name in _TEXTS:
        _save_texts(folder / f"{name}.npy", getattr(segment, name))
    _save_texts(folder / "dates.npy", segment.dates.digits)


def _load_segment(folder: Path) -> Segment:
    tables = {}
    for name in _TABLES:
        arrays = {
            path.stem.removeprefix(f"{name}-"): _mapped(path)
            for path in folder.glob(f"{name}-*.npy")
        }
        tables[name] = NameTable(arrays)
    gone = folder / "is_gone.npy"
    return Segment(
        family=tables["family"],
        given=tables["given"],
        dates=DateTable(_load_texts(folder / "dates.npy")),
        suffixes=tuple(_load_texts(folder / "suffixes.npy")),
        places=tuple(_load_texts(folder / "places.npy")),
        **{name: _mapped(folder / f"{name}.npy") for name in _COLUMNS},
        is_gone=_mapped(gone) if gone.exists() else None,
    )


def _mapped(path: Path) -> NDArray[Any]:
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array.view(np.ndarray)  # the same memory without the cost of a memmap's every slice


def _save_texts(path: Path, texts: Sequence[str]) -> None:
    whole = _SEPARATOR.join(t.replace(_SEPARATOR, " ") for t in texts)
    np.save(path, np.frombuffer(whole.encode("utf-8"), np.uint8))


def _load_texts(path: Path) -> list[str]:
    codes: NDArray[np.uint8] = np.load(path, allow_pickle=False)
    return codes.tobytes().decode("utf-8").split(_SEPARATOR)
