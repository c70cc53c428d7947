"""What the visitor is told to change: photographs of cards in all conditions, and the hint due."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest

from kiosk.scan import presence
from kiosk.scan.decode import Wanted, grey_of
from kiosk.scan.frames import Frame, Image
from kiosk.scan.hints import SHOWN_SECONDS, FrontSeen, SteadyHint, hint_of_picture
from kiosk.scan.presence import shows_front
from kiosk.scan.watch import Watch
from kiosk.ui.views import Hint
from resources.samples.film import Hand, held
from resources.samples.front import licence_front
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.passport import View, document_page, photographed
from resources.samples.people import SamplePerson, sample_people, sample_person
from resources.samples.scene import room, somebody
from resources.samples.shot import Shot, photograph
from resources.samples.zone import SampleZone, zone_lines

ELENA = sample_person("Elena", "Marlowe", date(1986, 4, 17))
FRONT = licence_front(ELENA)
BACK = licence_back(aamva_payload(ELENA))
A_LAMP = (0.0, 12.0)
"""In the middle of the symbol."""

BACKS = [
    (Shot(), Hint.HOLD_STILL),
    (Shot(roll=12), Hint.HOLD_STILL),
    (Shot(roll=180), Hint.HOLD_STILL),
    (Shot(blur=3.0), Hint.HOLD_STILL),
    (Shot(motion=20), Hint.HOLD_STILL),
    (Shot(light=0.25), Hint.HOLD_STILL),
    (Shot(light=1.3), Hint.HOLD_STILL),  # white paper is no glare
    (Shot(glare=0.2, lamp=A_LAMP), Hint.HOLD_STILL),
    (Shot(glare=1.0, lamp=A_LAMP), Hint.AWAY_FROM_LIGHT),
    (Shot(glare=1.0, lamp=A_LAMP, roll=40), Hint.AWAY_FROM_LIGHT),
    (Shot(px_per_module=0.8), Hint.CLOSER),
    (Shot(px_per_module=1.4), Hint.CLOSER),
    (Shot(px_per_module=1.4, roll=50), Hint.CLOSER),
    (Shot(px_per_module=1.0, size=(1280, 720)), Hint.CLOSER),
    (Shot(px_per_module=1.9), Hint.HOLD_STILL),
    (Shot(px_per_module=5.6), Hint.FARTHER),
    (Shot(px_per_module=4.4), Hint.HOLD_STILL),
    (Shot(roll=45), Hint.LEVEL),
    (Shot(roll=-60), Hint.LEVEL),
    (Shot(roll=90), Hint.LEVEL),
    (Shot(roll=20, yaw=20, pitch=10), Hint.HOLD_STILL),
]
FRONTS = [
    Shot(px_per_module=1.4),
    Shot(),
    Shot(px_per_module=3.2),
    Shot(roll=12),
    Shot(roll=-12, yaw=20),
    Shot(pitch=20),
    Shot(light=0.4),
    Shot(glare=0.6),
    Shot(blur=1.8),
    Shot(px_per_module=1.4, size=(1280, 720)),
    Shot(roll=7, yaw=12, pitch=8, blur=1.4, glare=0.5, light=0.7, noise=8, motion=5),
]


def page(size: str, seed: int) -> Image:
    """A passport's page with a face on it: its zone is what tells it from a licence's front."""
    picture = document_page(zone_lines(ELENA, SampleZone(size)), seed)
    high, wide = picture.shape
    left, top, across = round(0.04 * wide), round(0.14 * high), round(0.25 * wide)
    face = cv2.resize(grey_of(somebody()[120:1000, 610:1310]), (across, round(across * 880 / 700)))
    picture[top : top + face.shape[0], left : left + across] = face
    return picture


def with_card(card: Image, left: int, top: int, width: int) -> Image:
    """Somebody before the camera who holds a card up."""
    frame = somebody()
    scale = width / card.shape[1]
    small = cv2.resize(card, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    place = frame[top : top + small.shape[0], left : left + small.shape[1]]
    small = small[: place.shape[0], : place.shape[1]]
    share = small[:, :, 3:] / 255
    place[:] = (small[:, :, :3] * share + place * (1 - share)).astype(np.uint8)
    return frame


@pytest.mark.parametrize(("shot", "hint"), BACKS, ids=str)
def test_hint_for_a_back_names_what_hinders_most(shot: Shot, hint: Hint) -> None:
    assert hint_of_picture(grey_of(photograph(BACK, shot, seed=3))) is hint


@pytest.mark.parametrize("shot", FRONTS, ids=str)
def test_front_of_a_licence_is_to_be_turned_over(shot: Shot) -> None:
    assert hint_of_picture(grey_of(photograph(FRONT, shot, seed=3))) is Hint.TURN_OVER


@pytest.mark.parametrize("person", sample_people(4, seed=8), ids=lambda p: p.family_name)
def test_front_in_a_hand_is_to_be_turned_over(person: SamplePerson) -> None:
    frame = next(held(licence_front(person, 2), 1, 5, Hand(width=900)))

    assert hint_of_picture(grey_of(frame)) is Hint.TURN_OVER


NO_FRONTS: dict[str, Callable[[], Any]] = {
    "room": room,
    "somebody": somebody,
    "somebody nearer": lambda: cv2.resize(somebody()[:900, 400:1560], (1920, 1080)),
    "back beside a face": lambda: with_card(BACK, 1150, 330, 700),
    "back over a face": lambda: with_card(BACK, 560, 480, 900),
    "small back beside a face": lambda: with_card(BACK, 1150, 330, 450),
    "back in a hand": lambda: next(held(BACK, 1, 4, Hand(width=900, glare=0.8))),
    "passport": lambda: photographed(page("TD3", 1), View()),
    "turned passport": lambda: photographed(page("TD3", 2), View(turn=12)),
    "small passport": lambda: photographed(page("TD3", 3), View(width=800)),
    "hard passport": lambda: photographed(
        page("TD3", 4),
        View(turn=6, lean=0.15, bend=0.03, blur=1.4, glare=0.5, light=0.6, noise=6, motion=4),
    ),
    "large card": lambda: photographed(page("TD2", 5), View(width=1200)),
}


@pytest.mark.parametrize("name", NO_FRONTS)
def test_nothing_else_is_to_be_turned_over(name: str) -> None:
    picture = NO_FRONTS[name]()

    assert not shows_front(grey_of(np.asarray(picture, np.uint8)))


def test_before_an_empty_desk_the_kiosk_looks_for_a_card() -> None:
    assert hint_of_picture(grey_of(room())) is Hint.LOOKING


def test_without_opencvs_face_finder_nothing_is_to_be_turned_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(presence, "_finder", lambda: None)

    assert not shows_front(grey_of(photograph(FRONT, Shot(), seed=3)))


# ---- over time -----------------------------------------------------------------------------------


def filmed(images: Iterable[Image], from_second: float = 0.0) -> Iterator[Frame]:
    for at, image in enumerate(images):
        yield Frame(image, from_second + at / 12, at)


def test_front_is_said_to_be_turned_over_once_and_the_back_is_then_read() -> None:
    watch = Watch(Wanted.ID, budget_seconds=1.0)
    hand = Hand(width=900, tilt=3, sway=20)

    fronts = [watch.look(f) for f in filmed(held(FRONT, 30, 1, hand))]
    backs = [watch.look(f) for f in filmed(held(BACK, 14, 1, hand), 2.5)]

    told = [sight.new_hint for sight in fronts if sight.new_hint]
    assert told == [Hint.TURN_OVER]
    assert all(sight.decoded is None for sight in fronts)
    assert any(sight.decoded is not None for sight in backs[:6])
    assert Hint.TURN_OVER not in [sight.new_hint for sight in backs]


def test_one_look_is_not_enough_and_one_miss_changes_nothing() -> None:
    once = FrontSeen().then(is_front=True)
    often = once.then(is_front=True).then(is_front=True)

    assert not once.is_shown
    assert often.is_shown
    assert often.then(is_front=False).is_shown
    assert not often.then(is_front=False).then(is_front=False).is_shown


def test_hint_stays_long_enough_to_be_read_however_much_the_hand_shakes() -> None:
    chance = np.random.default_rng(2)
    hint, changes = SteadyHint(), [0.0]
    for at in range(600):
        wished = Hint.CLOSER if chance.random() < 0.6 else Hint.LEVEL
        before, hint = hint, hint.then(wished, at / 30)
        if hint.hint is not before.hint:
            changes.append(at / 30)

    assert all(later - earlier >= SHOWN_SECONDS for earlier, later in pairwise(changes[1:]))
