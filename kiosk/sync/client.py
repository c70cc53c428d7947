"""The hub as the kiosk knows it: a port and its values. `kiosk.sync.http` is the real one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from db.chain import SealedEvent
from db.domain.decision import Decision
from db.domain.desk import Site
from db.domain.errors import HubAwayError, HubRefusedError
from db.domain.visit import CheckOutWay
from db.domain.watchlist import WatchlistEntry
from db.hub_keys import SignedChange
from db.number_keys import LaterKey


class HubGapError(HubRefusedError):
    """The hub wants events from an earlier place on: ask for its head and resume there."""


class HubForkError(HubRefusedError):
    """The hub holds other events under our numbers: stop, and let somebody pair again."""


class HubUnpairedError(HubRefusedError):
    """The hub does not know our key: we were revoked, or the hub is another one."""


class NoLineError(HubRefusedError):
    """The hub, or something on the way to it, knows no lines: ask again and again instead."""


class HubUnreadableError(HubRefusedError):
    """The hub itself says it, and this version cannot read it."""


class HubGoneError(HubRefusedError):
    """What was asked for is no longer in force; something newer follows in the feed."""


class HubTooMuchError(HubRefusedError):
    """The batch has too many bytes: send less at once."""


class HubBusyError(HubAwayError):
    """Many kiosks hand over what waits: it is our turn after `seconds`."""

    def __init__(self, words: str, seconds: float) -> None:
        super().__init__(words)
        self.seconds = seconds


class HubStrangerError(HubAwayError):
    """What answers is by another authority than that by which we know the hub: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a kiosk is given when the hub lets it in."""

    district_id: str
    site_id: str
    kiosk_id: str
    epoch: int
    number_key: str
    """The district's key for hashes of ID numbers, in hex."""
    site: Site
    hub_key: str = ""
    """The hub's public key, in hex; a hub of an older version has none."""
    later_number_keys: tuple[LaterKey, ...] = ()
    """Those behind `number_key`, in their order."""
    has_ended_before: bool = False
    """Whether this hub has revoked what the kiosk was at another of its schools until now."""


@dataclass(frozen=True, slots=True)
class HubHead:
    """Where our chain stands at the hub; `hash` and `signature` in hex, signed as a receipt."""

    epoch: int
    seq: int
    hash: str
    at: datetime | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the hub has confirmed; `hash` and `signature` in hex: see `db.signing.Receipt`."""

    acked_seq: int
    hash: str
    at: datetime | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True)
class LogHead:
    """How the hub's log of all kiosks stands; `root` and `signature` in hex."""

    log_id: str
    size: int
    root: str
    at: datetime
    signature: str


@dataclass(frozen=True, slots=True)
class HubDecision:
    """A decision made at the console."""

    decision: Decision
    event_id: UUID


@dataclass(frozen=True, slots=True)
class StaffCheckOut:
    """Staff saw somebody leave."""

    visit_id: UUID
    at: datetime
    by: str
    way: CheckOutWay = CheckOutWay.STAFF


@dataclass(frozen=True, slots=True)
class StaffPin:
    """A PIN that works here, as its argon2id hash."""

    staff_id: UUID
    display_name: str
    pin_hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something to learn from the hub; `body` is JSON whose form depends on `kind`."""

    version: int
    kind: str
    body: msgspec.Raw
    mark: str = ""
    """Tells it from another change of the same version, once the hub was restored."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes behind a cursor, oldest first, and the cursor to ask from next.

    `newest` is the version at which the feed ends for now. `start_over` says that the hub, restored
    from an old backup, does not know our cursor: read from 0, and keep only its `lists`.
    """

    cursor: int
    changes: tuple[Change, ...]
    newest: int | None = None
    start_over: bool = False
    lists: tuple[UUID, ...] = ()
    log_head: LogHead | None = None
    parked: int = 0
    """How many of our events the hub keeps and could not apply; 0 from a hub of before too."""
    log_proof: tuple[str, ...] = ()
    """That `log_head` begins with the one that we named, in hex; empty from a hub of before."""


class Line(Protocol):
    """A line by which the hub says that there is something to fetch."""

    def wait(self) -> None:
        """Sleep until the hub says so. Raises `HubAwayError` once the line is closed or lost."""
        ...

    def close(self) -> None:
        """End it, from any thread."""
        ...


class HubClient(Protocol):
    """What the kiosk asks of a hub. Raises `HubAwayError` or `HubRefusedError`, nothing else."""

    def head(self, epoch: int) -> HubHead:
        """Where our chain of that epoch stands at the hub."""
        ...

    def push(self, events: Sequence[SealedEvent], epoch: int, signature: bytes) -> Receipt:
        """Hand events of one epoch over, in their order, with our signature over the last one."""
        ...

    def put_photo(self, sha256: str, jpeg: bytes, taken_at: datetime | None) -> None:
        """Hand a photo over, and say when its days began: there are no more of them at the hub."""
        ...

    def changes(
        self, cursor: int, mark: str, wait_seconds: float, seen: LogHead | None = None
    ) -> Changes:
        """What is new behind the change read last; waits that long for something to come.

        `seen`: the last head of the hub's log, with which that of now has to begin.
        """
        ...

    def open_line(self) -> Line:
        """Open a line to be poked by. Raises `NoLineError` where there is none to be had."""
        ...

    def log_proof(self, since: int, size: int) -> tuple[bytes, ...]:
        """That the hub's log of `size` events begins with that of `since`."""
        ...

    def key_changes(self) -> tuple[SignedChange, ...]:
        """How the hub came to the key that it signs with; each is for us to check."""
        ...

    def know(self, key: bytes) -> bool:
        """Take what is signed with this key from now on; False when it was so already."""
        ...

    def entries(
        self, list_id: UUID, version: int, after: UUID | None, limit: int
    ) -> list[WatchlistEntry]:
        """The entries of one version of a list behind that id, in the order of their ids.

        Fewer than `limit` are the last ones. Raises `HubGoneError` once a newer version is in
        force, and `HubUnreadableError` for an entry of a newer hub that cannot be read here.
        """
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...
