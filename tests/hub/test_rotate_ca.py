"""``vestibule-hub keys rotate-ca``: what an operator types, and which step of a change is due."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from admin_console.hub import authority, authority_change, authority_command, backup_command
from admin_console.hub.__main__ import main
from admin_console.hub.authority import Identity, make_ca
from admin_console.hub.authority_change import (
    CONSOLES_HEAR,
    MADE_BEFORE,
    OLD_ONE_STAYS,
    USED_BEFORE,
    Found,
    Step,
)
from db import audit, authorities, clock_doubt, hub_trust, key_store, notices
from db.authorities import Told
from db.domain.audit import Deed
from db.domain.errors import StorageError
from db.engine import open_database
from tests.hub_of_tests import hub_at
from tests.makers import NINE
from tests.tls_of_tests import TlsHub, kiosk_at, known_to, tls_hub

ROOT = Path(__file__).parents[2]
OWN, NEXT, OTHER = (make_ca(NINE) for _ in range(3))
ENDS_AT = OWN.certificate.not_valid_after_utc
SOON = NINE + timedelta(minutes=1)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[TlsHub]:
    with tls_hub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def url(hub: TlsHub) -> str:
    return f"sqlite:///{hub.tls.parent}/hub.db"


def found(following: Identity | None, *told: Identity, changed_at: datetime | None = None) -> Found:
    pems = tuple(one.pem() for one in told)
    return Found(OWN, following, Told(1, pems, NINE, changed_at), ())


@pytest.mark.parametrize(
    ("stands", "now", "step"),
    [
        (found(None), SOON, Step.NONE),
        (found(None), ENDS_AT - MADE_BEFORE, Step.MAKE),
        (found(NEXT), SOON, Step.TELL),
        (found(NEXT, OWN, OTHER), SOON, Step.TELL),
        (found(NEXT, OWN, NEXT), SOON, Step.NONE),
        (found(NEXT, OWN, NEXT), NINE + CONSOLES_HEAR, Step.USE),
        (found(None, OTHER, OWN), SOON, Step.NOTE),
        (found(None, OTHER, OWN, changed_at=NINE), SOON, Step.NONE),
        (found(None, OTHER, OWN, changed_at=NINE), NINE + OLD_ONE_STAYS, Step.LEAVE),
        (found(None, OWN, NEXT), SOON, Step.LEAVE),
        (found(None, OWN), SOON, Step.NONE),
        (found(None, OTHER), SOON, Step.PUT_BACK),
    ],
)
def test_what_is_there_says_which_step_is_due(stands: Found, now: datetime, step: Step) -> None:
    assert authority_change.step_due(stands, now) is step


def test_kiosk_that_does_not_know_the_next_one_is_waited_for_until_the_end_is_near() -> None:
    following = make_ca(ENDS_AT - MADE_BEFORE)
    waits = replace(found(following, OWN, following), lacking=("Side door",))
    near = ENDS_AT - USED_BEFORE

    assert authority_change.step_due(waits, near - timedelta(days=1)) is Step.NONE
    assert authority_change.step_due(waits, near) is Step.USE


def test_authority_that_a_clock_ahead_made_is_not_used() -> None:
    later = make_ca(NINE + timedelta(days=365))

    assert authority_change.step_due(found(later, OWN, later), NINE + CONSOLES_HEAR) is Step.NONE


def test_operator_reads_how_it_stands_and_whom_now_locks_out(
    hub: TlsHub, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        kiosk_at(hub, tmp_path / "front", "Front kiosk") as front,
        kiosk_at(hub, tmp_path / "side", "Side door") as side,
    ):
        for kiosk in (front, side):
            kiosk.pull_all()
        assert main(["keys", "rotate-ca", "--database", url]) == 0
        said = capsys.readouterr().out
        following = authority.next_of(hub.tls)
        assert following is not None
        assert hub_trust.digits_to_compare(following.pem()) in said
        assert "2 kiosks do not know it yet: Front kiosk and Side door." in said
        assert "A backup:" in said

        front.pull_all()
        front.pull()
        main(["keys", "show", "--database", url])
        said = capsys.readouterr().out
        assert "The hub's authority: in a file that only this account can read" in said
        assert "1 kiosk does not know it yet: Side door." in said

        main(["kiosks", "list", "--database", url])
        lines = capsys.readouterr().out.splitlines()
        assert ["does not know the hub's next authority" in line for line in lines] == [False, True]

        assert main(["keys", "rotate-ca", "--now", "--database", url]) == 0
        said = capsys.readouterr().out
        assert "Not known to Side door: pair each again" in said
        assert (hub.tls / authority.CA_FILE).read_text().endswith(following.pem())
        main(["keys", "show", "--database", url])
        assert "It is new: in some minutes" in capsys.readouterr().out
        hub.goes_on()
        front.visitor_comes()
        front.push()
        hub.goes_on(2 * OLD_ONE_STAYS)  # the command went by the real clock, which is ahead
        front.pull_all()
        assert known_to(front.database) == (hub.ca,)


def test_command_that_is_repeated_makes_no_second_one(
    hub: TlsHub, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["keys", "rotate-ca", "--database", url])
    first = authority.next_of(hub.tls)

    main(["keys", "rotate-ca", "--database", url])
    assert _same(authority.next_of(hub.tls), first)
    main(["keys", "rotate-ca", "--another", "--database", url])

    assert not _same(authority.next_of(hub.tls), first)
    assert "Every kiosk knows it." in capsys.readouterr().out


def _same(one: Identity | None, other: Identity | None) -> bool:
    return one is not None and other is not None and one.pem() == other.pem()


def test_now_comes_after_kiosks_were_told_and_makes_no_second_change(
    hub: TlsHub, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old = hub.ca

    assert main(["keys", "rotate-ca", "--now", "--database", url]) == 1
    assert "Kiosks were told of no new authority yet" in capsys.readouterr().err
    hub.goes_on()
    assert hub.ca == old

    assert main(["keys", "rotate-ca", "--database", url]) == 0
    assert main(["keys", "rotate-ca", "--now", "--database", url]) == 0
    hub.goes_on()
    new = hub.ca
    assert new != old
    capsys.readouterr()

    assert main(["keys", "rotate-ca", "--now", "--database", url]) == 0
    assert "It is new" in capsys.readouterr().out
    assert authority.next_of(hub.tls) is None


@pytest.mark.parametrize(
    ("told", "now", "step"),
    [(20, timedelta(minutes=1), Step.NONE), (20, timedelta(days=8), Step.USE),
     (4, timedelta(days=1), Step.NONE), (4, timedelta(days=2, minutes=1), Step.USE)],
)  # fmt: skip
def test_one_that_is_told_of_late_is_waited_for_as_far_as_there_is_time(
    told: int, now: timedelta, step: Step
) -> None:
    at = ENDS_AT - timedelta(days=told)
    waits = found(NEXT, OWN, NEXT)
    waits = replace(waits, told=replace(waits.told, at=at), lacking=("Side door",))

    assert authority_change.step_due(waits, at + now) is step


def test_folder_from_before_a_change_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with tls_hub(tmp_path / "hub") as hub:
        before = (hub.tls / authority.CA_FILE).read_bytes()
        hub.begins()
        hub.changes_at_once()
    (hub.tls / authority.CA_FILE).write_bytes(before)
    url = f"sqlite:///{tmp_path}/hub/hub.db"

    main(["keys", "show", "--database", url])

    assert "Look: kiosks were told of another one" in capsys.readouterr().out
    with closing(open_database(url)) as database:
        steps = [authority_change.look(database, hub.tls, hub.clock()) for _ in range(2)]
        with database.read() as session:
            (pem,) = authorities.told(session).pems
            told = notices.page(session, NINE, sees_all=True).notices[0]
            noted = audit.page(session, NINE).lines[0]
    assert steps == [Step.PUT_BACK, Step.NONE]
    assert pem.encode() in before
    assert "put the one in its place that was there before" in told.text
    assert "has to be paired again" in told.text
    assert (noted.deed, noted.detail.partition(" ")[2]) == (Deed.AUTHORITY_CHANGED, "put back")


def test_hubs_with_different_folders_soon_stop_to_undo_each_other_and_say_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    authority.open_authority(one, NINE)
    shutil.copytree(one, other)
    with closing(open_database(f"sqlite:///{tmp_path}/hub.db")) as database:
        authority_change.begin(database, one, NINE, is_another=False)
        steps = [
            authority_change.look(database, folder, NINE + timedelta(minutes=minute))
            for minute in range(1, 30)
            for folder in (other, one)
        ]
        with database.read() as session:
            texts = [told.text for told in notices.page(session, NINE, sees_all=True).notices]

    assert steps[:4] == [Step.LEAVE, Step.TELL, Step.LEAVE, Step.TELL]
    assert set(steps[4:]) == {Step.NONE}
    assert [text.startswith("Several hubs at this database") for text in texts] == [True]
    assert "copy its folder tls to the others" in caplog.text


def test_waits_count_from_now_where_a_clock_ahead_said_when_it_was_told(tmp_path: Path) -> None:
    folder, ahead = tmp_path / "tls", NINE + timedelta(days=20)
    authority.open_authority(folder, NINE)
    with closing(open_database(f"sqlite:///{tmp_path}/hub.db")) as database:
        authority_change.begin(database, folder, NINE, is_another=False)
        with database.begin() as session:
            authorities.keep(session, replace(authorities.told(session), at=ahead))

        step = authority_change.look(database, folder, NINE)

        with database.read() as session:
            assert authorities.told(session).at == NINE
    assert step is Step.NONE


def test_operator_reads_no_earlier_day_than_that_by_which_it_is_used_in_any_case() -> None:
    at = ENDS_AT - timedelta(days=4)
    late = found(NEXT, OWN, NEXT)
    late = replace(late, told=replace(late.told, at=at))

    said = " ".join(authority_command._stands(late))

    assert f"goes by that from {ENDS_AT - timedelta(days=2):%Y-%m-%d} on in any case" in said
    assert "once every kiosk knows it" not in said


def test_behind_a_proxy_there_is_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hub/hub.db"
    with hub_at(url, tmp_path / "hub"):
        pass

    assert main(["keys", "rotate-ca", "--database", url]) == 1

    assert "Behind a reverse proxy there is nothing to do" in capsys.readouterr().err
    assert not (tmp_path / "hub" / "tls").exists()


def test_authority_of_before_is_not_changed_while_the_hub_is_behind_a_proxy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, tls = f"sqlite:///{tmp_path}/hub/hub.db", tmp_path / "hub" / authority.FOLDER
    with hub_at(url, tmp_path / "hub"):
        authority.open_authority(tls, datetime.now(UTC))
    serve_once("--behind-proxy", "--database", url)

    assert main(["keys", "rotate-ca", "--database", url]) == 1
    assert "Behind a reverse proxy there is nothing to do" in capsys.readouterr().err
    assert not (tls / authority.NEXT_FILE).exists()
    main(["keys", "show", "--database", url])
    assert "was started last behind a reverse proxy" in capsys.readouterr().out

    serve_once("--database", url)
    assert main(["keys", "rotate-ca", "--database", url]) == 0


def serve_once(*options: str) -> None:
    """Start the real hub and end it again."""
    command = [
        sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0", *options,
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as hub:
        assert hub.stdout is not None
        assert hub.stdout.readline()
        hub.terminate()
        hub.communicate(timeout=60)


def test_hub_is_known_by_its_own_authority_while_the_next_ones_file_is_damaged(
    hub: TlsHub, caplog: pytest.LogCaptureFixture
) -> None:
    before = hub.ca
    (hub.tls / authority.NEXT_FILE).write_text("-----BEGIN NOTHING-----")

    asked = {hub.ca for _ in range(3)}

    assert asked == {before}
    (told,) = [r.getMessage() for r in caplog.records if r.name == authority.LOG.name]
    assert "have another one made: vestibule-hub keys rotate-ca --another" in told


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_next_authority_is_for_the_hubs_account_alone(hub: TlsHub, url: str) -> None:
    main(["keys", "rotate-ca", "--database", url])

    files = {path.name: path.stat().st_mode & 0o777 for path in hub.tls.iterdir()}
    assert files == dict.fromkeys(("authority.pem", "authority-next.pem", "server.pem"), 384)


def test_hub_that_is_restored_in_between_goes_on_with_the_change(
    hub: TlsHub, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = hub.ca
    assert main(["keys", "rotate-ca", "--database", url]) == 0
    backup = capsys.readouterr().out.split()[-1]
    following = authority.next_of(hub.tls)
    key = key_store.newest(tmp_path / "hub", key_store.BACKUP)
    other = f"sqlite:///{tmp_path}/other/hub.db"

    backup_command.restore(other, Path(backup), key, datetime.now(UTC))

    tls, now = tmp_path / "other" / "tls", datetime.now(UTC)
    own = authority.in_use(tls)
    assert own is not None
    assert own.pem() == old
    assert _same(authority.next_of(tls), following)
    with closing(open_database(other)) as database:
        assert authority_change.look(database, tls, now) is Step.NONE
        with database.begin() as session:
            clock_doubt.look(session, now + timedelta(days=1))
        assert authority_change.look(database, tls, now + CONSOLES_HEAR) is Step.USE


def test_backup_of_the_moment_of_the_change_has_one_authority(tmp_path: Path) -> None:
    """What waits is read first, and then has taken the other's place already."""
    tls = tmp_path / "tls"
    authority.open_authority(tls, NINE)
    (tls / authority.NEXT_FILE).write_bytes((tls / authority.CA_FILE).read_bytes())

    with closing(open_database(f"sqlite:///{tmp_path}/hub.db")) as database:
        assert authority_change.look(database, tls, NINE) is Step.NONE
        with database.read() as session:
            assert authorities.told(session) == Told()


def test_hub_whose_authority_ended_says_that_the_next_one_can_be_used(tmp_path: Path) -> None:
    authority.open_authority(tmp_path, NINE)
    authority.make_next(tmp_path, NINE)

    with pytest.raises(StorageError, match="keys rotate-ca --now"):
        authority.open_authority(tmp_path, ENDS_AT + timedelta(days=1))
