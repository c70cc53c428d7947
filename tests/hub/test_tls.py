"""Who is believed to be the hub, by real sockets on loopback: its authority, and nobody else's."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from admin_console.console.answers import OddAnswerError, UnknownHubError
from admin_console.console.http_hub import HttpHub as ConsoleHub
from admin_console.console.known_hubs import KnownHubs
from admin_console.hub.authority import Authority, LiveCertificate, open_authority, own_names
from db import hub_trust
from db.domain.errors import ConfigError, HubAwayError, HubRefusedError, StorageError
from db.engine import open_database
from kiosk import own_device
from kiosk.config import KioskConfig, KioskPart
from kiosk.pairing import pair_with_hub
from kiosk.sync.http import connect
from kiosk.sync.proving import own_token
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at
from tests.pairing_of_tests import accepts, asks, new_code
from tests.sync_of_tests import NO_TOKEN

NAMES = frozenset({"127.0.0.1", "localhost"})


def real_now() -> datetime:
    """TLS asks this computer's clock, which no test moves."""
    return datetime.now(UTC)


class TlsHub:
    """A hub over TLS whose certificates are made at a time that the test moves."""

    def __init__(self, folder: Path, days_ago: float) -> None:
        self.clock = Clock(real_now() - timedelta(days=days_ago))
        self.names = NAMES
        self.authority: Authority = open_authority(folder / "tls", self.clock())
        self.live = LiveCertificate(self.authority, lambda: self.names, self.clock)
        self.url = ""
        self.hub: HubOfTests | None = None

    def serial(self) -> int:
        there = self.authority.server_certificate()
        assert there is not None
        return there.serial_number


@contextmanager
def tls_hub(folder: Path, days_ago: float = 0.0) -> Iterator[TlsHub]:
    made = TlsHub(folder, days_ago)
    ca = made.authority.ca
    with hub_at(f"sqlite:///{folder}/hub.db", folder, certificate=made.live, ca=ca) as hub:
        made.url, made.hub = str(hub.client.base_url), hub
        yield made


def shown_serial(hub: TlsHub) -> int:
    """Of the certificate that a new connection is shown."""
    port = int(hub.url.rsplit(":", 1)[1])
    trusted = hub_trust.context(hub.authority.ca)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        trusted.wrap_socket(plain, server_hostname="127.0.0.1") as line,
    ):
        said = line.getpeercert()
    assert said is not None
    return int(str(said["serialNumber"]), 16)


def test_hub_is_believed_with_its_own_authority(tmp_path: Path) -> None:
    with tls_hub(tmp_path) as hub:
        assert hub_trust.ca_of(hub.url) == hub.authority.ca
        assert shown_serial(hub) == hub.serial()


def test_plain_http_gets_nothing_of_a_hub_with_tls(tmp_path: Path) -> None:
    with tls_hub(tmp_path) as hub, pytest.raises(HubAwayError):
        hub_trust.ca_of(hub.url.replace("https", "http"))


@pytest.mark.parametrize("days", [-400, 400], ids=["behind", "ahead"])
def test_kiosk_whose_clock_is_a_year_off_is_paired_and_heard(tmp_path: Path, days: int) -> None:
    config = KioskConfig(kiosk=KioskPart("Front", str(tmp_path / "kiosk")))
    (tmp_path / "kiosk").mkdir()
    with tls_hub(tmp_path, days_ago=days) as hub:
        assert hub.hub is not None
        pair_with_hub(config, hub.url, new_code(hub.hub), real_now(), show=accepts(hub.hub))
        database = open_database(config.database_url, keys=config.keys)
        with database.read() as session:
            own = own_device.read(session, real_now())
        database.close()
        assert own.access is not None
        token = own_token(own.access.url, own.own_key, own.access.ca)

        with closing(connect(own.access.url, token, own.access.ca)) as kiosk:
            assert kiosk.head(own.own_key.epoch).seq == 0


@pytest.mark.parametrize(
    ("days", "words"), [(-400, "not valid yet"), (91, "expired")], ids=["not yet", "expired"]
)
def test_console_whose_clock_is_off_is_told_so(tmp_path: Path, days: int, words: str) -> None:
    with tls_hub(tmp_path, days_ago=days) as hub:
        with pytest.raises(ssl.SSLCertVerificationError) as refused:
            shown_serial(hub)

        assert words in hub_trust.why_not_trusted(refused.value)


def test_clock_that_is_off_makes_no_other_authority_the_hubs(tmp_path: Path) -> None:
    known = open_authority(tmp_path / "known", real_now()).ca
    with (
        tls_hub(tmp_path, days_ago=400) as hub,
        closing(connect(hub.url, NO_TOKEN, known)) as kiosk,
        pytest.raises(HubAwayError, match="another authority"),
    ):
        kiosk.head(1)


def test_kiosk_sends_nothing_to_a_hub_of_another_authority(tmp_path: Path) -> None:
    known = open_authority(tmp_path / "known", real_now()).ca

    with (
        tls_hub(tmp_path) as other,
        closing(connect(other.url, NO_TOKEN, known)) as kiosk,
        pytest.raises(HubAwayError, match="not the hub that this computer knows"),
    ):
        kiosk.head(1)


def test_certificate_for_another_address_is_refused(tmp_path: Path) -> None:
    authority = open_authority(tmp_path / "tls", real_now())
    live = LiveCertificate(authority, lambda: frozenset({"192.0.2.7"}), real_now)
    url = f"sqlite:///{tmp_path}/hub.db"

    with (
        hub_at(url, tmp_path, certificate=live, ca=authority.ca) as hub,
        closing(connect(str(hub.client.base_url), NO_TOKEN, authority.ca)) as kiosk,
        pytest.raises(HubAwayError, match="not for this address"),
    ):
        kiosk.head(1)


def test_public_authorities_do_not_vouch_for_a_school(tmp_path: Path) -> None:
    with (
        tls_hub(tmp_path) as hub,
        closing(connect(hub.url, NO_TOKEN)) as kiosk,
        pytest.raises(HubAwayError, match="another authority"),
    ):
        kiosk.head(1)


def test_certificate_is_renewed_under_a_running_server(tmp_path: Path) -> None:
    with tls_hub(tmp_path, days_ago=61) as hub:
        assert hub.hub is not None
        first = shown_serial(hub)
        assert hub.hub.client.get("/v1/health").is_success
        assert not asyncio.run(hub.live.look())

        hub.clock.at = real_now()
        assert asyncio.run(hub.live.look())

        assert hub.hub.client.get("/v1/health").is_success  # the connection of before goes on
        assert shown_serial(hub) == hub.serial() != first


def test_new_address_gets_into_the_certificate_without_a_restart(tmp_path: Path) -> None:
    with tls_hub(tmp_path) as hub:
        first = shown_serial(hub)

        hub.names = NAMES | {"198.51.100.4", "hub.example"}
        assert asyncio.run(hub.live.look())

        assert shown_serial(hub) != first
        assert not asyncio.run(hub.live.look())


def test_authority_stays_the_same_and_is_for_this_account_only(tmp_path: Path) -> None:
    first = open_authority(tmp_path / "tls", real_now())
    first.renew_if_due(NAMES, real_now())

    again = open_authority(tmp_path / "tls", real_now() + timedelta(days=3_000))

    assert again.ca == first.ca
    for file in (tmp_path / "tls").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_damaged_authority_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    open_authority(tmp_path / "tls", real_now())
    file = tmp_path / "tls" / "authority.pem"
    file.write_text("nothing of the kind")

    with pytest.raises(StorageError, match="backup"):
        open_authority(tmp_path / "tls", real_now())

    assert file.read_text() == "nothing of the kind"


def test_computer_knows_its_own_names() -> None:
    names = own_names("127.0.0.1", ("hub.example",))

    assert {"localhost", "127.0.0.1", "::1", "hub.example", socket.gethostname().lower()} <= names


def test_code_is_worthless_behind_an_authority_that_somebody_put_between(tmp_path: Path) -> None:
    between = open_authority(tmp_path / "between", real_now()).ca

    with tls_hub(tmp_path) as hub:
        assert hub.hub is not None
        code = new_code(hub.hub)

        with pytest.raises(HubRefusedError, match="code is wrong"):
            asks(hub.hub, code, ca=between)

        assert asks(hub.hub, code, ca=hub.authority.ca).short_string


@pytest.mark.parametrize("address", ["http://192.168.1.10:8470", "http://hub.example", "hub:8470"])
def test_hub_is_only_talked_to_over_tls(address: str) -> None:
    with pytest.raises(ConfigError, match="over TLS"):
        hub_trust.ca_of(address)


def test_digits_to_compare_are_six_groups_that_tell_two_authorities_apart(tmp_path: Path) -> None:
    one, other = (open_authority(tmp_path / n, real_now()).ca for n in ("one", "other"))

    digits = hub_trust.digits_to_compare(one)

    assert [len(group) for group in digits.split()] == [4] * 6
    assert digits == hub_trust.digits_to_compare(one) != hub_trust.digits_to_compare(other)


def test_console_asks_at_the_first_contact_and_remembers(tmp_path: Path) -> None:
    file = tmp_path / "console" / "hubs.json"

    with tls_hub(tmp_path) as hub:
        with closing(ConsoleHub(hub.url, known=KnownHubs(file))) as console:
            with pytest.raises(UnknownHubError) as asked:
                console.sign_in("dwhitlock", PASSWORD)
            assert asked.value.digits == hub_trust.digits_to_compare(hub.authority.ca)
            console.trust(asked.value.ca)
            assert console.sign_in("dwhitlock", PASSWORD).staff.name == "dwhitlock"
        with closing(ConsoleHub(hub.url, known=KnownHubs(file))) as later:
            assert later.sign_in("dwhitlock", PASSWORD).token

    assert file.stat().st_mode & 0o077 == 0


def test_console_refuses_a_hub_whose_authority_changed(tmp_path: Path) -> None:
    known = KnownHubs(None)

    with tls_hub(tmp_path) as hub:
        known.keep(hub.url, open_authority(tmp_path / "before", real_now()).ca)
        with (
            closing(ConsoleHub(hub.url, known=known)) as console,
            pytest.raises(OddAnswerError, match=r"not the hub that this computer knows.*--trust"),
        ):
            console.sign_in("dwhitlock", PASSWORD)


def test_certificate_that_another_hub_with_the_same_folder_renewed_is_shown(tmp_path: Path) -> None:
    with tls_hub(tmp_path, days_ago=60) as hub:
        first = shown_serial(hub)
        hub.clock.at += timedelta(days=60)
        other = open_authority(tmp_path / "tls", hub.clock())
        assert other.renew_if_due(NAMES, hub.clock())

        assert asyncio.run(hub.live.look())

        assert shown_serial(hub) == hub.serial() != first


def test_old_tls_is_not_spoken(tmp_path: Path) -> None:
    with tls_hub(tmp_path) as hub:
        port = int(hub.url.rsplit(":", 1)[1])
        old = hub_trust.context(hub.authority.ca)
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1

        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            pytest.raises(ssl.SSLError),
        ):
            old.wrap_socket(plain, server_hostname="127.0.0.1")


def test_authority_that_a_clock_ahead_made_is_told_at_the_start(tmp_path: Path) -> None:
    now = real_now()
    open_authority(tmp_path, now + timedelta(days=365))

    with pytest.raises(StorageError, match=r"begins only on .* the clock was ahead when"):
        open_authority(tmp_path, now)

    open_authority(tmp_path, now + timedelta(days=364, hours=1))  # a day behind is let pass
