"""Passwords of the hub open nothing but the choice of an own one; everybody changes their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy.orm import Session

from db import audit, passwords, second_factor, staff, totp
from db.domain.audit import Deed
from db.domain.desk import Role
from db.engine import Database
from db.first_passwords import WORDS, new
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at

OWN, SHORT, FIRST = "a phrase of my own", "short", "amber river lantern"
THIEFS = "of whoever stole it"


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


def add(hub: HubOfTests, head: dict[str, str]) -> httpx.Response:
    start = {"name": "nokonkwo", "display_name": "Ngozi Okonkwo", "role": "front_desk"}
    return hub.client.post("/v1/staff", json=start, headers=head)


# ---- the first password ----------------------------------------------------------------------


def test_first_password_opens_nothing_but_the_choice_of_an_own_one(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    first = add(hub, head).json()["first_password"]

    asked = sign_in(hub, "nokonkwo", first)
    weak = sign_in(hub, "nokonkwo", first, new_password=SHORT)
    same = sign_in(hub, "nokonkwo", first, new_password=first)
    chosen = sign_in(hub, "nokonkwo", first, new_password=OWN)

    assert (asked.status_code, asked.json()["needs_password"]) == (401, True)
    assert "token" not in asked.json()
    assert (weak.status_code, same.status_code) == (422, 422)
    assert chosen.status_code == 200, chosen.text
    assert sign_in(hub, "nokonkwo", first).status_code == 401
    assert sign_in(hub, "nokonkwo", OWN).status_code == 200


def test_wrong_password_does_not_tell_who_has_a_first_one(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    add(hub, head)

    answer = sign_in(hub, "nokonkwo", "not it")

    assert (answer.status_code, "needs_password" in answer.json()) == (401, False)


def test_first_password_and_second_factor_are_asked_one_after_the_other(
    hub: HubOfTests, head: dict[str, str]
) -> None:
    rosa, key = id_of(hub, "rbegaye"), totp.new_key()
    code = totp.code_at(key, totp.step_at(hub.clock()))
    with hub.database.begin() as session:
        member = staff.named(session, "rbegaye")
        recovery = second_factor.begin(session, member.staff_id, key, code, hub.clock())[0]
    path = f"/v1/staff/{rosa}/first-password"
    first = hub.client.post(path, headers=head).json()["first_password"]

    chosen = {"new_password": OWN}
    asked = sign_in(hub, "rbegaye", first, **chosen)
    refused = sign_in(hub, "rbegaye", first, code=recovery, new_password=SHORT)
    answer = sign_in(hub, "rbegaye", first, code=recovery, **chosen)

    assert (asked.status_code, asked.json()["needs_code"]) == (401, True)
    assert refused.status_code == 422
    assert answer.status_code == 200, "the code was not used up by the refusal"


def test_who_gets_a_first_password_is_signed_out(hub: HubOfTests, head: dict[str, str]) -> None:
    rosa = hub.sign_in("rbegaye")

    path = f"/v1/staff/{id_of(hub, 'rbegaye')}/first-password"
    first = hub.client.post(path, headers=head).json()["first_password"]

    assert hub.client.get("/v1/desk", headers=rosa).status_code == 401
    assert sign_in(hub, "rbegaye", PASSWORD).status_code == 401
    assert sign_in(hub, "rbegaye", first, new_password=OWN).status_code == 200


def test_made_passwords_are_words_that_can_be_read_out_and_would_be_taken() -> None:
    assert len(set(WORDS)) == 256
    assert all(word.isascii() and word.isalpha() and 3 <= len(word) <= 8 for word in WORDS)
    assert passwords.why_not(new(), ("Amber River", "Cedar Hollow School")) == ""
    assert len({new() for _ in range(100)}) == 100


# ---- what everybody changes of their own --------------------------------------------------------


def change_own(hub: HubOfTests, headers: dict[str, str], before: str, new: str) -> httpx.Response:
    body = {"password": before, "new_password": new}
    return hub.client.put("/v1/session/password", json=body, headers=headers)


def test_own_password_needs_the_one_before_and_ends_the_other_sign_ins(hub: HubOfTests) -> None:
    here, elsewhere = hub.sign_in("rbegaye"), hub.sign_in("rbegaye")

    wrong = change_own(hub, here, "not it", OWN)
    weak = change_own(hub, here, PASSWORD, "rbegaye1")
    changed = change_own(hub, here, PASSWORD, OWN)

    assert (wrong.status_code, weak.status_code, changed.status_code) == (403, 422, 204)
    assert hub.client.get("/v1/desk", headers=here).status_code == 200
    assert hub.client.get("/v1/desk", headers=elsewhere).status_code == 401
    assert sign_in(hub, "rbegaye", OWN).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("PUT", "password", {"new_password": OWN}),
        ("PUT", "second-factor", {"key": totp.new_key(), "code": "000000"}),
        ("POST", "second-factor/end", {}),
    ],
)
def test_wrong_password_at_an_open_console_is_in_the_audit_and_guessed_slowly(
    hub: HubOfTests, method: str, path: str, more: dict[str, str]
) -> None:
    here = hub.sign_in("rbegaye")

    def guess(number: int) -> int:
        body = {"password": f"guess {number}", **more}
        return hub.client.request(
            method, f"/v1/session/{path}", json=body, headers=here
        ).status_code

    tries = [guess(number) for number in range(6)]

    with hub.database.read() as session:
        lines = [x for x in audit.every_line(session) if x.deed == Deed.SIGN_IN_REFUSED]
    assert tries == [403] * 5 + [429]
    assert [(x.who, x.about_id) for x in lines] == [("Rosa Begaye", id_of(hub, "rbegaye"))] * 5
    assert "guess" not in str(lines)


def test_end_of_the_own_second_factor_ends_the_other_sign_ins(hub: HubOfTests) -> None:
    path, key = "/v1/session/second-factor", totp.new_key()
    here = hub.sign_in("rbegaye")
    code = totp.code_at(key, totp.step_at(hub.clock()))
    begin = {"password": PASSWORD, "key": key, "code": code}
    assert hub.client.put(path, json=begin, headers=here).status_code == 200
    elsewhere = hub.token_of("rbegaye")

    ended = hub.client.post(f"{path}/end", json={"password": PASSWORD}, headers=here)

    assert ended.status_code == 204
    assert hub.client.get("/v1/desk", headers=here).status_code == 200
    assert hub.client.get("/v1/desk", headers=elsewhere).status_code == 401


@pytest.fixture
def by_account(hub: HubOfTests) -> dict[str, str]:
    """Rosa, whose password was made for her, signed in by the district's account."""
    with hub.database.begin() as session:
        rosa = staff.named(session, "rbegaye")
        staff.set_password(session, rosa.staff_id, staff.hashed(FIRST), must_choose=True)
        token = staff.open_session(session, rosa.staff_id, hub.clock())
    return {"Authorization": f"Bearer {token}"}


def test_first_password_begins_and_ends_no_second_factor(
    hub: HubOfTests, by_account: dict[str, str]
) -> None:
    path, key = "/v1/session/second-factor", totp.new_key()
    begin = {
        "password": FIRST,
        "key": key,
        "code": totp.code_at(key, totp.step_at(hub.clock())),
    }

    begun = hub.client.put(path, json=begin, headers=by_account)
    ended = hub.client.post(f"{path}/end", json={"password": FIRST}, headers=by_account)

    assert (begun.status_code, ended.status_code) == (403, 403)
    assert "Choose one of your own first" in begun.text
    assert hub.client.get(path, headers=by_account).json()["is_on"] is False


def test_first_password_is_changed_for_an_own_one_by_who_came_with_the_districts_account(
    hub: HubOfTests, by_account: dict[str, str]
) -> None:
    path, key = "/v1/session/second-factor", totp.new_key()
    code = totp.code_at(key, totp.step_at(hub.clock()))

    chosen = change_own(hub, by_account, FIRST, OWN)
    begun = hub.client.put(
        path, json={"password": OWN, "key": key, "code": code}, headers=by_account
    )

    assert (chosen.status_code, begun.status_code) == (204, 200)


def test_own_second_factor_begins_with_its_first_code_and_the_password(hub: HubOfTests) -> None:
    here = hub.sign_in("rbegaye")
    path = "/v1/session/second-factor"
    key = hub.client.post(path, headers=here).json()["key"]
    code = totp.code_at(key, totp.step_at(hub.clock()))
    good = {"password": PASSWORD, "key": key, "code": code}

    bad = [good | {"password": "not it"}, good | {"code": "000000"}, good | {"key": "A"}]
    refused = [hub.client.put(path, json=b, headers=here).status_code for b in bad]
    confirmed = hub.client.put(path, json=good, headers=here)
    asked = sign_in(hub, "rbegaye", PASSWORD)
    recovered = sign_in(hub, "rbegaye", PASSWORD, code=confirmed.json()["codes"][0])
    standing = hub.client.get(path, headers=here).json()
    ended = hub.client.post(f"{path}/end", json={"password": PASSWORD}, headers=here)

    assert refused == [403, 422, 422]
    assert len(confirmed.json()["codes"]) == 8
    assert standing == {"is_on": True, "recovery_codes": 7}
    assert (asked.json()["needs_code"], recovered.status_code) == (True, 200)
    assert ended.status_code == 204
    assert sign_in(hub, "rbegaye", PASSWORD).status_code == 200


# ---- another password meanwhile ----------------------------------------------------------------


def meanwhile(patch: pytest.MonkeyPatch, hub: HubOfTests, deed: Callable[[Session], None]) -> None:
    """Let somebody else be quicker: `deed` is done once a password was found to be right."""
    verify = staff.verify

    def then(database: Database, name: str, password: str) -> staff.Verified | None:
        verified = verify(database, name, password)
        patch.setattr(staff, "verify", verify)
        with hub.database.begin() as other:
            deed(other)
        return verified

    patch.setattr(staff, "verify", then)


def reset(session: Session) -> None:
    rosa = staff.named(session, "rbegaye").staff_id
    staff.set_password(session, rosa, staff.hashed(FIRST), must_choose=True)


def remove(session: Session) -> None:
    staff.remove(session, staff.named(session, "rbegaye").staff_id, Clock()())


def oversee(session: Session) -> None:
    staff.set_role(session, staff.named(session, "rbegaye").staff_id, Role.AUDITOR)


def test_sign_in_under_way_of_who_is_given_another_role_shows_that_one(
    hub: HubOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, hub, oversee)

    late = sign_in(hub, "rbegaye", PASSWORD)

    assert late.json()["staff"]["role"] == "auditor", late.text


def test_sign_in_under_way_with_the_password_of_before_takes_nothing_of_the_first_one(
    hub: HubOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, hub, reset)

    late = sign_in(hub, "rbegaye", PASSWORD, new_password=THIEFS)

    with hub.database.read() as session:
        assert staff.signed_in(session, hub.clock()) == {}
    assert late.status_code == 401, late.text
    assert "needs_password" not in late.json()
    assert sign_in(hub, "rbegaye", FIRST, new_password=OWN).status_code == 200


def test_sign_in_under_way_of_who_is_removed_is_refused_like_a_wrong_password(
    hub: HubOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = sign_in(hub, "rbegaye", "not it")
    meanwhile(monkeypatch, hub, remove)

    late = sign_in(hub, "rbegaye", PASSWORD)

    assert (late.status_code, late.json()) == (wrong.status_code, wrong.json())


@pytest.mark.parametrize("deed", [reset, remove])
def test_change_of_the_own_password_under_way_does_not_undo_what_was_settled_meanwhile(
    hub: HubOfTests, monkeypatch: pytest.MonkeyPatch, deed: Callable[[Session], None]
) -> None:
    here = hub.sign_in("rbegaye")
    meanwhile(monkeypatch, hub, deed)

    late = change_own(hub, here, PASSWORD, OWN)

    assert late.status_code == 401, late.text  # they were signed out with it
    assert sign_in(hub, "rbegaye", OWN).status_code == 401
