"""The console's line to the hub: what can be asked, and how it is asked over HTTP.

`HubClient` is the port, `HttpHub` the real thing. Calls block: run them in a worker; they raise
what `answers` makes of the hub's answers. No Qt.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar
from uuid import UUID

import httpx

from admin_console.console.answers import SessionOverError, network, read, refuse
from db import codec
from db.domain.audit import AuditPage
from db.domain.clearance import Clearance, Clearances
from db.domain.decision import Decision, Verdict
from db.domain.desk import (
    Desk,
    ImportPreview,
    ImportProgress,
    Lists,
    OnSite,
    SignedIn,
    VisitPage,
    VisitStory,
)
from db.domain.entry_history import EntryDeeds, EntryDraft, EntryFile, EntryPage
from db.domain.errors import HubRefusedError
from db.domain.figures import ScreeningFigures
from db.domain.notice import Notice, Notices
from db.domain.visit import Visit, VisitorType, VisitState
from db.domain.watchlist import Category, Watchlist

T = TypeVar("T")

PAGE = 200
"""Visits per page of the history."""

_PATIENCE = 10.0
"""Seconds that an ordinary answer may take."""

_COUNTING = 60.0
"""Seconds that counting a year of visits, and the entries of large lists, may take."""

_LONG = 300.0
"""Seconds that reading a list of a million people may take."""


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which visits of the history are wanted; empty means all."""

    text: str = ""
    visitor_type: VisitorType | None = None
    state: VisitState | None = None
    from_on: date | None = None
    to_on: date | None = None

    def parameters(self) -> dict[str, str]:
        """As the hub's query string has them."""
        named = {
            "q": self.text.strip(),
            "visitor_type": self.visitor_type.value if self.visitor_type else "",
            "state": self.state.value if self.state else "",
            "from": self.from_on.isoformat() if self.from_on else "",
            "to": self.to_on.isoformat() if self.to_on else "",
        }
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list's file on its way into the hub."""

    path: Path
    list_name: str
    category: Category
    max_age_days: int | None = None
    columns: Mapping[str, str] | None = None
    """Which column is which field, as somebody said; None as it was said for the list before."""


@dataclass(frozen=True, slots=True)
class FirstStaff:
    """The first administrator of a new hub, and the code that the hub printed for them."""

    code: str
    name: str
    display_name: str
    password: str


class HubClient(Protocol):
    """Everything the console asks of the hub."""

    def sign_in(self, name: str, password: str, code: str = "") -> SignedIn: ...
    def waits_for_set_up(self) -> bool: ...
    def set_up(self, first: FirstStaff) -> SignedIn: ...
    def sign_out(self) -> None: ...
    def wait_for_change(self, since: int, seconds: int) -> int: ...
    def desk(self) -> Desk: ...
    def on_site(self) -> OnSite: ...
    def visits(self, wanted: VisitFilter, page: str | None) -> VisitPage: ...
    def story(self, visit_id: UUID) -> VisitStory: ...
    def export(self, wanted: VisitFilter, to: Path, progress: Callable[[int], None]) -> int: ...
    def decide(self, visit_id: UUID, verdict: Verdict, reason: str) -> Decision: ...
    def check_out(self, visit_id: UUID) -> Visit: ...
    def lists(self) -> Lists: ...
    def preview(self, file: ListFile, ticket: UUID) -> ImportPreview: ...
    def preview_progress(self, ticket: UUID) -> ImportProgress | None: ...
    def stop_preview(self, ticket: UUID) -> None: ...
    def import_list(self, file: ListFile, *, skip_bad: bool) -> Watchlist: ...
    def import_progress(self) -> ImportProgress | None: ...
    def cancel_import(self) -> None: ...
    def people(self, list_id: UUID, text: str, page: str | None) -> EntryPage: ...
    def entry(self, list_id: UUID, entry_id: UUID) -> EntryFile: ...
    def save_entry(
        self, list_id: UUID, entry_id: UUID | None, draft: EntryDraft, version: int
    ) -> EntryFile: ...
    def remove_entry(
        self, list_id: UUID, entry_id: UUID, version: int, reason: str
    ) -> EntryFile: ...
    def keep_entry(self, list_id: UUID, entry_id: UUID) -> EntryFile: ...
    def entry_deeds(self, list_id: UUID, entry_id: UUID) -> EntryDeeds: ...
    def add_photo(self, content: bytes) -> str: ...
    def add_list(self, name: str, category: Category, max_age_days: int | None) -> Watchlist: ...
    def clearances(self) -> Clearances: ...
    def end_clearance(self, clearance_id: UUID) -> Clearance: ...
    def screening_figures(
        self, first_day: date, last_day: date, list_id: UUID | None
    ) -> ScreeningFigures: ...
    def notices(self) -> Notices: ...
    def read_notice(self, notice_id: UUID) -> Notice: ...
    def audit(self, page: str | None) -> AuditPage: ...
    def photo(self, sha256: str) -> bytes: ...
    def close(self) -> None: ...


class HttpHub:
    """The hub at `url`. Its methods may be called from several threads."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=url,
            timeout=httpx.Timeout(_PATIENCE, connect=4.0),
            transport=transport,
            # A hub stands in the school's own network: no proxy lies between.
            trust_env=False,
            follow_redirects=False,
        )

    def sign_in(self, name: str, password: str, code: str = "") -> SignedIn:
        """Sign in. Raises `CodeNeededError` when `code`, of the second factor, is asked for."""
        asked = {"name": name, "password": password} | ({"code": code} if code else {})
        try:
            response = self._send("POST", "/v1/session", json=asked)
        except SessionOverError as error:
            raise HubRefusedError(str(error)) from None
        return self._signed_in(response)

    def waits_for_set_up(self) -> bool:
        """Whether nobody may sign in yet."""
        return read(self._send("GET", "/v1/set-up"), dict[str, bool])["is_open"]

    def set_up(self, first: FirstStaff) -> SignedIn:
        """Become the first administrator, signed in."""
        return self._signed_in(self._send("POST", "/v1/set-up", content=codec.to_json(first)))

    def _signed_in(self, response: httpx.Response) -> SignedIn:
        signed_in = read(response, SignedIn)
        self._http.headers["Authorization"] = f"Bearer {signed_in.token}"
        return signed_in

    def sign_out(self) -> None:
        try:
            self._send("DELETE", "/v1/session")
        finally:
            self._http.headers.pop("Authorization", None)

    def wait_for_change(self, since: int, seconds: int) -> int:
        """The hub's version once it is another than `since`, or after `seconds` as it is."""
        response = self._send(
            "GET",
            "/v1/live",
            params={"since": str(since), "wait": str(seconds)},
            patience=seconds + 5.0,
        )
        return read(response, dict[str, int])["version"]

    def desk(self) -> Desk:
        return read(self._send("GET", "/v1/desk"), Desk)

    def on_site(self) -> OnSite:
        return read(self._send("GET", "/v1/on-site"), OnSite)

    def visits(self, wanted: VisitFilter, page: str | None) -> VisitPage:
        parameters = wanted.parameters() | {"limit": str(PAGE)}
        if page is not None:
            parameters["page"] = page
        return read(self._send("GET", "/v1/visits", params=parameters), VisitPage)

    def story(self, visit_id: UUID) -> VisitStory:
        return read(self._send("GET", f"/v1/visits/{visit_id}"), VisitStory)

    def export(self, wanted: VisitFilter, to: Path, progress: Callable[[int], None]) -> int:
        """Write the visits as CSV to `to`; returns how many. A part file is never left behind."""
        part = to.with_name(f"{to.name}.part")
        lines = 0
        try:
            with (
                network(),
                self._http.stream(
                    "GET", "/v1/visits.csv", params=wanted.parameters(), timeout=_LONG
                ) as response,
                part.open("wb") as file,
            ):
                if response.is_error:
                    response.read()
                    refuse(response)
                for piece in response.iter_bytes():
                    file.write(piece)
                    lines += piece.count(b"\n")
                    progress(max(0, lines - 1))
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
        return max(0, lines - 1)

    def decide(self, visit_id: UUID, verdict: Verdict, reason: str) -> Decision:
        response = self._send(
            "POST",
            f"/v1/visits/{visit_id}/decision",
            json={"verdict": verdict.value, "reason": reason},
        )
        return read(response, Decision)

    def check_out(self, visit_id: UUID) -> Visit:
        return read(self._send("POST", f"/v1/visits/{visit_id}/check-out"), Visit)

    def lists(self) -> Lists:
        return read(self._send("GET", "/v1/watchlists"), Lists)

    def preview(self, file: ListFile, ticket: UUID) -> ImportPreview:
        """What the file would change. By the ticket it is watched and stopped meanwhile."""
        more = {"ticket": str(ticket)}
        return read(self._send_list("/v1/watchlists/preview", file, more), ImportPreview)

    def import_list(self, file: ListFile, *, skip_bad: bool) -> Watchlist:
        more = {"skip_bad": "true"} if skip_bad else {}
        if file.max_age_days is not None:
            more["max_age_days"] = str(file.max_age_days)
        return read(self._send_list("/v1/watchlists", file, more), Watchlist)

    def clearances(self) -> Clearances:
        return read(self._send("GET", "/v1/clearances"), Clearances)

    def end_clearance(self, clearance_id: UUID) -> Clearance:
        return read(self._send("POST", f"/v1/clearances/{clearance_id}/end"), Clearance)

    def screening_figures(
        self, first_day: date, last_day: date, list_id: UUID | None
    ) -> ScreeningFigures:
        """What screening came to in these days, both included; of one list when it is told."""
        parameters = {"from": first_day.isoformat(), "to": last_day.isoformat()}
        if list_id is not None:
            parameters["list_id"] = str(list_id)
        response = self._send("GET", "/v1/screening/figures", params=parameters, patience=_COUNTING)
        return read(response, ScreeningFigures)

    def notices(self) -> Notices:
        return read(self._send("GET", "/v1/notices"), Notices)

    def read_notice(self, notice_id: UUID) -> Notice:
        return read(self._send("POST", f"/v1/notices/{notice_id}/read"), Notice)

    def audit(self, page: str | None) -> AuditPage:
        """What was done, newest first; the pages behind the first by what it said."""
        parameters = {} if page is None else {"page": page}
        return read(self._send("GET", "/v1/audit", params=parameters), AuditPage)

    def import_progress(self) -> ImportProgress | None:
        """How far the import has come that is under way; None when there is none."""
        return self._progress("/v1/watchlists/import")

    def preview_progress(self, ticket: UUID) -> ImportProgress | None:
        """How far a preview has come; None when there is nothing to tell."""
        return self._progress(f"/v1/watchlists/preview/{ticket}")

    def stop_preview(self, ticket: UUID) -> None:
        self._send("DELETE", f"/v1/watchlists/preview/{ticket}")

    def cancel_import(self) -> None:
        self._send("DELETE", "/v1/watchlists/import")

    def people(self, list_id: UUID, text: str, page: str | None) -> EntryPage:
        parameters = {"words": text, "page": page or ""}
        return read(
            self._send("GET", f"/v1/watchlists/{list_id}/people", params=parameters), EntryPage
        )

    def entry(self, list_id: UUID, entry_id: UUID) -> EntryFile:
        return read(self._send("GET", f"/v1/watchlists/{list_id}/people/{entry_id}"), EntryFile)

    def save_entry(
        self, list_id: UUID, entry_id: UUID | None, draft: EntryDraft, version: int
    ) -> EntryFile:
        """Change an entry, or with no id add one."""
        address, content = f"/v1/watchlists/{list_id}/people", codec.to_json(draft)
        if entry_id is None:
            return read(self._send("POST", address, content=content), EntryFile)
        response = self._send(
            "PUT", f"{address}/{entry_id}", params={"version": str(version)}, content=content
        )
        return read(response, EntryFile)

    def remove_entry(self, list_id: UUID, entry_id: UUID, version: int, reason: str) -> EntryFile:
        """Ask that an entry be removed, or confirm what another person asked."""
        response = self._send(
            "POST",
            f"/v1/watchlists/{list_id}/people/{entry_id}/removal",
            content=codec.to_json({"version": version, "reason": reason}),
        )
        return read(response, EntryFile)

    def keep_entry(self, list_id: UUID, entry_id: UUID) -> EntryFile:
        address = f"/v1/watchlists/{list_id}/people/{entry_id}/removal"
        return read(self._send("DELETE", address), EntryFile)

    def entry_deeds(self, list_id: UUID, entry_id: UUID) -> EntryDeeds:
        address = f"/v1/watchlists/{list_id}/people/{entry_id}/deeds"
        return read(self._send("GET", address, patience=_COUNTING), EntryDeeds)

    def add_photo(self, content: bytes) -> str:
        """Give the hub a picture for an entry; returns the SHA-256 that the entry is to have."""
        headers = {"Content-Type": "application/octet-stream"}
        response = self._send(
            "POST", "/v1/watchlists/photos", content=content, headers=headers, patience=_COUNTING
        )
        return read(response, dict[str, str])["photo"]

    def add_list(self, name: str, category: Category, max_age_days: int | None) -> Watchlist:
        """Begin a list that is kept by hand."""
        wanted = {"name": name, "category": category, "max_age_days": max_age_days}
        response = self._send("POST", "/v1/watchlists/new", content=codec.to_json(wanted))
        return read(response, Watchlist)

    def photo(self, sha256: str) -> bytes:
        return self._send("GET", f"/v1/blobs/{sha256}").content

    def close(self) -> None:
        self._http.close()

    def _progress(self, path: str) -> ImportProgress | None:
        try:
            return read(self._send("GET", path), ImportProgress)
        except HubRefusedError as error:
            if isinstance(error, SessionOverError):
                raise
            return None

    def _send_list(self, path: str, file: ListFile, more: dict[str, str]) -> httpx.Response:
        parameters = {"name": file.list_name, "category": file.category.value} | more
        if file.columns is not None:
            parameters["columns"] = codec.to_json(file.columns).decode()
        headers = {"Content-Type": "application/octet-stream"}
        with file.path.open("rb") as content:  # half a gigabyte is never held whole
            return self._send(
                "POST", path, params=parameters, content=content, headers=headers, patience=_LONG
            )

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        json: dict[str, str] | None = None,
        content: bytes | BinaryIO | None = None,
        headers: dict[str, str] | None = None,
        patience: float = _PATIENCE,
    ) -> httpx.Response:
        with network():
            response = self._http.request(
                method,
                path,
                params=params,
                json=json,
                content=content,
                headers=headers,
                timeout=httpx.Timeout(patience, connect=4.0),
            )
        if not response.is_success:
            refuse(response)
        return response
