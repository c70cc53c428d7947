"""What the screens show of a visit, in words. Pure: values in, views out.

Nothing here tells one visitor from another where they must look the same, and nothing shows more
than a screen in a lobby may: no day and month of birth, no score, no list's name to a visitor.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from db.domain.clearance import Lapse
from db.domain.days import Days
from db.domain.people import Document, DocumentKind, Identity
from db.domain.screening import Agreement, Evidence, Field, HoldReason, Match, Screening
from db.domain.visit import Host, Visit, VisitDetails, VisitorType
from kiosk.config import VisitPart
from kiosk.scan.documents import USUAL_RULES, DocumentRules, Expired, is_expired
from kiosk.scan.places import name_of_jurisdiction
from kiosk.scan.presentable import presentable
from kiosk.ui.views import (
    ConfirmView,
    DetailsView,
    EvidenceLine,
    PhotoView,
    PolicyView,
    StaffView,
    StickerView,
)

OFFICE = Host(host_id="office", name="The office", place="", role="Front desk")

_KINDS = {
    DocumentKind.DRIVER_LICENSE: "Driver license",
    DocumentKind.ID_CARD: "ID card",
    DocumentKind.PASSPORT: "Passport",
    DocumentKind.OTHER: "ID",
}

_FIELDS = {
    Field.FAMILY_NAME: "Last name",
    Field.GIVEN_NAME: "First name",
    Field.MIDDLE_NAME: "Middle name",
    Field.BIRTH_DATE: "Birth date",
    Field.SEX: "Sex",
    Field.PLACE: "State",
    Field.ID_NUMBER: "ID number",
    Field.SUFFIX: "Suffix",
}

_WHY_HELD = {
    HoldReason.SCREENING_FAILED: "The lists could not be compared. Nothing is known against this "
    "visitor, and nothing for them: the decision is yours.",
    HoldReason.LIST_OUTDATED: "A list is older than it may be, so a person decides.",
    HoldReason.ID_NOT_READ: "The visitor typed the name; no ID was read. Somebody who knows them "
    "can vouch.",
    HoldReason.UNDER_AGE: "By the birth date the visitor is not of age: ask who expects them, or "
    "for an adult who comes along.",
    HoldReason.ID_EXPIRED: "The ID has expired: ask for a current one, or compare its picture with "
    "the visitor.",
}

_LAPSES = {
    Lapse.ENTRY_CHANGED: "the entry has changed since",
    Lapse.EXPIRED: "that has expired",
    Lapse.ENDED: "that was taken back",
}

_EXPIRED = {
    Expired.ACCEPT: "",
    Expired.WARN: "This ID has expired. You can go on; please bring a current one next time.",
    Expired.HOLD: "This ID has expired. The office will look at it with you.",
}
"""No date: on many licences it is the holder's birthday, which is shown to nobody."""


def document_words(document: Document | None) -> str:
    """``Driver license, Texas``; empty when the name was typed."""
    if document is None:
        return ""
    place = name_of_jurisdiction(document.jurisdiction, document.country)
    return ", ".join(p for p in (_KINDS[document.kind], place) if p)


def confirm_view(identity: Identity, notice: str = "") -> ConfirmView:
    return ConfirmView(
        name=presentable(identity.name).short,
        birth_year=identity.birth_date.year if identity.birth_date else None,
        document=document_words(identity.document),
        notice=notice,
    )


def destination(details: VisitDetails) -> tuple[str, str]:
    """Where to go, and the line under it: ``("Room 12", "Mr. Okafor, Grade 3")``."""
    host = details.host
    if host is None:
        return "The office", ""
    if not host.place:
        return host.name, host.role
    return host.place, ", ".join(p for p in (host.name, host.role) if p)


def staff_view(visit: Visit, screening: Screening, staff_name: str, now: datetime) -> StaffView:
    """A hold as the kiosk's staff screen explains it: the best match, field by field."""
    best = screening.matches[0] if screening.matches else None
    return StaffView(
        staff_name=staff_name,
        number=visit.number,
        waiting_since=visit.started_at,
        visitor_heading=document_words(visit.identity.document) or "Name typed",
        list_heading="" if best is None else _list_heading(best, now),
        lines=_own_lines(visit) if best is None else tuple(_line(e) for e in best.evidence),
        summary=_summary(screening, best),
        other_matches=max(0, len(screening.matches) - 1),
    )


def _line(evidence: Evidence) -> EvidenceLine:
    return EvidenceLine(
        field=_FIELDS[evidence.field],
        visitor=evidence.visitor,
        entry=evidence.entry,
        agreement=evidence.agreement,
        words=evidence.words,
    )


def _own_lines(visit: Visit) -> tuple[EvidenceLine, ...]:
    """What is known of the visitor when there is nothing to compare with."""
    name = presentable(visit.identity.name)
    born = visit.identity.birth_date
    known = (
        ("Last name", name.family),
        ("First name", name.given),
        ("Middle name", name.middle),
        ("Birth date", "" if born is None else f"{born:%m/%d/%Y}"),
    )
    return tuple(
        EvidenceLine(field, value or "Not given", "", Agreement.MISSING, "Nothing to compare")
        for field, value in known
    )


def _list_heading(match: Match, now: datetime) -> str:
    days = (now - match.list_imported_at).days
    age = "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
    return f"{match.list_name}, updated {age}"


def _summary(screening: Screening, best: Match | None) -> str:
    if best is None:
        return " ".join(_WHY_HELD[r] for r in screening.hold_reasons if r in _WHY_HELD)
    counts = {a: sum(e.agreement is a for e in best.evidence) for a in Agreement}
    agree, differ, missing = (
        counts[Agreement.AGREES],
        counts[Agreement.DIFFERS],
        counts[Agreement.MISSING],
    )
    text = (
        f"{agree} {'field agrees' if agree == 1 else 'fields agree'}, {differ} "
        f"{'differs' if differ == 1 else 'differ'}, {missing} "
        f"{'is' if missing == 1 else 'are'} missing."
    )
    others = len(screening.matches) - 1
    lapsed = screening.lapsed_of(best)
    if lapsed is not None:
        text = f"{text} {lapsed.cleared_by} had cleared this visitor; {_LAPSES[lapsed.why]}."
    if others:
        return f"{text} {others} other {'entry' if others == 1 else 'entries'} may match too."
    if lapsed is not None:
        return f"{text} The decision is yours."
    return f"{text} No other list has an entry like this. The decision is yours."


def shown_name(identity: Identity) -> str:
    """Given and family name, in letters as people write them."""
    return presentable(identity.name).short


def given_name(identity: Identity) -> str:
    return presentable(identity.name).given


@dataclass(frozen=True, slots=True)
class SiteWords:
    """What the school says on its screens: from the configuration, and from the hub."""

    site_name: str
    zone: ZoneInfo
    visit: VisitPart
    photo_countdown: int
    hosts: tuple[Host, ...] = ()
    documents: DocumentRules = USUAL_RULES

    def confirm_view(self, identity: Identity, days: Days) -> ConfirmView:
        has_expired = days.is_either(partial(is_expired, identity))
        return confirm_view(identity, _EXPIRED[self.documents.expired] if has_expired else "")

    def details_view(self, name: str, given: VisitDetails | None) -> DetailsView:
        return DetailsView(
            name=name,
            types=tuple(VisitorType(t) for t in self.visit.types),
            purposes=self.visit.purposes,
            hosts=self.hosts,
            office=OFFICE,
            given=given,
        )

    @property
    def takes_photos(self) -> bool:
        return self.visit.photo != "never"

    def photo_view(self, camera_trouble: str) -> PhotoView:
        return PhotoView(self.visit.photo_keep_days, self.photo_countdown, camera_trouble)

    def policy_view(self, name: str) -> PolicyView:
        text = self.visit.rules_text or "\n\n".join(self.visit.rules)
        return PolicyView(name, self.visit.rules, text)

    def sticker_view(self, reason: str) -> StickerView:
        return StickerView(reason=reason, site_name=self.site_name)

    def badge_valid_until(self, now: datetime) -> datetime:
        """Closing time of today, in UTC; the end of the day when that has passed."""
        hour, minute = (int(part) for part in self.visit.valid_until.split(":"))
        local = now.astimezone(self.zone)
        until = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if until <= local:
            until = local.replace(hour=23, minute=59, second=0, microsecond=0)
        return until.astimezone(UTC)
