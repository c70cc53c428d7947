"""What the morning needs: invented people, their licences on film, a list, and hosts."""

import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from kiosk.scan.camera import put_on_reel
from resources.samples.film import Hand, write_empty_desk, write_film, write_person
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import SamplePerson, sample_person

SITE = "Lincoln Elementary School"
LIST_NAME = "District no-trespass list"

HOSTS_CSV = """name,place,role,directions
Mr. Daniel Okafor,Room 12,Grade 3,"Through the blue doors, then the second door on the left."
Ms. Hana Okabe,Library,Librarian,Straight on and up the stairs.
Ms. Ruth Abernathy,Room 4,Grade 1,"Through the blue doors, the first door on the right."
"""
LIST_CSV = """LNAME,FNAME,MI,DOB,SEX,ST,CASE_NO,REMARKS
Fennimore,Marcus,T,02/27/1971,M,TX,T-1041,Order of the district in force until June
Marlow,Helena,,04/17/1979,F,TX,T-1077,
Quillfeather,Osgood,,10/11/1965,M,NM,T-1102,
Dalrymple,Fenwick,J,07/30/1958,M,TX,T-1105,
"""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody in the story; `key` names their film."""

    key: str
    person: SamplePerson

    @property
    def name(self) -> str:
        return f"{self.person.given_name} {self.person.family_name}"


PRIYA = Visitor("a", sample_person("Priya", "Raghunathan", date(1988, 9, 14)))
MARCUS = Visitor("b", sample_person("Marcus", "Fennimore", date(1971, 2, 27), sex="M"))
HELEN = Visitor("c", sample_person("Helen", "Marlowe", date(1978, 4, 17)))
CAST = (PRIYA, MARCUS, HELEN)


class Props:
    """The reel of films before the kiosk's camera."""

    def __init__(self, reel: Path) -> None:
        self.reel = reel
        self._is_called_off = threading.Event()

    def shoot(self) -> None:
        """Film everybody; what the camera sees first is an empty desk."""
        for _ in self._takes():
            if self._is_called_off.is_set():
                return

    def call_off(self) -> None:
        """Whoever films ends after the film that is being made."""
        self._is_called_off.set()

    def _takes(self) -> Iterator[None]:
        """Each film, made when it is asked for."""
        write_empty_desk(self.reel / "empty.avi")
        put_on_reel(self.reel, "empty.avi")
        for seed, visitor in enumerate(CAST):
            card = licence_back(aamva_payload(visitor.person), seed)
            hand = Hand(tilt=(4.0, 7.0, 10.0)[seed])
            write_film(self.reel / f"{visitor.key}.avi", card, seed=seed, seconds=1.5, hand=hand)
            yield
        far = Hand(width=300.0, tilt=5.0)
        card = licence_back(aamva_payload(PRIYA.person))
        write_film(self.reel / "far.avi", card, seed=9, seconds=1.0, hand=far)
        yield
        near = Hand(width=900.0, tilt=2.0, sway=10.0)
        write_film(self.reel / "misprint.avi", _misprinted(card), seed=9, seconds=1.0, hand=near)
        yield
        write_person(self.reel / "person.avi", seed=3, seconds=1.0)

    def shoot_badge(self, pdf: Path) -> None:
        """Film the printed badge: the PDF as the printer got it."""
        document = pypdfium2.PdfDocument(pdf)
        picture = document[0].render(scale=300 / 72).to_pil().convert("RGB")
        document.close()
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        badge = cv2.imdecode(np.frombuffer(buffer.getvalue(), np.uint8), cv2.IMREAD_COLOR)
        if badge is None:
            raise OSError("the badge could not be drawn")
        hand = Hand(width=480.0, tilt=6.0, sway=40.0)
        write_film(self.reel / "badge.avi", badge.astype(np.uint8), seed=5, seconds=1.2, hand=hand)

    def show(self, film: str) -> None:
        """Hold something else before the camera."""
        put_on_reel(self.reel, f"{film}.avi")


def _misprinted(card: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same card with the columns of its codes in disorder: seen well, and never read.

    So the page that asks for an ID stays while its picture is taken.
    """
    copy = card.copy()
    high, wide = card.shape[:2]
    chance = np.random.default_rng(3)
    for top, bottom, left, right in ((0.0, 0.15, 0.74, 0.86), (0.64, 0.92, 0.16, 0.7)):
        rows = slice(round(top * high), round(bottom * high))
        columns = np.arange(round(left * wide), round(right * wide))
        strips = np.array_split(columns, len(columns) // 6)
        chance.shuffle(strips)
        copy[rows, columns] = card[rows, np.concatenate(strips)]
    return copy
