"""The key of ID numbers' hashes is changed, and whoever came before is recognised as before."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import (
    codec,
    number_keys,
    outbox,
    replay,
    rescreening,
    settings,
)
from db.clearances import visitor_key
from db.domain.errors import StorageError
from db.domain.screening import HoldReason, Outcome
from db.domain.visit import VisitState
from db.hub_models import ChangeRow
from db.models import VisitRow
from db.number_keys import SealedKey
from db.rescreening import Candidate
from db.visits import hash_document_number
from kiosk import own_device, reception
from kiosk.own_device import HubAccess
from kiosk.sync import exchange
from tests.district import District
from tests.hub_of_tests import Clock, hub_at
from tests.journeys.lists_of_tests import settle, told
from tests.journeys.number_keys_of_tests import MOTHER, change_the_key, hashes, newest_key
from tests.journeys.test_clearances import FATHER, LISTED, clear_the_father


@pytest.fixture
def any_district(any_url: str, tmp_path: Path) -> Iterator[District]:
    clock = Clock()
    with hub_at(any_url, tmp_path / "hub", clock) as hub:
        opened = District(hub, clock, tmp_path)
        yield opened
        opened.close()


def test_cleared_father_passes_on_every_kiosk_after_the_key_was_changed(
    district: District,
) -> None:
    clear_the_father(district)
    gym = district.open_kiosk("gym")
    change_the_key(district)
    district.sync()
    district.later(days=1)

    again = [kiosk.screen(FATHER).screening for kiosk in (*district.kiosks, gym)]

    assert [screening.outcome for screening in again] == [Outcome.CLEAR] * 3


def test_office_is_shown_the_visits_of_before(any_district: District) -> None:
    front = any_district.open_kiosk("front")
    front.check_out(front.check_in(front.screen(FATHER)).visit_id)
    front.push()
    change_the_key(any_district)
    any_district.import_list(LISTED)
    gym = any_district.open_kiosk("gym")
    any_district.later(days=1)

    gym.screen(FATHER)
    gym.push()

    (hold,) = any_district.desk().holds
    assert len(hold.earlier_visits) == 1


def test_kiosk_that_has_not_heard_yet_screens_as_ever_and_its_visitor_is_recognised(
    any_district: District,
) -> None:
    clear_the_father(any_district)
    (front,) = any_district.kiosks
    gym = any_district.open_kiosk("gym")
    change_the_key(any_district)
    gym.sync()
    any_district.later(days=1)

    offline = front.screen(FATHER)
    front.push()

    assert offline.screening.outcome is Outcome.CLEAR
    there = hashes(any_district.hub.database)
    assert len(set(there.values())) == 1
    assert there[offline.visit.visit_id] != hashes(front.database)[offline.visit.visit_id]
    front.sync()
    assert hashes(front.database) == there


def test_nothing_that_is_kept_can_be_tried_with_the_key_of_before(any_district: District) -> None:
    front = any_district.open_kiosk("front")
    front.screen(MOTHER)
    front.push()
    assert MOTHER.document is not None
    old = hash_document_number(front.desk.number_key, MOTHER.document)
    before = (old, visitor_key(front.desk.number_key, MOTHER, old))
    assert set(hashes(any_district.hub.database).values()) == {before}

    assert change_the_key(any_district) == 1
    front.sync()

    for database in (any_district.hub.database, front.database):
        (now,) = hashes(database).values()
        assert not set(now) & set(before)


def test_key_can_be_changed_again_and_again(district: District) -> None:
    clear_the_father(district)
    (front,) = district.kiosks
    for _ in range(3):
        change_the_key(district)
        district.sync()
        district.later(days=1)
        assert front.screen(FATHER).screening.outcome is Outcome.CLEAR
        district.sync()

    assert hashes(front.database) == hashes(district.hub.database)


def test_log_tells_the_same_after_the_key_was_changed(any_district: District) -> None:
    clear_the_father(any_district)
    change_the_key(any_district)
    any_district.sync()
    any_district.later(days=1)
    any_district.kiosks[0].screen(FATHER)
    any_district.sync()

    with any_district.hub.database.read() as session:
        assert replay.differences(session) == []


def test_visitor_signs_out_with_the_id_that_was_shown_before_the_change(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    visit = front.check_in(front.screen(MOTHER))
    change_the_key(district)
    district.sync()

    with front.database.read() as session:
        found = reception.on_site_of(session, front.desk, MOTHER)

    assert [v.visit_id for v in found] == [visit.visit_id]


def test_visitor_comes_back_to_the_hold_of_before_the_change(district: District) -> None:
    front = district.open_kiosk("front")
    district.import_list(LISTED)
    held = front.screen(FATHER)
    change_the_key(district)
    district.sync()

    again = front.screen(FATHER)

    assert held.visit.state is VisitState.HELD
    assert again.visit.visit_id == held.visit.visit_id


def test_event_says_up_to_which_key_it_is_hashed(district: District) -> None:
    front = district.open_kiosk("front")
    change_the_key(district)
    district.sync()

    front.screen(MOTHER)

    with front.database.read() as session:
        (event,) = outbox.pending(session, front.desk.device, 0, 10)
    assert f'"key_id":"{newest_key(district.hub.database)}"'.encode() in event.body


def test_kiosk_that_is_paired_after_the_change_recognises_who_came_before(
    district: District,
) -> None:
    clear_the_father(district)
    change_the_key(district)
    gym = district.open_kiosk("gym")

    assert gym.screen(FATHER).screening.outcome is Outcome.CLEAR


def test_kiosk_that_is_paired_again_takes_its_own_visits_along(district: District) -> None:
    front = district.open_kiosk("front")
    front.screen(MOTHER)
    front.push()
    change_the_key(district)

    given = district.hub.pair(front.desk.device.kiosk_id)
    with front.database.begin() as session:
        device = replace(front.desk.device, epoch=given.epoch)
        own_device.keep_pairing(session, device, given, HubAccess("http://127.0.0.1:9"), b"k" * 32)

    assert hashes(front.database) == hashes(district.hub.database)


def test_feed_tells_the_key_to_nobody_who_has_not_the_one_before(district: District) -> None:
    front = district.open_kiosk("front")
    change_the_key(district)

    with district.hub.database.read() as session:
        body = session.scalars(select(ChangeRow.body).where(ChangeRow.kind == "number_keys")).one()
        (secret,) = number_keys.later(session)
    assert secret.key not in body
    assert secret.key not in repr(secret)
    with front.database.begin() as session:
        settings.write(session, number_keys.FIRST, "00" * 32)
        assert not number_keys.learn(session, codec.from_json(body, tuple[SealedKey, ...]))
    assert newest_key(front.database) == ""


def test_kiosk_whose_program_did_not_know_the_change_learns_it_after_its_update(
    district: District,
) -> None:
    clear_the_father(district)
    front = district.kiosks[0]
    change_the_key(district)
    district.sync()
    with front.database.begin() as session:  # as a version before would have left it
        settings.write(session, number_keys.LATER, [])
        settings.remove(session, exchange.KINDS)

    with front.database.begin() as session:
        exchange.read_anew_after_update(session)
    front.sync()

    assert newest_key(front.database) == newest_key(district.hub.database)
    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR
    with front.database.begin() as session:
        cursor = settings.read(session, exchange.CURSOR, int)
        exchange.read_anew_after_update(session)
        assert settings.read(session, exchange.CURSOR, int) == cursor != 0


def test_kiosk_follows_a_hub_that_was_restored_from_before_the_change(
    district: District,
) -> None:
    front = district.open_kiosk("front")
    change_the_key(district)
    district.sync()
    during = front.screen(MOTHER)
    with district.hub.database.begin() as session:
        settings.write(session, number_keys.LATER, [])
    with front.database.begin() as session:
        exchange.start_over(session)

    front.sync()
    change_the_key(district)
    front.sync()

    assert newest_key(front.database) == newest_key(district.hub.database) != ""
    visit_id = during.visit.visit_id
    assert hashes(front.database)[visit_id] == hashes(district.hub.database)[visit_id]
    front.check_out(front.check_in(front.screen(FATHER)).visit_id)
    front.sync()


def test_key_stays_while_a_list_holds_hashes_of_numbers(district: District) -> None:
    front = district.open_kiosk("front")
    listed = b"LNAME,FNAME,DOB,ID number hash\nQuillfeather,Daniel,03/07/1984,"
    district.import_list(listed + b"ab" * 32 + b"\n")

    with pytest.raises(StorageError, match="District no-trespass list"):
        change_the_key(district)

    assert newest_key(district.hub.database) == ""
    district.import_list(LISTED)
    change_the_key(district)
    assert front.screen(FATHER).screening.hold_reasons == (HoldReason.MATCH,)


def test_visit_whose_facts_were_erased_stays_without_a_hash(district: District) -> None:
    front = district.open_kiosk("front")
    front.screen(MOTHER)
    front.push()
    with district.hub.database.begin() as session:
        row = session.scalars(select(VisitRow)).one()
        row.number_hash = row.visitor_key = ""

    assert change_the_key(district) == 0

    assert set(hashes(district.hub.database).values()) == {("", "")}


def test_nobody_is_told_of_a_cleared_visitor_because_the_key_is_changed_meanwhile(
    any_district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    gym = any_district.open_kiosk("gym")
    gym.check_out(gym.check_in(gym.screen(FATHER)).visit_id)  # before there is any list
    any_district.kiosks.remove(gym)  # it is away
    clear_the_father(any_district)
    read, changed = rescreening.these_visits, list[int]()

    def read_before_a_change(*args: Any) -> list[Candidate]:
        found = read(*args)
        if found and not changed:
            changed.append(1)
            change_the_key(any_district)
        return found

    monkeypatch.setattr(rescreening, "these_visits", read_before_a_change)

    gym.push()
    settle(any_district)

    gym.database.close()
    assert changed == [1]
    assert [n.kind for n in told(any_district)] == []
