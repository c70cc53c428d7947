"""The ID token of the district's provider, checked (OpenID Connect Core 1.0, 3.1.3.7).

Pure: keys and the time are given. What a token says never stands in an error.
"""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from db.domain.errors import VestibuleError

ALGORITHMS = ("RS256", "ES256")
"""No HS*, whose key could be the public one, and no `none` (RFC 8725, 2.1)."""
LEEWAY = timedelta(seconds=60)
"""By how much the provider's clock may differ from the hub's."""
OLDEST = timedelta(minutes=10)
MOST_CHARACTERS = 32 * 1024
LEAST_RSA_BITS = 2048
_KEY_TYPES = {"RS256": "RSA", "ES256": "EC"}
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")
_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
_RULES: Options = {
    "require": ["iss", "aud", "sub", "exp", "iat", "nonce"],
    # The library asks the computer's clock; the hub's own is asked below.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}

Key = Mapping[str, Any]
"""A public key as a JWK (RFC 7517)."""


class TokenError(VestibuleError):
    """The token is not one for this sign-in."""


class UnknownKeyError(TokenError):
    """It names a key that the provider had not published when it was last asked."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token of this sign-in has to say."""

    issuer: str
    client_id: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as the issuer knows them."""

    subject: str
    with_second_factor: bool
    """The provider says that it asked for more than one factor (`amr`, RFC 8176: `mfa`)."""


def check(token: str, keys: Sequence[Key], expected: Expected, now: datetime) -> Identity:
    """Whose token it is. Raises `TokenError`, of which `UnknownKeyError` is worth other keys."""
    algorithm, key_id = _header(token)
    key = _key(keys, algorithm, key_id)
    try:
        claims = jwt.decode(
            token,
            key=jwt.PyJWK(dict(key), algorithm),
            algorithms=[algorithm],
            audience=expected.client_id,
            issuer=expected.issuer,
            options=_RULES,
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenError(f"refused: {type(error).__name__}") from None
    _check_times(claims, now)
    nonce, subject = claims["nonce"], claims["sub"]
    if not isinstance(nonce, str) or not secrets.compare_digest(
        nonce.encode(errors="replace"), expected.nonce.encode()
    ):
        raise TokenError("of another sign-in")
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (is_for_several or "azp" in claims) and claims.get("azp") != expected.client_id:
        raise TokenError("for another program")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise TokenError("without a subject")
    amr = claims.get("amr")
    return Identity(subject, with_second_factor=isinstance(amr, list) and "mfa" in amr)


def _header(token: str) -> tuple[str, str | None]:
    """Algorithm and key of a token that is written in the one way that it can be.

    Base64 has several texts for the same bytes; only the canonical one is taken, so that no changed
    character goes unseen.
    """
    parts = token.split(".")
    if len(token) > MOST_CHARACTERS or len(parts) != 3:
        raise TokenError("not a signed token")
    try:
        header, *_ = [_bytes(part) for part in parts]
        told = json.loads(header)
    except (ValueError, RecursionError):
        raise TokenError("not a signed token") from None
    if not isinstance(told, dict) or "crit" in told:
        raise TokenError("not a signed token")
    algorithm, key_id = told.get("alg"), told.get("kid")
    if algorithm not in ALGORITHMS:
        raise TokenError("signed in a way that is not taken")
    if key_id is not None and not isinstance(key_id, str):
        raise TokenError("not a signed token")
    return algorithm, key_id


def _bytes(part: str) -> bytes:
    if not _SEGMENT.fullmatch(part):
        raise ValueError("no base64url")
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("no base64url") from error
    if base64.urlsafe_b64encode(content).rstrip(b"=").decode() != part:
        raise ValueError("not canonical")
    return content


def _key(keys: Sequence[Key], algorithm: str, key_id: str | None) -> Key:
    """The one key that may have signed it."""
    found = [
        key
        for key in keys
        if key.get("kty") == _KEY_TYPES[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (key_id is None or key.get("kid") == key_id)
    ]
    if len(found) != 1:
        raise UnknownKeyError("signed with a key that the provider does not name")
    modulus = found[0].get("n")
    if algorithm == "RS256" and (not isinstance(modulus, str) or len(modulus) * 6 < LEAST_RSA_BITS):
        raise TokenError("signed with a key that is too short")
    return found[0]


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    seconds, leeway = now.timestamp(), LEEWAY.total_seconds()
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if any(isinstance(at, bool) or not isinstance(at, int | float) for at in times.values()):
        raise TokenError("without proper times")
    if not seconds < times["exp"] + leeway:
        raise TokenError("run out")
    if not times.get("nbf", seconds) <= seconds + leeway:
        raise TokenError("not valid yet")
    if not seconds - OLDEST.total_seconds() - leeway <= times["iat"] <= seconds + leeway:
        raise TokenError("of another time")
