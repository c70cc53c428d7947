"""``python -m resources.samples``: write invented licences, passport pages, and films of them.

::

    python -m resources.samples cards FOLDER --count 20 --seed 1    payloads, pictures, who they are
    python -m resources.samples pages FOLDER --count 9              photographed, with who they are
    python -m resources.samples film card.avi --tilt 10 --glare 0.5
    python -m resources.samples film badge.avi --picture badge.png
    python -m resources.samples person person.avi
    python -m resources.samples desk desk.avi
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

import cv2
import numpy as np

from resources.samples.film import Hand, write_empty_desk, write_film, write_person
from resources.samples.licence import ISSUERS, aamva_payload, licence_back
from resources.samples.passport import View, document_page, photographed
from resources.samples.payload import Quirk
from resources.samples.people import SamplePerson, sample_people
from resources.samples.scene import Image
from resources.samples.zone import SampleZone, zone_lines

_HAND = {
    "width": (50, 4000),
    "tilt": (0, 180),
    "sway": (0, 1000),
    "noise": (0, 100),
    "blur": (0, 50),
    "light": (0, 10),
    "glare": (0, 1),
}
"""From and to what a hand's numbers make a picture."""


def main(argv: Sequence[str] | None = None) -> int:
    """Write what was asked for; exit status 1 when it cannot be written."""
    arguments = _parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m resources.samples",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    cards = commands.add_parser("cards", help="payloads (.txt), backs (.png) and people.json")
    cards.add_argument("out", type=Path, metavar="FOLDER")
    cards.add_argument("--count", type=_whole(1, 100_000), default=10)
    cards.set_defaults(run=_write_cards)

    pages = commands.add_parser("pages", help="passports and ID cards (.png) and people.json")
    pages.add_argument("out", type=Path, metavar="FOLDER")
    pages.add_argument("--count", type=_whole(1, 100_000), default=9)
    pages.set_defaults(run=_write_pages)

    film = commands.add_parser("film", help="a card or a picture in an unsteady hand")
    film.add_argument("out", type=Path, metavar="FILE.avi")
    film.add_argument("--picture", type=Path, help="film this picture, e.g. a badge")
    film.add_argument("--seconds", type=_number(0.1, 3600), default=3.0)
    for part in fields(Hand):
        limits = _number(*_HAND[part.name])
        film.add_argument(f"--{part.name}", type=limits, default=part.default)
    film.set_defaults(run=_write_film)

    for command in (cards, film):
        command.add_argument("--jurisdiction", choices=sorted(ISSUERS), default="TX")
        command.add_argument("--version", type=int, choices=range(1, 11), default=9)

    person = commands.add_parser("person", help="somebody drawn, for the badge photo")
    desk = commands.add_parser("desk", help="nothing before the camera")
    for command in (person, desk):
        command.add_argument("out", type=Path, metavar="FILE.avi")
    person.set_defaults(run=_write_person)
    desk.set_defaults(run=_write_desk)

    cards.add_argument(
        "--quirk", action="append", default=[], choices=[q.name.lower() for q in Quirk]
    )
    for command in (cards, pages, film, person):
        command.add_argument("--seed", type=int, default=0)
    return parser


def _number(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be a number from {least:g} to {most:g}")
        return number

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _write_cards(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    people = sample_people(arguments.count, arguments.seed)
    for number, person in enumerate(people):
        quirks = [Quirk[name.upper()] for name in arguments.quirk]
        payload = aamva_payload(person, arguments.jurisdiction, arguments.version, *quirks)
        (folder / f"card-{number:03}.txt").write_bytes(payload)
        _write_picture(folder / f"card-{number:03}.png", licence_back(payload, number))
    _write_people(folder, people)
    return 0


def _write_pages(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    people = sample_people(arguments.count, arguments.seed)
    for number, person in enumerate(people):
        zone = SampleZone(size=("TD3", "TD2", "TD1")[number % 3])
        page = document_page(zone_lines(person, zone), arguments.seed + number)
        _write_picture(folder / f"page-{number:03}.png", photographed(page, View(), number))
    _write_people(folder, people)
    return 0


def _write_people(folder: Path, people: list[SamplePerson]) -> None:
    known = [asdict(person) for person in people]
    (folder / "people.json").write_text(
        json.dumps(known, indent=1, default=str, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _write_film(arguments: argparse.Namespace) -> int:
    hand = Hand(**{part.name: getattr(arguments, part.name) for part in fields(Hand)})
    if arguments.picture is None:
        (person,) = sample_people(1, arguments.seed)
        payload = aamva_payload(person, arguments.jurisdiction, arguments.version)
        thing = licence_back(payload, arguments.seed)
    else:
        thing = _read_picture(arguments.picture)
    write_film(arguments.out, thing, seed=arguments.seed, seconds=arguments.seconds, hand=hand)
    return 0


def _write_person(arguments: argparse.Namespace) -> int:
    write_person(arguments.out, seed=arguments.seed)
    return 0


def _write_desk(arguments: argparse.Namespace) -> int:
    write_empty_desk(arguments.out)
    return 0


def _read_picture(path: Path) -> Image:
    data = np.fromfile(path, np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise OSError(f"{path.name} is not a picture that can be opened.")
    return picture.astype(np.uint8, copy=False)


def _write_picture(path: Path, picture: Image) -> None:
    written, data = cv2.imencode(".png", picture)
    if not written:
        raise OSError(f"The picture {path.name} cannot be written.")
    path.write_bytes(data.tobytes())


if __name__ == "__main__":
    sys.exit(main())
