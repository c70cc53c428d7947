"""What the hub could not apply is seen: of which kiosk, why, since when, and what to do."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from admin_console.hub import applying
from db import codec, inbox, quarantine
from db.domain.audit import AuditPage
from db.domain.events import TYPES
from db.domain.kiosks import Kiosks, TriedAgain
from db.domain.notice import NoticeKind, Notices
from db.engine import open_database
from kiosk import standing
from kiosk.sync.client import Pairing
from kiosk.sync.worker import HubState, Reach
from kiosk.ui.views import Standing
from tests.hub_of_tests import Clock, HubOfTests
from tests.makers import NINE
from tests.sync_of_tests import KioskOfTests, device_of
from tests.two_schools import School, two_schools

GYM = "019378a0-0000-7000-8000-00000000f499"


@pytest.fixture(autouse=True)
def hub_tried_already(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does once when it starts, on a busy computer in the midst of a test."""
    monkeypatch.setattr(applying, "_try_again", lambda _context: True)


def push_to_older_hub(kiosk: KioskOfTests) -> None:
    """To one of a version that does not know what kiosks say of screenings."""
    with pytest.MonkeyPatch.context() as older:
        older.delitem(TYPES, "visitor.screened")
        kiosk.push()


def page(hub: HubOfTests) -> Kiosks:
    answer = hub.client.get("/v1/kiosks", headers=hub.token_of("dwhitlock"))
    return codec.from_json(answer.content, Kiosks)


def try_again(hub: HubOfTests, who: str = "dwhitlock") -> TriedAgain:
    answer = hub.client.post("/v1/kiosks/parked/try-again", headers=hub.token_of(who))
    answer.raise_for_status()
    return codec.from_json(answer.content, TriedAgain)


def told(hub: HubOfTests) -> list[str]:
    answer = hub.client.get("/v1/notices", headers=hub.token_of("dwhitlock"))
    found = codec.from_json(answer.content, Notices).notices
    return [n.text for n in found if n.kind is NoticeKind.EVENTS_PARKED]


def test_parked_events_are_shown_with_kiosk_reason_and_moment(
    hub: HubOfTests, kiosk: KioskOfTests, clock: Clock
) -> None:
    kiosk.visitor_comes()
    push_to_older_hub(kiosk)
    clock.at += timedelta(hours=1)
    kiosk.visitor_comes()
    push_to_older_hub(kiosk)

    (group,) = page(hub).parked

    assert (group.kiosk_id, group.count) == (kiosk.device.kiosk_id, 2)
    assert group.since == NINE
    assert "does not know visitor.screened" in group.why
    assert "Update the hub" in group.to_do


def test_nothing_parked_is_nothing_shown(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    kiosk.visitor_comes()
    kiosk.push()

    assert page(hub).parked == ()
    assert told(hub) == []


def test_administrators_are_told_once_of_a_kiosk_whose_events_are_parked(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    for _ in range(3):
        kiosk.visitor_comes()
        push_to_older_hub(kiosk)

    (text,) = told(hub)

    assert text.startswith("What Front kiosk sent")
    assert "Quillfeather" not in text


def test_events_of_another_school_in_a_backlog_are_told_too(
    hub: HubOfTests, tmp_path: Path
) -> None:
    given = hub.pair(GYM, "Gym kiosk")
    database = open_database(f"sqlite:///{tmp_path}/gym.db")
    lost = Pairing(**{**_fields(given), "site_id": "another-school"})
    gym = KioskOfTests(database, hub.kiosk(given), device_of(lost))
    for _ in range(inbox.MOST_AT_ONCE + 1):
        gym.visitor_comes()

    gym.push()
    database.close()

    (text,) = told(hub)
    assert text.startswith("What Gym kiosk sent")
    (group,) = page(hub).parked
    assert group.count == inbox.MOST_AT_ONCE + 1
    assert try_again(hub) == TriedAgain(0, group.count)


def test_events_of_another_school_hide_nothing_that_is_parked_later(
    hub: HubOfTests, clock: Clock, tmp_path: Path
) -> None:
    given = hub.pair(GYM, "Gym kiosk")
    database = open_database(f"sqlite:///{tmp_path}/gym.db")
    lost = Pairing(**{**_fields(given), "site_id": "another-school"})
    before = KioskOfTests(database, hub.kiosk(given), device_of(lost))
    gym = replace(before, device=device_of(given))
    before.visitor_comes()
    before.push()
    gym.visitor_comes()
    gym.push()

    clock.at += timedelta(hours=1)
    gym.visitor_comes()
    push_to_older_hub(gym)
    database.close()

    newer, older = told(hub)
    assert quarantine.OF_ANOTHER in older
    assert "does not know visitor.screened" in newer


def _fields(given: Pairing) -> dict[str, object]:
    return {name: getattr(given, name) for name in Pairing.__slots__}


def test_parked_events_are_applied_at_a_word_once_the_hub_can(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    visit_id = kiosk.visitor_comes()
    push_to_older_hub(kiosk)

    assert try_again(hub) == TriedAgain(1, 0)

    assert page(hub).parked == ()
    visit = hub.client.get(f"/v1/visits/{visit_id}", headers=hub.token_of("dwhitlock"))
    assert visit.status_code == 200
    assert len(told(hub)) == 1


def test_staff_read_at_the_kiosk_what_of_it_is_parked(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    kiosk.visitor_comes()
    kiosk.push()
    kiosk.pull_all()
    assert looked_at(kiosk) == []

    for _ in range(2):
        kiosk.visitor_comes()
        push_to_older_hub(kiosk)
    kiosk.pull_all()

    assert looked_at(kiosk) == ["The hub could not use 2 events of this kiosk"]
    with kiosk.database.read() as session:
        assert standing.read(session, kiosk.device).waiting == 0

    try_again(hub)
    kiosk.pull_all()

    assert looked_at(kiosk) == []


def test_kiosk_is_told_of_its_own_parked_events_only(hub: HubOfTests, tmp_path: Path) -> None:
    front, gym = (
        KioskOfTests(
            open_database(f"sqlite:///{tmp_path}/{given.kiosk_id}.db"),
            hub.kiosk(given),
            device_of(given),
        )
        for given in (hub.pair(), hub.pair(GYM, "Gym kiosk"))
    )
    front.visitor_comes()
    push_to_older_hub(front)

    for kiosk in (front, gym):
        kiosk.pull_all()

    assert looked_at(front) == ["The hub could not use 1 event of this kiosk"]
    assert looked_at(gym) == []
    for kiosk in (front, gym):
        kiosk.database.close()


def looked_at(kiosk: KioskOfTests) -> list[str]:
    """What the kiosk's page for staff says of the hub's log."""
    with kiosk.database.read() as session:
        kept = replace(standing.read(session, kiosk.device), is_paired=True, heard_at=NINE)
    view = standing.view(kept, HubState(Reach.IN_TOUCH), "Dana", NINE, are_lists_loaded=True)
    return [line.title for line in view.lines if line.standing is not Standing.GOOD]


def test_audit_says_who_tried_parked_events_again(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    kiosk.visitor_comes()
    push_to_older_hub(kiosk)
    try_again(hub)

    answer = hub.client.get("/v1/audit", headers=hub.token_of("dwhitlock"))

    newest = codec.from_json(answer.content, AuditPage).lines[0]
    assert (newest.deed, newest.who) == ("events_tried_again", "Dana Whitlock")
    assert newest.detail == "1 applied, 0 left"


def test_name_that_a_kiosk_wrote_moves_no_cursor() -> None:
    assert "\x1b" not in quarantine.unknown("visit.\x1b[2Jlent")


def test_front_desk_tries_nothing_again(hub: HubOfTests) -> None:
    answer = hub.client.post("/v1/kiosks/parked/try-again", headers=hub.token_of("rbegaye"))

    assert answer.status_code == 403


def test_each_school_sees_and_tries_again_its_own(any_url: str, tmp_path: Path) -> None:
    with two_schools(any_url, tmp_path) as (alder, birch):
        for school in (alder, birch):
            school.kiosk.visitor_comes()
            push_to_older_hub(school.kiosk)

        def seen(school: School) -> list[str]:
            found = codec.from_json(school.ask("GET", "/v1/kiosks").content, Kiosks)
            return [group.kiosk_id for group in found.parked]

        assert seen(birch) == [birch.kiosk.device.kiosk_id]
        told = birch.ask("POST", "/v1/kiosks/parked/try-again").content
        assert codec.from_json(told, TriedAgain) == TriedAgain(1, 0)
        assert seen(birch) == []
        assert seen(alder) == [alder.kiosk.device.kiosk_id]
