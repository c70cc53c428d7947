"""Signing in with the district's account: the real hub, and a small provider over real HTTP."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from admin_console.hub import site_desk
from db import accounts, audit, sites, staff, totp
from db.domain.desk import Role
from db.domain.sites import SiteDraft
from db.hub_models import StaffRow
from tests.db.test_number_keys import wait_until_somebody_waits
from tests.hub.oidc.steps import CURVE, FIRST, PORT, deeds, finish, link, offer, sign_in, start
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.provider_of_tests import (
    SECRET,
    SUBJECT,
    ProviderOfTests,
)


def test_member_of_staff_signs_in_with_the_linked_account(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    answer = sign_in(rosa, provider)

    assert answer.status_code == 200, answer.text
    assert answer.json()["staff"]["name"] == "rbegaye"
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert rosa.client.get("/v1/desk", headers=headers).status_code == 200
    assert rosa.client.get("/v1/audit", headers=headers).status_code == 403
    newest = deeds(rosa)[0]
    assert (newest.who, newest.deed, newest.detail) == ("Rosa Begaye", "signed_in", "oidc")


def test_each_database_lets_an_account_in_once(
    any_url: str, tmp_path: Path, clock: Clock, provider: ProviderOfTests
) -> None:
    with hub_at(any_url, tmp_path, clock) as hub:
        offer(hub, provider)
        link(hub, provider)
        link(hub, provider)
        begun = start(hub)
        came_back = provider.sign_in(begun["address"])

        assert finish(hub, begun["ticket"], *came_back).status_code == 200
        assert finish(hub, begun["ticket"], *came_back).status_code == 403
        hub.remove_staff("rbegaye")
        assert sign_in(hub, provider).status_code == 403


def test_sign_in_by_a_key_on_a_curve_works_too(rosa: HubOfTests, provider: ProviderOfTests) -> None:
    provider.key, provider.published = CURVE, [FIRST, CURVE]

    assert sign_in(rosa, provider).status_code == 200


def test_browser_is_asked_for_nothing_but_who_it_is_and_comes_back_to_its_own_computer(
    rosa: HubOfTests,
) -> None:
    begun = start(rosa)

    asked = {name: v[0] for name, v in parse_qs(urlsplit(begun["address"]).query).items()}
    assert asked["scope"] == "openid"
    assert asked["redirect_uri"] == f"http://127.0.0.1:{PORT}/"
    assert asked["code_challenge_method"] == "S256"
    assert begun["ticket"] not in begun["address"]
    assert SECRET not in begun["address"]


def test_hub_says_which_sign_in_it_offers(hub: HubOfTests, provider: ProviderOfTests) -> None:
    assert hub.client.get("/v1/oidc").json() == {"name": ""}
    assert hub.client.post("/v1/oidc/start", json={"port": PORT}).status_code == 404

    offer(hub, provider)

    assert hub.client.get("/v1/oidc").json() == {"name": "Marlow account"}


def test_console_listens_at_a_port_that_there_is(rosa: HubOfTests) -> None:
    for port in (0, 80, 1023, 65536, -1):
        assert rosa.client.post("/v1/oidc/start", json={"port": port}).status_code == 422


# ---- who comes in ----------------------------------------------------------------------------


def test_account_that_nobody_linked_comes_in_nowhere_and_is_told_how_to_be_linked(
    hub: HubOfTests, provider: ProviderOfTests
) -> None:
    offer(hub, provider)

    answer = sign_in(hub, provider)

    assert answer.status_code == 403
    assert answer.json()["subject"] == SUBJECT
    assert f"staff link NAME --subject={SUBJECT}" in answer.json()["detail"]
    newest = deeds(hub)[0]
    assert (newest.deed, newest.detail) == ("sign_in_refused", "oidc: not linked")
    with hub.database.read() as session:
        assert len(staff.everybody(session)) == 2


def test_account_with_a_hostile_name_cannot_write_commands(
    hub: HubOfTests, provider: ProviderOfTests
) -> None:
    offer(hub, provider)
    provider.subject = "$(reboot)';reboot"

    assert "--subject='$(reboot)'\"'\"';reboot'" in sign_in(hub, provider).json()["detail"]


def test_claims_give_no_role_and_no_name(rosa: HubOfTests, provider: ProviderOfTests) -> None:
    provider.change = lambda claims: claims.update(
        roles=["administrator"], role="administrator", groups=["admins"], name="Dana Whitlock",
        email="dwhitlock@marlow.example", email_verified=True, preferred_username="dwhitlock",
    )  # fmt: skip

    told = sign_in(rosa, provider).json()["staff"]

    assert (told["name"], told["role"]) == ("rbegaye", "front_desk")


def test_removed_member_is_out_whatever_the_provider_says(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    token = sign_in(rosa, provider).json()["token"]

    rosa.remove_staff("rbegaye")

    assert sign_in(rosa, provider).status_code == 403
    headers = {"Authorization": f"Bearer {token}"}
    assert rosa.client.get("/v1/desk", headers=headers).status_code == 401


def test_member_who_is_removed_while_the_browser_signs_in_is_out(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    begun = start(rosa)
    code, state = provider.sign_in(begun["address"])
    rosa.remove_staff("rbegaye")

    assert finish(rosa, begun["ticket"], code, state).status_code == 403


def test_account_that_is_unlinked_while_the_provider_answers_is_out(
    postgres_url: str, tmp_path: Path, clock: Clock, provider: ProviderOfTests
) -> None:
    with hub_at(postgres_url, tmp_path, clock) as hub, ThreadPoolExecutor(1) as pool:
        offer(hub, provider)
        link(hub, provider)
        begun = start(hub)
        came_back = provider.sign_in(begun["address"])

        with hub.database.begin() as session:
            rosa = staff.named(session, "rbegaye").staff_id
            accounts.unlink(session, rosa)
            staff.close_sessions(session, rosa)
            finished = pool.submit(finish, hub, begun["ticket"], *came_back)
            wait_until_somebody_waits(hub.database)

        assert finished.result(30).status_code == 403
        with hub.database.read() as session:
            assert staff.signed_in(session, clock()) == {}
        assert deeds(hub)[0].detail == "oidc: not linked"


def test_account_of_the_same_subject_at_another_issuer_is_somebody_else(
    rosa: HubOfTests, clock: Clock
) -> None:
    other = ProviderOfTests(clock, FIRST)
    offer(rosa, other)

    assert sign_in(rosa, other).status_code == 403
    other.close()


# ---- replayed, exchanged, too late -----------------------------------------------------------


def test_code_and_state_work_once(rosa: HubOfTests, provider: ProviderOfTests) -> None:
    begun = start(rosa)
    code, state = provider.sign_in(begun["address"])
    assert finish(rosa, begun["ticket"], code, state).status_code == 200

    assert finish(rosa, begun["ticket"], code, state).status_code == 403


def test_whoever_saw_the_browsers_addresses_has_nothing(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    begun, own = start(rosa), start(rosa)
    code, state = provider.sign_in(begun["address"])

    assert finish(rosa, own["ticket"], code, state).status_code == 403
    assert finish(rosa, "", code, state).status_code == 403
    assert finish(rosa, begun["ticket"], code, state).status_code == 200


def test_code_of_another_sign_in_is_refused(rosa: HubOfTests, provider: ProviderOfTests) -> None:
    """Else somebody could be signed in as somebody else (RFC 9700, 4.5 and 4.7)."""
    begun, other = start(rosa), start(rosa)
    _, state = provider.sign_in(begun["address"])
    stolen, _ = provider.sign_in(other["address"])

    assert finish(rosa, begun["ticket"], stolen, state).status_code == 401


def test_token_of_another_sign_in_is_refused(rosa: HubOfTests, provider: ProviderOfTests) -> None:
    tokens: list[str] = []

    def first_again(claims: dict[str, Any]) -> str:
        tokens.append(FIRST.sign(claims))
        return tokens[0]

    provider.write = first_again

    assert sign_in(rosa, provider).status_code == 200
    assert sign_in(rosa, provider).status_code == 401


@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (5, 403), (-2, 403)])
def test_sign_in_is_over_after_five_minutes(
    rosa: HubOfTests, provider: ProviderOfTests, clock: Clock, minutes: int, status: int
) -> None:
    begun = start(rosa)
    came_back = provider.sign_in(begun["address"])
    clock.at += timedelta(minutes=minutes)

    assert finish(rosa, begun["ticket"], *came_back).status_code == status


def test_sign_ins_that_nobody_finishes_are_slowed_and_passwords_are_not(
    rosa: HubOfTests,
) -> None:
    tries = [rosa.client.post("/v1/oidc/start", json={"port": PORT}) for _ in range(6)]

    assert [t.status_code for t in tries] == [200] * 5 + [429]
    assert rosa.sign_in("rbegaye")


def test_many_who_sign_in_from_one_address_are_not_slowed(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    assert [sign_in(rosa, provider).status_code for _ in range(7)] == [200] * 7


def test_refusal_stands_in_the_audit_of_the_school_where_its_owner_works(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    birch = site_desk.add(
        rosa.database, SiteDraft("Birch School", "America/New_York"), audit.TERMINAL, rosa.clock()
    )
    rosa.add_staff("head", Role.ADMINISTRATOR)
    with rosa.database.begin() as session:
        member = staff.named(session, "rbegaye")
        row = session.scalars(select(StaffRow).where(StaffRow.staff_id == member.staff_id)).one()
        row.totp_key = totp.new_key()
        for name in ("rbegaye", "head"):
            sites.give(session, staff.named(session, name).staff_id, [birch.site_id])

    assert sign_in(rosa, provider).status_code == 403

    seen = rosa.client.get("/v1/audit", headers=rosa.token_of("head")).json()["lines"]
    assert "oidc: no second factor" in [line["detail"] for line in seen]


# ---- tokens that are none --------------------------------------------------------------------


def test_wrong_token_is_refused_in_words_and_noted_without_what_it_said(
    rosa: HubOfTests, provider: ProviderOfTests, caplog: pytest.LogCaptureFixture
) -> None:
    said = ""
    for name, value in {"iss": "https://odd.example", "aud": "odd.example", "exp": 1}.items():
        provider.change = lambda claims, n=name, v=value: claims.update({n: v})  # type: ignore[misc]
        with caplog.at_level(logging.DEBUG):
            answer = sign_in(rosa, provider)
        assert answer.status_code == 401
        assert "Marlow account" in answer.json()["detail"]
        assert deeds(rosa)[0].deed == "sign_in_refused"
        said += answer.text

    said += caplog.text + "".join(line.detail for line in deeds(rosa))
    for secret in (SUBJECT, SECRET, "odd.example", "eyJ"):
        assert secret not in said


def test_unsigned_token_of_the_provider_itself_is_refused(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    def without_signature(claims: dict[str, Any]) -> str:
        head, body, _ = FIRST.sign(claims).split(".")
        return f"{head}.{body}."

    provider.write = without_signature

    assert sign_in(rosa, provider).status_code == 401
