"""The line to the hub: whom it is connected to, and what becomes of no answer. No Qt."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import is_dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, TypeVar

import httpx

from admin_console.console.answers import UnknownHubError, network, read, refuse
from admin_console.console.known_hubs import KnownHubs
from db import hub_trust
from db.domain.errors import VestibuleError

LOG = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that an ordinary answer may take."""

_CONNECT = 4.0


class HubLine:
    """HTTP over TLS to a hub whose authority was compared once. For several threads.

    `transport` replaces network and TLS.
    """

    def __init__(
        self, url: str, known: KnownHubs, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._url, self._known, self._transport = url, known, transport
        self._http: httpx.Client | None = None
        self._before: list[httpx.Client] = []
        """By which something may be asked still, until the line is closed."""
        self._site_id = ""
        self._known_answers: dict[str, tuple[str, object]] = {}
        """By path: the tag of the last answer, and its value."""
        ca = known.ca_of(url)
        if transport is not None or url.startswith("http:"):
            ca = ca or ""  # plain HTTP is for this computer only: `meet` sees to it
        if ca is not None:
            self._http = self._client(ca)

    def meet(self) -> None:
        """Make sure that it is known who answers, before a password is sent.

        Raises `UnknownHubError` at the first contact, `ConfigError` for an address without TLS.
        """
        if self._transport is not None:
            return
        hub_trust.check_address(self._url)
        if self._http is None:
            ca = hub_trust.ca_of(self._url)
            if ca:
                raise UnknownHubError(ca)
            self._http = self._client(ca)  # behind a proxy: this computer's authorities vouch

    def trust(self, ca: str) -> None:
        """Somebody compared this authority: from now on no other one will do.

        What is asked just now is answered still. Where it cannot be known, all stays as it was.
        """
        made = self._client(ca)
        self._known.keep(self._url, ca)
        before, self._http = self._http, made
        if before is not None:
            if (session := before.headers.get("Authorization")) is not None:
                made.headers["Authorization"] = session
            self._before.append(before)

    def follow(self) -> None:
        """Know the hub by the authority that will follow its own, or by that alone once it did.

        Somebody has just signed in; whatever goes wrong here changes nothing, and is tried again
        with the next sign-in.
        """
        known = self._known.ca_of(self._url)
        if not known or self._transport is not None:
            return
        try:
            now = hub_trust.following(self._url, known)
            if now not in ("", known):
                self.trust(now)
        except VestibuleError as error:
            LOG.info("the hub's next authority was not learned: %s", error)

    def open_session(self, token: str) -> None:
        self._known_answers.clear()
        self._connected().headers["Authorization"] = f"Bearer {token}"

    def choose_site(self, site_id: str) -> None:
        """Ask about one site from now on; about all that there are to see with an empty id."""
        self._site_id = site_id
        self._known_answers.clear()

    def chosen(self) -> dict[str, str]:
        """The parameter that says which site is asked about."""
        return {"site": self._site_id} if self._site_id else {}

    def close_session(self) -> None:
        self._site_id = ""
        self._known_answers.clear()
        if self._http is not None:
            self._http.headers.pop("Authorization", None)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: dict[str, str] | None = None,
        content: bytes | BinaryIO | None = None,
        headers: dict[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> httpx.Response:
        """Ask, and raise what a refusal means; see `answers`.

        What is read is read of the chosen site. What is done is done wherever it belongs: a denial
        that was held back must arrive although somebody looks at another school meanwhile.
        """
        if method == "GET":
            params = self.chosen() | (params or {})
        with network():
            response = self._connected().request(
                method,
                path,
                params=params or None,
                json=json,
                content=content,
                headers=headers,
                timeout=httpx.Timeout(patience, connect=_CONNECT),
            )
        if not response.is_success and response.status_code != httpx.codes.NOT_MODIFIED:
            refuse(response)
        return response

    def ask_again(self, path: str, of: type[T]) -> T:
        """What is asked often: the answer that is known, while the hub says that it is the same.

        That one has the moment at which the hub said so, where a value says of which moment it is.
        """
        tag, known = self._known_answers.get(path, ("", None))
        response = self.send("GET", path, headers={"If-None-Match": tag} if tag else None)
        if response.status_code == httpx.codes.NOT_MODIFIED and isinstance(known, of):
            return _confirmed(known, response)
        value = read(response, of)
        self._known_answers[path] = (response.headers.get("ETag", ""), value)
        return value

    @contextmanager
    def stream(
        self, path: str, params: dict[str, str], patience: float
    ) -> Iterator[httpx.Response]:
        """The answer as it comes; what is read of it is read inside `network`, too."""
        with (
            network(),
            self._connected().stream(
                "GET", path, params=self.chosen() | params, timeout=patience
            ) as response,
        ):
            if response.is_error:
                response.read()
                refuse(response)
            yield response

    def close(self) -> None:
        for client in (*self._before, self._http):
            if client is not None:
                client.close()

    def _connected(self) -> httpx.Client:
        if self._http is None:
            raise httpx.ConnectError("nobody was met yet")
        return self._http

    def _client(self, ca: str) -> httpx.Client:
        return httpx.Client(
            base_url=self._url,
            timeout=httpx.Timeout(PATIENCE, connect=_CONNECT),
            transport=self._transport,
            verify=hub_trust.context(ca),
            # A hub stands in the school's own network: no proxy lies between.
            trust_env=False,
            follow_redirects=False,
        )


def _confirmed(known: T, response: httpx.Response) -> T:
    """The value as of the moment of this answer (RFC 9110, 6.6.1)."""
    if not is_dataclass(known) or isinstance(known, type) or not hasattr(known, "as_of"):
        return known
    try:
        said_at = parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, TypeError):  # no date; one that is none
        return known
    if said_at.tzinfo is None:
        return known
    moment: dict[str, Any] = {"as_of": max(known.as_of, said_at)}
    return replace(known, **moment)
