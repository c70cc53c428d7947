"""Which sites a session sees: the one place where a person's or a kiosk's limits are kept.

A `Database` that is limited to sites (`Database.within`) puts these criteria on every statement of
its sessions, as `db.districts` does for the district: a query that forgets about sites still finds
nothing of other sites. Rows say themselves what they belong to (`db.columns.OfSite` and others);
`FREE` says which do not, and why nothing leaks by them. A test holds that every table is in one
or the other. Statements over bare tables are left alone.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from db.columns import OfList, OfSite, OfSiteOrDistrict, OfVisit
from db.models import VisitRow, WatchlistRow

SITES = "sites"
"""In a session's `info`: the sites that it is limited to; None or nothing: to none."""
EVERY_SITE = "every_site"
"""The execution option of a statement that needs all rows, since it shows nobody any of them."""
_OF_LOG = "the log: read by who looks at a visit, which is of a site, and verified as a whole"
_OF_KIOSK = "a kiosk's way in: no route shows it"
_OF_STAFF = "of the staff: `db.staff_list` shows it of those who work at the sites that are seen"
_OWN = "of the staff: shown to nobody but the one whose it is"
FREE: Mapping[str, str] = MappingProxyType(
    {
        "EventRow": _OF_LOG,
        "EventBodyRow": _OF_LOG,
        "ChainRow": _OF_LOG,
        "SignedHeadRow": _OF_LOG,
        "DeviceKeyRow": _OF_LOG,
        "DeviceTokenRow": _OF_KIOSK,
        "DeviceChallengeRow": _OF_KIOSK,
        "TreeRow": _OF_LOG,
        "TreeNodeRow": _OF_LOG,
        "AppliedRow": _OF_LOG,
        "AppliedAheadRow": _OF_LOG,
        "WatchlistEntryRow": "read by the edition, which only its list tells",
        "ListImportRow": "one import at a time in the district; `db.list_lock` says whose it shows",
        "SettingRow": "the district's rules",
        "FeedRow": "a number",
        "PhotoRow": "a kiosk's own",
        "PairingCodeRow": "shown once, to who made it",
        "StaffRow": "colleagues' names stand in the audit; `db.staff_list` limits all else of them",
        "StaffSiteRow": _OF_STAFF,
        "StaffPinRow": "the feed sends those of its kiosk's site: `db.sites.pins_of`",
        "StaffSessionRow": _OF_STAFF,
        "RecoveryCodeRow": _OWN,
        "StaffAccountRow": _OF_STAFF,
        "OidcSignInRow": "a sign-in under way: no route shows it",
        "AttemptRow": "no route shows it",
        "WebhookRow": "no route shows it",
        "WebhookMessageRow": "no route shows it",
    }
)
_visit = VisitRow.__table__.alias("seen_visit")
_list = WatchlistRow.__table__.alias("seen_list")


def limits_of(session: Session) -> frozenset[str] | None:
    """The sites that the session is limited to, None when it is not."""
    sites: frozenset[str] | None = session.info.get(SITES)
    return sites


def sees(session: Session, site_id: str) -> bool:
    """Whether rows of this site (empty: rows that are the district's alone) are seen here."""
    sites = limits_of(session)
    return sites is None or site_id in sites


@lru_cache(maxsize=256)
def criteria(sites: frozenset[str]) -> tuple[LoaderCriteriaOption, ...]:
    """What limits a statement to these sites. Made once: every statement is given the same."""
    own = tuple(sorted(sites))
    shared = ("", *own)

    def of_visit(row: type[OfVisit]) -> ColumnElement[bool]:
        return exists(
            select(_visit.c.visit_id).where(
                _visit.c.district_id == row.district_id,
                _visit.c.visit_id == row.visit_id,
                _visit.c.site_id.in_(own),
            )
        )

    def of_list(row: type[OfList]) -> ColumnElement[bool]:
        return exists(
            select(_list.c.list_id).where(
                _list.c.district_id == row.district_id,
                _list.c.list_id == row.list_id,
                _list.c.site_id.in_(shared),
            )
        )

    return (
        with_loader_criteria(OfSite, lambda row: row.site_id.in_(own), include_aliases=True),
        with_loader_criteria(
            OfSiteOrDistrict, lambda row: row.site_id.in_(shared), include_aliases=True
        ),
        with_loader_criteria(OfVisit, of_visit, include_aliases=True),
        with_loader_criteria(OfList, of_list, include_aliases=True),
    )
