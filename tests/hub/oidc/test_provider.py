"""A provider that changes its keys, is down or sends elsewhere, and the commands that name it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from admin_console.hub import oidc_provider
from db import second_factor, staff, totp
from db.domain.errors import ConfigError
from tests.hub.oidc.steps import (
    SECOND,
    deeds,
    finish,
    offer,
    sign_in,
    start,
)
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests
from tests.provider_of_tests import (
    CLIENT,
    SECRET,
    SUBJECT,
    ProviderOfTests,
    SigningKey,
)

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
