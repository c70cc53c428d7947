"""Badges as they come out of the printer."""

import io
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from db.domain.errors import PhotoError, PrinterError
from db.domain.visit import Visit, VisitDetails, VisitorType, VisitState
from db.ids import new_id
from kiosk.app import open_printer
from kiosk.badge.content import BadgeContent, badge_code, badge_content
from kiosk.badge.printer import CupsPrinter, FilePrinter, NoPrinter, SecondBest
from kiosk.badge.render import badge_picture, render_badge, render_letter_sheet
from kiosk.config import PrinterPart
from kiosk.scan.badge_code import badge_token_of, new_badge_token, payload_of
from kiosk.ui.camera_picture import cut_photo
from resources.lettering import fitted, width
from resources.samples.scene import somebody
from tests.makers import NINE, OKAFOR, make_identity
from tests.pictures import assert_looks_like, picture_of_png

TOKEN = new_badge_token(bytes(range(10)))
PICTURES = Path(__file__).parent / "pictures"


def make_content(
    given_name: str = "ELENA",
    family_name: str = "MARLOWE",
    visitor_type: VisitorType = VisitorType.PARENT,
    *,
    with_escort: bool = False,
    photo: bytes | None = None,
) -> BadgeContent:
    visit = Visit(
        visit_id=new_id(NINE),
        number=47,
        site_id="lincoln",
        kiosk_id="front",
        state=VisitState.ON_SITE,
        identity=make_identity(given_name, family_name),
        started_at=NINE,
        details=VisitDetails(visitor_type, "Meet a teacher", OKAFOR),
        with_escort=with_escort,
        badge_code="47K-29F",
        valid_until=NINE.replace(hour=21, minute=30),
        checked_in_at=NINE.replace(minute=41),
    )
    return badge_content(
        visit,
        site_name="Lincoln Elementary School",
        zone=ZoneInfo("America/Chicago"),
        token_payload=payload_of(TOKEN),
        photo=photo,
    )


def picture_of(pdf: bytes, width_px: int = 732) -> np.ndarray:  # type: ignore[type-arg]
    return picture_of_png(badge_picture(pdf, width_px))


def jpeg_of(image: np.ndarray) -> bytes:  # type: ignore[type-arg]
    return bytes(cv2.imencode(".jpg", image)[1])


def test_badge_is_one_page_of_the_labels_size() -> None:
    document = pypdfium2.PdfDocument(render_badge(make_content()))

    millimetres = [side / 72 * 25.4 for side in document[0].get_size()]

    assert len(document) == 1
    assert millimetres == pytest.approx([62, 100], abs=0.05)
    document.close()


def test_letter_sheet_is_a_letter_sheet() -> None:
    document = pypdfium2.PdfDocument(render_letter_sheet(make_content()))

    assert document[0].get_size() == (612.0, 792.0)
    document.close()


@pytest.mark.parametrize("render", [render_badge, render_letter_sheet])
def test_printed_code_gives_the_token_back(render) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    picture = picture_of(render(make_content()), 1200)

    (code,) = zxingcpp.read_barcodes(picture)

    assert badge_token_of(bytes(code.bytes)) == TOKEN


def test_code_is_at_least_twenty_millimetres_wide() -> None:
    picture = picture_of(render_badge(make_content()))
    (code,) = zxingcpp.read_barcodes(picture)

    side = code.position.top_right.x - code.position.top_left.x

    assert side / 300 * 25.4 >= 20


@pytest.mark.parametrize("visitor_type", list(VisitorType))
def test_badge_looks_as_drawn(visitor_type: VisitorType, update_pictures: bool) -> None:
    picture = picture_of(render_badge(make_content(visitor_type=visitor_type)))

    assert_looks_like(picture, PICTURES / f"badge-{visitor_type}.png", update=update_pictures)


def test_badge_with_escort_and_photo_looks_as_drawn(update_pictures: bool) -> None:
    content = make_content(with_escort=True, photo=cut_photo(somebody()))

    picture = picture_of(render_badge(content))

    assert_looks_like(picture, PICTURES / "badge-escort-photo.png", update=update_pictures)


LONG_NAMES = [
    ("Maximiliano Alejandro", "Fernández-Villavicencio de la Torre"),
    ("W" * 60, "M" * 60),
    ("Nguyễn Thị Phương", "Lan Anh"),
    ("محمد", "الراشدي"),
    ("", "Cher"),
    ("伟玲", "蔡"),
]


@pytest.mark.parametrize(("given_name", "family_name"), LONG_NAMES)
def test_any_name_stays_on_the_label(given_name: str, family_name: str) -> None:
    picture = picture_of(render_badge(make_content(given_name, family_name)))

    right_margin = picture[640:860, 732 - 30 :]
    assert (right_margin == 255).all()


def test_patterns_differ_in_black_and_white() -> None:
    bands = [
        picture_of(render_badge(make_content(visitor_type=kind)))[138:186, :, 0] > 127
        for kind in VisitorType
    ]

    for at, band in enumerate(bands):
        for other in bands[at + 1 :]:
            assert (band != other).mean() > 0.1


def test_picture_that_is_no_photo_is_refused_in_words() -> None:
    with pytest.raises(PhotoError, match="printed without one"):
        render_badge(make_content(photo=b"not a photo"))


def test_visitor_who_has_not_signed_in_gets_no_badge() -> None:
    content = make_content()
    visit = Visit(new_id(NINE), 1, "s", "k", VisitState.HELD, make_identity(), NINE, details=None)

    assert content.code == "47K-29F"
    with pytest.raises(ValueError, match="signed in"):
        badge_content(visit, site_name="", zone=ZoneInfo("UTC"), token_payload="")


def test_badge_code_has_no_signs_that_look_alike() -> None:
    code = badge_code(bytes([0, 50, 100, 150, 200, 250]))

    assert len(code) == 7
    assert not set(code) & set("01ILOSU")


def test_name_is_made_smaller_before_it_is_cut() -> None:
    text, size = fitted("Quillfeather-Abernathy", 652, 108, 56, 800)

    assert text == "Quillfeather-Abernathy"
    assert 56 <= size < 108
    assert width(text, size, 800, -0.02) <= 652


# ---- printers --------------------------------------------------------------------------------


def test_badges_of_one_visit_are_all_kept(tmp_path: Path) -> None:
    printer = FilePrinter(tmp_path / "badges")

    printer.print(b"first", "Visit 47")
    printer.print(b"second", "Visit 47")

    kept = {p.name: p.read_bytes() for p in (tmp_path / "badges").iterdir()}
    assert kept == {"visit-47.pdf": b"first", "visit-47-2.pdf": b"second"}


def test_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "badges").write_text("a file where the folder should be", encoding="utf-8")

    with pytest.raises(PrinterError, match="could not be written"):
        FilePrinter(tmp_path / "badges").print(b"", "Visit 1")


def test_second_printer_is_tried_when_the_first_one_fails(tmp_path: Path) -> None:
    SecondBest(NoPrinter(), FilePrinter(tmp_path)).print(b"badge", "Visit 1")

    assert (tmp_path / "visit-1.pdf").exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_badge_in_a_folder_is_for_this_account_alone(tmp_path: Path) -> None:
    FilePrinter(tmp_path / "badges").print(b"badge", "Visit 1")

    assert (tmp_path / "badges").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "badges" / "visit-1.pdf").stat().st_mode & 0o777 == 0o600


def test_badge_that_a_killed_kiosk_left_on_its_way_goes_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    names = ("vestibule-badge-a", "vestibule-badge-b", "another")
    left, fresh, other = (tmp_path / f"{name}.pdf" for name in names)
    for path in (left, fresh, other):
        path.write_bytes(b"%PDF")
    for path in (left, other):
        os.utime(path, (1e9, 1e9))

    open_printer(PrinterPart(kind="cups"), tmp_path)

    assert sorted(tmp_path.iterdir()) == sorted([fresh, other])


def test_computer_without_a_printing_system_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PrinterError, match="Debian package cups"):
        CupsPrinter("labels").print(b"%PDF", "Visit 1")


def test_same_content_gives_the_same_file() -> None:
    content = make_content()

    assert render_badge(content) == render_badge(replace(content))
    assert io.BytesIO(render_badge(content)).read(4) == b"%PDF"
