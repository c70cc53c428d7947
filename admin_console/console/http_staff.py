"""The staff, kept over HTTP: which of the hub's routes does each thing of `client.StaffClient`."""

from uuid import UUID

import httpx

from admin_console.console.answers import read
from admin_console.console.line import HubLine
from db import codec
from db.domain.staffing import (
    FactorStanding,
    FactorStart,
    FirstPassword,
    KnownStaff,
    NewPin,
    RecoveryCodes,
    StaffAdded,
    StaffDraft,
    StaffPage,
    StaffStart,
)

_ALL = "/v1/staff"
_FACTOR = "/v1/session/second-factor"


class HttpStaff:
    """The staff of the hub at the end of this line."""

    def __init__(self, line: HubLine) -> None:
        self._line = line

    def page(self, text: str, page: str, *, is_signed_in: bool) -> StaffPage:
        """A page of those whose names hold the text; the first one with an empty `page`."""
        parameters = {"q": text.strip(), "page": page}
        if is_signed_in:
            parameters["signed_in"] = "true"
        told = {name: value for name, value in parameters.items() if value}
        return read(self._line.send("GET", _ALL, params=told), StaffPage)

    def one(self, staff_id: UUID) -> tuple[KnownStaff, str]:
        """What was settled for somebody, and the tag with which it is changed."""
        response = self._line.send("GET", f"{_ALL}/{staff_id}")
        return read(response, KnownStaff), response.headers.get("ETag", "")

    def add(self, start: StaffStart) -> StaffAdded:
        return read(self._line.send("POST", _ALL, content=codec.to_json(start)), StaffAdded)

    def change(self, staff_id: UUID, draft: StaffDraft, tag: str) -> KnownStaff:
        """Settle something else, unless somebody did since it had this tag."""
        headers = {"If-Match": tag} if tag else None
        content = codec.to_json(draft)
        response = self._line.send("PUT", f"{_ALL}/{staff_id}", content=content, headers=headers)
        return read(response, KnownStaff)

    def remove(self, staff_id: UUID) -> None:
        self._end(staff_id, "")

    def new_first_password(self, staff_id: UUID) -> str:
        response = self._post(staff_id, "first-password")
        return read(response, FirstPassword).first_password

    def new_pin(self, staff_id: UUID) -> str:
        return read(self._post(staff_id, "pin"), NewPin).pin

    def end_pin(self, staff_id: UUID) -> None:
        self._end(staff_id, "/pin")

    def end_second_factor(self, staff_id: UUID) -> None:
        self._end(staff_id, "/second-factor")

    def sign_out(self, staff_id: UUID) -> None:
        self._end(staff_id, "/sign-ins")

    def change_own_password(self, password: str, new_password: str) -> None:
        """Change the password of who is signed in; it stays so here and nowhere else."""
        asked = {"password": password, "new_password": new_password}
        self._line.send("PUT", "/v1/session/password", json=asked)

    def own_factor(self) -> FactorStanding:
        return read(self._line.send("GET", _FACTOR), FactorStanding)

    def begin_own_factor(self) -> FactorStart:
        """A key for the own telephone; it is in force once it was confirmed."""
        return read(self._line.send("POST", _FACTOR), FactorStart)

    def confirm_own_factor(self, password: str, key: str, code: str) -> RecoveryCodes:
        asked = {"password": password, "key": key, "code": code}
        return read(self._line.send("PUT", _FACTOR, json=asked), RecoveryCodes)

    def end_own_factor(self, password: str) -> None:
        self._line.send("POST", f"{_FACTOR}/end", json={"password": password})

    def _post(self, staff_id: UUID, what: str) -> httpx.Response:
        return self._line.send("POST", f"{_ALL}/{staff_id}/{what}")

    def _end(self, staff_id: UUID, what: str) -> None:
        self._line.send("DELETE", f"{_ALL}/{staff_id}{what}")
