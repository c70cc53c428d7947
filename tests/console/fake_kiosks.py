"""What an invented hub says of its kiosks, and what was done with them."""

from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from uuid import UUID

from db.domain.kiosks import Kiosks, PairingCode, PairingRequest, RevokedKiosk, TriedAgain
from tests.console import invented
from tests.console.invented_kiosks import make_kiosks


@dataclass
class FakeKiosks:
    """Half of a hub."""

    kiosks_answer: Kiosks = field(default_factory=make_kiosks)
    trusted: list[str] = field(default_factory=list)
    accepted: list[tuple[UUID, bool]] = field(default_factory=list)
    rejected: list[UUID] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    revoked_since: list[date | None] = field(default_factory=list)
    tried_again: int = 0
    kiosks_asked: int = 0

    def trust(self, ca: str) -> None:
        self.trusted.append(ca)

    def kiosks(self) -> Kiosks:
        self.kiosks_asked += 1
        return self.kiosks_answer

    def new_pairing_code(self) -> PairingCode:
        return PairingCode("4829-1376", invented.NOW + timedelta(minutes=10))

    def accept_kiosk(self, request_id: UUID, *, is_replaced: bool) -> PairingRequest:
        self.accepted.append((request_id, is_replaced))
        return self._decided(request_id)

    def reject_kiosk(self, request_id: UUID) -> PairingRequest:
        self.rejected.append(request_id)
        return self._decided(request_id)

    def revoke_kiosk(self, kiosk_id: str, since: date | None) -> RevokedKiosk:
        self.revoked.append(kiosk_id)
        self.revoked_since.append(since)
        known = next(k for k in self.kiosks_answer.kiosks if k.kiosk_id == kiosk_id)
        told = {field.name: getattr(known, field.name) for field in fields(known)}
        ended = 0 if since is None else 2
        knew = ("Dana Whitlock", "Rosa Begaye")
        return RevokedKiosk(**told, ended_clearances=ended, knew_pins_of=knew)

    def try_parked_again(self) -> TriedAgain:
        self.tried_again += 1
        parked, self.kiosks_answer = (
            self.kiosks_answer.parked,
            replace(self.kiosks_answer, parked=()),
        )
        return TriedAgain(sum(group.count for group in parked), 0)

    def _decided(self, request_id: UUID) -> PairingRequest:
        known = self.kiosks_answer
        done = next(r for r in known.requests if r.request_id == request_id)
        left = tuple(r for r in known.requests if r != done)
        self.kiosks_answer = replace(known, requests=left)
        return done
