"""A list's index, and the table of how common names are, each in one encrypted file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from cryptography.exceptions import InvalidTag

from db.domain.watchlist import Watchlist
from db.screening import sealed
from db.screening.calibrate import Calibration, Curve
from db.screening.date_table import DateTable
from db.screening.engine import ENGINE_VERSION
from db.screening.index import EntryOf, ListIndex
from db.screening.name_table import NameTable
from db.screening.population import Population, digest_of_source
from db.screening.sealed import Array
from db.screening.segment import Segment
from db.screening.tally import count

FORMAT = 12
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
    about = {
        "format": FORMAT,
        "engine": ENGINE_VERSION,
        "segments": len(index.segments),
        "calibration": asdict(index.calibration),
    }
    sealed.save(about, dict(_arrays(index)), path, key)


def load(path: Path, watchlist: Watchlist, entry_of: EntryOf, key: bytes) -> ListIndex | None:
    """The index of a list as it was saved, None when there is none that can be read with the key.

    (Of another version or another engine, with another key, or damaged: it is made anew.)
    """
    try:
        about, arrays = sealed.load(path, key)
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


def save_population(population: Population, path: Path, key: bytes) -> None:
    """Write the table, which takes longer to make than to read. Raises OSError."""
    about = {"format": FORMAT, "engine": ENGINE_VERSION, "source": digest_of_source()}
    arrays = {
        **_prefixed("family/", population.family_names),
        **_prefixed("given/", population.given_names),
        "family_shares": population.family_shares,
        "given_shares": np.stack(population.given_shares),
    }
    sealed.save(about, arrays, path, key)


def load_population(path: Path, key: bytes) -> Population | None:
    """The table as it was saved, None when there is none that can be read (as in `load`)."""
    try:
        about, arrays = sealed.load(path, key)
        known = {"format": FORMAT, "engine": ENGINE_VERSION, "source": digest_of_source()}
        if any(about[name] != value for name, value in known.items()):
            return None
        everybody, women, men = arrays["given_shares"]
        return Population(
            _table(arrays, "family/"),
            arrays["family_shares"],
            _table(arrays, "given/"),
            (everybody, women, men),
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
            yield from _prefixed(f"{at}/{name}/", getattr(segment, name)).items()
        for name in _TEXTS:
            yield f"{at}/{name}", _of_texts(getattr(segment, name))
        yield f"{at}/dates", _of_texts(segment.dates.digits)


def _segment(arrays: Mapping[str, Array], at: int) -> Segment:
    return Segment(
        family=_table(arrays, f"{at}/family/"),
        given=_table(arrays, f"{at}/given/"),
        dates=DateTable(_texts(arrays[f"{at}/dates"])),
        suffixes=tuple(_texts(arrays[f"{at}/suffixes"])),
        places=tuple(_texts(arrays[f"{at}/places"])),
        **{name: arrays[f"{at}/{name}"] for name in _COLUMNS},
        is_gone=arrays.get(f"{at}/is_gone"),
    )


def _prefixed(start: str, table: NameTable) -> dict[str, Array]:
    return {start + name: array for name, array in table.arrays.items()}


def _table(arrays: Mapping[str, Array], start: str) -> NameTable:
    return NameTable({n.removeprefix(start): a for n, a in arrays.items() if n.startswith(start)})


def _of_texts(texts: Sequence[str]) -> Array:
    whole = _SEPARATOR.join(t.replace(_SEPARATOR, " ") for t in texts)
    return np.frombuffer(whole.encode("utf-8"), np.uint8)


def _texts(codes: Array) -> list[str]:
    return codes.tobytes().decode("utf-8").split(_SEPARATOR)
