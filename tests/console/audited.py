"""The audit of an invented school, and a hub's answer with it."""

from dataclasses import dataclass, field

from db.domain.audit import About, AuditLine, AuditPage, Deed
from tests.console.invented import NOW, at, make_id


def make_line(number: int, who: str, deed: str, about: About, about_id: str) -> AuditLine:
    return AuditLine(
        make_id(number), at(9, number % 60), who, deed, about, about_id, "10.0.0.7", ""
    )


def make_audit() -> dict[str | None, AuditPage]:
    """Two pages: the second is behind ``older``."""
    visit = str(make_id(6))
    newer = (
        make_line(803, "Dana Whitlock", Deed.VISIT_VIEWED, About.VISIT, visit),
        make_line(802, "Priya Raghunathan", Deed.POLICY_CHANGED, About.NOTHING, ""),
        make_line(801, "Priya Raghunathan", "from_a_newer_hub", About.NOTHING, ""),
    )
    older = (make_line(800, "Nobody who is known", Deed.SIGN_IN_REFUSED, About.NOTHING, ""),)
    return {None: AuditPage(NOW, newer, "older"), "older": AuditPage(NOW, older)}


@dataclass
class AuditedHub:
    """The part of a fake hub that tells of the audit."""

    audit_pages: dict[str | None, AuditPage] = field(default_factory=make_audit)

    def audit(self, page: str | None) -> AuditPage:
        return self.audit_pages[page]
