"""``vestibule-kiosk read-id FILE...``: read IDs and codes from files, as the kiosk would.

A file is an image, a film, or a payload as a reader gave it (``*.txt``, its bytes as they are).
Writes a line per file; with ``--json`` an object per line. Nothing is kept.
"""

import json
import os
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import cv2
import numpy as np
import PIL.Image

from db.domain.errors import CameraError, UnreadableIdError
from db.domain.people import Identity, Sex
from kiosk.scan.aamva import NamelessIdError
from kiosk.scan.camera import FilmCamera
from kiosk.scan.decode import Decoded, Memory, Wanted, decode, grey_of
from kiosk.scan.documents import USUAL_RULES, DocumentRules
from kiosk.scan.frames import Image
from kiosk.scan.hints import hint_of_picture
from kiosk.scan.identify import MilitaryIdError, identity_of, identity_of_payload
from kiosk.scan.patient import decode_patiently
from kiosk.ui.views import Hint

FILM_BUDGET_SECONDS = 0.25
"""Of a frame: nobody waits for the next one, as the kiosk's camera does."""
MOST_PX, FEWEST_PX = 100_000_000, 16
"""Px of a whole picture, and of its shorter side."""
MOST_BYTES = 8 * MOST_PX
"""Of a picture's file: none has more for each px."""
MOST_PAYLOAD_BYTES = 64 * 1024
"""Of a payload's file: no code holds more, whatever follows."""
_FILMS = frozenset({".avi", ".mp4", ".mov", ".mkv", ".webm"})


@dataclass(frozen=True, slots=True)
class FileReading:
    """What one file held. `text` is what a code says that is no ID."""

    file: str
    read: bool = False
    symbology: str | None = None
    text: str | None = None
    identity: Identity | None = None
    hint: str | None = None
    milliseconds: float | None = None
    stage: str | None = None
    reader: str | None = None
    problem: str | None = None
    """In words, when nothing was read."""


def read_files(
    files: Sequence[Path],
    out: TextIO,
    progress: TextIO,
    *,
    as_json: bool,
    all_fields: bool,
    rules: DocumentRules = USUAL_RULES,
) -> int:
    """Write a line per file as they come; progress when somebody watches and there are many.

    Gives the exit status: 0 when every file was read, 1 otherwise.
    """
    is_watched = len(files) > 1 and progress.isatty()
    missed = 0
    for number, path in enumerate(files, start=1):
        if is_watched:
            progress.write(f"\r{number} of {len(files)} ")
        reading = read_file(path, rules)
        missed += not reading.read
        say = _as_json if as_json else _in_words
        out.write(f"{say(reading, all_fields, out.encoding or 'utf-8')}\n")
        out.flush()
    if is_watched:
        progress.write(f"\r{len(files) - missed} of {len(files)} read\n")
    return 1 if missed else 0


def read_file(path: Path, rules: DocumentRules = USUAL_RULES) -> FileReading:
    """Read one file; whatever is wrong with it is in the reading, and ends no other file's."""
    nothing = FileReading(os.fsencode(path).decode("utf-8", "replace"))
    try:
        return _read_file(path, nothing, rules)
    except (OSError, MemoryError, cv2.error):
        return replace(nothing, problem="That file could not be read.")


def _read_file(path: Path, nothing: FileReading, rules: DocumentRules) -> FileReading:
    if not path.exists():
        return replace(nothing, problem="There is no such file.")
    if path.is_dir():
        return _read_film(path, nothing, rules)
    if not path.is_file():  # a pipe or a device: whoever opens it may wait for ever
        return replace(nothing, problem="That is no file.")
    if path.suffix.lower() == ".txt":
        return _read_payload(path, nothing, rules)
    if path.suffix.lower() in _FILMS:
        return _read_film(path, nothing, rules)
    return _read_picture(path, nothing, rules)


def _read_picture(path: Path, nothing: FileReading, rules: DocumentRules) -> FileReading:
    if path.stat().st_size > MOST_BYTES:
        return replace(nothing, problem="That file is too large to be a picture.")
    size = _size_of(path)
    if size is not None and size[0] * size[1] > MOST_PX:
        return replace(nothing, problem="That picture is too large. Make it smaller than 100 MP.")
    image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        return replace(nothing, problem="That is not a picture that can be opened.")
    if min(image.shape[:2]) < FEWEST_PX:
        return replace(nothing, problem="That picture is too small to hold a code.")
    picture = image.astype(np.uint8, copy=False)
    decoded = decode_patiently(picture)
    if decoded is not None:
        return _reading_of(decoded, nothing, rules)
    return replace(
        nothing, hint=_name(hint_of_picture(grey_of(picture))), problem="No code could be read."
    )


def _size_of(path: Path) -> tuple[int, int] | None:
    """Width and height in px, from the file's first bytes; None when they tell nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
            with PIL.Image.open(path) as header:
                return header.size
    except PIL.Image.DecompressionBombError:
        return (MOST_PX, MOST_PX)
    except (OSError, ValueError, SyntaxError):
        return None


def _read_payload(path: Path, nothing: FileReading, rules: DocumentRules) -> FileReading:
    began = time.perf_counter()
    try:
        with path.open("rb") as file:
            payload = file.read(MOST_PAYLOAD_BYTES)
    except OSError:
        return replace(nothing, problem="That file cannot be opened.")
    try:
        identity = identity_of_payload(payload, rules)
    except UnreadableIdError as error:
        return replace(nothing, hint=_refusal(error), problem=str(error))
    spent = (time.perf_counter() - began) * 1000
    return replace(nothing, read=True, identity=identity, milliseconds=spent, stage="payload")


def _read_film(path: Path, nothing: FileReading, rules: DocumentRules) -> FileReading:
    try:
        film = FilmCamera(path)
    except CameraError as error:
        return replace(nothing, problem=str(error))
    try:
        return _read_frames(film.images(), nothing, rules)
    finally:
        film.close()


def _read_frames(
    frames: Iterator[Image], nothing: FileReading, rules: DocumentRules
) -> FileReading:
    """The first ID in the frames, else the first other code, else what the last frame lacked."""
    other: FileReading | None = None
    last: Image | None = None
    memory = Memory()
    for frame in frames:
        last = frame
        decoded = decode(frame, Wanted.ID, FILM_BUDGET_SECONDS, memory)
        if decoded is None:
            continue
        reading = _reading_of(decoded, nothing, rules)
        if reading.identity is not None:
            return reading
        other = other or reading
    if other is not None:
        return other
    hint = Hint.LOOKING if last is None else hint_of_picture(grey_of(last))
    return replace(nothing, hint=_name(hint), problem="No code could be read.")


def _reading_of(decoded: Decoded, nothing: FileReading, rules: DocumentRules) -> FileReading:
    reading = replace(
        nothing,
        read=True,
        symbology=decoded.symbology,
        milliseconds=decoded.milliseconds,
        stage=decoded.stage,
        reader=decoded.reader,
    )
    try:
        return replace(reading, identity=identity_of(decoded, rules))
    except (MilitaryIdError, NamelessIdError) as error:  # nothing of it goes out, not even as text
        return replace(reading, read=False, hint=_refusal(error), problem=str(error))
    except UnreadableIdError:
        return replace(reading, text=decoded.text, hint=_name(Hint.NOT_AN_ID))


def _refusal(error: UnreadableIdError) -> str:
    return _name(Hint.MILITARY_ID if isinstance(error, MilitaryIdError) else Hint.NOT_AN_ID)


def _name(hint: Hint) -> str:
    return hint.name.lower()


def _as_json(reading: FileReading, all_fields: bool, encoding: str) -> str:
    """One line in any reader's eyes: what cannot be seen or written there is escaped."""
    values: dict[str, Any] = asdict(replace(reading, identity=None))
    values["identity"] = (
        _identity_values(reading.identity, all_fields) if reading.identity else None
    )
    if reading.milliseconds is not None:
        values["milliseconds"] = round(reading.milliseconds, 2)
    line = json.dumps(values, ensure_ascii=False)
    return line if line.isprintable() and _fits(line, encoding) else json.dumps(values)


def _fits(line: str, encoding: str) -> bool:
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _identity_values(identity: Identity, all_fields: bool) -> dict[str, Any]:
    """The identity as JSON has it: dates in ISO 8601, what is missing null."""
    name, document = identity.name, identity.document
    values: dict[str, Any] = {
        "given_name": name.given or None,
        "middle_name": name.middle or None,
        "family_name": name.family or None,
        "suffix": name.suffix or None,
        "birth_date": _day(identity.birth_date),
        "sex": None if identity.sex is Sex.UNSPECIFIED else identity.sex.value,
        "document": None,
    }
    if document is not None:
        values["document"] = {
            "kind": document.kind.value,
            "jurisdiction": document.jurisdiction or None,
            "country": document.country or None,
            "number": (document.number or None) if all_fields else None,
            "issued_on": _day(document.issued_on),
            "expires_on": _day(document.expires_on),
        }
    return values


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _in_words(reading: FileReading, all_fields: bool, encoding: str) -> str:
    """One line, in which nothing can steer a terminal; file names may hold anything."""
    seen = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in _words(reading, all_fields)
    )
    return seen.encode(encoding, "backslashreplace").decode(encoding)


def _words(reading: FileReading, all_fields: bool) -> str:
    if not reading.read:
        return f"{reading.file}: not read. {reading.problem}"
    identity = reading.identity
    if identity is None:
        return f"{reading.file}: {reading.symbology}, not an ID: {reading.text!r}"
    words = [identity.name.full]
    if identity.birth_date:
        words.append(f"born {identity.birth_date}")
    document = identity.document
    if document is not None:
        words.append(f"{document.kind.replace('_', ' ')} {document.jurisdiction}".strip())
        if document.expires_on:
            words.append(f"expires {document.expires_on}")
        if all_fields and document.number:
            words.append(f"number {document.number}")
    return f"{reading.file}: {', '.join(words)}"
