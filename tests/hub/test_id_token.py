"""What the hub takes for an ID token of the district's provider, and what it refuses."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from admin_console.hub import id_token
from admin_console.hub.id_token import Expected, Identity, TokenError, UnknownKeyError
from tests.makers import NINE
from tests.provider_of_tests import CLIENT, SUBJECT, SigningKey, ec_key, rsa_key

RSA, CURVE, OTHER = rsa_key(), ec_key(), rsa_key("first")
ISSUER, NONCE = "https://login.marlow.example", "af0ifjsldkj"
EXPECTED = Expected(ISSUER, CLIENT, NONCE)
AT = int(NINE.timestamp())
KEYS = [RSA.public(), CURVE.public()]


def claims(**other: object) -> dict[str, Any]:
    usual = {
        "iss": ISSUER, "aud": CLIENT, "sub": SUBJECT, "nonce": NONCE, "iat": AT, "exp": AT + 300,
    }  # fmt: skip
    return {name: value for name, value in (usual | other).items() if value is not None}


def check(token: str, keys: list[dict[str, Any]] | None = None) -> Identity:
    return id_token.check(token, KEYS if keys is None else keys, EXPECTED, NINE)


def text(value: object) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_mac(key: SigningKey, key_as: Callable[[SigningKey], bytes]) -> str:
    """Signed with the public key as if it were a secret."""
    signed = f"{text({'alg': 'HS256', 'kid': key.key_id})}.{text(claims())}"
    return f"{signed}.{text(hmac.new(key_as(key), signed.encode(), hashlib.sha256).digest())}"


def as_pem(key: SigningKey) -> bytes:
    return key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("key", [RSA, CURVE], ids=["RS256", "ES256"])
def test_token_of_this_sign_in_says_who_it_is(key: SigningKey) -> None:
    assert check(key.sign(claims())) == Identity(SUBJECT, with_second_factor=False)


def test_second_factor_is_believed_only_where_the_token_says_mfa() -> None:
    assert check(RSA.sign(claims(amr=["pwd", "mfa"]))).with_second_factor
    assert not check(RSA.sign(claims(amr=["pwd"]))).with_second_factor
    assert not check(RSA.sign(claims(amr="mfa"))).with_second_factor


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://login.other.example"},
        {"iss": ISSUER + "/"},
        {"iss": None},
        {"aud": "another program"},
        {"aud": []},
        {"aud": None},
        {"aud": [CLIENT, "another program"]},
        {"aud": [CLIENT, "another program"], "azp": "another program"},
        {"azp": "another program"},
        {"nonce": "of another sign-in"},
        {"nonce": ""},
        {"nonce": None},
        {"nonce": 7},
        {"nonce": "\ud800"},
        {"sub": None},
        {"sub": ""},
        {"sub": "with space"},
        {"sub": "s" * 256},
        {"exp": AT - 60},
        {"exp": None},
        {"exp": True},
        {"exp": "2100-01-01"},
        {"exp": float("nan")},
        {"iat": AT + 61},
        {"iat": AT - 661},
        {"iat": None},
        {"iat": float("nan")},
        {"nbf": AT + 61},
        {"nbf": float("nan")},
    ],
    ids=str,
)
def test_token_that_says_something_else_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(TokenError):
        check(RSA.sign(claims(**wrong)))


@pytest.mark.parametrize(
    "right",
    [
        {"exp": AT - 59},
        {"iat": AT + 60},
        {"iat": AT - 600},
        {"nbf": AT + 60},
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "another program"], "azp": CLIENT},
    ],
    ids=str,
)
def test_clocks_may_differ_by_a_minute_and_a_token_may_be_for_several(
    right: dict[str, object],
) -> None:
    assert check(RSA.sign(claims(**right))).subject == SUBJECT


def test_token_without_signature_is_refused() -> None:
    for algorithm in ("none", "None", "NONE", "nOnE"):
        unsigned = f"{text({'alg': algorithm, 'kid': 'first'})}.{text(claims())}."
        for signature in ("", "AA"):
            with pytest.raises(TokenError):
                check(unsigned + signature)


@pytest.mark.parametrize("key", [RSA, CURVE], ids=["RS256", "ES256"])
def test_public_key_does_not_pass_for_a_secret(key: SigningKey) -> None:
    for key_as in (as_pem, lambda k: json.dumps(k.public()).encode()):
        with pytest.raises(TokenError, match="not taken"):
            check(with_mac(key, key_as))


def test_secret_among_the_keys_signs_nothing() -> None:
    secret = {"kty": "oct", "kid": "first", "k": text(as_pem(RSA)), "alg": "HS256"}

    with pytest.raises(TokenError):
        check(with_mac(RSA, as_pem), [secret])


def test_token_of_another_key_of_the_same_name_is_refused() -> None:
    with pytest.raises(TokenError, match="refused"):
        check(OTHER.sign(claims()))


def test_token_that_brings_its_own_key_is_refused() -> None:
    with pytest.raises(TokenError):
        check(OTHER.sign(claims(), jwk=OTHER.public(), jku="https://evil.example/keys"))


def test_key_that_is_not_known_is_told_apart() -> None:
    with pytest.raises(UnknownKeyError):
        check(rsa_key("second").sign(claims()))


def test_key_without_a_name_is_taken_only_where_there_is_one() -> None:
    token = RSA.sign(claims(), kid=None)

    assert check(token, [RSA.public()]).subject == SUBJECT
    with pytest.raises(UnknownKeyError):
        check(token, [RSA.public(), rsa_key("second").public()])


@pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "RS512"}, {"kty": "EC"}], ids=str)
def test_key_that_is_for_something_else_checks_nothing(more: dict[str, object]) -> None:
    with pytest.raises(UnknownKeyError):
        check(RSA.sign(claims()), [RSA.public() | more])


@pytest.mark.parametrize("broken", [{"n": "AQAB"}, {"n": 7}, {"e": "!"}, {"n": None}], ids=str)
def test_broken_or_short_key_is_an_error_of_the_token(broken: dict[str, object]) -> None:
    with pytest.raises(TokenError):
        check(RSA.sign(claims()), [RSA.public() | broken])


def test_token_that_asks_for_what_the_hub_does_not_know_is_refused() -> None:
    with pytest.raises(TokenError):
        check(RSA.sign(claims(), crit=["b64"], b64=True))


@pytest.mark.parametrize("key", [RSA, CURVE], ids=["RS256", "ES256"])
@given(st.data())
def test_any_changed_character_of_a_token_is_refused(key: SigningKey, data: st.DataObject) -> None:
    token = key.sign(claims())
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(max_codepoint=0x17F).filter(lambda c: c != token[at]))

    with pytest.raises(TokenError):
        check(token[:at] + other + token[at + 1 :])


def test_last_character_has_no_second_spelling() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    token = RSA.sign(claims())
    for letter in letters.replace(token[-1], ""):
        with pytest.raises(TokenError):
            check(token[:-1] + letter)


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_=-]{0,40}){2}")))
def test_anything_at_all_is_refused_in_one_way(token: str) -> None:
    with pytest.raises(TokenError):
        check(token)


@given(st.dictionaries(st.sampled_from(list(claims())), st.none() | st.integers() | st.text()))
def test_signed_claims_of_any_kind_raise_one_error(wrong: dict[str, Any]) -> None:
    changed = {name: value for name, value in wrong.items() if value != claims()[name]}
    told = claims() | changed
    try:
        assert check(RSA.sign(told)).subject == told["sub"]
    except TokenError:
        assert changed
