"""Other programs are told what happens, signed, in order, until it has arrived."""

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_console.hub.__main__ import main
from admin_console.hub.webhook_sender import secret_as_text
from db import changes, notices, outbox, webhook_tries, webhooks
from db.domain.errors import ConfigError
from db.domain.events import DomainEvent
from db.domain.notice import NoticeKind
from db.engine import Database, open_database
from db.hub_models import WebhookRow
from tests.hub_of_tests import Clock, HubOfTests, begun
from tests.makers import NINE, make_checked_in
from tests.receivers import Receiver, state, tell, wait_until
from tests.sync_of_tests import KioskOfTests


def says(kiosk: KioskOfTests, event: DomainEvent) -> None:
    with kiosk.database.begin() as session:
        outbox.add(
            session, kiosk.device, event, NINE, actor="visitor",
            visit_id=getattr(event, "visit_id", None),
        )  # fmt: skip


def test_what_happens_at_the_desk_is_told_in_its_order_and_names_nobody(
    hub: HubOfTests, kiosk: KioskOfTests, receiver: Receiver
) -> None:
    kiosk.visitor_comes()
    kiosk.push()  # before anybody wanted to be told
    tell(hub, receiver, "visitor.screened", "visit.checked_in")

    visit_id = kiosk.visitor_comes(held=True)
    says(kiosk, make_checked_in(visit_id))
    kiosk.push()

    wait_until(lambda: len(receiver.got) == 2)
    first, second = receiver.told
    assert receiver.types == ["visitor.screened", "visit.checked_in"]
    assert first["data"] == {
        "event_id": first["data"]["event_id"],
        "site_id": str(hub.site.site_id),
        "kiosk_id": kiosk.device.kiosk_id,
        "visit_id": str(visit_id),
        "outcome": "hold",
        "number": 1,
    }
    assert second["data"]["badge_code"] == "47K-29F"
    assert second["timestamp"] == NINE.isoformat().replace("+00:00", "Z")
    assert not any(word in body for _, body in receiver.got for word in (b"given", b"birth"))
    wait_until(lambda: state(hub.database).waiting == 0)
    assert state(hub.database).heard_at == NINE


def test_each_message_is_signed_as_receivers_libraries_check_it(
    hub: HubOfTests, kiosk: KioskOfTests, receiver: Receiver
) -> None:
    _, secret = tell(hub, receiver, "visitor.screened")
    kiosk.visitor_comes()
    kiosk.push()

    wait_until(lambda: len(receiver.got) == 1)
    headers, body = receiver.got[0]
    key = base64.b64decode(secret_as_text(secret).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert int(headers["webhook-timestamp"]) == int(NINE.timestamp())


def test_what_was_not_taken_is_sent_again_with_its_id_before_anything_later(
    hub: HubOfTests, kiosk: KioskOfTests, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 503
    tell(hub, receiver, "visitor.screened", "visit.checked_in")
    visit_id = kiosk.visitor_comes()
    says(kiosk, make_checked_in(visit_id))
    kiosk.push()
    wait_until(lambda: state(hub.database).problem == "it answered 503")
    assert state(hub.database).waiting == 2

    receiver.status = 204
    clock.at += webhook_tries.PAUSES[0]

    wait_until(lambda: state(hub.database).waiting == 0)
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert receiver.types == ["visitor.screened", "visitor.screened", "visit.checked_in"]
    assert ids[0] == ids[1] != ids[2]
    assert state(hub.database).problem == ""


def test_address_that_leads_elsewhere_is_not_followed(
    hub: HubOfTests, kiosk: KioskOfTests, receiver: Receiver
) -> None:
    receiver.status = 307
    tell(hub, receiver, "visitor.screened")
    kiosk.visitor_comes()
    kiosk.push()

    wait_until(lambda: state(hub.database).problem == "it answered 307")
    assert len(receiver.got) == 1


@pytest.mark.parametrize("how", ["gone", "days"])
def test_address_that_is_gone_ends_and_administrators_hear_of_it(
    hub: HubOfTests, kiosk: KioskOfTests, receiver: Receiver, clock: Clock, how: str
) -> None:
    receiver.status = 410 if how == "gone" else 500
    tell(hub, receiver, "visitor.screened")
    kiosk.visitor_comes()
    kiosk.push()
    wait_until(lambda: state(hub.database).problem != "")
    if how == "days":
        with hub.database.begin() as session:
            (row,) = session.scalars(select(WebhookRow))
            row.failed_seconds = int(webhook_tries.GIVES_UP.total_seconds()) - 30
        clock.at += webhook_tries.PAUSES[0]

    wait_until(lambda: state(hub.database).ended_at is not None)
    headers = hub.sign_in()
    answer = hub.client.get("/v1/notices", headers=headers).json()
    (notice,) = answer["notices"]
    assert notice["kind"] == "webhook_ended"
    assert "127.0.0.1" in notice["text"]
    assert state(hub.database).waiting == 0

    receiver.status = 200
    with hub.database.begin() as session:
        webhooks.resume(session, state(hub.database).webhook_id, clock.at)
    kiosk.visitor_comes()
    kiosk.push()
    wait_until(lambda: state(hub.database).heard_at is not None)


def test_notices_are_told_too_by_kind_and_ids_and_without_the_words_that_name_staff(
    hub: HubOfTests, kiosk: KioskOfTests, receiver: Receiver
) -> None:
    tell(hub, receiver, "notice.told")
    visit_id = kiosk.visitor_comes(held=True)
    kiosk.push()
    asked = {"verdict": "deny", "reason": "No contact order"}
    denied = hub.client.post(f"/v1/visits/{visit_id}/decision", json=asked, headers=hub.sign_in())
    assert denied.status_code == 200

    wait_until(lambda: len(receiver.got) == 1)
    (told,) = receiver.told
    assert told["type"] == "notice.told"
    assert told["data"] == {
        "notice_id": told["data"]["notice_id"],
        "kind": "denied",
        "visit_id": str(visit_id),
    }


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://doors.example/told", "Only https"),
        ("https://name:word@doors.example/", "holds no password"),
        ("ftp://doors.example/", "no address"),
        ("https://", "no address"),
        ("https://[::1", "no address"),
        ("https://doors.example:99999/", "no address"),
        ("https://doors.example:0/", "no address"),
        ("https://do\nors.example/", "no address"),
        ("https://doors.example/to\tld", "no address"),
        ("\x01https://doors.example/", "no address"),
        ("https://doors.example/ told", "no address"),
        ("https://169.254.169.254/latest", "to no program"),
        ("https://[fe80::1]/", "to no program"),
        ("https://[::ffff:169.254.1.1]/", "to no program"),
        ("https://[::a9fe:a9fe]/", "to no program"),
        ("https://[64:ff9b::a9fe:a9fe]/", "to no program"),
        ("https://[2002:a9fe:a9fe::1]/", "to no program"),
        ("https://[fd00:ec2::254]/", "to no program"),
        ("https://0.0.0.0/", "to no program"),
        ("https://[::]/", "to no program"),
        ("https://[::ffff:0.0.0.0]/", "to no program"),
        ("https://224.0.0.1/", "to no program"),
        ("https://[ff02::1]/", "to no program"),
    ],
)
def test_address_that_cannot_be_is_refused_in_words(
    database: Database, url: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said), database.begin() as session:
        webhooks.add(session, url, ["notice.told"], NINE)


def test_commands_add_show_resume_and_remove(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = begun(f"sqlite:///{tmp_path}/hub.db")

    def run(*words: str) -> tuple[int, str]:
        status = main(["webhooks", *words, "--database", url])
        said = capsys.readouterr()
        return status, said.out + said.err

    status, said = run("add", "https://doors.example/told", "--event", "visit.checked_in")
    webhook_id = said.splitlines()[0]
    assert (status, "whsec_" in said) == (0, True)
    status, said = run("add", "https://doors.example/told", "--event", "visit.flown")
    assert (status, said.startswith('"visit.flown" is nothing that happens here.')) == (1, True)

    listed = run("list")[1]
    assert "https://doors.example/told" in listed
    assert "visit.checked_in; told nothing yet" in listed
    assert "whsec_" not in listed
    assert run("resume", webhook_id) == (0, "It is told again.\n")
    status, said = run("renew", webhook_id)
    assert (status, "whsec_" in said) == (0, True)
    assert run("remove", webhook_id) == (0, "It is told nothing more.\n")
    assert run("remove", webhook_id)[0] == 1
    assert run("list")[1].startswith("No other program is told anything")


def test_what_is_told_and_changed_at_once_in_any_order_keeps_nobody_waiting_crosswise(
    postgres_url: str,
) -> None:
    """A list is imported with a notice before the change, somebody is denied with one behind it."""
    database = open_database(postgres_url)
    with database.begin() as session:
        webhooks.add(session, "https://doors.example/told", ["notice.told"], NINE)
    both = threading.Barrier(2, timeout=10)

    def told(session: Session, about: str) -> None:
        notices.tell(session, NoticeKind.PEOPLE_REMOVED, "Three are gone.", NINE, about=about)

    def changed(session: Session, about: str) -> None:
        changes.add(session, "policy", {"about": about})

    def one_by_one(about: str, *steps: Callable[[Session, str], None]) -> None:
        with database.begin() as session:
            steps[0](session, about)
            both.wait()
            steps[1](session, about)

    with ThreadPoolExecutor(2) as threads:
        imports = threads.submit(one_by_one, "an import", told, changed)
        denies = threads.submit(one_by_one, "a denial", changed, told)
        imports.result()
        denies.result()

    assert state(database).waiting == 2
    database.close()


def test_notice_that_was_told_in_vain_is_sent_to_nobody(any_database: Database) -> None:
    with any_database.begin() as session:
        webhooks.add(session, "https://doors.example/told", ["notice.told"], NINE)

    with any_database.begin() as session:
        with suppress(ValueError), session.begin_nested():  # as for events that cannot be applied
            notices.tell(session, NoticeKind.DENIED, "Not admitted.", NINE, about="a visit")
            raise ValueError
        notices.tell(session, NoticeKind.DENIED, "Not admitted.", NINE, about="another")

    assert state(any_database).waiting == 1
