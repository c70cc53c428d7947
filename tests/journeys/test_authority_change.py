"""A hub gets another authority under its kiosks and consoles, over real TLS on loopback."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from admin_console.hub import authority, authority_change
from admin_console.hub.authority import CA_FILE, open_authority
from admin_console.hub.authority_change import CONSOLES_HEAR, OLD_ONE_STAYS, Step
from db import audit, authorities, hub_trust, notices, pairing, settings
from db.domain.audit import Deed
from db.domain.errors import StorageError
from db.domain.notice import NoticeKind
from kiosk import own_device
from kiosk.own_device import PAIRING, HubAccess
from kiosk.sync.client import HubStrangerError
from kiosk.sync.http import HttpHub, connect
from kiosk.sync.known_hub import HubUntrueError
from tests.sync_of_tests import KioskOfTests
from tests.tls_of_tests import TlsHub, kiosk_at, known_to, pair, real_now, tls_hub

NOW = timedelta(0)


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[TlsHub]:
    with tls_hub(tmp_path / "hub", any_url, days_ago=20) as running:
        yield running


@pytest.fixture
def kiosk(hub: TlsHub, tmp_path: Path) -> Iterator[KioskOfTests]:
    with kiosk_at(hub, tmp_path / "kiosk") as made:
        made.pull_all()
        yield made


def lacking(hub: TlsHub) -> tuple[str, ...]:
    with hub.hub.database.read() as session:
        found = authority_change.find(session, hub.tls)
    assert found is not None
    return found.lacking


def hears(kiosk: KioskOfTests) -> None:
    """What is new, and then says how it stands."""
    kiosk.pull_all()
    kiosk.pull()


def told(hub: TlsHub) -> list[str]:
    with hub.hub.database.read() as session:
        found = notices.page(session, hub.clock(), sees_all=True).notices
    return [notice.text for notice in found if notice.kind is NoticeKind.NEW_AUTHORITY]


class Between(httpx.HTTPTransport):
    """Somebody with the key of the hub's authority, who passes on what it answers, changed."""

    forge: Callable[[bytes], bytes] = staticmethod(lambda content: content)
    replayed: httpx.Response | None = None
    last: httpx.Response | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/changes"):
            return super().handle_request(request)
        if self.replayed is not None:
            return self.replayed
        answer = super().handle_request(request)
        content = self.forge(answer.read())
        headers = dict(answer.headers) | {"content-length": str(len(content))}
        self.last = httpx.Response(answer.status_code, headers=headers, content=content)
        return self.last


@contextmanager
def through(between: Between, hub: TlsHub, kiosk: KioskOfTests) -> Iterator[KioskOfTests]:
    """The kiosk, which talks to whoever sits between."""
    client = httpx.Client(base_url=hub.url, transport=between)
    with kiosk.database.read() as session:
        known = own_device.ca(session)
    assert known
    with closing(HttpHub(client, kiosk.token, kiosk.hub._known)) as talks:
        yield replace(kiosk, hub=talks)


def between_to(hub: TlsHub) -> Between:
    return Between(verify=hub_trust.context_at_any_time(hub.ca))


def test_hub_changes_its_authority_under_a_kiosk_and_nobody_notices(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    old = hub.ca
    new = hub.begins()
    assert lacking(hub) == ("Front kiosk",)

    hears(kiosk)
    assert known_to(kiosk.database) == (old, new)
    assert lacking(hub) == ()
    assert hub.goes_on(NOW) is Step.NONE
    assert hub.goes_on(CONSOLES_HEAR) is Step.USE
    assert hub.ca == new
    assert hub.is_shown(new)
    assert not hub.is_shown(old)

    kiosk.visitor_comes()
    kiosk.push()
    assert kiosk.waiting() == 0
    assert hub.goes_on(OLD_ONE_STAYS) is Step.LEAVE
    hears(kiosk)
    assert known_to(kiosk.database) == (new,)
    kiosk.visitor_comes()
    kiosk.push()
    assert kiosk.waiting() == 0
    assert hub.goes_on(CONSOLES_HEAR) is Step.NONE


def test_kiosk_that_was_off_all_the_time_keeps_what_waits_and_is_paired_again(
    hub: TlsHub, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    hub.begins()
    hub.changes_at_once()
    kiosk.visitor_comes()
    kiosk.hub.close()

    with (
        kiosk_at(hub, tmp_path / "kiosk") as on_again,
        pytest.raises(HubStrangerError, match=r"another authority.*Everything is kept here"),
    ):
        on_again.push()
    pair(hub, tmp_path / "kiosk")

    with kiosk_at(hub, tmp_path / "kiosk") as again:
        assert again.waiting() > 0
        again.push()
        assert again.waiting() == 0
        hears(again)
        assert known_to(again.database) == (hub.ca,)


def test_hub_waits_for_a_kiosk_that_is_off_and_names_it_when_somebody_does_not_wait(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    old, new = hub.ca, hub.begins()

    assert hub.goes_on(timedelta(days=30)) is Step.NONE
    assert hub.is_shown(old)

    before = authority_change.use_now(hub.hub.database, hub.tls, hub.clock())
    assert before.lacking == ("Front kiosk",)
    hub.goes_on()
    assert hub.is_shown(new)
    (said,) = told(hub)
    assert "Front kiosk cannot know" in said
    assert "Pair each again" in said
    with hub.hub.database.read() as session:
        deeds = {line.deed for line in audit.every_line(session)}
    assert {Deed.AUTHORITY_MADE, Deed.AUTHORITY_CHANGED} <= deeds
    with pytest.raises(HubStrangerError):
        kiosk.push()


def test_kiosk_that_was_revoked_is_not_waited_for(hub: TlsHub, kiosk: KioskOfTests) -> None:
    hub.begins()
    with hub.hub.database.begin() as session:
        pairing.revoke(session, kiosk.device.kiosk_id, hub.clock())

    assert hub.goes_on(CONSOLES_HEAR) is Step.USE

    assert told(hub) == []


def test_nobody_is_locked_out_by_now_before_kiosks_were_told(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    with pytest.raises(StorageError, match=r"no new authority yet.*First: vestibule-hub keys"):
        authority_change.use_now(hub.hub.database, hub.tls, hub.clock())

    hub.goes_on()
    kiosk.push()


def test_hub_whose_authority_ends_makes_another_warns_and_changes_unasked(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    own = authority.in_use(hub.tls)
    assert own is not None
    ends_at = own.certificate.not_valid_after_utc

    def it_is(before: timedelta) -> Step:
        hub.clock.at = ends_at - before
        with hub.hub.database.begin() as session:
            notices.look_at_clock(session, hub.clock())
            settings.write(session, "clock_looked_at", {"at": hub.clock()})
        authority_change.warn(hub.hub.database, hub.tls, hub.clock())
        return authority_change.look(hub.hub.database, hub.tls, hub.clock())

    assert it_is(timedelta(days=366)) is Step.NONE
    assert it_is(timedelta(days=364)) is Step.MAKE
    assert it_is(timedelta(days=92)) is Step.NONE
    assert told(hub) == []
    assert it_is(timedelta(days=88)) is Step.NONE
    assert it_is(timedelta(days=87)) is Step.NONE
    (soon,) = told(hub)
    assert "Front kiosk cannot know yet" in soon
    hears(kiosk)
    assert len(known_to(kiosk.database)) == 2
    assert it_is(timedelta(days=29)) is Step.USE
    assert it_is(timedelta(days=28)) is Step.LEAVE
    assert told(hub) == [soon]


def test_hub_that_a_wrong_clock_sends_years_ahead_keeps_its_authority(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    with hub.hub.database.begin() as session:
        notices.look_at_clock(session, hub.clock())
    old = hub.ca

    assert hub.goes_on(timedelta(days=3_600)) is Step.NONE

    assert authority.next_of(hub.tls) is None
    assert hub.ca == old
    assert known_to(kiosk.database) == (old,)


def test_authority_that_only_somebody_in_between_names_is_not_taken(
    hub: TlsHub, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    """They have the key of the hub's authority, and not the one that it signs with."""
    old, new = hub.ca, hub.begins()
    foreign = open_authority(tmp_path / "foreign", real_now()).ca
    as_json = [pem.replace("\n", "\\n").encode() for pem in (new, foreign)]
    between = between_to(hub)
    between.forge = lambda content: content.replace(*as_json)

    with through(between, hub, kiosk) as led, pytest.raises(HubUntrueError):
        led.pull()

    assert between.last is not None
    assert as_json[1] in between.last.content
    assert known_to(kiosk.database) == (old,)


def test_what_the_hub_said_of_its_authority_before_is_not_taken_again(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    hub.begins()
    between = between_to(hub)
    with through(between, hub, kiosk) as recorded:
        recorded.pull()
    between.replayed = between.last
    hub.changes_at_once()
    hears(kiosk)

    with through(between, hub, kiosk) as led, pytest.raises(HubUntrueError):
        led.pull()

    assert known_to(kiosk.database) == (hub.ca,)


def test_word_of_the_hub_with_a_lower_number_changes_nothing(
    hub: TlsHub, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    """As from a feed that begins anew; what is no authority is not taken by any number."""
    old = open_authority(tmp_path / "old", real_now()).ca
    with hub.hub.database.begin() as session:
        authorities.tell(session, (hub.ca,), hub.clock())
    hears(kiosk)
    with kiosk.database.read() as session:
        access = settings.read(session, PAIRING, HubAccess)
    assert access is not None

    with hub.hub.database.begin() as session:
        settings.write(session, "hub.authorities", authorities.Told())
        authorities.tell(session, (old,), hub.clock() - timedelta(days=1))
    hears(kiosk)
    with hub.hub.database.begin() as session:
        authorities.tell(session, ("no certificate",), real_now())
    hears(kiosk)

    with kiosk.database.read() as session:
        assert settings.read(session, PAIRING, HubAccess) == access


def test_word_that_names_none_of_those_that_are_known_changes_nothing(
    hub: TlsHub, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    """As from a hub whose folder was made anew, which told of another one before."""
    foreign = open_authority(tmp_path / "foreign", real_now()).ca
    with hub.hub.database.begin() as session:
        authorities.tell(session, (foreign,), hub.clock())

    hears(kiosk)

    assert known_to(kiosk.database) == (hub.ca,)
    kiosk.pull()


def test_kiosk_whose_database_does_not_answer_when_it_begins_reaches_the_hub_later(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    answers = iter([StorageError("The disk is full."), hub.ca])

    def ca() -> str:
        said = next(answers, hub.ca)
        if isinstance(said, StorageError):
            raise said
        return said

    with closing(connect(hub.url, kiosk.token, ca, kiosk.hub._known)) as line:
        with pytest.raises(StorageError):
            line.head(kiosk.device.epoch)
        assert line.head(kiosk.device.epoch).seq == 0


def test_kiosk_is_paired_with_a_hub_whose_folder_of_before_a_change_was_put_back(
    hub: TlsHub, tmp_path: Path
) -> None:
    before = (hub.tls / CA_FILE).read_bytes()
    hub.begins()
    hub.changes_at_once()
    (hub.tls / CA_FILE).write_bytes(before)
    assert hub.goes_on(OLD_ONE_STAYS) in {Step.PUT_BACK, Step.NONE}  # the hub looks itself, too

    with kiosk_at(hub, tmp_path / "late") as late:
        late.visitor_comes()
        late.pull_all()
        late.pull()
        late.push()

        assert known_to(late.database) == (hub.ca,)


def test_kiosk_that_is_paired_in_between_learns_both_at_once(hub: TlsHub, tmp_path: Path) -> None:
    old, new = hub.ca, hub.begins()

    with kiosk_at(hub, tmp_path / "late") as late:
        assert known_to(late.database) == (old,)
        late.pull()
        assert known_to(late.database) == (old, new)
        assert lacking(hub) == ("Front kiosk",)
        late.pull()
        assert lacking(hub) == ()


def test_one_that_was_stolen_before_it_was_used_is_exchanged_for_another(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    old, stolen = hub.ca, hub.begins()
    hears(kiosk)

    authority_change.begin(hub.hub.database, hub.tls, hub.clock(), is_another=True)

    assert lacking(hub) == ("Front kiosk",)
    hears(kiosk)
    known = known_to(kiosk.database)
    assert known[0] == old
    assert known[1] not in (old, stolen)
    assert lacking(hub) == ()
    hub.changes_at_once()
    hears(kiosk)
    assert known_to(kiosk.database) == known[1:]


def test_one_whose_file_is_lost_before_it_was_used_is_believed_no_more(
    hub: TlsHub, kiosk: KioskOfTests
) -> None:
    old, _ = hub.ca, hub.begins()
    hears(kiosk)
    (hub.tls / authority.NEXT_FILE).unlink()

    assert hub.goes_on() is Step.LEAVE

    hears(kiosk)
    assert known_to(kiosk.database) == (old,)
    assert hub.goes_on() is Step.NONE
