"""What one database cannot hold, none takes, so that a hub can always move."""

import io
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from admin_console.hub.__main__ import main
from db import inbox, limits, move, outbox, quarantine
from db.domain.desk import Role
from db.domain.errors import StorageError
from db.domain.events import VisitAbandoned, VisitorScreened
from db.domain.visit import VisitState
from db.engine import open_database, open_existing
from db.hub_models import StaffRow
from db.models import DecisionRow, VisitRow
from kiosk.sync.http import HttpHub
from tests.db.backlogs import receive
from tests.db.backlogs import say as say_all
from tests.hub_of_tests import HubOfTests, hub_at, known_hub
from tests.makers import NINE, make_identity, make_screened
from tests.sync_of_tests import KioskOfTests, device_of

LONG = "Q" * 500
NOT_KEPT = quarantine.failed("a fact that no column takes")
UNFIT = [
    make_screened(number=2**40),
    make_screened(identity=make_identity(family_name="Quill\0feather")),
    make_screened(identity=make_identity(family_name=LONG)),
]


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as hub:
        yield hub


def say(hub: HubOfTests, folder: Path, *said: VisitorScreened) -> UUID:
    """What a kiosk sends that checks nothing itself; the last one's visit."""
    given = hub.pair()
    token = hub.own_token(given)
    line = HttpHub(hub.client, token, known_hub(given))
    with closing(open_database(f"sqlite:///{folder}/kiosk.db")) as database:
        kiosk = KioskOfTests(database, line, device_of(given), token)
        for one in said:
            with database.begin() as session:
                outbox.add(session, kiosk.device, one, NINE, actor="visitor", visit_id=one.visit_id)
        kiosk.push()
        assert kiosk.waiting() == 0
    return said[-1].visit_id


def test_what_no_column_takes_is_parked_and_the_rest_is_applied(
    hub: HubOfTests, tmp_path: Path
) -> None:
    fitting = make_screened(number=2)

    say(hub, tmp_path, *UNFIT, fitting)

    with hub.database.read() as session:
        (parked,) = quarantine.parked(session)
        assert (parked.why, parked.count) == (NOT_KEPT, len(UNFIT))
        assert list(session.scalars(select(VisitRow.visit_id))) == [fitting.visit_id]


def refusals(hub: HubOfTests, visit_id: UUID) -> list[httpx.Response]:
    client, mine = hub.client, hub.sign_in()
    decision = {"verdict": "deny", "reason": "Order\0in force"}
    return [
        client.post(f"/v1/visits/{visit_id}/decision", json=decision, headers=mine),
        client.post("/v1/session", json={"name": "d\0", "password": "some words of a person"}),
        client.post("/v1/session", json={"na\0me": "d", "name": "d", "password": "some words"}),
        client.get("/v1/visits?q=Quill%00", headers=mine),
        client.get("/v1/visits?state=%00", headers=mine),
        client.get("/v1/desk?site=%00", headers=mine),
        client.get("/v1/blobs/%00", headers=mine),
    ]


def test_zero_bytes_in_a_question_a_path_or_a_text_are_refused_in_words(
    hub: HubOfTests, tmp_path: Path
) -> None:
    visit_id = say(hub, tmp_path, make_screened(held=True))

    for answer in refusals(hub, visit_id):
        assert answer.status_code == 422
        assert "zero byte" in answer.json()["detail"]

    told = {"verdict": "deny", "reason": r"Said \u0000, with its backslash"}
    path = f"/v1/visits/{visit_id}/decision"
    assert hub.client.post(path, json=told, headers=hub.sign_in()).status_code == 200


@pytest.mark.usefixtures("hub")
def test_name_that_is_too_long_is_refused_in_words(
    any_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse battery staple\n"))
    added = ["staff", "add", "dana", "--display-name", LONG, "--role", "auditor"]

    assert main([*added, "--secrets-stdin", "--database", any_url]) == 1

    assert "display_name is longer than 200 characters" in capsys.readouterr().err


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a hub of before took that measured nothing."""
    url = f"sqlite:///{tmp_path}/hub/hub.db"
    with monkeypatch.context() as before:
        before.setattr(limits, "check", lambda *_: None)
        with hub_at(url, tmp_path / "hub") as hub:
            hub.add_staff("dana", Role.ADMINISTRATOR, LONG)
            held = say(hub, tmp_path, *UNFIT, make_screened(number=2, held=True))
            decision = {"verdict": "deny", "reason": "Order in force"}
            hub.client.post(
                f"/v1/visits/{held}/decision", json=decision, headers=hub.token_of("dana")
            ).raise_for_status()
    return url


def test_what_a_hub_of_before_took_is_moved_cut_and_agrees_with_its_log(
    old: str, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["move", "--database", old, "--to", postgres_url]) == 0

    said = capsys.readouterr()
    assert "In 5 rows" in said.out
    assert said.err.startswith("Afterwards the folders photos, tls and keys go from ")
    assert main(["verify-log", "--database", postgres_url]) == 0
    with closing(open_existing(postgres_url)) as database, database.read() as session:
        names = set(session.scalars(select(VisitRow.family_name)))
        assert names == {"Marlowe", "Quill\N{REPLACEMENT CHARACTER}feather", "Q" * 200}
        assert "Q" * 200 in set(session.scalars(select(StaffRow.display_name)))
        assert list(session.scalars(select(DecisionRow.decided_by))) == ["Q" * 200]


def test_visit_with_a_name_that_a_hub_of_before_took_can_still_end(tmp_path: Path) -> None:
    held = make_screened(held=True)
    ended = VisitAbandoned(held.visit_id)
    with (
        closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as kiosk,
        closing(open_database(f"sqlite:///{tmp_path}/hub.db")) as hub,
    ):
        hub.refuse_unfit()
        receive(hub, say_all(kiosk, held))
        with hub.begin() as session:
            session.execute(update(VisitRow).values(given_name=LONG, family_name="Quill\0"))

        receive(hub, say_all(kiosk, ended))

        with hub.read() as session:
            assert inbox.quarantined(session) == 0
            assert list(session.scalars(select(VisitRow.state))) == [VisitState.ABANDONED]
            assert list(session.scalars(select(VisitRow.given_name))) == [LONG]


def test_row_that_cannot_go_is_named_without_what_it_says(old: str, postgres_url: str) -> None:
    with closing(open_existing(old)) as database, database.begin() as session:
        staff_id = session.scalar(select(StaffRow.staff_id).where(StaffRow.name == "dana"))
        session.execute(
            update(StaffRow).where(StaffRow.staff_id == staff_id).values(name=f"dana{LONG}")
        )

    with pytest.raises(StorageError) as refused:
        move.move(old, postgres_url, NINE)

    assert f"the row {staff_id} of staff" in str(refused.value)
    assert "dana" not in str(refused.value)


def test_sqlite_is_no_server_to_move_to(old: str, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="backup and restore"):
        move.move(old, f"sqlite:///{tmp_path}/other.db", NINE)

    assert not (tmp_path / "other.db").exists()
