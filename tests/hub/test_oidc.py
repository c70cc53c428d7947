"""Signing in with the district's account: the real hub, and a small provider over real HTTP."""

import asyncio
import io
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from admin_console.hub import oidc_provider
from admin_console.hub.__main__ import main
from db import accounts, audit, oidc, second_factor, staff, totp
from db.domain.audit import AuditLine
from db.domain.errors import ConfigError
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at
from tests.provider_of_tests import (
    CLIENT,
    SECRET,
    SUBJECT,
    ProviderOfTests,
    SigningKey,
    ec_key,
    rsa_key,
)

FIRST, SECOND, CURVE = rsa_key("first"), rsa_key("second"), ec_key()
PORT = 50123


@pytest.fixture
def provider(clock: Clock) -> Iterator[ProviderOfTests]:
    running = ProviderOfTests(clock, FIRST)
    yield running
    running.close()


@pytest.fixture
def hub(tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, clock) as running:
        yield running


@pytest.fixture
def command(
    hub: HubOfTests, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """`vestibule-hub` with these words; what it said."""
    url = hub.database.engine.url.render_as_string(hide_password=False)

    def run(*words: str, typed: str = "") -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        main([*words, "--database", url])
        said = capsys.readouterr()
        return said.out + said.err

    return run


def offer(hub: HubOfTests, provider: ProviderOfTests, *, asks_second_factor: bool = False) -> None:
    with hub.database.begin() as session:
        oidc.name_provider(
            session,
            oidc.Provider(
                name="Marlow account",
                issuer=provider.issuer,
                client_id=CLIENT,
                client_secret=SECRET,
                authorization_url=f"{provider.issuer}/authorize",
                token_url=f"{provider.issuer}/token",
                keys_url=f"{provider.issuer}/keys",
                secret_in="header",  # noqa: S106  a place
                asks_second_factor=asks_second_factor,
            ),
        )


def link(hub: HubOfTests, provider: ProviderOfTests, name: str = "rbegaye") -> None:
    with hub.database.begin() as session:
        rosa = staff.named(session, name).staff_id
        accounts.link(session, rosa, provider.issuer, provider.subject, hub.clock())


@pytest.fixture
def rosa(hub: HubOfTests, provider: ProviderOfTests) -> HubOfTests:
    """A hub where Rosa's account is linked."""
    offer(hub, provider)
    link(hub, provider)
    return hub


def start(hub: HubOfTests) -> dict[str, Any]:
    answer = hub.client.post("/v1/oidc/start", json={"port": PORT})
    assert answer.status_code == 200, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def finish(hub: HubOfTests, ticket: str, code: str, state: str) -> httpx.Response:
    told = {"ticket": ticket, "code": code, "state": state}
    return hub.client.post("/v1/oidc/session", json=told)


def sign_in(hub: HubOfTests, provider: ProviderOfTests) -> httpx.Response:
    begun = start(hub)
    return finish(hub, begun["ticket"], *provider.sign_in(begun["address"]))


def deeds(hub: HubOfTests) -> list[AuditLine]:
    with hub.database.read() as session:
        return list(audit.page(session, hub.clock()).lines)


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


# ---- keys that change ------------------------------------------------------------------------


def keys_asked(provider: ProviderOfTests) -> int:
    return provider.asked.count("/realm/keys")


def rotate(provider: ProviderOfTests, key: SigningKey) -> None:
    provider.key, provider.published = key, [key]


def test_keys_are_asked_for_once_and_again_when_one_is_new(
    rosa: HubOfTests, provider: ProviderOfTests, clock: Clock
) -> None:
    assert [sign_in(rosa, provider).status_code for _ in range(3)] == [200] * 3
    assert keys_asked(provider) == 1

    rotate(provider, SECOND)
    clock.at += timedelta(minutes=2)

    assert sign_in(rosa, provider).status_code == 200
    assert keys_asked(provider) == 2


def test_key_that_the_provider_never_names_is_asked_for_once_a_minute(
    rosa: HubOfTests, provider: ProviderOfTests, clock: Clock
) -> None:
    provider.key = SECOND  # and publishes only the first

    assert [sign_in(rosa, provider).status_code for _ in range(3)] == [401] * 3
    assert keys_asked(provider) == 1
    clock.at += timedelta(minutes=1)
    assert sign_in(rosa, provider).status_code == 401
    assert keys_asked(provider) == 2


def test_key_that_was_withdrawn_signs_nothing_after_an_hour(
    rosa: HubOfTests, provider: ProviderOfTests, clock: Clock
) -> None:
    sign_in(rosa, provider)
    provider.published = [SECOND]
    clock.at += timedelta(hours=1)

    assert sign_in(rosa, provider).status_code == 401


# ---- a provider that is down, slow, large, or sends elsewhere --------------------------------


def test_provider_that_is_down_leaves_passwords(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    begun = start(rosa)
    came_back = provider.sign_in(begun["address"])
    provider.close()

    answer = finish(rosa, begun["ticket"], *came_back)

    assert answer.status_code == 502
    assert "Sign in with your password" in answer.json()["detail"]
    told = {"name": "rbegaye", "password": PASSWORD}
    assert rosa.client.post("/v1/session", json=told).status_code == 200


@pytest.mark.parametrize("path", ["/realm/token", "/realm/keys"])
def test_provider_that_stops_in_the_middle_of_an_answer_is_given_up(
    rosa: HubOfTests, provider: ProviderOfTests, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc_provider, "TRY_SECONDS", 0.3)
    provider.stuck = path

    assert sign_in(rosa, provider).status_code == 502


ODD: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "huge": (200, b"{" + b" " * oidc_provider.MOST_BYTES + b"}", {}),
    "a list": (200, b"[]", {}),
    "empty": (200, b"{}", {}),
    "no JSON": (200, b"not JSON", {}),
    "deep": (200, b"[" * 100_000, {}),
    "packed": (200, b"\x1f\x8b" + b"\0" * 100, {"Content-Encoding": "gzip"}),
    "fault": (500, b"{}", {}),
    "away": (302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}),
    "elsewhere": (307, b"", {"Location": "/realm/elsewhere"}),
}


@pytest.mark.parametrize("path", ["/realm/token", "/realm/keys"])
def test_odd_answers_of_the_provider_let_nobody_in(
    rosa: HubOfTests, provider: ProviderOfTests, clock: Clock, path: str
) -> None:
    for odd, said in ODD.items():
        provider.answers[path] = said
        assert sign_in(rosa, provider).status_code == 502, odd
        clock.at += timedelta(minutes=1)

    assert "/realm/elsewhere" not in provider.asked


# ---- the second factor -----------------------------------------------------------------------


def turn_on_second_factor(hub: HubOfTests) -> None:
    key, now = totp.new_key(), hub.clock()
    with hub.database.begin() as session:
        rosa = staff.named(session, "rbegaye").staff_id
        second_factor.begin(session, rosa, key, totp.code_at(key, totp.step_at(now)), now)


def test_who_has_a_second_factor_needs_one_at_the_provider_too(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    turn_on_second_factor(rosa)

    answer = sign_in(rosa, provider)
    assert answer.status_code == 403
    assert "password and code" in answer.json()["detail"]

    provider.change = lambda claims: claims.update(amr=["pwd", "mfa"])
    assert sign_in(rosa, provider).status_code == 200


def test_operator_can_vouch_for_the_providers_second_factor(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    turn_on_second_factor(rosa)
    offer(rosa, provider, asks_second_factor=True)

    assert sign_in(rosa, provider).status_code == 200


# ---- the commands ----------------------------------------------------------------------------


def test_operator_names_the_provider_links_an_account_and_takes_both_back(
    hub: HubOfTests, provider: ProviderOfTests, command: Callable[..., str]
) -> None:
    said = command(
        "oidc", "set", "--issuer", provider.issuer, "--client-id", CLIENT, "--name",
        "Marlow account", "--secret-stdin", typed=f"{SECRET}\n",
    )  # fmt: skip
    assert "Sign in with Marlow account" in said
    assert "Rosa Begaye may sign in" in command("staff", "link", "rbegaye", "--subject", SUBJECT)
    assert "may sign in" in command("staff", "link", "rbegaye", "--subject", SUBJECT)
    assert "somebody else" in command("staff", "link", "dwhitlock", "--subject", SUBJECT)
    assert "no subject" in command("staff", "link", "dwhitlock", "--subject", "with space")
    assert command("staff", "list").count("with a linked account") == 1
    shown = command("oidc", "show")
    assert provider.issuer in shown
    assert SECRET not in said + shown
    token = sign_in(hub, provider).json()["token"]

    command("staff", "unlink", "rbegaye")

    assert sign_in(hub, provider).status_code == 403
    headers = {"Authorization": f"Bearer {token}"}
    assert hub.client.get("/v1/desk", headers=headers).status_code == 401
    command("oidc", "off")
    assert hub.client.get("/v1/oidc").json() == {"name": ""}
    assert "password only" in command("oidc", "show")
    noted = [line.deed for line in deeds(hub)]
    assert noted.count("oidc_changed") == 2
    assert {"account_linked", "account_unlinked"} <= set(noted)


def test_account_cannot_be_linked_before_there_is_a_provider(command: Callable[..., str]) -> None:
    assert "oidc set" in command("staff", "link", "rbegaye", "--subject", SUBJECT)


def test_sign_in_under_way_ends_when_another_provider_is_named(
    rosa: HubOfTests, provider: ProviderOfTests
) -> None:
    begun = start(rosa)
    came_back = provider.sign_in(begun["address"])
    offer(rosa, provider)

    assert finish(rosa, begun["ticket"], *came_back).status_code == 403


def test_provider_that_will_not_do_is_refused_and_nothing_is_changed(
    hub: HubOfTests, provider: ProviderOfTests, command: Callable[..., str]
) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"issuer": "https://login.other.example"}, "another address"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "RS256"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"token_endpoint": None}, "token_endpoint"),
        ({"jwks_uri": "http://10.0.0.7/keys"}, "https://"),
        ({"authorization_endpoint": "file:///etc/passwd"}, "address"),
    ]
    for document, words in wrong:
        provider.document = document
        said = command("oidc", "set", "--issuer", provider.issuer, "--client-id", CLIENT)
        assert words in said
        assert "othing" in said

    assert hub.client.get("/v1/oidc").json() == {"name": ""}


@pytest.mark.parametrize(
    "issuer",
    ["http://login.marlow.example", "ftp://x", "login", "https://u:p@login.example", "https://x?a"],
)
def test_issuer_is_asked_by_https_alone(issuer: str) -> None:
    with pytest.raises(ConfigError):
        asyncio.run(oidc_provider.discover(issuer))


def test_document_of_the_network_cannot_point_into_this_computer() -> None:
    told = {"jwks_uri": "http://127.0.0.1:8470/keys"}

    with pytest.raises(ConfigError, match="https"):
        oidc_provider._address(told, "jwks_uri", "https://login.marlow.example")
