"""The hub over HTTP. Loaded only by a paired kiosk, in the threads that talk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import httpx
import msgspec

from db import codec
from db.chain import SealedEvent
from db.domain.errors import HubAwayError, HubRefusedError
from db.domain.watchlist import WatchlistEntry
from kiosk.sync.client import (
    Changes,
    HubForkError,
    HubGapError,
    HubGoneError,
    HubHead,
    HubTooMuchError,
    HubUnpairedError,
    Pairing,
    Receipt,
)

T = TypeVar("T")

TIMEOUT = httpx.Timeout(10.0, connect=3.0)


@dataclass(frozen=True, slots=True)
class _Proof:
    hashes: tuple[str, ...]

    def steps(self) -> tuple[bytes, ...]:
        try:
            return tuple(bytes.fromhex(h) for h in self.hashes)
        except ValueError:
            return ()  # what is no hash shows nothing


def connect(url: str, token: str) -> "HttpHub":
    """A client for the hub at `url`; nothing is asked yet."""
    return HttpHub(httpx.Client(base_url=url, trust_env=False), token)


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

    def __init__(self, client: httpx.Client, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def head(self, epoch: int) -> HubHead:
        return _read(self._ask("GET", "/v1/head", params={"epoch": epoch}).content, HubHead)

    def push(self, events: Sequence[SealedEvent], epoch: int, signature: bytes) -> Receipt:
        body = b"\n".join(wire_line(e) for e in events)
        response = self._ask(
            "POST",
            "/v1/events",
            content=body,
            headers={"Content-Type": "application/x-ndjson"},
            params={"epoch": epoch, "signature": signature.hex()},
        )
        return _read(response.content, Receipt)

    def put_photo(self, sha256: str, jpeg: bytes) -> None:
        self._ask(
            "PUT", f"/v1/blobs/{sha256}", content=jpeg, headers={"Content-Type": "image/jpeg"}
        )

    def changes(self, cursor: int, mark: str, wait_seconds: float) -> Changes:
        response = self._ask(
            "GET",
            "/v1/changes",
            params={"cursor": cursor, "mark": mark, "wait": wait_seconds},
            timeout=httpx.Timeout(wait_seconds + 10.0, connect=3.0),
        )
        return _read(response.content, Changes)

    def log_proof(self, since: int, size: int) -> tuple[bytes, ...]:
        asked: dict[str, int | float | str] = {"since": since, "size": size}
        return _read(self._ask("GET", "/v1/log/proof", params=asked).content, _Proof).steps()

    def entries(
        self, list_id: UUID, version: int, after: UUID | None, limit: int
    ) -> list[WatchlistEntry]:
        asked: dict[str, int | float | str] = {"version": version, "limit": limit}
        if after is not None:
            asked["after"] = str(after)
        response = self._ask("GET", f"/v1/watchlists/{list_id}/entries", params=asked)
        return [_read(line, WatchlistEntry) for line in _lines(response.content)]

    def close(self) -> None:
        self._client.close()

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
        try:
            response = self._client.request(
                method,
                path,
                content=content,
                headers=self._headers | (headers or {}),
                params=params,
                timeout=timeout,
            )
        except httpx.HTTPError as error:
            raise HubAwayError(
                "The hub does not answer. Everything is kept here and sent when it is back."
            ) from error
        _raise_refusal(response)
        return response


def pair(
    client: httpx.Client,
    code: str,
    kiosk_name: str,
    kiosk_id: str,
    *,
    epoch: int = 0,
    site_id: str = "",
    public_key: bytes = b"",
) -> Pairing:
    """Trade a one-time code for the kiosk's own token.

    `epoch` and `site_id` are those of its last pairing: another school's hub gives it a new id, so
    that no school gets the log of another one. `public_key` checks what it will sign.

    Raises `HubRefusedError` with the hub's words when the code is wrong, old or used.
    """
    asked = {
        "code": code,
        "kiosk_name": kiosk_name,
        "kiosk_id": kiosk_id,
        "epoch": epoch,
        "site_id": site_id,
        "public_key": public_key.hex(),
    }
    try:
        response = client.post("/v1/pair", json=asked, timeout=TIMEOUT)
    except httpx.HTTPError as error:
        raise HubAwayError(
            "The hub does not answer, so this kiosk is not paired. Check its address and the "
            "network, then try again with the same code."
        ) from error
    _raise_refusal(response)
    return _read(response.content, Pairing)


_REFUSALS: dict[int, type[HubRefusedError]] = {
    httpx.codes.UNAUTHORIZED: HubUnpairedError,
    httpx.codes.CONFLICT: HubGapError,
    httpx.codes.GONE: HubGoneError,
    httpx.codes.REQUEST_ENTITY_TOO_LARGE: HubTooMuchError,
}


def _raise_refusal(response: httpx.Response) -> None:
    if response.is_success:
        return
    said = _said(response)
    detail = said.get("detail")
    words = str(detail) if detail else f"The hub refused (status {response.status_code})."
    if said.get("is_fork") is True:
        raise HubForkError(words)
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise HubAwayError(words)
    raise _REFUSALS.get(response.status_code, HubRefusedError)(words)


def _said(response: httpx.Response) -> dict[str, object]:
    try:
        return msgspec.json.decode(response.content, type=dict[str, object])
    except msgspec.DecodeError:
        return {}


def _read(content: bytes, of: type[T]) -> T:
    try:
        return codec.from_json(content, of)
    except codec.MalformedError as error:
        raise HubAwayError(
            "Something else than the hub answers at its address: a sign-in page of the network, or "
            "a proxy. Everything is kept here and sent when the hub answers."
        ) from error


def _lines(content: bytes) -> Iterator[bytes]:
    return (line for line in content.split(b"\n") if line)
