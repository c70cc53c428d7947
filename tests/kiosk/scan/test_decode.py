"""Reading cards in pictures: real codes, drawn, turned and filmed."""

import sys
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from db.domain.errors import CameraError
from kiosk.scan import camera
from kiosk.scan.badge_code import badge_token_of, new_badge_token, payload_of
from kiosk.scan.camera import FilmCamera, ReelCamera, open_camera, put_on_reel
from kiosk.scan.decode import Wanted, decode
from kiosk.scan.frames import Frame, Mailbox
from kiosk.scan.readers import _zbar, second_reader_problem, zbar
from resources.samples.film import RATE, Hand, held, write_empty_desk, write_film
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import sample_person

PAYLOAD = aamva_payload(sample_person("Elena", "Marlowe", date(1986, 4, 17)))


def turned(degrees: float, width: float = 900) -> NDArray[np.uint8]:
    card = licence_back(PAYLOAD)
    hand = Hand(width=width, tilt=degrees, sway=0, noise=2.0, blur=0.4)
    # At a quarter of its wave the hand is turned as far as it goes.
    frames = list(held(card, round(RATE * 4), seed=2, hand=hand))
    return frames[0] if degrees == 0 else frames[7]


def badge_code(token: str) -> NDArray[np.uint8]:
    code = zxingcpp.create_barcode(payload_of(token), zxingcpp.BarcodeFormat.QRCode)
    return np.array(code.to_image(scale=8), dtype=np.uint8)


@pytest.mark.parametrize("degrees", [0, 2, 4, 6, 8, 10, 12, 15])
def test_licence_is_read_at_every_tilt(degrees: float) -> None:
    decoded = decode(turned(degrees), budget_seconds=5)

    assert decoded is not None
    assert decoded.payload == PAYLOAD


def test_picture_without_a_code_is_none() -> None:
    assert decode(np.full((1080, 1920, 3), 128, np.uint8), budget_seconds=5) is None


def test_badge_code_is_read_and_is_only_a_token() -> None:
    token = new_badge_token(bytes(range(10)))

    decoded = decode(badge_code(token), Wanted.BADGE, budget_seconds=5)

    assert decoded is not None
    assert badge_token_of(decoded.payload) == token


@pytest.mark.parametrize("payload", [b"", b"VB", b"VB" + b"I" * 16, b"xVB" + b"0" * 16, PAYLOAD])
def test_other_codes_are_no_badge(payload: bytes) -> None:
    assert badge_token_of(payload) is None


def test_licence_with_a_bar_code_beside_it_signs_out_too() -> None:
    picture = turned(4)
    bars = zxingcpp.create_barcode("00412345", zxingcpp.BarcodeFormat.Code128)
    code = np.array(bars.to_image(scale=3), np.uint8)
    high, wide = code.shape[:2]
    picture[40 : 40 + high, 40 : 40 + wide] = code.reshape(high, wide, -1)

    decoded = decode(picture, Wanted.BADGE, budget_seconds=5)

    assert decoded is not None
    assert decoded.payload == PAYLOAD


def test_badge_is_read_beside_a_poster_with_a_code() -> None:
    token = new_badge_token(bytes(range(10)))
    poster = zxingcpp.create_barcode("visit us", zxingcpp.BarcodeFormat.QRCode)
    shown = [np.array(poster.to_image(scale=8), np.uint8), badge_code(token)]
    high = max(code.shape[0] for code in shown)
    padded = [np.pad(c, ((0, high - c.shape[0]), (20, 20)), constant_values=255) for c in shown]

    decoded = decode(np.ascontiguousarray(np.hstack(padded)), Wanted.BADGE, budget_seconds=5)

    assert decoded is not None
    assert badge_token_of(decoded.payload) == token


def test_tokens_differ_in_every_bit() -> None:
    tokens = {new_badge_token((1 << bit).to_bytes(10)) for bit in range(80)}

    assert len(tokens) == 80


def test_second_reader_is_there() -> None:
    assert second_reader_problem() == ""


def test_letters_whose_charset_the_second_reader_would_guess_are_left_to_the_first() -> None:
    code = zxingcpp.create_barcode("LSD;Wójcik;Tomasz", zxingcpp.BarcodeFormat.QRCode)
    picture = np.array(code.to_image(scale=8), dtype=np.uint8)

    decoded = decode(picture, Wanted.BADGE, budget_seconds=5)

    assert zbar(picture, 400) is None
    assert decoded is not None
    assert decoded.text == "LSD;Wójcik;Tomasz"
    plain = zxingcpp.create_barcode("LSD;Wojcik;Tomasz", zxingcpp.BarcodeFormat.QRCode)
    assert zbar(np.array(plain.to_image(scale=8), dtype=np.uint8), 400) is not None


def test_without_libzbar_codes_are_read_and_what_is_missing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda _: None)  # as where it is not installed
    for module in [name for name in sys.modules if name.startswith("pyzbar")]:
        monkeypatch.delitem(sys.modules, module)
    _zbar.cache_clear()
    try:
        assert "Install the Debian package libzbar0" in second_reader_problem()
        assert decode(badge_code("0" * 16), Wanted.BADGE, budget_seconds=5) is not None
        assert decode(np.full((90, 160, 3), 128, np.uint8), budget_seconds=5) is None
    finally:
        _zbar.cache_clear()


def test_film_plays_again_and_again(tmp_path: Path) -> None:
    write_film(tmp_path / "card.avi", licence_back(PAYLOAD), seed=1, seconds=0.25)
    film = FilmCamera(tmp_path / "card.avi")

    numbers = [film.read().number for _ in range(7)]

    assert numbers == list(range(1, 8))
    film.close()


def test_reel_shows_what_the_director_puts_on(tmp_path: Path) -> None:
    write_empty_desk(tmp_path / "empty.avi")
    write_film(tmp_path / "card.avi", licence_back(PAYLOAD), seed=1, seconds=0.25)
    put_on_reel(tmp_path, "empty.avi")
    reel = open_camera(str(tmp_path))
    assert isinstance(reel, ReelCamera)

    before = decode(reel.read().image, budget_seconds=5)
    put_on_reel(tmp_path, "card.avi")
    after = decode(reel.read().image, budget_seconds=5)
    reel.close()

    assert before is None
    assert after is not None


@pytest.mark.parametrize("source", ["99", "no/such/film.avi"])
def test_missing_camera_says_so_in_words(source: str) -> None:
    with pytest.raises(CameraError, match="camera"):
        open_camera(source)


def test_file_that_is_no_film_says_so(tmp_path: Path) -> None:
    (tmp_path / "film.avi").write_bytes(b"not a film")

    with pytest.raises(CameraError, match="cannot be played"):
        camera.FilmCamera(tmp_path / "film.avi")


def test_newest_frame_wins() -> None:
    mailbox = Mailbox()
    for number in (1, 2, 3):
        mailbox.put(Frame(np.zeros((1, 1, 3), np.uint8), 0.0, number))

    frame = mailbox.take(0)

    assert frame is not None
    assert frame.number == 3
    assert mailbox.take(0) is None


def test_picture_of_another_size_is_read() -> None:
    small = cv2.resize(turned(0), None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)

    assert decode(small.astype(np.uint8), budget_seconds=5) is not None
