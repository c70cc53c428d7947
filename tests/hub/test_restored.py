"""A hub that was restored from a backup, and a kiosk that forgot and learned meanwhile."""

from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from admin_console.hub import aftermath, site
from admin_console.hub.__main__ import main
from db import clearances, inbox, log, notices, outbox, policy, quarantine, retention, watchlists
from db.domain.clearance import Clearance
from db.domain.errors import HubAwayError
from db.domain.events import VisitCheckedOut
from db.domain.notice import NoticeKind
from db.domain.visit import CheckOutWay
from db.engine import open_database
from db.ids import new_id
from db.log_models import EventRow
from kiosk.sync import exchange
from kiosk.sync.client import Receipt
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE
from tests.postgres import PostgresServer
from tests.signed_log import signing_kiosk, went_on
from tests.sync_of_tests import KioskOfTests, decide, import_list

HOSTS = "name,place,role,directions\nMr. Okafor,Room 12,Teacher,\n"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub/hub.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hub.backup"


def comes_and_leaves(kiosk: KioskOfTests) -> UUID:
    visit_id = kiosk.visitor_comes()
    left = VisitCheckedOut(visit_id, CheckOutWay.BADGE)
    with kiosk.database.begin() as session:
        outbox.add(session, kiosk.device, left, NINE, actor="visitor", visit_id=visit_id)
    return visit_id


def forgotten(kiosk: KioskOfTests, *, keep_days: int, after: timedelta) -> int:
    with kiosk.database.begin() as session:
        rules = replace(policy.of(session), visit_keep_days=keep_days, rescreen_days=0)
        policy.keep(session, rules)
    return retention.forget_old_visits(kiosk.database, NINE + after, is_kiosk=True)


def nobody_answers(*_: object) -> Receipt:
    raise HubAwayError("The hub does not answer.")


def back_up(url: str, file: Path) -> None:
    assert main(["backup", "--to", str(file), "--database", url]) == 0


def restore(url: str, file: Path) -> None:
    assert main(["restore", str(file), "--database", url]) == 0


@pytest.mark.parametrize("visits", [3, inbox.MOST_AT_ONCE])
def test_what_a_kiosk_forgot_meanwhile_comes_back_as_bare_lines_and_all_the_rest_whole(
    url: str, file: Path, tmp_path: Path, visits: int
) -> None:
    with hub_at(url, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as before:
        comes_and_leaves(before)
        before.push()
        back_up(url, file)
        for _ in range(3):
            comes_and_leaves(before)
        before.push()
        assert forgotten(before, keep_days=3, after=timedelta(days=5)) == 4
        for _ in range(visits - 3):
            comes_and_leaves(before)
        before.push()

    restore(url, file)

    with hub_at(url, tmp_path / "hub") as hub, went_on(hub, tmp_path / "kiosk", before) as kiosk:
        held = kiosk.visitor_comes(held=True)
        assert kiosk.push().sent == 2 * visits + 1
        decide(hub, held)
        with hub.database.read() as session:
            assert inbox.head(session, kiosk.device.kiosk_id, 1).seq == 2 * visits + 3
            assert set(session.scalars(select(EventRow.parked).distinct())) == {
                None,
                quarantine.ERASED,
            }
            erased = select(func.count()).where(EventRow.parked == quarantine.ERASED)
            assert session.scalar(erased) == 6
            # Nobody need do anything about them, and none hides what is told later.
            assert inbox.quarantined(session) == 0
            assert quarantine.count_of(session, kiosk.device.kiosk_id) == 0
            told = notices.page(session, NINE, sees_all=True).notices
            assert [notice.kind for notice in told] == [NoticeKind.DENIED]
            assert all(v.is_good for v in log.verify_log(session))
            assert not log.verify_signatures(session)
            assert not log.verify_tree(session)


def test_what_a_restored_hub_lacks_waits_at_the_kiosk_and_is_not_forgotten_there(
    url: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub_at(url, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as before:
        comes_and_leaves(before)
        before.push()
        back_up(url, file)
        for _ in range(4):
            comes_and_leaves(before)
        before.push()
        assert before.waiting() == 0

    restore(url, file)

    with hub_at(url, tmp_path / "hub") as hub, went_on(hub, tmp_path / "kiosk", before) as kiosk:
        with monkeypatch.context() as patched:
            patched.setattr(kiosk.hub, "push", nobody_answers)
            with pytest.raises(HubAwayError):
                kiosk.push()
        assert kiosk.waiting() == 8
        assert forgotten(kiosk, keep_days=3, after=timedelta(days=5)) == 1

        kiosk.push()

        assert kiosk.waiting() == 0
        assert forgotten(kiosk, keep_days=3, after=timedelta(days=5)) == 4
        with hub.database.read() as session:
            assert inbox.quarantined(session) == 0


def test_hub_on_a_database_that_postgresql_recovered_begins_another_log_at_a_command(
    postgres: PostgresServer, postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = (tmp_path / "hub", tmp_path / "kiosk")
    with hub_at(postgres_url, folders[0]) as hub, signing_kiosk(hub, folders[1]) as before:
        comes_and_leaves(before)
        before.push()
        before.pull_all()
    with postgres.new_database(postgres_url.rpartition("/")[2]) as recovered:
        with hub_at(postgres_url, folders[0]) as hub, went_on(hub, folders[1], before) as kiosk:
            import_list(hub, "Of Wednesday")
            comes_and_leaves(kiosk)
            kiosk.push()
            kiosk.pull_all()

        assert main(["log", "begin-anew", "--database", recovered]) == 0

        assert "after 2 events" in capsys.readouterr().out
        with hub_at(recovered, folders[0]) as hub, went_on(hub, folders[1], before) as kiosk:
            import_list(hub, "Of Thursday")
            kiosk.push()

            assert exchange.pull(kiosk.database, kiosk.hub, 0) == ""
            kiosk.pull_all()

            assert kiosk.lists() == ["Of Thursday"]
            assert exchange.pull(kiosk.database, kiosk.hub, 0) == ""
            with hub.database.read() as session:
                assert inbox.head(session, kiosk.device.kiosk_id, 1).seq == 4


def test_log_that_was_recovered_and_is_not_whole_goes_on_as_it_is(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        comes_and_leaves(kiosk)
        kiosk.push()
        with hub.database.begin() as session:
            session.scalars(select(EventRow).where(EventRow.seq == 1)).one().line = b"{}"
            log_before = site.log_id(session)

    assert main(["log", "begin-anew", "--database", url]) == 1

    assert "nothing was changed" in capsys.readouterr().err
    with closing(open_database(url)) as database, database.read() as session:
        assert site.log_id(session) == log_before


def test_kiosk_that_was_off_reads_the_feed_of_a_restored_hub_anew_though_it_has_grown_as_far(
    url: str, file: Path, tmp_path: Path
) -> None:
    hosts = tmp_path / "hosts.csv"
    hosts.write_text(HOSTS)
    imported = ["hosts", "import", str(hosts), "--database", url]
    with hub_at(url, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as before:
        import_list(hub, "Kept")
        assert main(imported) == 0
        before.pull_all()
        back_up(url, file)
        import_list(hub, "Of Wednesday")
        assert main(imported) == 0
        before.pull_all()
        assert before.lists() == ["Kept", "Of Wednesday"]

    restore(url, file)

    with hub_at(url, tmp_path / "hub") as hub:
        import_list(hub, "Of Thursday")
        assert main(imported) == 0  # the same change in the same place
        with went_on(hub, tmp_path / "kiosk", before) as kiosk:
            exchange.pull(kiosk.database, kiosk.hub, 0)
            kiosk.pull_all()

            assert kiosk.lists() == ["Kept", "Of Thursday"]
            assert kiosk.pull() == []


def give(hub: HubOfTests, entry_id: UUID, *, ended_at: datetime | None = None) -> None:
    """The office clears somebody of an entry, or ends that."""
    with hub.database.read() as session:
        (known,) = watchlists.all_lists(session)
    clearance = Clearance(
        clearance_id=entry_id,
        visitor_key="somebody",
        visit_id=entry_id,
        list_id=known.list_id,
        list_name=known.name,
        entry_id=entry_id,
        entry_version=1,
        entry_mark="",
        reason="Photo differs",
        decided_by="Dana Whitlock",
        decided_at=NINE,
        expires_on=date(2027, 1, 1),
        ended_at=ended_at,
        ended_by="" if ended_at is None else "Dana Whitlock",
    )
    with hub.database.begin() as session:
        clearances.learn(session, clearance)
        aftermath.tell_of_clearance(session, clearance)


def cleared(kiosk: KioskOfTests) -> set[tuple[UUID, bool]]:
    with kiosk.database.read() as session:
        found = clearances.of_visitor(session, "somebody")
    return {(one.clearance_id, one.ended_at is None) for one in found}


def test_kiosk_of_a_restored_hub_clears_nobody_of_whom_the_office_can_see_and_end_no_clearance(
    url: str, file: Path, tmp_path: Path
) -> None:
    kept, ended, lost = (new_id(NINE) for _ in range(3))
    with hub_at(url, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as before:
        import_list(hub, "Kept")
        give(hub, kept)
        give(hub, ended)
        back_up(url, file)
        give(hub, lost)
        give(hub, ended, ended_at=NINE)
        before.pull_all()
        assert cleared(before) == {(kept, True), (ended, False), (lost, True)}

    restore(url, file)

    with hub_at(url, tmp_path / "hub") as hub, went_on(hub, tmp_path / "kiosk", before) as kiosk:
        exchange.pull(kiosk.database, kiosk.hub, 0)
        kiosk.pull_all()

        assert cleared(kiosk) == {(kept, True), (ended, False)}
