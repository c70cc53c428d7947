"""The log as a table that a spreadsheet opens: what the paper book was."""

from collections.abc import Generator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db import pairing
from db.domain.decision import Verdict
from db.domain.visit import Visit
from db.history import Filters, every_visit
from db.models import DecisionRow
from db.story import VERDICTS
from db.table_cells import line

COLUMNS = (
    "visit", "number", "date", "name", "birth year", "visitor type", "purpose", "host", "place",
    "arrived", "signed in", "signed out", "how", "badge", "state", "decision", "reason",
    "decided by", "decided at", "kiosk",
)  # fmt: skip


def csv_lines(session: Session, filters: Filters, zone: ZoneInfo, now: datetime) -> Generator[str]:
    """The header and a line for each visit, newest first; times in the site's zone with offset.

    The mark at the start tells a spreadsheet that this is UTF-8; else it would show "JosÃ©".
    """
    names = {k.kiosk_id: k.name for k in pairing.all_kiosks(session)}
    yield f"\ufeff{line(COLUMNS)}"
    for visit, decision in every_visit(session, filters, zone):
        yield line(_cells(visit, decision, zone, now, names.get(visit.kiosk_id, visit.kiosk_id)))


def _cells(
    visit: Visit, decision: DecisionRow | None, zone: ZoneInfo, now: datetime, kiosk: str
) -> tuple[str, ...]:
    details, birth = visit.details, visit.identity.birth_date
    host = details.host if details is not None else None
    unseen = visit.is_departure_not_seen(now, zone)
    return (
        str(visit.visit_id),
        str(visit.number),
        f"{visit.started_at.astimezone(zone):%Y-%m-%d}",
        visit.identity.name.full,
        "" if birth is None else str(birth.year),
        "" if details is None else details.visitor_type.value,
        "" if details is None else details.purpose,
        "" if host is None else host.name,
        "" if host is None else host.place,
        _moment(visit.started_at, zone),
        _moment(visit.checked_in_at, zone),
        "departure not seen" if unseen else _moment(visit.checked_out_at, zone),
        "" if visit.checked_out_by is None else visit.checked_out_by.value,
        visit.badge_code or visit.sticker,
        visit.state.value,
        "" if decision is None else VERDICTS[Verdict(decision.verdict)],
        "" if decision is None else decision.reason,
        "" if decision is None else decision.decided_by,
        "" if decision is None else _moment(decision.decided_at, zone),
        kiosk,
    )


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return "" if moment is None else moment.astimezone(zone).isoformat(timespec="seconds")
