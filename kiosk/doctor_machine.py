"""What `doctor` says of this computer: configuration, fonts, readers, printers and disk."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from kiosk.badge.printer import in_words
from kiosk.config import KioskConfig, default_path
from kiosk.doctor_finding import Finding, Verdict, shown

_LPSTAT_SECONDS = 4.0
_GIB = 1024**3
_LITTLE_BYTES, _NO_BYTES = 1 * _GIB, _GIB // 20


def configuration(path: Path | None) -> Iterator[Finding]:
    """Which file; what is wrong in one was said before anything else began."""
    source = path or default_path()
    is_there = path is not None or source.is_file()
    found = f"{shown(source)}" if is_there else f"defaults only: there is no {shown(source)}"
    yield Finding("configuration", Verdict.GOOD, found)


def fonts() -> Iterator[Finding]:
    """Asked of Qt, on the main thread as it wants."""
    try:
        from PySide6.QtGui import QGuiApplication  # the other parts need no Qt

        from resources.toolkit.theme import missing_families
    except ImportError as error:
        yield Finding(
            "fonts",
            Verdict.BROKEN,
            f"the screen library cannot be loaded ({error})",
            "Run sh packaging/setup.sh, which installs what it needs.",
        )
        return
    platform = ["-platform", "offscreen"] if sys.platform == "linux" else []
    application = QGuiApplication.instance() or QGuiApplication(["doctor", *platform])
    missing = missing_families()
    del application
    if not missing:
        yield Finding("fonts", Verdict.GOOD, "every font of the screens is here")
        return
    yield Finding(
        "fonts",
        Verdict.LOOK,
        f"missing: {', '.join(missing)}; names in some scripts may show as boxes",
        "Install the Debian packages fonts-inter, fonts-noto-core and fonts-noto-cjk.",
    )


def readers() -> Iterator[Finding]:
    """Each reader reads a picture of an invented card, page or code."""
    import cv2  # Qt's part of the page does not wait for it
    import numpy as np
    import zxingcpp

    from kiosk.scan.decode import grey_of, level_once
    from kiosk.scan.locate import locate
    from kiosk.scan.mrz_reader import MrzVotes
    from kiosk.scan.pdf417_soft import Votes
    from kiosk.scan.readers import second_reader_problem, zbar
    from resources.samples.film import Hand, held
    from resources.samples.licence import aamva_payload, licence_back
    from resources.samples.passport import View, document_page, photographed
    from resources.samples.people import sample_person
    from resources.samples.zone import zone_lines

    somebody = sample_person("Elena", "Marlowe", date(1986, 4, 17))
    payload = aamva_payload(somebody)
    card = grey_of(next(held(licence_back(payload), 1, 1, Hand())))
    (region, *_) = locate(card)
    yield Finding("reading", Verdict.GOOD, f"OpenCV {cv2.__version__} finds a licence's code")
    code = level_once(card, region)
    is_read = code is not None and code.payload == payload
    yield _read(f"zxing-cpp {version('zxing-cpp')}", "a licence", is_read)
    problem = second_reader_problem()
    if problem:
        yield Finding("reading", Verdict.LOOK, "pyzbar does not read", problem)
    else:
        barcode = zxingcpp.create_barcode("Vestibule", zxingcpp.BarcodeFormat.QRCode)
        picture = np.array(barcode.to_image(scale=8), dtype=np.uint8)
        found = zbar(picture, picture.shape[1])
        is_read = found is not None and found.payload == b"Vestibule"
        yield _read(f"pyzbar {version('pyzbar')} with libzbar", "a QR code", is_read)
    yield _read("the soft reader", "a licence", Votes().look(card, region) == payload)
    page = grey_of(photographed(document_page(zone_lines(somebody)), View(), 1))
    zone = MrzVotes().look(page)
    yield _read("the passport reader", "a passport", zone is not None)


def _read(reader: str, thing: str, is_read: bool) -> Finding:
    if is_read:
        return Finding("reading", Verdict.GOOD, f"{reader} reads {thing}")
    advice = "Install the kiosk again: sh packaging/setup.sh."
    return Finding("reading", Verdict.BROKEN, f"{reader} does not read {thing}", advice)


def printers(config: KioskConfig) -> Iterator[Finding]:
    """The configured printer; with CUPS, every queue and its state in words."""
    part = config.printer
    if part.kind == "none":
        found = "none, as configured: visitors take numbered stickers"
        yield Finding("printer", Verdict.GOOD, found)
        return
    if part.kind == "file":
        yield _folder(Path(part.folder) if part.folder else config.folder / "badges")
        return
    said = _lpstat("-r")
    if said is None or "scheduler is running" not in said:
        yield Finding(
            "printer",
            Verdict.BROKEN,
            in_words(said) or "The printing system of this computer does not answer."
            if said is not None
            else "This computer has no printing system.",
            'Start CUPS (sudo systemctl start cups) or install it, or set [printer] kind = "none".',
        )
        return
    queues = (_lpstat("-e") or "").split()
    default = (_lpstat("-d") or "").partition("destination: ")[2].strip()
    wanted = [name for name in (part.name or default, part.second_name) if name]
    for name in wanted:
        yield _queue(name, queues)
    if not (part.name or default):
        yield Finding(
            "printer",
            Verdict.BROKEN,
            "no queue is configured, and the system has no default printer",
            f"Write one in [printer] name. {_there(queues)}",
        )
    others = [name for name in queues if name not in wanted]
    if others:
        yield Finding("printer", Verdict.GOOD, f"other queues here: {', '.join(others)}")


def _queue(name: str, queues: list[str]) -> Finding:
    if name not in queues:
        found = f"there is no queue {name}"
        advice = f"Check [printer] name. {_there(queues)}"
        return Finding("printer", Verdict.BROKEN, found, advice)
    said = _lpstat("-l", "-p", name)
    trouble = "It does not answer." if said is None else in_words(said)
    if trouble:
        advice = "See to the printer; until then visitors take numbered stickers."
        return Finding("printer", Verdict.BROKEN, f"queue {name}: {trouble}", advice)
    state = "prints now" if "now printing" in (said or "") else "waits for badges"
    return Finding("printer", Verdict.GOOD, f"queue {name} {state}")


def _there(queues: list[str]) -> str:
    return f"Queues here: {', '.join(queues)}." if queues else "No queue is set up in CUPS yet."


def _lpstat(*arguments: str) -> str | None:
    """What lpstat says; None when it is not there or does not answer."""
    program = shutil.which("lpstat")
    if program is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603  a found program, arguments never by a shell
            [program, *arguments],
            capture_output=True,
            text=True,
            timeout=_LPSTAT_SECONDS,
            check=False,
            env=os.environ | {"LC_ALL": "C"},  # its words are read here
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return f"{done.stdout}\n{done.stderr}"


def _folder(folder: Path) -> Finding:
    where = _nearest(folder)
    if where.is_dir() and os.access(where, os.W_OK):
        return Finding("printer", Verdict.GOOD, f"badges are files in {shown(folder)}")
    found = f"badges cannot be written into {shown(folder)}"
    advice = "Give the account that runs the kiosk the right to write there."
    return Finding("printer", Verdict.BROKEN, found, advice)


def disk(config: KioskConfig) -> Iterator[Finding]:
    """How much room there is where the kiosk keeps its data, and whether it may write there."""
    where = _nearest(config.folder)
    free = shutil.disk_usage(where).free
    found = f"{free / _GIB:.1f} GiB free for {shown(config.folder)}"
    facts = {"free_bytes": free}
    if not os.access(where, os.W_OK):
        advice = "Give the account that runs the kiosk the right to write there."
        yield Finding("disk", Verdict.BROKEN, f"{found}, but it may not be written", advice, facts)
    elif free < _LITTLE_BYTES:
        verdict = Verdict.BROKEN if free < _NO_BYTES else Verdict.LOOK
        yield Finding("disk", verdict, found, "Free some space on this computer.", facts)
    else:
        yield Finding("disk", Verdict.GOOD, found, facts=facts)


def _nearest(folder: Path) -> Path:
    """The folder, or the first one above it that is there."""
    return next((f for f in (folder, *folder.absolute().parents) if f.exists()), Path.cwd())
