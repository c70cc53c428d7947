"""Films that many tests show: each is drawn once in a run, and tests are given copies."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from resources.samples.film import write_empty_desk, write_film
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import SamplePerson

_drawn: dict[object, Path] = {}
"""Where each lies: in the run's own folder, which is gone when it has ended."""


def put_empty_desk(path: Path) -> None:
    """A film of the room with nothing before the camera."""
    _put(path, "empty", write_empty_desk)


def put_card(path: Path, person: SamplePerson) -> None:
    """Half a second of the back of somebody's licence, held before the camera."""

    def write(film: Path) -> None:
        write_film(film, licence_back(aamva_payload(person)), seed=1, seconds=0.5)

    _put(path, person, write)


def _put(path: Path, key: object, write: Callable[[Path], None]) -> None:
    if key not in _drawn:
        film = Path(tempfile.mkdtemp(prefix="film-")) / "film.avi"
        write(film)
        _drawn[key] = film
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_drawn[key], path)
