"""The hub over HTTP. Loaded only by a paired kiosk, in the threads that talk."""

import secrets
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import httpx
import msgspec

from db import codec, hub_trust, signing
from db.chain import SealedEvent
from db.domain.errors import HubAwayError, HubRefusedError
from db.domain.kiosks import STATE_HEADER, OwnState
from db.domain.watchlist import WatchlistEntry
from db.hub_keys import SignedChange
from kiosk.sync.client import (
    Changes,
    HubBusyError,
    HubForkError,
    HubGapError,
    HubGoneError,
    HubHead,
    HubStrangerError,
    HubTooMuchError,
    HubUnpairedError,
    HubUnreadableError,
    LogHead,
    Receipt,
)
from kiosk.sync.known_hub import KnownHub
from kiosk.sync.line import HubLine, open_line
from kiosk.sync.own_token import OwnToken

T = TypeVar("T")

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
LONGEST_AWAY_SECONDS = 60.0
"""No hub sends a kiosk away for longer, whatever it says."""


@dataclass(frozen=True, slots=True)
class _Proof:
    hashes: tuple[str, ...]

    def steps(self) -> tuple[bytes, ...]:
        try:
            return tuple(bytes.fromhex(h) for h in self.hashes)
        except ValueError:
            return ()  # what is no hash shows nothing


@dataclass(frozen=True, slots=True)
class _HubKeys:
    changes: tuple[SignedChange, ...]


@dataclass(frozen=True, slots=True)
class Dialled:
    """Where a client is connected to. `trusted`: whom it believes over TLS, by `ca` (PEM)."""

    client: httpx.Client
    trusted: ssl.SSLContext | None = None
    ca: str = ""


Dial = Callable[[Dialled | None], Dialled]
"""Connects, and anew where another authority than before vouches for the hub."""


def connect(
    url: str,
    token: OwnToken,
    ca: str | Callable[[], str] = "",
    known: KnownHub | None = None,
    state: Callable[[], OwnState] | None = None,
) -> "HttpHub":
    """A client for the hub at `url`, whose authority is `ca` (PEM); nothing is asked yet.

    A function as `ca` is asked before each request: the hub may change its authority meanwhile.
    `token` is one for all clients of a kiosk. With `known` it takes only what that hub has signed.
    `state`: what the kiosk says of itself.
    """
    vouching = ca if callable(ca) else lambda: ca

    def dialled(now: str) -> Dialled:
        trusted = hub_trust.context_at_any_time(now)
        client = httpx.Client(base_url=url, trust_env=False, verify=trusted)
        return Dialled(client, trusted, now)

    def again(before: Dialled | None) -> Dialled:
        now = vouching()
        if before is not None and now == before.ca:
            return before
        made = dialled(now)  # first: where that cannot be, the one before stays
        if before is not None:
            before.client.close()
        return made

    # Dialled by the first request, which is tried again where the database does not say its CA.
    return HttpHub(again, token, known, state)


def wire_line(event: SealedEvent) -> bytes:
    """One event as a line of the NDJSON body; line and body travel as the exact text they are."""
    return codec.to_json(
        {
            "line": event.line.decode(),
            "salt": event.salt.hex(),
            "body": event.body.decode(),
        }
    )


class HttpHub:
    """The real hub, over HTTP. One instance for each thread that talks."""

    def __init__(
        self,
        at: httpx.Client | Dial,
        token: OwnToken,
        known: KnownHub | None = None,
        state: Callable[[], OwnState] | None = None,
    ) -> None:
        """`at`: the client to use, or how one is had before each request."""
        self._at: Dialled | None = None
        self._dial: Dial
        if isinstance(at, httpx.Client):
            given = self._at = Dialled(at)
            self._dial = lambda _: given
        else:
            self._dial = at
        self._state = state
        self._known = known
        self._token = token

    def head(self, epoch: int) -> HubHead:
        return read_as(self._ask("GET", "/v1/head", params={"epoch": epoch}).content, HubHead)

    def push(self, events: Sequence[SealedEvent], epoch: int, signature: bytes) -> Receipt:
        body = b"\n".join(wire_line(e) for e in events)
        response = self._ask(
            "POST",
            "/v1/events",
            content=body,
            headers={"Content-Type": "application/x-ndjson"},
            params={"epoch": epoch, "signature": signature.hex()},
        )
        return read_as(response.content, Receipt)

    def put_photo(self, sha256: str, jpeg: bytes, taken_at: datetime | None) -> None:
        self._ask(
            "PUT",
            f"/v1/blobs/{sha256}",
            content=jpeg,
            headers={"Content-Type": "image/jpeg"},
            params={} if taken_at is None else {"taken_at": taken_at.isoformat()},
        )

    def changes(
        self, cursor: int, mark: str, wait_seconds: float, seen: LogHead | None = None
    ) -> Changes:
        asked: dict[str, int | float | str] = {"cursor": cursor, "mark": mark, "wait": wait_seconds}
        if seen is not None:
            asked |= {"log_id": seen.log_id, "log_size": seen.size}
        said = {} if self._state is None else {STATE_HEADER: codec.to_header(self._state())}
        response = self._ask_signed(
            "/v1/changes",
            params=asked,
            headers=said,
            timeout=httpx.Timeout(wait_seconds + 10.0, connect=3.0),
        )
        return read_as(response.content, Changes)

    def open_line(self) -> HubLine:
        own = self._token.headers()
        try:
            at = self._connected()
            return open_line(str(at.client.base_url), own, at.trusted)
        except HubUnpairedError:  # another token may do, the next time
            self._token.refused(own)
            raise

    def log_proof(self, since: int, size: int) -> tuple[bytes, ...]:
        asked: dict[str, int | float | str] = {"since": since, "size": size}
        return read_as(self._ask("GET", "/v1/log/proof", params=asked).content, _Proof).steps()

    def key_changes(self) -> tuple[SignedChange, ...]:
        return read_as(self._ask("GET", "/v1/hub-keys").content, _HubKeys).changes

    def know(self, key: bytes) -> bool:
        if self._known is None or key == self._known.key:
            return False
        self._known = replace(self._known, key=key)
        return True

    def entries(
        self, list_id: UUID, version: int, after: UUID | None, limit: int
    ) -> list[WatchlistEntry]:
        asked: dict[str, int | float | str] = {"version": version, "limit": limit}
        if after is not None:
            asked["after"] = str(after)
        response = self._ask_signed(f"/v1/watchlists/{list_id}/entries", params=asked)
        if self._known is None:
            return [read_as(line, WatchlistEntry) for line in _lines(response.content)]
        try:  # it has signed this: nobody else answers in its place
            return [codec.from_json(line, WatchlistEntry) for line in _lines(response.content)]
        except codec.MalformedError as error:
            raise HubUnreadableError(
                "An entry of a list cannot be read by this version. Update Vestibule on this kiosk."
            ) from error

    def close(self) -> None:
        if self._at is not None:
            self._at.client.close()

    def _connected(self) -> Dialled:
        self._at = at = self._dial(self._at)
        return at

    def _ask_signed(
        self,
        path: str,
        *,
        params: dict[str, int | float | str],
        headers: dict[str, str] | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> httpx.Response:
        """Ask for something to act on: `HubUntrueError` when it is not our hub that says it.

        That something is gone is acted on too. Other refusals change nothing here.
        """
        nonce = secrets.token_hex(16)
        asked = {signing.NONCE_HEADER: nonce} | (headers or {})
        response = self._send("GET", path, headers=asked, params=params, timeout=timeout)
        is_gone = response.status_code == httpx.codes.GONE
        if self._known is not None and (response.is_success or is_gone):
            question = f"{path}?{response.request.url.query.decode()}"
            signature = response.headers.get(signing.SIGNATURE_HEADER, "")
            if is_gone and _said(response).get("status") != httpx.codes.GONE:
                signature = ""  # of another answer: the status itself is not signed
            self._known.check(question, nonce, response.content, signature)
        raise_refusal(response)
        return response

    def _ask(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, int | float | str] | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> httpx.Response:
        response = self._send(
            method, path, content=content, headers=headers, params=params, timeout=timeout
        )
        raise_refusal(response)
        return response

    def _send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, int | float | str] | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> httpx.Response:
        client = self._connected().client
        request = client.build_request(
            method, path, content=content, headers=headers, params=params, timeout=timeout
        )
        try:
            response = self._send_as_us(client, request)
            if response.status_code == httpx.codes.UNAUTHORIZED:  # another token may do
                response = self._send_as_us(client, request)
        except httpx.HTTPError as error:
            raise no_answer(error) from error
        return response

    def _send_as_us(self, client: httpx.Client, request: httpx.Request) -> httpx.Response:
        own = self._token.headers()
        request.headers.update(own)
        response = client.send(request)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            self._token.refused(own)
        return response


_REFUSALS: dict[int, type[HubRefusedError]] = {
    httpx.codes.UNAUTHORIZED: HubUnpairedError,
    httpx.codes.CONFLICT: HubGapError,
    httpx.codes.GONE: HubGoneError,
    httpx.codes.REQUEST_ENTITY_TOO_LARGE: HubTooMuchError,
}


def no_answer(error: httpx.HTTPError) -> HubAwayError:
    """What it means that none came, or from nobody whom we know."""
    why = hub_trust.why_not_trusted(error)
    kind = HubStrangerError if why == hub_trust.ANOTHER_AUTHORITY else HubAwayError
    said = why or "The hub does not answer."
    return kind(f"{said} Everything is kept here and sent when it is back.")


def raise_refusal(response: httpx.Response) -> None:
    """Raise what the hub's answer means, unless it is one that went well."""
    if response.is_success:
        return
    said = _said(response)
    detail = said.get("detail")
    words = str(detail) if detail else f"The hub refused (status {response.status_code})."
    if said.get("is_fork") is True:
        raise HubForkError(words)
    if said.get("is_busy") is True:
        raise HubBusyError(words, _seconds_away(response))
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise HubAwayError(words)
    raise _REFUSALS.get(response.status_code, HubRefusedError)(words)


def _seconds_away(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), LONGEST_AWAY_SECONDS) if asked.isdecimal() else 1.0


def _said(response: httpx.Response) -> dict[str, object]:
    try:
        return msgspec.json.decode(response.content, type=dict[str, object])
    except msgspec.DecodeError:
        return {}


def read_as(content: bytes, of: type[T]) -> T:
    """What the hub answered as a value. Raises `HubAwayError` when no hub says such a thing."""
    try:
        return codec.from_json(content, of)
    except codec.MalformedError as error:
        raise HubAwayError(
            "Something else than the hub answers at its address: a sign-in page of the network, or "
            "a proxy. Everything is kept here and sent when the hub answers."
        ) from error


def _lines(content: bytes) -> Iterator[bytes]:
    return (line for line in content.split(b"\n") if line)
