"""What a school has settled for its desks, the same on hub and kiosks. Pure values."""

from dataclasses import dataclass
from datetime import date, timedelta

CLEARANCE_DAYS, RESCREEN_DAYS, VISIT_KEEP_DAYS = 365, 30, 365
PHOTO_KEEP_DAYS = 30
"""How long a hub keeps visitors' photos where nobody says otherwise."""
LONGEST_DAYS = 3_660
AUDIT_DAYS = 365
"""So long the audit is kept at least: nobody settles away what they did."""
WORDS_LENGTH = 300
DENIAL_WORDS = "Tell the principal. Do not say why."


@dataclass(frozen=True, slots=True)
class DeskPolicy:
    """The standing rules of the desk; every field has a default that a school can start with."""

    clearance_days: int = CLEARANCE_DAYS
    """For so long *not this person* holds, unless the entry changes first."""
    rescreen_days: int = RESCREEN_DAYS
    """Visits of so many days are screened again when a list changes; 0 for only who is inside."""
    denial_words: str = DENIAL_WORDS
    """What the office does when somebody is not admitted. No visitor sees it."""
    visit_keep_days: int = VISIT_KEEP_DAYS
    """For so long it is kept who came; then only that somebody came stays (`db.retention`).

    Where visits are screened again for longer, it is kept for as long as that.
    """

    audit_keep_days: int = 0
    """For so long it is kept which of the staff looked at or changed what; 0: for ever."""

    def __post_init__(self) -> None:
        """Refuse figures and words that no desk can use."""
        if not 1 <= self.clearance_days <= LONGEST_DAYS:
            raise ValueError(f"a clearance holds for 1 to {LONGEST_DAYS} days")
        if not 0 <= self.rescreen_days <= LONGEST_DAYS:
            raise ValueError(f"visits of 0 to {LONGEST_DAYS} days can be screened again")
        if not 1 <= self.visit_keep_days <= LONGEST_DAYS:
            raise ValueError(f"who came can be kept for 1 to {LONGEST_DAYS} days")
        if self.audit_keep_days and not AUDIT_DAYS <= self.audit_keep_days <= LONGEST_DAYS:
            raise ValueError(
                f"the audit can be kept for {AUDIT_DAYS} to {LONGEST_DAYS} days, or for ever with 0"
            )
        if len(self.denial_words) > WORDS_LENGTH:
            raise ValueError(f"what to do at a denial has at most {WORDS_LENGTH} characters")

    def clears_until(self, today: date, latest: date | None = None) -> date:
        """The last day of a clearance that is given today.

        Where today may be `latest` too it is counted from today, and not over before `latest` is.
        """
        return max(today + timedelta(days=self.clearance_days), latest or today)
