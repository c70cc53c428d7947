"""What doctor says of printers, asked of a real CUPS."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import doctor_machine
from kiosk.config import KioskConfig, PrinterPart
from kiosk.doctor_finding import Finding, Verdict
from tests.printing import QUEUE, PrintServer, start_printing


@pytest.fixture(scope="module")
def running() -> Iterator[PrintServer]:
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


def found(name: str) -> list[Finding]:
    """What is said of a kiosk that prints on the queue of this name."""
    return list(doctor_machine.printers(KioskConfig(printer=PrinterPart(name=name))))


def only(name: str) -> Finding:
    (finding,) = found(name)
    return finding


@pytest.mark.usefixtures("printing")
def test_printer_that_waits_for_badges_is_good() -> None:
    printer = only(QUEUE)

    assert (printer.verdict, printer.found) == (Verdict.GOOD, f"queue {QUEUE} waits for badges")


def test_paused_printer_is_told_in_words(printing: PrintServer) -> None:
    printing.pause()

    printer = only(QUEUE)

    assert printer.verdict is Verdict.BROKEN
    assert "paused on this computer" in printer.found


@pytest.mark.usefixtures("printing")
def test_queue_that_is_not_there_is_answered_with_those_that_are() -> None:
    wrong, others = found("lables")

    assert wrong.verdict is Verdict.BROKEN
    assert wrong.to_do == f"Check [printer] name. Queues here: {QUEUE}."
    assert others.found == f"other queues here: {QUEUE}"


@pytest.mark.usefixtures("printing")
def test_no_queue_and_no_default_printer_is_told() -> None:
    nothing, _ = found("")

    assert nothing.verdict is Verdict.BROKEN
    assert "no default printer" in nothing.found


def test_printing_system_that_does_not_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:9")

    printer = only(QUEUE)

    assert printer.verdict is Verdict.BROKEN
    assert "not running" in printer.found
