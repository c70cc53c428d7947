"""What the hub asks of the district's OpenID provider: its addresses, its keys, a token for a code.

Only the addresses that were kept when an operator named the provider are asked. No redirection is
followed, no proxy of the surroundings used, and an answer may neither take long nor be large.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx

from admin_console.hub.id_token import ALGORITHMS, Key
from db.domain.errors import ConfigError, VestibuleError
from db.oidc import Begun, Provider, UnderWay, redirect_of
from db.webhooks import check_url

WELL_KNOWN = "/.well-known/openid-configuration"
TRY_SECONDS = 10.0
"""So long an answer may take, from asking to its last byte."""
MOST_BYTES = 256 * 1024
KEYS_FOR = timedelta(hours=1)
ASK_AGAIN = timedelta(minutes=1)
"""For a key that is not known, the provider is asked no more often than that."""


class ProviderError(VestibuleError):
    """The provider did not answer, or not as one does."""


class CodeRefusedError(VestibuleError):
    """The provider knows no such code, or not for this hub."""


@dataclass(slots=True)
class ProviderKeys:
    """The keys that the provider published, as this process last heard them."""

    address: str = ""
    keys: tuple[Key, ...] = ()
    asked_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def known(
        self, provider: Provider, now: datetime, *, anew: bool = False
    ) -> Sequence[Key]:
        """Its keys; asked for again after `KEYS_FOR`, or `anew` when one is missing.

        One asks at a time; whoever waits for too long behind others is told so.
        """
        try:
            async with asyncio.timeout(2 * TRY_SECONDS), self.lock:
                patience = ASK_AGAIN if anew else KEYS_FOR
                if (
                    self.asked_at is None
                    or self.address != provider.keys_url
                    or abs(now - self.asked_at) >= patience
                ):
                    self.keys = await _keys(provider.keys_url)
                    self.address, self.asked_at = provider.keys_url, now
                return self.keys
        except TimeoutError:
            raise ProviderError("too many wait for its keys") from None


async def discover(issuer: str) -> dict[str, str]:
    """Where the provider is asked, by its own word (OpenID Connect Discovery 1.0, 4).

    Returns `authorization_url`, `token_url`, `keys_url` and `secret_in` (`header` or `body`).
    Raises `ConfigError`, in words, for a provider that will not do.
    """
    check_url(issuer)
    if urlsplit(issuer).query:
        raise ConfigError("An issuer's address has no question mark. Nothing was changed.")
    try:
        told = await _ask("GET", issuer.rstrip("/") + WELL_KNOWN)
    except (ProviderError, CodeRefusedError) as error:
        raise ConfigError(
            f"What is at {issuer} is no OpenID provider: {error}. Nothing was changed."
        ) from error
    if told.get("issuer") != issuer:
        raise ConfigError(
            "The provider calls itself by another address. Write the issuer as it does, to the "
            "last slash; one for accounts of many organisations will not do. Nothing was changed."
        )
    if not set(ALGORITHMS) & set(_texts(told, "id_token_signing_alg_values_supported")):
        raise ConfigError("The provider signs with neither RS256 nor ES256. Nothing was changed.")
    if "S256" not in _texts(told, "code_challenge_methods_supported", "S256"):
        raise ConfigError("The provider does not know PKCE with S256. Nothing was changed.")
    ways = _texts(told, "token_endpoint_auth_methods_supported", "client_secret_basic")
    return {
        "authorization_url": _address(told, "authorization_endpoint", issuer),
        "token_url": _address(told, "token_endpoint", issuer),
        "keys_url": _address(told, "jwks_uri", issuer),
        "secret_in": "header" if "client_secret_basic" in ways else "body",
    }


def sign_in_address(provider: Provider, begun: Begun, port: int) -> str:
    """Where the browser goes to sign in. It asks for nothing but who somebody is."""
    wanted = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_of(port),
        "scope": "openid",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": begun.challenge,
        "code_challenge_method": "S256",
        "prompt": "select_account",  # a front desk's browser remembers whoever was there before
    }
    address = provider.authorization_url
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(wanted)}"


async def token_for(provider: Provider, under_way: UnderWay, code: str) -> str:
    """The ID token for a code. Raises `ProviderError` and `CodeRefusedError`."""
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_of(under_way.port),
        "code_verifier": under_way.verifier,
    }
    own: httpx.BasicAuth | None = None
    if provider.client_secret and provider.secret_in == "header":  # noqa: S105  a place
        # RFC 6749, 2.3.1: both are written as in a form before they go into the header.
        own = httpx.BasicAuth(quote(provider.client_id, ""), quote(provider.client_secret, ""))
    else:
        sent["client_id"] = provider.client_id
        if provider.client_secret:
            sent["client_secret"] = provider.client_secret
    told = await _ask("POST", provider.token_url, sent, own)
    token = told.get("id_token")
    if not isinstance(token, str):
        raise ProviderError("it sent no ID token")
    return token


async def _keys(address: str) -> tuple[Key, ...]:
    told = (await _ask("GET", address)).get("keys")
    if not isinstance(told, list):
        raise ProviderError("it sent no keys")
    return tuple(key for key in told if isinstance(key, dict))


async def _ask(
    method: str,
    address: str,
    form: Mapping[str, str] | None = None,
    own: httpx.BasicAuth | None = None,
) -> dict[str, Any]:
    """A JSON object from the provider. Raises `ProviderError` and, for 400, `CodeRefusedError`."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    content = bytearray()
    try:
        async with (
            asyncio.timeout(TRY_SECONDS),
            httpx.AsyncClient(
                timeout=TRY_SECONDS, follow_redirects=False, trust_env=False, verify=_authorities()
            ) as client,
            client.stream(
                method, address, data=form, headers=headers, auth=own or httpx.USE_CLIENT_DEFAULT
            ) as answer,
        ):
            status = answer.status_code
            async for piece in answer.aiter_raw():
                content += piece
                if len(content) > MOST_BYTES:
                    raise ProviderError("its answer is too large")
    except (TimeoutError, httpx.TimeoutException):
        raise ProviderError(f"no answer within {TRY_SECONDS:.0f} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        raise ProviderError(f"it cannot be reached ({type(error).__name__})") from None
    if status == httpx.codes.BAD_REQUEST:
        raise CodeRefusedError("it refused the code")
    if status != httpx.codes.OK:
        raise ProviderError(f"it answered {status}")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise ProviderError("its answer is no JSON object")
    return told


def _address(told: Mapping[str, Any], name: str, issuer: str) -> str:
    """An address of the document. One of the network cannot point into this computer."""
    address = told.get(name)
    if not isinstance(address, str):
        raise ConfigError(f"The provider does not say its {name}. Nothing was changed.")
    check_url(address)
    if urlsplit(address).scheme != "https" and urlsplit(issuer).scheme == "https":
        raise ConfigError(f"The provider's {name} is not https://. Nothing was changed.")
    return address


def _texts(told: Mapping[str, Any], name: str, default: str = "") -> list[str]:
    found = told.get(name, [default])
    return [text for text in found if isinstance(text, str)] if isinstance(found, list) else []


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Those that this computer believes, where a district puts its own authority too."""
    return ssl.create_default_context()
