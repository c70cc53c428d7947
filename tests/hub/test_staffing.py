"""Administrators keep the staff over HTTP, as far as they may themselves."""

from collections.abc import Iterator
from pathlib import Path
from threading import get_ident
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import event
from sqlalchemy.orm import Session

from db import audit, changes, second_factor, staff, staff_pins, totp
from db.domain.audit import Deed
from db.domain.desk import Role
from tests.hub.staffing import add, names
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at

ROSA = {"name": "rbegaye", "display_name": "Rosa Begaye", "role": "front_desk"}


@pytest.fixture
def hub(any_url: str, tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path, clock) as running:
        yield running


@pytest.fixture
def head(hub: HubOfTests) -> dict[str, str]:
    """Dana, the administrator."""
    return hub.token_of("dwhitlock")


def id_of(hub: HubOfTests, name: str) -> str:
    with hub.database.read() as session:
        return str(staff.named(session, name).staff_id)


def sign_in(hub: HubOfTests, name: str, password: str, **more: str) -> httpx.Response:
    return hub.client.post("/v1/session", json={"name": name, "password": password, **more})


def deeds(hub: HubOfTests) -> list[str]:
    with hub.database.read() as session:
        return [line.deed for line in audit.every_line(session)]


# ---- the list --------------------------------------------------------------------------------


def test_staff_are_told_by_shown_name_with_what_they_have(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    hub.add_staff("akim", Role.AUDITOR, "Ari Kim")

    page = hub.client.get("/v1/staff", headers=head).json()

    dana = page["staff"][1]
    assert [line["member"]["display_name"] for line in page["staff"]] == [
        "Ari Kim", "Dana Whitlock", "Rosa Begaye",
    ]  # fmt: skip
    assert (page["total"], page["signed_in"]) == (3, 1)
    assert (dana["member"]["has_pin"], dana["sign_ins"]) == (True, 1)
    assert dana["last_seen_at"] is not None
    assert page["staff"][2]["last_seen_at"] is None


def test_pages_go_on_behind_the_last_one(hub: HubOfTests, head: dict[str, str]) -> None:
    for number in range(5):
        hub.add_staff(f"p{number}", Role.FRONT_DESK, f"Øyvind {number}")
    found: list[str] = []
    page = ""

    for _ in range(4):
        answer = hub.client.get("/v1/staff", params={"limit": 2, "page": page}, headers=head)
        found += names(answer)
        page = answer.json()["next_page"]

    assert page is None
    assert found == ["dwhitlock", "p0", "p1", "p2", "p3", "p4", "rbegaye"]


def test_page_behind_somebody_who_is_gone_is_refused_in_words(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    for page in ("nonsense", "019378a0-0000-7000-8000-00000000f407"):
        answer = hub.client.get("/v1/staff", params={"page": page}, headers=head)
        assert (answer.status_code, "begin with the first" in answer.text) == (422, True)


def test_staff_are_found_by_any_part_of_a_name_without_its_accents(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    hub.add_staff("sozturk", Role.FRONT_DESK, "Şebnem Öztürk")

    answer = hub.client.get("/v1/staff", params={"q": "sebnem"}, headers=head)

    assert names(answer) == ["sozturk"]


def test_only_who_is_signed_in_is_told_where_that_is_asked(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    answer = hub.client.get("/v1/staff", params={"signed_in": True}, headers=head)

    assert names(answer) == ["dwhitlock"]


# ---- what is settled -------------------------------------------------------------------------


def test_added_member_is_in_the_audit_and_their_password_is_not(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    added = add(hub, head).json()

    with hub.database.read() as session:
        line = max(audit.every_line(session), key=lambda line: line.deed == Deed.STAFF_ADDED)
    assert (line.who, line.deed, line.about_id) == (
        "Dana Whitlock", Deed.STAFF_ADDED, added["member"]["staff_id"],
    )  # fmt: skip
    assert added["first_password"] not in str(line)
    assert added["member"]["must_choose"] is True


@pytest.mark.parametrize(
    "wrong", [{"name": "rbegaye"}, {"name": " "}, {"display_name": " "}, {"name": "x" * 65}]
)
def test_member_who_cannot_be_added_is_refused_in_words(
    hub: HubOfTests, head: dict[str, str], wrong: dict[str, str]
) -> None:
    before = deeds(hub)

    answer = add(hub, head, **wrong)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert deeds(hub) == before


def test_other_role_and_name_are_settled_and_they_sign_in_anew(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    rosa, path = hub.sign_in("rbegaye"), f"/v1/staff/{id_of(hub, 'rbegaye')}"
    draft = {"display_name": "Rosa Begaye-Tso", "role": "administrator"}

    changed = hub.client.put(path, json=draft, headers=head)

    assert changed.json()["role"] == "administrator"
    assert {Deed.STAFF_RENAMED, Deed.ROLE_CHANGED} <= set(deeds(hub))
    assert hub.client.get("/v1/desk", headers=rosa).status_code == 401


def test_other_name_alone_signs_nobody_out_and_kiosks_learn_it(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    rosa, path = hub.sign_in("rbegaye"), f"/v1/staff/{id_of(hub, 'rbegaye')}"
    hub.client.post(f"{path}/pin", headers=head)

    hub.client.put(path, json=ROSA | {"display_name": "Rosa Tso"}, headers=head)

    assert hub.client.get("/v1/desk", headers=rosa).status_code == 200
    with hub.database.read() as session:
        newest = changes.since(session, changes.version(session) - 1)[0]
    assert newest.kind == "staff_pins"
    assert "Rosa Tso" in str(newest.body)


def test_change_of_what_somebody_else_changed_meanwhile_is_refused(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    path = f"/v1/staff/{id_of(hub, 'rbegaye')}"
    tag = hub.client.get(path, headers=head).headers["ETag"]
    hub.client.put(path, json=ROSA | {"display_name": "Rosa B."}, headers=head)

    stale = hub.client.put(path, json=ROSA, headers=head | {"If-Match": tag})
    tag = hub.client.get(path, headers=head).headers["ETag"]
    fresh = hub.client.put(path, json=ROSA, headers=head | {"If-Match": tag})

    assert (stale.status_code, fresh.status_code) == (412, 200)


def test_change_that_waited_for_somebody_elses_is_refused(
    hub: HubOfTests, head: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/v1/staff/{id_of(hub, 'rbegaye')}"
    tag = hub.client.get(path, headers=head).headers["ETag"]
    wait = staff.lock_keepers

    def wait_for_another(session: Session) -> None:
        wait(session)
        monkeypatch.setattr(staff, "lock_keepers", wait)
        staff.rename(session, staff.named(session, "rbegaye").staff_id, "Rosa B.")

    monkeypatch.setattr(staff, "lock_keepers", wait_for_another)
    late = hub.client.put(path, json=ROSA, headers=head | {"If-Match": tag})

    assert late.status_code == 412, late.text


def test_removed_member_is_out_and_their_pin_with_them(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    rosa, path = hub.sign_in("rbegaye"), f"/v1/staff/{id_of(hub, 'rbegaye')}"
    pin = hub.client.post(f"{path}/pin", headers=head).json()["pin"]

    assert hub.client.delete(path, headers=head).status_code == 204

    assert hub.client.get("/v1/desk", headers=rosa).status_code == 401
    assert hub.client.get(path, headers=head).status_code == 404
    with hub.database.read() as session:
        assert staff_pins.whose(session, pin) is None


def test_pin_is_made_by_the_hub_works_at_kiosks_and_can_be_taken_away(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    path = f"/v1/staff/{id_of(hub, 'rbegaye')}/pin"

    pin = hub.client.post(path, headers=head).json()["pin"]
    with hub.database.read() as session:
        on_duty = staff_pins.whose(session, pin)
    taken = hub.client.delete(path, headers=head)

    assert on_duty is not None
    assert (len(pin), on_duty.display_name) == (6, "Rosa Begaye")
    with hub.database.read() as session:
        assert (taken.status_code, staff_pins.whose(session, pin)) == (204, None)


def test_nothing_is_hashed_while_anybody_waits_for_the_database(
    hub: HubOfTests, head: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, own = f"/v1/staff/{id_of(hub, 'rbegaye')}", "a phrase of my own"
    in_use: dict[int, int] = {}
    """In which thread each connection is."""
    pool = hub.database.engine.pool
    event.listen(pool, "checkout", lambda opened, *_: in_use.update({id(opened): get_ident()}))
    event.listen(pool, "checkin", lambda opened, _: in_use.pop(id(opened), None))
    held: list[bool] = []

    class Hasher(PasswordHasher):
        def hash(self, *told: Any, **more: Any) -> str:
            held.append(get_ident() in in_use.values())
            return super().hash(*told, **more)

        def verify(self, *told: Any) -> bool:
            held.append(get_ident() in in_use.values())
            return super().verify(*told)

    for module in (staff, staff_pins):
        monkeypatch.setattr(module, "HASHER", Hasher(1, 8, 1))

    add(hub, head)
    hub.client.post(f"{path}/first-password", headers=head)
    hub.client.post(f"{path}/pin", headers=head)
    hub.client.put(
        "/v1/session/password", json={"password": PASSWORD, "new_password": own}, headers=head
    )
    first = hub.client.post(f"{path}/first-password", headers=head).json()["first_password"]
    chosen = sign_in(hub, "rbegaye", first, new_password=own)

    assert chosen.status_code == 200, chosen.text
    # Passwords: three first ones, two own ones with those before. Dana's PIN, and the new one.
    assert held == [False] * 9


def test_auditor_gets_no_pin_and_who_becomes_one_loses_it(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    path = f"/v1/staff/{id_of(hub, 'rbegaye')}"
    pin = hub.client.post(f"{path}/pin", headers=head).json()["pin"]

    hub.client.put(path, json=ROSA | {"role": "auditor"}, headers=head)
    refused = hub.client.post(f"{path}/pin", headers=head)

    assert (refused.status_code, "decides nothing" in refused.text) == (422, True)
    with hub.database.read() as session:
        assert staff_pins.whose(session, pin) is None


def test_lost_telephone_is_asked_for_no_more(hub: HubOfTests, head: dict[str, str]) -> None:
    rosa, key = id_of(hub, "rbegaye"), totp.new_key()
    code = totp.code_at(key, totp.step_at(hub.clock()))
    with hub.database.begin() as session:
        staff_id = staff.named(session, "rbegaye").staff_id
        second_factor.begin(session, staff_id, key, code, hub.clock())

    before = hub.token_of("rbegaye")

    hub.client.delete(f"/v1/staff/{rosa}/second-factor", headers=head)

    assert hub.client.get("/v1/desk", headers=before).status_code == 401, "a thief's, it may be"
    assert sign_in(hub, "rbegaye", PASSWORD).status_code == 200


def test_signed_out_everywhere_may_sign_in_again(hub: HubOfTests, head: dict[str, str]) -> None:
    first, second = hub.sign_in("rbegaye"), hub.sign_in("rbegaye")

    hub.client.delete(f"/v1/staff/{id_of(hub, 'rbegaye')}/sign-ins", headers=head)

    for token in (first, second):
        assert hub.client.get("/v1/desk", headers=token).status_code == 401
    assert sign_in(hub, "rbegaye", PASSWORD).status_code == 200


# ---- how far -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "below"),
    [("PUT", ""), ("DELETE", ""), ("POST", "/first-password"), ("POST", "/pin"),
     ("DELETE", "/pin"), ("DELETE", "/second-factor"), ("DELETE", "/sign-ins")],
)  # fmt: skip
def test_nobody_changes_themselves_or_who_may_more(
    hub: HubOfTests, head: dict[str, str], method: str, below: str
) -> None:
    hub.add_staff("district", Role.DISTRICT)
    body = {"json": {"display_name": "Less", "role": "front_desk"}} if method == "PUT" else {}

    for name in ("dwhitlock", "district"):
        path = f"/v1/staff/{id_of(hub, name)}{below}"
        answer = hub.client.request(method, path, headers=head, **body)
        assert answer.status_code == 403, answer.text
        assert answer.json()["detail"].endswith("Nothing was changed.")
    lines = hub.client.get("/v1/staff", headers=head).json()["staff"]
    assert [bool(line["why_not"]) for line in lines] == [True, True, False]


def test_nobody_gives_more_than_they_have(hub: HubOfTests, head: dict[str, str]) -> None:
    path = f"/v1/staff/{id_of(hub, 'rbegaye')}"

    raised = hub.client.put(path, json=ROSA | {"role": "district"}, headers=head)
    added = add(hub, head, role="district")
    elsewhere = add(hub, head, sites=["nowhere"])

    assert (raised.status_code, added.status_code, elsewhere.status_code) == (403, 403, 422)


def test_of_two_who_remove_each_other_one_stays(hub: HubOfTests, head: dict[str, str]) -> None:
    hub.add_staff("other", Role.ADMINISTRATOR)
    others = hub.token_of("other")
    path = f"/v1/staff/{id_of(hub, 'dwhitlock')}"

    hub.client.delete(f"/v1/staff/{id_of(hub, 'other')}", headers=head)

    assert hub.client.delete(path, headers=others).status_code == 401
    assert hub.client.get(path, headers=head).status_code == 200
