"""What a kiosk says, a hub takes in and applies, and where its visits differ from the log."""

from db import applying, inbox, log, outbox, replay
from db.chain import SealedEvent
from db.domain.events import (
    DomainEvent,
)
from db.engine import Database
from db.outbox import Device
from tests.makers import KIOSK, NINE


def say(kiosk: Database, *events: DomainEvent, device: Device = KIOSK) -> list[SealedEvent]:
    """Put events into the device's chain, and give all that it ever said."""
    with kiosk.begin() as session:
        for event in events:
            visit_id = getattr(event, "visit_id", None) or event.decision.visit_id  # type: ignore[union-attr]
            outbox.add(session, device, event, NINE, actor="visitor", visit_id=visit_id)
    with kiosk.read() as session:
        return outbox.pending(session, device, 0, 10_000)


def receive(hub: Database, events: list[SealedEvent], device: Device = KIOSK) -> inbox.Received:
    with hub.begin() as session:
        return inbox.receive(session, device.kiosk_id, device.epoch, events, NINE)


def apply_all(hub: Database) -> int:
    """Returns in how many steps."""
    for step in range(1, 1000):
        with hub.begin() as session:
            if not applying.go_on(session, 20).is_more:
                return step
    raise AssertionError("there is no end")


def differences(hub: Database) -> list[str]:
    with hub.read() as session:
        assert log.verify_tree(session) == ""
        assert [v.broken for v in log.verify_log(session) if v.broken] == []
        return replay.differences(session)
