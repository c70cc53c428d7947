"""``vestibule-kiosk doctor``, with a real kiosk's folder, a film and a real hub."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import numpy as np
import pytest

from db import outbox, pairing, settings, watchlists
from db.domain.watchlist import Category, Watchlist
from db.engine import open_database
from kiosk import doctor_camera, doctor_hub, doctor_kept, doctor_machine, own_device
from kiosk.__main__ import main
from kiosk.config import CameraPart, HubPart, KioskConfig
from kiosk.doctor import examine
from kiosk.doctor_camera import Seen, judged
from kiosk.doctor_finding import Finding, Verdict
from kiosk.own_device import HubAccess
from kiosk.readings import Way, count_one
from kiosk.scan.camera import FilmCamera
from kiosk.scan.camera_modes import Ask, System
from kiosk.sync import exchange
from kiosk.sync.exchange import COMPLETE
from tests import films
from tests.hub_of_tests import HubOfTests, hub_at
from tests.lobby import PRIYA, make_config, now, pair
from tests.makers import NINE, make_screened

# A program has one Qt application; other tests want theirs, which this asks too.
pytestmark = pytest.mark.usefixtures("qapp")

Page = dict[str, Any]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "card.avi"
    films.put_card(path, PRIYA)
    return path


@pytest.fixture
def config(tmp_path: Path, film: Path) -> KioskConfig:
    return replace(make_config(tmp_path), camera=CameraPart(str(film)))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub", now) as running:
        yield running


def found(config: KioskConfig, topic: str) -> list[Finding]:
    """What the part of the page with this topic says."""
    parts: dict[str, Callable[[], Iterator[Finding]]] = {
        "camera": lambda: doctor_camera.look(config.camera, System()),
        "reading": doctor_machine.readers,
        "database": lambda: doctor_kept.look(config, datetime.now(UTC)),
        "lists": lambda: doctor_kept.look(config, datetime.now(UTC)),
        "hub": lambda: doctor_hub.look(config),
    }
    return [f for f in parts[topic]() if f.topic == topic]


def only(config: KioskConfig, topic: str) -> Finding:
    (finding,) = found(config, topic)
    return finding


def written(config: KioskConfig, tmp_path: Path) -> list[str]:
    """The command line for a configuration file that says the same."""
    file = tmp_path / "kiosk.toml"
    file.write_text(
        f"[kiosk]\ndata_folder = '{config.folder}'\n[camera]\nsource = '{config.camera.source}'\n"
        f"[printer]\nkind = 'file'\nfolder = '{config.printer.folder}'\n",
        encoding="utf-8",
    )
    return ["--config", str(file), "doctor"]


def run_json(command: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, Page]:
    status = main([*command, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_kiosk_that_never_ran_is_fine_and_nothing_is_made_by_looking(
    config: KioskConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, page = run_json(written(config, tmp_path), capsys)

    assert status == 0
    by_topic = {f["topic"]: f for f in page["findings"]}
    assert by_topic["database"]["verdict"] == "good"
    assert by_topic["hub"]["found"] == "this kiosk stands alone, as configured"
    assert "no hub's clock" in by_topic["clock"]["found"]
    assert by_topic["configuration"]["found"].endswith("kiosk.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["kiosk.toml"]


def test_page_says_a_line_and_a_verdict_each_and_what_is_worst(
    config: KioskConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = replace(config, camera=CameraPart(str(tmp_path / "gone.avi")))

    assert main(written(config, tmp_path)) == 1

    page = capsys.readouterr().out
    assert "\ncamera        does not work" in page
    assert "-> There is no camera or film" in page
    assert "\nreading       good           OpenCV" in page
    assert page.endswith("Something does not work. What to do stands behind the arrow.\n")
    place = str(tmp_path.parent)  # no line can be shorter than a path that it names
    assert max(len(line) for line in page.splitlines() if place not in line) <= 100


def test_wrong_use_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--jsno"])

    assert ended.value.code == 2
    assert "--jsno" in capsys.readouterr().err


def test_every_reader_reads_its_invented_card(config: KioskConfig) -> None:
    readers = found(config, "reading")

    assert {f.verdict for f in readers} == {Verdict.GOOD}
    words = " ".join(f.found for f in readers)
    for reader in ("OpenCV 4", "zxing-cpp 3", "pyzbar", "the soft reader", "the passport reader"):
        assert reader in words


def test_film_is_measured_like_a_camera(config: KioskConfig) -> None:
    """As fast as the film runs; a computer that is busy with other tests says that it is slow."""
    camera = only(config, "camera")
    rate = float(camera.facts["pictures_a_second"])

    assert camera.verdict is Verdict.GOOD or (rate < 10 and "too slowly" in camera.to_do)
    assert (camera.facts["width"], camera.facts["height"]) == (1920, 1080)
    assert 1 < rate < 13.5
    assert float(camera.facts["sharpness"]) > 50


def test_small_dark_picture_is_told_with_what_to_do(config: KioskConfig, tmp_path: Path) -> None:
    path = tmp_path / "small.avi"
    fourcc = cv2.VideoWriter.fourcc(*"MJPG")
    film = cv2.VideoWriter(str(path), fourcc, 25, (640, 480))
    for _ in range(5):
        film.write(np.full((480, 640, 3), 20, np.uint8))
    film.release()

    camera = only(replace(config, camera=CameraPart(str(path))), "camera")

    assert camera.verdict is Verdict.LOOK
    assert "smaller than 1280x720, so licences will hardly be read" in camera.to_do
    assert "too dark" in camera.to_do


@pytest.mark.parametrize(
    ("seen", "advice"),
    [
        (Seen(1920, 1080, 4.0, 300, 120), "come too slowly"),
        (Seen(1280, 720, 30, 300, 120), "smaller than 1920x1080"),
        (Seen(1920, 1080, 30, 2, 120), "nothing sharp"),
        (Seen(1920, 1080, 30, 300, 240), "too bright"),
        (Seen(1920, 1080, 30, 300, 120), ""),
    ],
)
def test_each_trouble_of_a_picture_has_its_advice(film: Path, seen: Seen, advice: str) -> None:
    camera = FilmCamera(film)

    finding = judged(CameraPart(str(film)), camera, seen)

    camera.close()
    assert finding.verdict is (Verdict.LOOK if advice else Verdict.GOOD)
    assert advice in finding.to_do


def test_camera_that_is_configured_away_is_good(config: KioskConfig) -> None:
    camera = only(replace(config, camera=CameraPart("none")), "camera")

    assert (camera.verdict, camera.found) == (Verdict.GOOD, "this kiosk has none, as configured")


def test_driver_that_hangs_is_told_and_the_rest_of_the_page_is_there(
    config: KioskConfig, tmp_path: Path
) -> None:
    answers = threading.Event()

    @contextmanager
    def hang(_: Path) -> Iterator[Ask]:
        answers.wait()
        raise OSError
        yield

    (tmp_path / "class" / "video0").mkdir(parents=True)
    system = System(tmp_path / "dev", tmp_path / "class", tmp_path / "proc", hang)
    began = time.monotonic()

    findings = examine(config, None, system=system, limit_seconds=3.0)

    answers.set()
    assert time.monotonic() - began < 5.0
    (camera,) = [f for f in findings if f.topic == "camera"]
    assert camera.verdict is Verdict.BROKEN
    assert "gave no answer within 3 seconds" in camera.found
    assert [f.verdict for f in findings if f.topic == "disk"] == [Verdict.GOOD]


def test_paired_kiosk_is_whole_and_nothing_of_its_folder_is_changed(
    config: KioskConfig, hub: HubOfTests
) -> None:
    pair(config, hub, hub_is_away=False)
    keep(config, lists_days=3)
    before = content(config.folder)

    findings = examine(config, None)

    by_topic = {f.topic: f for f in findings}
    assert by_topic["hub"].verdict is Verdict.GOOD
    assert "knows this kiosk; 1 event waits for it" in by_topic["hub"].found
    assert by_topic["clock"].found.endswith("as the hub's does")
    assert by_topic["database"].verdict is Verdict.GOOD
    assert by_topic["lists"].found == "No trespass: version 1, 0 people, imported 3 days ago"
    assert [f.found for f in findings if f.topic == "codes read"] == [
        "2 PDF417 by soft (soft)",
        "1 QRCode by zxing (raw)",
    ]
    assert content(config.folder) == before


def test_list_with_nobody_on_it_is_told(config: KioskConfig, hub: HubOfTests) -> None:
    pair(config, hub, hub_is_away=False)
    keep(config, lists_days=3)

    empty = only(config, "lists")

    assert empty.verdict is Verdict.LOOK
    assert "finds nobody" in empty.to_do


def test_list_that_is_too_old_is_told_with_the_days(config: KioskConfig, hub: HubOfTests) -> None:
    pair(config, hub, hub_is_away=False)
    keep(config, lists_days=40)

    old = only(config, "lists")

    assert old.verdict is Verdict.LOOK
    assert "40 days ago" in old.found
    assert "every 30 days" in old.to_do


def test_lists_that_have_not_come_are_told_with_what_that_means(
    config: KioskConfig, hub: HubOfTests
) -> None:
    pair(config, hub, hub_is_away=False)

    lists = only(config, "lists")

    assert lists.verdict is Verdict.LOOK
    assert "every visitor is held" in lists.found


def test_hub_that_is_away_is_told_with_what_waits(config: KioskConfig, hub: HubOfTests) -> None:
    pair(config, hub, hub_is_away=True)
    keep(config, lists_days=3)

    away = only(config, "hub")

    assert away.verdict is Verdict.BROKEN
    assert away.found.endswith("never heard yet; 1 event waits for it; nothing is lost")
    assert "Visitors can sign in meanwhile" in away.to_do


def test_hub_that_is_away_is_told_with_the_moment_when_it_was_last_heard(
    config: KioskConfig, hub: HubOfTests
) -> None:
    pair(config, hub, hub_is_away=True)
    with closing(open_database(config.database_url)) as database:
        exchange.note_heard(database, NINE)
        exchange.note_heard(database, NINE + timedelta(seconds=59))

    away = only(config, "hub")

    assert "last heard 2026-11-23 15:00 UTC" in away.found


def test_hub_that_revoked_the_kiosk_is_told(config: KioskConfig, hub: HubOfTests) -> None:
    pair(config, hub, hub_is_away=False)
    with hub.database.begin() as session:
        (kiosk,) = pairing.kiosks(session)
        pairing.revoke(session, kiosk.kiosk_id, now())

    refused = only(config, "hub")

    assert refused.verdict is Verdict.BROKEN
    assert "does not let this kiosk in" in refused.found
    assert "vestibule-kiosk pair" in refused.to_do


def test_hub_that_never_answers_does_not_keep_the_page(
    config: KioskConfig, hub: HubOfTests
) -> None:
    pair(config, hub, hub_is_away=False)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        change_access(config, f"http://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()

        hangs = only(config, "hub")

    assert hangs.verdict is Verdict.BROKEN
    assert time.monotonic() - began < 10


def test_page_holds_no_secret_and_no_name_of_a_person(
    config: KioskConfig,
    hub: HubOfTests,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    pair(config, hub, hub_is_away=False)
    address = str(hub.client.base_url).replace("http://", "http://jane:pass-phrase@")
    key = change_access(config, address)

    main([*written(config, tmp_path), "--json"])

    page = capsys.readouterr().out
    for secret in (key.hex(), "Bearer", "pass-phrase", "jane", str(tmp_path)):
        assert secret not in page


def test_hub_that_is_configured_but_not_paired_is_told(config: KioskConfig) -> None:
    unpaired = only(replace(config, hub=HubPart("https://192.168.1.10:8470")), "hub")

    assert unpaired.verdict is Verdict.LOOK
    assert "vestibule-kiosk pair" in unpaired.to_do


def test_damaged_database_is_told_and_left_as_it_is(config: KioskConfig) -> None:
    config.folder.mkdir(parents=True)
    (config.folder / "kiosk.db").write_bytes(b"no database at all" * 100)

    database = only(config, "database")

    assert database.verdict is Verdict.BROKEN
    assert "damaged" in database.to_do
    assert (config.folder / "kiosk.db").read_bytes() == b"no database at all" * 100


def keep(config: KioskConfig, *, lists_days: int) -> None:
    """What a morning leaves in a kiosk's database: a list, an event, codes that were read."""
    database = open_database(config.database_url)
    with database.begin() as session:
        device = outbox.own(session)
        assert device is not None
        one = Watchlist(
            UUID(int=1),
            "No trespass",
            Category.TRESPASS,
            1,
            datetime.now(UTC) - timedelta(days=lists_days, hours=1),
            0,
            30,
        )
        watchlists.replace(session, one, ())
        settings.write(session, COMPLETE, value=True)
        outbox.add(session, device, make_screened(), now(), actor="visitor")
        count_one(session, Way("QRCode", "raw", "zxing"))
        for _ in range(2):
            count_one(session, Way("PDF417", "soft", "soft"))
    database.close()


def change_access(config: KioskConfig, url: str) -> bytes:
    """Move the hub for this kiosk, whose key it still is."""
    database = open_database(config.database_url)
    with database.begin() as session:
        settings.write(session, own_device.PAIRING, HubAccess(url))
        key = own_device.read(session, now()).signing_key
    database.close()
    return key


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
