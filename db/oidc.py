"""The district's OpenID provider, and sign-ins with it that are under way.

The hub is the provider's client: it makes state, nonce and PKCE's verifier (RFC 7636) and keeps
them until the browser comes back to the console, which listens on its own computer alone (RFC 8252,
7.3). The console finishes with a ticket that was in no address, so that whoever sees the browser's
addresses has nothing.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db import districts, settings
from db.hub_models import OidcSignInRow
from db.staff import hash_token

SIGN_IN_FOR = timedelta(minutes=5)
APART = timedelta(minutes=1)
"""By how much the clocks of several hubs at one database may differ."""
_SETTING = "hub.oidc"


@dataclass(frozen=True, slots=True)
class Provider:
    """Where staff have accounts, and as whom the hub is known there."""

    name: str
    """As staff call it: *Sign in with NAME*."""
    issuer: str
    client_id: str
    authorization_url: str
    token_url: str
    keys_url: str
    secret_in: str
    """Where the secret is sent: `header` or `body`."""
    asks_second_factor: bool
    """The operator's word that it asks everybody for one, although its tokens do not say so."""
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Begun:
    """What the console and the browser get of a sign-in."""

    state: str
    ticket: str = field(repr=False)
    nonce: str
    challenge: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What the hub kept of it."""

    nonce: str
    verifier: str = field(repr=False)
    port: int


def provider(session: Session) -> Provider | None:
    """The provider, None where staff have passwords only."""
    return settings.read(session, _SETTING, Provider)


def name_provider(session: Session, named: Provider) -> None:
    """Sign staff in with this provider from now on. What is under way with another one ends."""
    settings.write(session, _SETTING, named)
    session.execute(delete(OidcSignInRow))


def forget_provider(session: Session) -> bool:
    """Sign staff in by password only. Returns whether there was a provider."""
    was_there = provider(session) is not None
    settings.remove(session, _SETTING)
    session.execute(delete(OidcSignInRow))
    return was_there


def begin(session: Session, port: int, now: datetime) -> Begun:
    """A sign-in that ends within `SIGN_IN_FOR`, at a console that listens at `port`."""
    is_over = (OidcSignInRow.made_at <= now - SIGN_IN_FOR) | (OidcSignInRow.made_at > now + APART)
    session.execute(delete(OidcSignInRow).where(is_over))
    state, ticket, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    session.add(
        OidcSignInRow(
            state_hash=hash_token(state),
            ticket_hash=hash_token(ticket),
            nonce=nonce,
            verifier=verifier,
            port=port,
            made_at=now,
        )
    )
    session.flush()
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return Begun(state, ticket, nonce, challenge)


def take(session: Session, state: str, ticket: str, now: datetime) -> UnderWay | None:
    """Use a sign-in up, so commit. None for one that is not known, over, or another console's."""
    row = districts.get(session, OidcSignInRow, hash_token(state), with_for_update=True)
    if row is None or not secrets.compare_digest(row.ticket_hash, hash_token(ticket)):
        return None
    session.delete(row)
    session.flush()
    if not now - SIGN_IN_FOR < row.made_at <= now + APART:
        return None
    return UnderWay(row.nonce, row.verifier, row.port)


def redirect_of(port: int) -> str:
    """Where the browser goes back to: the console's own computer, whatever was asked for."""
    return f"http://127.0.0.1:{port}/"
