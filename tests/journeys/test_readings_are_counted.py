"""Which reader read what is counted, so that a school's own cards can be looked at later."""

from kiosk.flow import Step
from kiosk.readings import TYPED, Readings, all_readings
from resources.samples.licence import aamva_payload
from tests.lobby import MARCUS, PRIYA, Lobby, OpenLobby


def counted(lobby: Lobby) -> list[Readings]:
    lobby.wait_for_database()
    with lobby.kiosk.database.read() as session:
        return all_readings(session)


def test_accepted_ids_are_counted_once_each_by_their_reader(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()

    lobby.show_card(PRIYA)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    (shown,) = counted(lobby)
    assert (shown.way.symbology, shown.count) == ("PDF417", 1)
    assert shown.way.reader in ("zxing", "soft")
    assert shown.way.stage


def test_typed_scans_are_counted_too_and_refused_codes_are_not(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.touch("sign_in")
    lobby.wait_step(Step.SCAN_ID)

    lobby.kiosk.lens.wedge.scanned.emit(b"a loyalty card")
    lobby.kiosk.lens.wedge.scanned.emit(aamva_payload(MARCUS))
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    assert counted(lobby) == [Readings(TYPED, 1)]
