"""What the hub's answers mean: the value that was asked for, or an error in words for a person.

::

    HubAwayError              no answer
    └── OddAnswerError        an answer, but none to work with: no hub, or a hub in trouble
    HubRefusedError           the hub says no, in words for the person who asked
    ├── SessionOverError      sign in again
    ├── PasswordNeededError   the password is a first one: an own one has to be chosen
    ├── CodeNeededError       signing in takes a code of the second factor too
    ├── NotLinkedError        an account of the district that is nobody's here; says which
    ├── UnknownHubError       the first contact: somebody has to compare who it is
    └── AlreadyDecidedError   somebody else was first; carries their decision
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import msgspec

from db import codec, hub_trust
from db.domain.decision import Decision
from db.domain.errors import HubAwayError, HubRefusedError

T = TypeVar("T")


class OddAnswerError(HubAwayError):
    """Something answered: either it is no hub, or the hub has trouble itself. Its text says which.

    To everybody else it is as if the hub were away: what was shown stays, and is asked for again.
    """


class SessionOverError(HubRefusedError):
    """The hub does not know this session any more: sign in again."""


class CodeNeededError(HubRefusedError):
    """Name and password are right; the code of the second factor is missing or wrong."""


class PasswordNeededError(HubRefusedError):
    """Name and password are right, and somebody else made the password: choose an own one."""


class NotLinkedError(HubRefusedError):
    """The provider said who it is, and that account is linked with nobody at this hub."""

    def __init__(self, words: str, subject: str) -> None:
        super().__init__(words)
        self.subject = subject


class UnknownHubError(HubRefusedError):
    """This computer has not met this hub yet. Nothing was sent to it."""

    def __init__(self, ca: str) -> None:
        super().__init__("This computer does not know this hub yet.")
        self.ca = ca
        self.digits = hub_trust.digits_to_compare(ca)


class AlreadyDecidedError(HubRefusedError):
    """Somebody else decided on this visit first."""

    def __init__(self, words: str, decision: Decision) -> None:
        super().__init__(words)
        self.decision = decision


@contextmanager
def network() -> Iterator[None]:
    """Turn every way in which no answer comes into `HubAwayError`."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
        # httpx answers with a plain RuntimeError once its client is closed.
        why = hub_trust.why_not_trusted(error)
        if why:
            raise OddAnswerError(
                f"{why} Nothing was sent. If the hub was set up anew, ask whoever looks after it "
                "for its number (vestibule-hub fingerprint), and start the console once with "
                "--trust and that number."
            ) from error
        raise HubAwayError(
            "The hub does not answer. Nothing is lost: the kiosks keep what they saw and send it"
            " when the hub is back."
        ) from error


def read(response: httpx.Response, of: type[T]) -> T:
    try:
        return codec.from_json(response.content, of)
    except codec.MalformedError as error:
        raise _no_hub() from error


def refuse(response: httpx.Response) -> None:
    """Raise what the hub's answer means."""
    words, body = _words(response)
    if "text/html" in response.headers.get("Content-Type", ""):
        # A hub never answers with a page: this is a printer's, a router's, somebody's web server.
        raise _no_hub()
    if response.status_code == httpx.codes.UNAUTHORIZED and body.get("needs_code") is True:
        raise CodeNeededError(words)
    if response.status_code == httpx.codes.UNAUTHORIZED and body.get("needs_password") is True:
        raise PasswordNeededError(words)
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise SessionOverError(words)
    if response.status_code == httpx.codes.CONFLICT and "decision" in body:
        raise AlreadyDecidedError(words, msgspec.convert(body["decision"], Decision))
    if response.status_code == httpx.codes.FORBIDDEN and isinstance(body.get("subject"), str):
        raise NotLinkedError(words, body["subject"])
    if response.status_code == httpx.codes.BAD_GATEWAY and "detail" in body:
        raise HubRefusedError(words)  # the hub is well: somebody whom it asked is not
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise OddAnswerError(
            "The hub answered that it has trouble itself. Nothing was changed; try again, and"
            " tell whoever looks after the hub if it stays so."
        )
    if "detail" not in body:
        # Each refusal of a hub says why.
        raise _no_hub()
    raise HubRefusedError(words)


def _no_hub() -> OddAnswerError:
    return OddAnswerError(
        "Something answered that is not a Vestibule hub of this version. Check the hub's"
        " address, then try again."
    )


def _words(response: httpx.Response) -> tuple[str, dict[str, Any]]:
    try:
        body = msgspec.json.decode(response.content, type=dict[str, Any])
    except msgspec.DecodeError:
        body = {}
    detail = body.get("detail")
    if isinstance(detail, str) and detail:
        return detail, body
    return f"The hub refused this (answer {response.status_code}). Nothing was changed.", body
