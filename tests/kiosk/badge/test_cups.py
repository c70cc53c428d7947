"""Badges through a real print queue: what comes out, and what is said when nothing does."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.domain.errors import PrinterError
from kiosk.badge.printer import CupsPrinter, FilePrinter, SecondBest
from tests.printing import QUEUE, PrintServer, start_printing

BADGE = b"%PDF-1.4 an invented badge"


@pytest.fixture(scope="module")
def running() -> Iterator[PrintServer]:
    # Not below pytest's folder: that is closed to the user whom CUPS drives printers as.
    with (
        tempfile.TemporaryDirectory(prefix="vestibule-cups-") as folder,
        start_printing(Path(folder)) as server,
    ):
        yield server


@pytest.fixture
def printing(running: PrintServer, monkeypatch: pytest.MonkeyPatch) -> PrintServer:
    running.new_queue()
    monkeypatch.setenv("CUPS_SERVER", running.address)
    return running


def test_badge_comes_out_of_the_printer_in_the_labels_size(printing: PrintServer) -> None:
    CupsPrinter(QUEUE).print(BADGE, "Visit 1")

    assert printing.printed == BADGE
    assert "media=Custom.62x100mm" in printing.options


def test_printer_without_labels_is_told_in_words_and_the_badge_taken_back(
    printing: PrintServer,
) -> None:
    printing.new_queue("STATE: +media-empty-error\nERROR: media-empty")

    with pytest.raises(PrinterError, match="out of labels"):
        CupsPrinter(QUEUE, trouble_after=1.0).print(BADGE, "Visit 2")

    assert printing.waiting == ""


def test_badge_that_the_queue_gave_up_is_not_called_printed(printing: PrintServer) -> None:
    printing.new_queue("ERROR: cover-open", gives_up=True)

    with pytest.raises(PrinterError, match="cover is open"):
        CupsPrinter(QUEUE).print(BADGE, "Visit 3")


def test_paused_queue_is_told_in_words(printing: PrintServer) -> None:
    printing.pause()

    with pytest.raises(PrinterError, match="paused"):
        CupsPrinter(QUEUE, trouble_after=0.5).print(BADGE, "Visit 4")


@pytest.mark.usefixtures("printing")
def test_unknown_queue_is_told_in_words_and_the_second_printer_tried(tmp_path: Path) -> None:
    unknown = CupsPrinter("no-such-queue")

    with pytest.raises(PrinterError, match="does not exist on this computer"):
        unknown.print(BADGE, "Visit 5")

    said = SecondBest(unknown, FilePrinter(tmp_path)).print(BADGE, "Visit 5")
    assert said == (
        "The printer named in the settings does not exist on this computer. "
        "The second printer is used."
    )
    assert (tmp_path / "visit-5.pdf").read_bytes() == BADGE


def test_printing_system_that_stopped_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:9")

    with pytest.raises(PrinterError, match="not running"):
        CupsPrinter(QUEUE).print(BADGE, "Visit 6")
