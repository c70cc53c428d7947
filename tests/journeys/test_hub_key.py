"""The hub signs with a new key, and its kiosks follow: by the word of the key that they know."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from admin_console.hub import site as hub_site
from admin_console.hub.__main__ import main
from db import audit, hub_keys, settings, signing
from db.domain.audit import Deed
from db.domain.errors import HubRefusedError
from db.engine import open_database, open_existing
from db.hub_keys import SignedChange
from db.log_models import ChainRow
from kiosk import own_device
from kiosk.own_device import HUB_KEY
from kiosk.sync import exchange, http, trust
from kiosk.sync.known_hub import HubUntrueError
from kiosk.sync.proving import own_token
from kiosk.sync.worker import HubState, Reach, SyncWorker
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE
from tests.signed_log import kiosk_config, signing_kiosk, write_another_past
from tests.sync_of_tests import KioskOfTests, decide, import_list

VERIFIER = Path(__file__).parents[2] / "packaging" / "verify_exported_log.py"


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, tmp_path: Path) -> Iterator[KioskOfTests]:
    with signing_kiosk(hub, tmp_path / "kiosk") as made:
        yield made


def change_key(hub: HubOfTests) -> SignedChange:
    with hub.database.begin() as session:
        return hub_site.change_signing_key(session, hub.clock())


def change_key_without_a_word(hub: HubOfTests) -> None:
    """What somebody can do who writes into the database and has no key."""
    with hub.database.begin() as session:
        settings.write(session, hub_site.SIGNING_KEY, signing.new_key().hex())


def key_of_hub(hub: HubOfTests) -> str:
    with hub.database.read() as session:
        return hub_site.public_keys(session)[0]


def key_at(kiosk: KioskOfTests) -> str | None:
    with kiosk.database.read() as session:
        return settings.read(session, HUB_KEY, str)


@dataclass
class Working:
    """A kiosk's threads at work, and what they said of the hub."""

    states: list[HubState]
    worker: SyncWorker


@contextmanager
def working(hub: HubOfTests, kiosk: KioskOfTests, folder: Path) -> Iterator[Working]:
    states: list[HubState] = []
    with kiosk.database.begin() as session:
        own = own_device.read(session, NINE)
    worker = SyncWorker(
        kiosk.database,
        kiosk.device,
        connect=lambda: http.connect(str(hub.client.base_url), kiosk.token, known=own.known_hub),
        photos=folder / "photos",
        learned=lambda _: None,
        state_changed=states.append,
        listen_seconds=0.1,
    )
    worker.start()
    try:
        yield Working(states, worker)
    finally:
        worker.stop()


def test_kiosk_at_work_follows_its_hub_to_a_new_key_and_nobody_notices(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path, qtbot: QtBot
) -> None:
    with working(hub, kiosk, tmp_path) as work:
        held = kiosk.visitor_comes(held=True)
        work.worker.wake()
        qtbot.waitUntil(lambda: kiosk.waiting() == 0, timeout=10_000)

        change = change_key(hub)
        kiosk.visitor_comes()
        work.worker.wake()
        decide(hub, held)
        import_list(hub, "Signed anew")

        qtbot.waitUntil(lambda: kiosk.waiting() == 0, timeout=10_000)
        qtbot.waitUntil(lambda: kiosk.lists() == ["Signed anew"], timeout=10_000)

    assert [state.reach for state in work.states] == [Reach.IN_TOUCH]
    assert key_at(kiosk) == change.new_key == key_of_hub(hub)
    with kiosk.database.read() as session:
        assert hub_keys.known(session) == (change,)
        assert trust.untrue(session) is None


def test_kiosk_that_was_away_for_two_changes_follows_both(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    changes = (change_key(hub), change_key(hub))
    kiosk.visitor_comes()
    with pytest.raises(HubUntrueError):
        kiosk.push()

    assert trust.follow(kiosk.database, kiosk.hub)

    kiosk.push()
    kiosk.pull_all()
    assert kiosk.waiting() == 0
    assert key_at(kiosk) == changes[1].new_key
    with kiosk.database.read() as session:
        assert hub_keys.known(session) == changes
    assert not trust.follow(kiosk.database, kiosk.hub)


def test_kiosk_gets_its_token_by_the_key_of_before_and_by_the_one_of_now(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    change = change_key(hub)

    assert kiosk.own_key is not None
    for key in (change.old_key, change.new_key):
        token = own_token(str(hub.client.base_url), replace(kiosk.own_key, hub_key=key))
        assert token.headers()


def test_kiosk_that_is_paired_afterwards_knows_the_new_key_alone(
    hub: HubOfTests, tmp_path: Path
) -> None:
    change = change_key(hub)

    with signing_kiosk(hub, tmp_path / "later") as later:
        later.visitor_comes()
        later.push()
        later.pull_all()

        assert key_at(later) == change.new_key
        assert later.waiting() == 0


def test_key_that_the_one_before_did_not_name_is_followed_by_nobody(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path, qtbot: QtBot
) -> None:
    before = key_at(kiosk)
    kiosk.pull_all()  # it has a token, which it would not get by this key
    change_key_without_a_word(hub)

    with working(hub, kiosk, tmp_path) as work:
        qtbot.waitUntil(
            lambda: Reach.UNTRUE in [state.reach for state in work.states], timeout=10_000
        )

    assert key_at(kiosk) == before
    with kiosk.database.read() as session:
        assert trust.untrue(session) is not None


@pytest.mark.parametrize("what", ["new_key", "size", "root", "log_id", "signature"])
def test_changed_statement_leads_nowhere_and_verify_log_finds_it(
    hub: HubOfTests, kiosk: KioskOfTests, what: str
) -> None:
    kiosk.visitor_comes()
    kiosk.push()
    change_key(hub)
    with hub.database.begin() as session:
        (change,) = hub_keys.known(session)
        assert list(hub_keys.wrong(session, bytes.fromhex(change.new_key))) == []
        forged = replace(change, **{what: 7 if what == "size" else "5e" * 32})
        hub_keys.keep(session, [forged])
        found = list(hub_keys.wrong(session, bytes.fromhex(change.new_key)))

    assert not trust.follow(kiosk.database, kiosk.hub)
    assert [words for words in found if "did not name the next one" in words]


def test_hub_restored_from_before_a_change_is_not_believed_until_its_kiosk_is_paired_again(
    tmp_path: Path,
) -> None:
    address, file = f"sqlite:///{tmp_path}/hub/hub.db", tmp_path / "one.backup"
    with hub_at(address, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        kiosk.visitor_comes()
        kiosk.push()
        assert main(["backup", "--to", str(file), "--database", address]) == 0
        change = change_key(hub)
        assert trust.follow(kiosk.database, kiosk.hub)
        kiosk.visitor_comes()
        kiosk.push()
    assert main(["restore", str(file), "--database", address]) == 0

    with hub_at(address, tmp_path / "hub") as hub:
        with closing(open_database(kiosk_config(tmp_path / "kiosk").database_url)) as database:
            with database.begin() as session:
                own = own_device.read(session, NINE)
            token = own_token(str(hub.client.base_url), own.own_key)
            with (
                closing(http.connect(str(hub.client.base_url), token, known=own.known_hub)) as old,
                pytest.raises(HubRefusedError, match="Pair this kiosk again"),
            ):
                exchange.pull(database, old, 0)
        with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
            kiosk.visitor_comes()
            kiosk.push()
            kiosk.pull_all()

            assert kiosk.waiting() == 0
            assert key_at(kiosk) == change.old_key == key_of_hub(hub)


def exported(url: str, file: Path) -> Path:
    assert main(["log", "export", str(file), "--bare", "--database", url]) == 0
    return file


def check(file: Path, *more: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(file), *more],
        check=False, capture_output=True, text=True, cwd=file.parent,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A hub that changed its key twice, with visitors in each of the three times."""
    address = f"sqlite:///{tmp_path}/hub/hub.db"
    with hub_at(address, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        for number in range(3):
            kiosk.visitor_comes()
            trust.follow(kiosk.database, kiosk.hub)
            kiosk.push()
            kiosk.pull_all()
            if number < 2:
                assert main(["keys", "rotate-signing", "--database", address]) == 0
    return address


def keys_in(url: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """As `log head` says them: the one of now, then those of before."""
    capsys.readouterr()
    assert main(["log", "head", "--database", url]) == 0
    said = capsys.readouterr().out.splitlines()
    return [line.rpartition(": ")[2] for line in said if line.startswith("key of the hub")]


def test_log_is_verified_by_whichever_key_somebody_wrote_down(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = keys_in(url, capsys)
    assert len(set(keys)) == 3
    file = exported(url, tmp_path / "log")

    for key in keys:
        status, said = check(file, "--hub-key", key)
        assert (status, said.splitlines()[-1]) == (0, "The log is whole.")
        assert (f"led to the hub's key of now: {keys[0]}" in said) is (key != keys[0])
    status, said = check(file, "--hub-key", "ab" * 32)

    assert status == 1
    assert "of another hub" in said
    assert main(["verify-log", "--database", url]) == 0


def sign_anew(file: Path, url: str, old: bytes, new: bytes) -> None:
    """Change the first line as somebody can who has the hub's key of now."""
    first, rest = file.read_bytes().split(b"\n", 1)
    said = first.partition(b"\t")[0].replace(old, new)
    with closing(open_existing(url)) as database, database.read() as session:
        key = hub_site.signing_key(session)
    signature = signing.sign(key, signing.Exported(sha256(said).hexdigest()))
    file.write_bytes(b"%s\t%s\n%s" % (said, signature.hex().encode(), rest))


def test_exported_log_with_another_earlier_key_is_found(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, first = keys_in(url, capsys)
    file = exported(url, tmp_path / "log")

    sign_anew(file, url, first.encode(), b"5e" * 32)

    status, said = check(file)
    assert status == 1
    assert "key 1 of the hub did not name the next one" in said


def test_hub_with_its_key_of_now_cannot_write_another_past_of_before(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_database(url)) as database:
        with database.read() as session:
            device = next(row.device_id for row in session.query(ChainRow))
        write_another_past(database, 1, device, with_heads=True)

    status, said = check(exported(url, tmp_path / "log"), "--hub-key", keys_in(url, capsys)[0])
    assert main(["verify-log", "--database", url]) == 1

    assert status == 1
    assert "BROKEN" in said
    assert "signed another log than this one" in capsys.readouterr().out


def test_change_is_told_in_the_audit_and_followed_by_a_backup(url: str, tmp_path: Path) -> None:
    with closing(open_existing(url)) as database, database.read() as session:
        lines = [x for x in audit.every_line(session) if x.deed == Deed.SIGNING_KEY_CHANGED]
        changes = hub_keys.known(session)

    assert sorted(line.detail for line in lines) == sorted(c.new_key[:16] for c in changes)
    assert list((tmp_path / "hub" / "backups").iterdir())
