"""What a kiosk says of itself reaches the page Kiosks, with the moment at which it was said."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db import codec, pairing, watchlists
from db.domain.entry_history import EntryDraft
from db.domain.kiosks import STATE_HEADER, Kiosk, Kiosks, LastUse, OwnState
from db.engine import open_database
from db.pairing import PairedKiosk
from kiosk.equipment import Equipment
from kiosk.scan.worker import CameraState
from kiosk.sync import own_state
from kiosk.sync.http import HttpHub
from tests.hub_of_tests import (
    FRONT_KIOSK,
    Clock,
    HubOfTests,
    PairedOfTests,
    hub_at,
    known_hub,
)
from tests.makers import NINE
from tests.sync_of_tests import KioskOfTests, device_of, import_list

LIST = "District no-trespass list"
SAID = '{"at":"2026-11-23T15:00:00Z","waiting":1,"version":"1","lists":{}'
OLD = '":{"version":1,"imported_at":"0001-01-01T00:00:00Z"}}}'


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(any_url: str, tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub", clock) as running:
        yield running


@pytest.fixture
def given(hub: HubOfTests) -> PairedOfTests:
    return hub.pair()


@pytest.fixture
def kiosk(
    hub: HubOfTests, given: PairedOfTests, tmp_path: Path, clock: Clock
) -> Iterator[KioskOfTests]:
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as database:
        device = device_of(given)
        line = HttpHub(
            hub.client,
            hub.own_token(given),
            known_hub(given),
            lambda: own_state.read(database, device, clock() + timedelta(minutes=3)),
        )
        yield KioskOfTests(database, line, device)


def shown(hub: HubOfTests) -> Kiosk:
    answer = hub.client.get("/v1/kiosks", headers=hub.token_of("dwhitlock"))
    (only,) = codec.from_json(answer.content, Kiosks).kiosks
    return only


def test_kiosk_that_never_asked_has_said_nothing(hub: HubOfTests, given: PairedOfTests) -> None:
    assert shown(hub).state is None
    assert given.kiosk_id == shown(hub).kiosk_id


def test_what_waits_on_a_kiosk_is_told_with_its_moment(
    hub: HubOfTests, kiosk: KioskOfTests, clock: Clock
) -> None:
    kiosk.visitor_comes()
    kiosk.visitor_comes()
    kiosk.pull()
    clock.at += timedelta(hours=3)

    state = shown(hub).state

    assert state is not None
    assert (state.waiting, state.said_at) == (2, NINE)
    assert state.version
    assert state.clock_ahead_seconds == 180


def test_kiosk_whose_events_arrived_says_that_nothing_waits(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    kiosk.visitor_comes()
    kiosk.pull()
    kiosk.push()
    kiosk.pull()

    state = shown(hub).state

    assert state is not None
    assert state.waiting == 0


def test_lists_of_a_kiosk_are_told_with_their_versions(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    import_list(hub, LIST)
    kiosk.pull_all()
    kiosk.pull()

    state = shown(hub).state

    assert state is not None
    assert state.has_all_lists
    (told,) = state.lists
    assert (told.name, told.version, told.newest) == (LIST, 1, 1)
    assert told.imported_at == told.newest_at
    assert told.behind_since is None


def test_kiosk_is_behind_since_the_first_version_that_it_lacks(
    hub: HubOfTests, kiosk: KioskOfTests, clock: Clock
) -> None:
    import_list(hub, LIST)
    kiosk.pull_all()
    kiosk.pull()
    with hub.database.read() as session:
        (known,) = watchlists.all_lists(session)
    added = []
    for family in ("Marlowe", "Oakes"):
        clock.at += timedelta(hours=1)
        added.append(clock.at)
        hub.client.post(
            f"/v1/watchlists/{known.list_id}/people",
            content=codec.to_json(EntryDraft(family, "Ada")),
            headers=hub.token_of("dwhitlock"),
        ).raise_for_status()

    state = shown(hub).state

    assert state is not None
    (told,) = state.lists
    assert (told.version, told.newest) == (1, 3)
    assert told.behind_since == added[0]


def test_kiosk_that_lacks_a_list_says_so(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    kiosk.pull()
    import_list(hub, LIST)

    state = shown(hub).state

    assert state is not None
    (told,) = state.lists
    assert (told.version, told.imported_at) == (0, None)
    assert told.behind_since is not None


def test_how_camera_and_printer_did_is_told_with_its_moment_by_the_hubs_clock(
    hub: HubOfTests, kiosk: KioskOfTests, given: PairedOfTests, clock: Clock
) -> None:
    own = clock() + timedelta(minutes=3)
    jammed = LastUse(own - timedelta(minutes=20), "A label is stuck in the printer.")
    kiosk.hub = HttpHub(
        hub.client,
        hub.own_token(given),
        known_hub(given),
        lambda: own_state.read(
            kiosk.database,
            kiosk.device,
            own,
            camera=LastUse(own + timedelta(days=400)),  # its clock was set back since
            printer=jammed,
        ),
    )
    kiosk.pull()

    state = shown(hub).state

    assert state is not None
    assert state.camera == LastUse(NINE)
    assert state.printer == LastUse(NINE - timedelta(minutes=20), jammed.trouble)


@pytest.mark.parametrize(
    "trouble",
    [
        "Sistema de ficheros de s\N{LATIN SMALL LETTER O WITH ACUTE}lo lectura",
        "There is no camera 'Brio'. Cameras here: " + ", ".join(["HD Pro Webcam C920"] * 12),
        "No device\n\x1b[2J",
    ],
)
def test_kiosk_whose_camera_tells_its_trouble_in_any_words_goes_on_hearing_the_hub(
    hub: HubOfTests,
    kiosk: KioskOfTests,
    given: PairedOfTests,
    clock: Clock,
    trouble: str,
) -> None:
    equipment = Equipment(clock)
    equipment.on_camera(CameraState(trouble))
    kiosk.hub = HttpHub(
        hub.client,
        hub.own_token(given),
        known_hub(given),
        lambda: own_state.read(kiosk.database, kiosk.device, clock(), camera=equipment.camera),
    )

    kiosk.pull()

    state = shown(hub).state
    assert state is not None
    assert state.camera is not None
    assert state.camera.trouble[:8] == trouble[:8]


def test_that_camera_and_printer_worked_once_more_is_not_worth_a_write() -> None:
    used, later = LastUse(NINE), LastUse(NINE + timedelta(seconds=5))
    said = OwnState(NINE, 0, "1", {}, camera=used)
    kiosk = PairedKiosk("1", "Front door", 1, NINE, None, state=said)
    now = replace(said, at=later.at, camera=later)

    assert not pairing.is_news(kiosk, now, later.at)
    jammed = replace(now, camera=replace(later, trouble="It hangs."))
    assert pairing.is_news(kiosk, jammed, later.at)
    assert pairing.is_news(kiosk, replace(now, printer=used), later.at)
    assert pairing.is_news(kiosk, now, NINE + pairing.SEEN_AGAIN)


def test_kiosk_that_is_paired_again_has_said_nothing_yet(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    kiosk.pull()
    assert shown(hub).state is not None

    hub.pair()

    assert shown(hub).state is None


@pytest.mark.parametrize(
    "said",
    [
        "nonsense",
        '{"at":"2026-11-23T15:00:00","waiting":1,"version":"1","lists":{}}',
        '{"at":"2026-11-23T15:00:00Z","waiting":-1,"version":"1","lists":{}}',
        '{"at":"2026-11-23T15:00:00Z","waiting":1,"version":"' + "1" * 65 + '","lists":{}}',
        '{"at":"2026-11-23T15:00:00Z","waiting":1,"version":"1","lists":{"x":{}}}',
        r'{"at":"2026-11-23T15:00:00Z","waiting":1,"version":"\u001b[2J","lists":{}}',
        '{"at":"2026-11-23T15:00:00Z","waiting":1,"version":"1","lists":{"' + FRONT_KIOSK + OLD,
        SAID + ',"camera":{"at":"2026-11-23T15:00:00"}}',
        SAID + ',"camera":{"at":"0001-01-01T00:00:00Z"}}',
        SAID + ',"printer":{"at":"2026-11-23T15:00:00Z","trouble":"' + "1" * 201 + '"}}',
        SAID + r',"printer":{"at":"2026-11-23T15:00:00Z","trouble":"\u001b[2J"}}',
        "[" * 20_000,
    ],
)
def test_nonsense_that_a_kiosk_says_of_itself_is_not_shown_and_stops_nothing(
    hub: HubOfTests, given: PairedOfTests, said: str
) -> None:
    headers = {"Authorization": f"Bearer {given.token}", STATE_HEADER: said}

    answer = hub.client.get("/v1/changes", headers=headers)

    assert answer.status_code == 200
    assert shown(hub).state is None
    assert shown(hub).last_seen_at == NINE


def test_same_word_is_not_written_again_and_again(
    hub: HubOfTests, kiosk: KioskOfTests, clock: Clock
) -> None:
    kiosk.pull()
    kiosk.pull()
    first = shown(hub).state
    clock.at += timedelta(seconds=5)

    kiosk.pull()
    still = shown(hub).state
    kiosk.visitor_comes()
    kiosk.pull()

    newest = shown(hub).state
    assert first is not None
    assert still is not None
    assert newest is not None
    assert (first.said_at, still.said_at, newest.said_at) == (NINE, NINE, clock.at)
    assert newest.waiting == 1
