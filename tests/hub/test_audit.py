"""Who looked at what, and who changed what: it is kept, and it names no visitor."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from db import audit, codec, inbox, outbox
from db.domain.audit import AuditLine, AuditPage, Deed
from db.domain.desk import Role
from db.domain.policy import DeskPolicy
from db.engine import open_database
from kiosk.sync.asking import collect
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.makers import KIOSK, NINE, make_identity, make_screened
from tests.pairing_of_tests import asks, new_code, waiting

NAME = "Quillfeather"


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path) as running:
        yield running


def lines(hub: HubOfTests, about: object = "") -> list[AuditLine]:
    """What the hub tells an administrator, newest first, without the sign-ins that this takes."""
    headers = hub.token_of("dwhitlock")
    answer = hub.client.get("/v1/audit", params={"about": str(about)}, headers=headers)
    assert answer.status_code == 200, answer.text
    return list(codec.from_json(answer.content, AuditPage).lines)


def deeds(hub: HubOfTests, about: object = "") -> list[str]:
    return [str(line.deed) for line in lines(hub, about)]


def add_visit(hub: HubOfTests, count: int = 1) -> UUID:
    """Visits that wait for a decision; the last one's id."""
    kiosk = open_database("sqlite://")
    with kiosk.begin() as here, hub.database.begin() as there:
        for _ in range(count):
            screened = make_screened(identity=make_identity("Daniel", NAME))
            outbox.add(here, KIOSK, screened, NINE, actor="visitor", visit_id=screened.visit_id)
        inbox.receive(there, KIOSK.kiosk_id, KIOSK.epoch, outbox.pending(here, KIOSK, 0, 9), NINE)
    kiosk.close()
    return screened.visit_id


def test_whoever_opens_a_visit_is_noted_with_their_address(hub: HubOfTests) -> None:
    visit_id = add_visit(hub)

    hub.client.get(f"/v1/visits/{visit_id}", headers=hub.token_of("rbegaye"))

    (line,) = lines(hub, visit_id)
    assert (line.who, line.deed, line.address) == (
        "Rosa Begaye",
        Deed.VISIT_VIEWED,
        "127.0.0.1",
    )


def test_search_by_name_is_noted_without_the_name(hub: HubOfTests) -> None:
    add_visit(hub)

    hub.client.get("/v1/visits", params={"q": NAME}, headers=hub.token_of("rbegaye"))

    (line,) = lines(hub)
    assert line.deed == Deed.VISITS_SEARCHED
    assert NAME not in repr(line)


def test_newest_page_of_the_history_is_noted_once_an_hour_however_often_a_console_asks(
    any_url: str, tmp_path: Path
) -> None:
    clock = Clock()
    with hub_at(any_url, tmp_path, clock=clock) as hub:
        add_visit(hub)
        for minutes in (0, 30, 40):
            clock.at += timedelta(minutes=minutes)
            hub.client.get("/v1/visits", headers=hub.token_of("rbegaye"))
        second, first = lines(hub)

    assert [first.deed, second.deed] == [Deed.HISTORY_VIEWED] * 2
    assert second.at - first.at == timedelta(minutes=70)
    assert first.detail == "1 visit, 2026-11-23 to 2026-11-23"
    assert NAME not in repr(first)


@pytest.mark.parametrize("asked", [{"limit": "500"}, {"state": "held"}, {"from": "2026-11-01"}])
def test_more_of_the_history_than_the_newest_page_is_noted_each_time(
    hub: HubOfTests, asked: dict[str, str]
) -> None:
    add_visit(hub)

    for _ in range(2):
        hub.client.get("/v1/visits", params=asked, headers=hub.token_of("rbegaye"))

    assert deeds(hub) == [Deed.HISTORY_VIEWED] * 2


def test_each_older_page_of_the_history_is_noted(hub: HubOfTests) -> None:
    add_visit(hub, 3)
    headers, page = hub.token_of("rbegaye"), ""

    while page is not None:
        asked = {"limit": "1", "page": page}
        page = hub.client.get("/v1/visits", params=asked, headers=headers).json()["next_page"]

    assert deeds(hub) == [Deed.HISTORY_VIEWED] * 3


def test_preview_of_a_file_shows_who_is_on_the_list_and_is_noted_about_it(hub: HubOfTests) -> None:
    headers, of = hub.token_of("dwhitlock"), {"name": "Registry", "category": "alert"}
    on_list = f"LNAME,FNAME,DOB\n{NAME},Daniel,03/07/1984\n".encode()
    other = b"LNAME,FNAME,DOB\nNewman,Nora,03/07/1984\n"
    before = hub.client.post("/v1/watchlists/preview", params=of, content=other, headers=headers)
    list_id = hub.client.post("/v1/watchlists", params=of, content=on_list, headers=headers).json()[
        "list_id"
    ]

    after = hub.client.post("/v1/watchlists/preview", params=of, content=other, headers=headers)

    assert (NAME in before.text, NAME in after.text) == (False, True)
    assert sorted(deeds(hub)) == [Deed.ENTRIES_VIEWED, Deed.LIST_IMPORTED]
    assert sorted(deeds(hub, list_id)) == [Deed.ENTRIES_VIEWED, Deed.LIST_IMPORTED]


def test_look_at_the_clearances_is_noted(hub: HubOfTests) -> None:
    hub.client.get("/v1/clearances", headers=hub.token_of("rbegaye"))

    assert deeds(hub) == [Deed.CLEARANCES_VIEWED]


def test_export_is_noted_with_its_days(hub: HubOfTests) -> None:
    hub.client.get("/v1/visits.csv", params={"from": "2026-11-01"}, headers=hub.token_of("rbegaye"))

    (line,) = lines(hub)
    assert (line.deed, line.detail) == (Deed.VISITS_EXPORTED, "2026-11-01 to now")


def test_other_rules_are_noted_by_what_is_other(hub: HubOfTests) -> None:
    wanted = codec.to_json(DeskPolicy(clearance_days=90))

    for _ in range(2):
        hub.client.put("/v1/policy", content=wanted, headers=hub.token_of("dwhitlock"))

    (line,) = lines(hub)
    assert (line.deed, line.detail) == (Deed.POLICY_CHANGED, "clearance_days")


def test_what_is_not_done_is_not_noted(hub: HubOfTests) -> None:
    wanted = codec.to_json({"verdict": "admit", "reason": ""})

    answer = hub.client.post(
        f"/v1/visits/{UUID(int=9)}/decision", content=wanted, headers=hub.token_of("rbegaye")
    )

    assert answer.is_client_error
    assert deeds(hub) == []


def test_signing_in_and_out_and_wrong_passwords_are_noted(hub: HubOfTests) -> None:
    wrong = {"name": "rbegaye", "password": "not hers"}
    hub.client.post("/v1/session", json=wrong)
    headers = hub.sign_in("rbegaye")
    hub.client.delete("/v1/session", headers=headers)

    found = {line.deed: line for line in lines(hub)}

    assert set(found) == {"signed_out", "signed_in", "sign_in_refused"}
    assert found["sign_in_refused"].who == "Nobody who is known"
    assert found["sign_in_refused"].about == "staff"


def test_name_that_nobody_has_is_not_kept(hub: HubOfTests) -> None:
    hub.client.post("/v1/session", json={"name": "my pass phrase", "password": "x"})

    (line,) = lines(hub)
    assert (line.about, line.about_id) == ("", "")


def test_kiosk_that_is_accepted_paired_and_revoked_is_noted(hub: HubOfTests) -> None:
    asked = asks(hub, new_code(hub))
    (request,) = waiting(hub)
    headers = hub.token_of("dwhitlock")

    hub.client.post(f"/v1/kiosks/requests/{request.request_id}/accept", headers=headers)
    given = collect(hub.client, asked)
    hub.client.post(f"/v1/kiosks/{request.kiosk_id}/revoke", headers=headers)

    assert given is not None
    noted = deeds(hub, given.kiosk_id)
    assert sorted(noted) == ["kiosk_accepted", "kiosk_paired", "kiosk_revoked"]


def test_who_was_removed_is_still_named(hub: HubOfTests) -> None:
    hub.add_staff("leaver", Role.FRONT_DESK, "Lee Aver")
    visit_id = add_visit(hub)
    hub.client.get(f"/v1/visits/{visit_id}", headers=hub.token_of("leaver"))

    hub.remove_staff("leaver")

    assert lines(hub, visit_id)[0].who == "Lee Aver"


def test_pages_of_the_audit_follow_each_other(hub: HubOfTests) -> None:
    with hub.database.begin() as session:
        for number in range(audit.PAGE + 5):
            audit.note(session, audit.TERMINAL, Deed.HOSTS_CHANGED, hub.clock(), detail=str(number))
    headers = hub.token_of("dwhitlock")

    first = codec.from_json(hub.client.get("/v1/audit", headers=headers).content, AuditPage)
    rest = codec.from_json(
        hub.client.get("/v1/audit", params={"page": first.next_page}, headers=headers).content,
        AuditPage,
    )

    assert (len(first.lines), len(rest.lines), rest.next_page) == (audit.PAGE, 5, None)
    assert {line.detail for line in (*first.lines, *rest.lines)} == {
        str(number) for number in range(audit.PAGE + 5)
    }


def test_odd_page_is_refused_in_words(hub: HubOfTests) -> None:
    answer = hub.client.get(
        "/v1/audit", params={"page": "first"}, headers=hub.token_of("dwhitlock")
    )

    assert answer.status_code == 422


def test_table_of_the_audit_calculates_nothing(hub: HubOfTests) -> None:
    hub.add_staff("sum", Role.FRONT_DESK, "=1+1")
    hub.client.get("/v1/visits", params={"q": NAME}, headers=hub.token_of("sum"))

    table = hub.client.get("/v1/audit.csv", headers=hub.token_of("dwhitlock")).text

    assert "'=1+1,visits_searched" in table
    assert {row.split(",")[2] for row in table.splitlines()} == {
        "deed",
        "visits_searched",
        "audit_exported",
    }
