"""The hub, asked over HTTP: which of its routes answers each thing that `client` can ask. No Qt."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx

from admin_console.console.answers import SessionOverError, read
from admin_console.console.client import AccountStart, DeskRules, FirstStaff, ListFile, VisitFilter
from admin_console.console.http_staff import HttpStaff
from admin_console.console.known_hubs import KnownHubs
from admin_console.console.line import HubLine
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
from db.domain.inventory import Inventory
from db.domain.kiosks import Kiosks, PairingCode, PairingRequest, RevokedKiosk, TriedAgain
from db.domain.notice import Notice, Notices
from db.domain.policy import DeskPolicy
from db.domain.visit import Visit
from db.domain.watchlist import Category, Watchlist
from db.private_files import private

PAGE = 200
"""Visits per page of the history."""

_COUNTING = 60.0
"""Seconds that counting a year of visits, and the entries of large lists, may take."""

_PROVIDER = 40.0
"""Seconds that the hub may take to ask a provider three times."""

_LONG = 300.0
"""Seconds that reading a list of a million people may take."""


class HttpHub:
    """The hub at `url`. Its methods may be called from several threads."""

    def __init__(
        self,
        url: str,
        transport: httpx.BaseTransport | None = None,
        known: KnownHubs | None = None,
    ) -> None:
        """`known`: the hubs that were compared before; without it, none."""
        self._url, self._known = url, known or KnownHubs(None)
        self._line = HubLine(url, self._known, transport)
        self.staff = HttpStaff(self._line)

    def trust(self, ca: str) -> None:
        """Somebody compared the authority that `sign_in` has told of."""
        self._line.trust(ca)

    def sign_in(self, name: str, password: str, code: str = "", new_password: str = "") -> SignedIn:
        """Sign in. Raises `CodeNeededError` when `code`, of the second factor, is asked for.

        Raises `PasswordNeededError` for a first password, in place of which an own one is asked.

        Raises `UnknownHubError` at the first contact, before anything is sent.
        """
        self._line.meet()
        device = self._known.device_of(self._url, name)
        more = {"code": code, "device": device, "new_password": new_password}
        asked = {"name": name, "password": password} | {k: v for k, v in more.items() if v}
        try:
            response = self._line.send("POST", "/v1/session", json=asked)
        except SessionOverError as error:
            raise HubRefusedError(str(error)) from None
        signed_in = self._signed_in(response)
        if signed_in.device not in ("", device):
            self._known.keep_device(self._url, name, signed_in.device)
        return signed_in

    def account_name(self) -> str:
        """What the account is called that staff may sign in with here; empty without one.

        Raises `UnknownHubError` as `sign_in` does.
        """
        self._line.meet()
        return read(self._line.send("GET", "/v1/oidc"), dict[str, str]).get("name", "")

    def begin_account(self, port: int) -> AccountStart:
        """Begin a sign-in whose browser comes back to this port of this computer."""
        self._line.meet()
        asked = codec.to_json({"port": port})
        return read(self._line.send("POST", "/v1/oidc/start", content=asked), AccountStart)

    def finish_account(self, ticket: str, state: str, code: str) -> SignedIn:
        """Sign in with what the browser brought back.

        Raises `NotLinkedError` for an account that is nobody's here.
        """
        asked = {"ticket": ticket, "state": state, "code": code}
        try:
            response = self._line.send("POST", "/v1/oidc/session", json=asked, patience=_PROVIDER)
        except SessionOverError as error:
            raise HubRefusedError(str(error)) from None
        return self._signed_in(response)

    def waits_for_set_up(self) -> bool:
        """Whether nobody may sign in yet. Raises `UnknownHubError` as `sign_in` does."""
        self._line.meet()
        return read(self._line.send("GET", "/v1/set-up"), dict[str, bool])["is_open"]

    def set_up(self, first: FirstStaff) -> SignedIn:
        """Become the first administrator, signed in."""
        self._line.meet()
        return self._signed_in(self._line.send("POST", "/v1/set-up", content=codec.to_json(first)))

    def _signed_in(self, response: httpx.Response) -> SignedIn:
        signed_in = read(response, SignedIn)
        self._line.follow()
        self._line.open_session(signed_in.token)
        return signed_in

    def choose_site(self, site_id: str) -> None:
        """Ask about one site from now on; an empty id: about all that there are to see."""
        self._line.choose_site(site_id)

    def sign_out(self) -> None:
        try:
            self._line.send("DELETE", "/v1/session")
        finally:
            self._line.close_session()

    def wait_for_change(self, since: int, seconds: int) -> int:
        """The hub's version once it is another than `since`, or after `seconds` as it is."""
        response = self._line.send(
            "GET",
            "/v1/live",
            params={"since": str(since), "wait": str(seconds)},
            patience=seconds + 5.0,
        )
        return read(response, dict[str, int])["version"]

    def desk(self) -> Desk:
        return self._line.ask_again("/v1/desk", Desk)

    def on_site(self) -> OnSite:
        return self._line.ask_again("/v1/on-site", OnSite)

    def visits(self, wanted: VisitFilter, page: str | None) -> VisitPage:
        parameters = wanted.parameters() | {"limit": str(PAGE)}
        if page is not None:
            parameters["page"] = page
        return read(self._line.send("GET", "/v1/visits", params=parameters), VisitPage)

    def story(self, visit_id: UUID) -> VisitStory:
        return read(self._line.send("GET", f"/v1/visits/{visit_id}"), VisitStory)

    def export(self, wanted: VisitFilter, to: Path, progress: Callable[[int], None]) -> int:
        """Write the visits as CSV to `to`; returns how many. A part file is never left behind."""
        part = to.with_name(f"{to.name}.part")
        lines = 0
        try:
            with (
                self._line.stream("/v1/visits.csv", wanted.parameters(), _LONG) as response,
                open(part, "wb", opener=private) as file,
            ):
                for piece in response.iter_bytes():
                    file.write(piece)
                    lines += piece.count(b"\n")
                    progress(max(0, lines - 1))
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
        return max(0, lines - 1)

    def decide(self, visit_id: UUID, verdict: Verdict, reason: str) -> Decision:
        response = self._line.send(
            "POST",
            f"/v1/visits/{visit_id}/decision",
            json={"verdict": verdict.value, "reason": reason},
        )
        return read(response, Decision)

    def check_out(self, visit_id: UUID) -> Visit:
        return read(self._line.send("POST", f"/v1/visits/{visit_id}/check-out"), Visit)

    def lists(self) -> Lists:
        return self._line.ask_again("/v1/watchlists", Lists)

    def preview(self, file: ListFile, ticket: UUID) -> ImportPreview:
        """What the file would change. By the ticket it is watched and stopped meanwhile."""
        more = {"ticket": str(ticket)}
        return read(self._send_list("/v1/watchlists/preview", file, more), ImportPreview)

    def import_list(self, file: ListFile, *, skip_bad: bool) -> Watchlist:
        more = {"skip_bad": "true"} if skip_bad else {}
        more["max_age_days"] = str(file.max_age_days or 0)
        if file.by_hand is not None:
            more["by_hand"] = file.by_hand.value
        if file.seen_version is not None:
            more["current_version"] = str(file.seen_version)
        return read(self._send_list("/v1/watchlists", file, more), Watchlist)

    def clearances(self) -> Clearances:
        return self._line.ask_again("/v1/clearances", Clearances)

    def end_clearance(self, clearance_id: UUID) -> Clearance:
        return read(self._line.send("POST", f"/v1/clearances/{clearance_id}/end"), Clearance)

    def screening_figures(
        self, first_day: date, last_day: date, list_id: UUID | None
    ) -> ScreeningFigures:
        """What screening came to in these days, both included; of one list when it is told."""
        parameters = {"from": first_day.isoformat(), "to": last_day.isoformat()}
        if list_id is not None:
            parameters["list_id"] = str(list_id)
        response = self._line.send(
            "GET", "/v1/screening/figures", params=parameters, patience=_COUNTING
        )
        return read(response, ScreeningFigures)

    def notices(self) -> Notices:
        return self._line.ask_again("/v1/notices", Notices)

    def read_notice(self, notice_id: UUID) -> Notice:
        return read(self._line.send("POST", f"/v1/notices/{notice_id}/read"), Notice)

    def audit(self, page: str | None) -> AuditPage:
        """What was done, newest first; the pages behind the first by what it said."""
        parameters = {} if page is None else {"page": page}
        return read(self._line.send("GET", "/v1/audit", params=parameters), AuditPage)

    def inventory(self) -> Inventory:
        """What is kept of people, with the school's own days."""
        return read(self._line.send("GET", "/v1/inventory", patience=_COUNTING), Inventory)

    def rules(self) -> DeskRules:
        """The desk's standing rules."""
        response = self._line.send("GET", "/v1/policy")
        return DeskRules(read(response, DeskPolicy), response.headers.get("ETag", ""))

    def settle_rules(self, wanted: DeskPolicy, tag: str) -> DeskRules:
        """Settle these, if the others that were seen still hold."""
        headers = {"If-Match": tag} if tag else None
        body = codec.to_json(wanted)
        self._line.send("PUT", "/v1/policy", content=body, headers=headers)
        return self.rules()  # with its tag, which an answer to PUT has not

    def import_progress(self) -> ImportProgress | None:
        """How far the import has come that is under way; None when there is none."""
        return self._progress("/v1/watchlists/import")

    def preview_progress(self, ticket: UUID) -> ImportProgress | None:
        """How far a preview has come; None when there is nothing to tell."""
        return self._progress(f"/v1/watchlists/preview/{ticket}")

    def stop_preview(self, ticket: UUID) -> None:
        self._line.send("DELETE", f"/v1/watchlists/preview/{ticket}")

    def cancel_import(self) -> None:
        self._line.send("DELETE", "/v1/watchlists/import")

    def people(self, list_id: UUID, text: str, page: str | None) -> EntryPage:
        parameters = {"words": text, "page": page or ""}
        return read(
            self._line.send("GET", f"/v1/watchlists/{list_id}/people", params=parameters), EntryPage
        )

    def entry(self, list_id: UUID, entry_id: UUID) -> EntryFile:
        return read(
            self._line.send("GET", f"/v1/watchlists/{list_id}/people/{entry_id}"), EntryFile
        )

    def save_entry(
        self, list_id: UUID, entry_id: UUID | None, draft: EntryDraft, version: int
    ) -> EntryFile:
        """Change an entry, or with no id add one."""
        address, content = f"/v1/watchlists/{list_id}/people", codec.to_json(draft)
        if entry_id is None:
            return read(self._line.send("POST", address, content=content), EntryFile)
        response = self._line.send(
            "PUT", f"{address}/{entry_id}", params={"version": str(version)}, content=content
        )
        return read(response, EntryFile)

    def remove_entry(self, list_id: UUID, entry_id: UUID, version: int, reason: str) -> EntryFile:
        """Ask that an entry be removed, or confirm what another person asked."""
        response = self._line.send(
            "POST",
            f"/v1/watchlists/{list_id}/people/{entry_id}/removal",
            content=codec.to_json({"version": version, "reason": reason}),
        )
        return read(response, EntryFile)

    def keep_entry(self, list_id: UUID, entry_id: UUID) -> EntryFile:
        address = f"/v1/watchlists/{list_id}/people/{entry_id}/removal"
        return read(self._line.send("DELETE", address), EntryFile)

    def entry_deeds(self, list_id: UUID, entry_id: UUID) -> EntryDeeds:
        address = f"/v1/watchlists/{list_id}/people/{entry_id}/deeds"
        return read(self._line.send("GET", address, patience=_COUNTING), EntryDeeds)

    def add_photo(self, content: bytes) -> str:
        """Give the hub a picture for an entry; returns the SHA-256 that the entry is to have."""
        headers = {"Content-Type": "application/octet-stream"}
        response = self._line.send(
            "POST", "/v1/watchlists/photos", content=content, headers=headers, patience=_COUNTING
        )
        return read(response, dict[str, str])["photo"]

    def add_list(self, name: str, category: Category, max_age_days: int | None) -> Watchlist:
        """Begin a list that is kept by hand."""
        wanted = {"name": name, "category": category, "max_age_days": max_age_days}
        response = self._line.send(
            "POST",
            "/v1/watchlists/new",
            params=self._line.chosen(),
            content=codec.to_json(wanted),
        )
        return read(response, Watchlist)

    def photo(self, sha256: str) -> bytes:
        return self._line.send("GET", f"/v1/blobs/{sha256}").content

    def kiosks(self) -> Kiosks:
        return self._line.ask_again("/v1/kiosks", Kiosks)

    def new_pairing_code(self) -> PairingCode:
        response = self._line.send("POST", "/v1/kiosks/codes", params=self._line.chosen())
        return read(response, PairingCode)

    def accept_kiosk(self, request_id: UUID, *, is_replaced: bool) -> PairingRequest:
        address = f"/v1/kiosks/requests/{request_id}/accept"
        more = {"replace": "true"} if is_replaced else {}
        return read(self._line.send("POST", address, params=more), PairingRequest)

    def reject_kiosk(self, request_id: UUID) -> PairingRequest:
        address = f"/v1/kiosks/requests/{request_id}/reject"
        return read(self._line.send("POST", address), PairingRequest)

    def try_parked_again(self) -> TriedAgain:
        """Let the hub apply what it could not before."""
        path = "/v1/kiosks/parked/try-again"
        return read(self._line.send("POST", path, patience=_COUNTING), TriedAgain)

    def revoke_kiosk(self, kiosk_id: str, since: date | None) -> RevokedKiosk:
        params = {} if since is None else {"end_cleared_since": since.isoformat()}
        path = f"/v1/kiosks/{kiosk_id}/revoke"
        return read(self._line.send("POST", path, params=params), RevokedKiosk)

    def close(self) -> None:
        self._line.close()

    def _progress(self, path: str) -> ImportProgress | None:
        try:
            return read(self._line.send("GET", path), ImportProgress)
        except HubRefusedError as error:
            if isinstance(error, SessionOverError):
                raise
            return None

    def _send_list(self, path: str, file: ListFile, more: dict[str, str]) -> httpx.Response:
        parameters = {"name": file.list_name, "category": file.category.value} | more
        parameters |= self._line.chosen()
        if file.columns is not None:
            parameters["columns"] = codec.to_json(file.columns).decode()
        headers = {"Content-Type": "application/octet-stream"}
        with file.path.open("rb") as content:  # half a gigabyte is never held whole
            return self._line.send(
                "POST", path, params=parameters, content=content, headers=headers, patience=_LONG
            )
