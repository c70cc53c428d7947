"""The line to the hub: whom it is connected to, and what becomes of no answer. No Qt."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import httpx

from admin_console.console.answers import UnknownHubError, network, refuse
from admin_console.console.known_hubs import KnownHubs
from db import hub_trust

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
        self._site_id = ""
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
        """Somebody compared this authority: from now on no other one will do."""
        self._known.keep(self._url, ca)
        self._http = self._client(ca)

    def open_session(self, token: str) -> None:
        self._connected().headers["Authorization"] = f"Bearer {token}"

    def choose_site(self, site_id: str) -> None:
        """Ask about one site from now on; about all that there are to see with an empty id."""
        self._site_id = site_id

    def chosen(self) -> dict[str, str]:
        """The parameter that says which site is asked about."""
        return {"site": self._site_id} if self._site_id else {}

    def close_session(self) -> None:
        self._site_id = ""
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
        if not response.is_success:
            refuse(response)
        return response

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
        if self._http is not None:
            self._http.close()

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
