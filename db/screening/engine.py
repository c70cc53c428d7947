"""One screening: a visitor against every list at once.

The sum of a row's bits is a log likelihood ratio. How often chance alone reaches so many bits is
tried out on the list itself (`db.screening.calibrate`); tiers and the hold's threshold come from
that rate and from nothing hand-made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from db.domain.days import Days
from db.domain.partial_date import PartialDate
from db.domain.people import Identity, PersonName
from db.domain.screening import Evidence, HoldReason, ListVersion, Match, Screening, Tier
from db.domain.watchlist import Category, WatchlistEntry
from db.screening.calibrate import OTHER_DATE, POSSIBLE, STRONG, Curve
from db.screening.compare import DateKind, DateLevel, NameLevel
from db.screening.explain import Compared, Person, evidence_of
from db.screening.index import Index, ListIndex
from db.screening.names import fold, fold_middle
from db.screening.pairs import Scored
from db.screening.scan import Scan
from db.screening.segment import SEXES, Segment, fold_suffix
from db.screening.side import Query

ENGINE_VERSION = "8"
MOST_ONE_IN = 1_000_000
MOST_MATCHES = 20
_LONGEST_PLACE = 2
"""Letters of a state: a consulate or a school that issued a card is no place to compare."""


def screen(
    identity: Identity,
    index: Index,
    *,
    number_hash: str,
    now: datetime,
    screening_id: UUID,
    days: Days | None = None,
    latest: datetime | None = None,
    is_whole: bool = False,
) -> Screening:
    """Compare a visitor with every list; best match first, one match for each entry of a list.

    Of more matches than a person can look through the screening tells `most_telling`, or all of
    them when it is to be `is_whole`.

    Whoever has an entry's exact given and family name and birth date is always held, also where
    neither side has the one name, or knows more of the date than month and year. So is
    whoever has the exact names of an entry of a custody, trespass or alert list when nothing
    speaks against it: no birth date on either side, or the same year or month with no more known.
    Schools write such lists by hand and often know no date. A registry is too large for that:
    half the visitors have a namesake there, so without a date the bits alone decide.

    Entries that are not in force on any of `days` (by the school's calendar; that of UTC when
    they are not given) are left out. A list is as old as it is at `latest`, where clocks disagree
    on the time; else now. Raises LookupError when an index is older than its list.
    """
    visitor = visitor_of(identity, number_hash)
    found = find_matches(visitor, index, days or Days.of(now.date()))
    matches = tuple(_match(f, f.tier) for f in found if f.tier is not None)
    reasons: list[HoldReason] = []
    if matches:
        reasons.append(HoldReason.MATCH)
    if any(_is_outdated(w.imported_at, w.max_age_days, latest or now) for w in index.lists):
        reasons.append(HoldReason.LIST_OUTDATED)
    return Screening(
        screening_id=screening_id,
        screened_at=now,
        engine_version=ENGINE_VERSION,
        lists=tuple(ListVersion(w.list_id, w.name, w.version) for w in index.lists),
        matches=matches if is_whole else most_telling(matches),
        hold_reasons=tuple(reasons),
    )


def most_telling(matches: Sequence[Match]) -> tuple[Match, ...]:
    """Of too many matches those that staff must not miss, in the order in which they came.

    The best one of each list, then those of the school's own lists, whose rules and instructions
    stand on the card, then the rest of the registries'.
    """
    if len(matches) <= MOST_MATCHES:
        return tuple(matches)
    best: dict[UUID, int] = {}
    for place, match in enumerate(matches):
        best.setdefault(match.list_id, place)
    firsts = set(best.values())

    def is_passed_over(place: int) -> tuple[bool, bool]:
        return place not in firsts, matches[place].category is Category.REGISTRY

    kept = sorted(range(len(matches)), key=is_passed_over)[: max(MOST_MATCHES, len(firsts))]
    return tuple(matches[place] for place in sorted(kept))


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whom the lists are searched for; `number_hash` is the keyed hash of an ID's number."""

    person: Person
    number_hash: str = ""

    @property
    def query(self) -> Query:
        """The same, folded."""
        name = self.person.name
        return Query(
            family=fold(name.family),
            given=fold(name.given),
            middle=fold_middle(name.middle),
            suffix=fold_suffix(name.suffix),
            born=self.person.born.digits if self.person.born is not None else "",
            sex=SEXES.index(self.person.sex),
            place=self.person.place.casefold(),
            number_hash=self.number_hash,
        )


def visitor_of(identity: Identity, number_hash: str = "") -> Visitor:
    """What of an identity is compared."""
    born = PartialDate.of(identity.birth_date) if identity.birth_date is not None else None
    place = identity.document.jurisdiction if identity.document is not None else ""
    if len(place) > _LONGEST_PLACE:
        place = ""
    return Visitor(Person(identity.name, born, identity.sex, place, bool(number_hash)), number_hash)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry at or above the floor; `tier` is None below every tier."""

    visitor: Person
    list_index: ListIndex
    entry: WatchlistEntry
    name: PersonName
    """The entry's name, or the alias, that fits best."""
    compared: Compared
    bits: float
    expected: float
    """Expected false alarms: the share of unlisted visitors who reach as many bits by chance.

    With a match of this kind, which is what tiers go by: with what there is of the birth date.
    """
    by_any_kind: float
    """The share that have any match as rare as this one, of whatever kind: what staff are told."""
    tier: Tier | None


def find_matches(
    visitor: Visitor, index: Index, days: Days, floor: float | None = None
) -> list[Found]:
    """Every entry in force with at least `floor` bits (the lowest tier's, unless it is lower)."""
    found = [each for one in index.each for each in _in_list(visitor, one, index, days, floor)]
    return sorted(
        found, key=lambda f: (-f.bits, f.list_index.watchlist.name, str(f.entry.entry_id))
    )


def _in_list(
    visitor: Visitor, one: ListIndex, index: Index, days: Days, floor: float | None
) -> Iterator[Found]:
    least = one.calibration.floor
    if floor is not None:
        least = min(least, floor)
    scan = Scan(visitor.query, one.segments, index.population)
    is_local = one.watchlist.category is not Category.REGISTRY
    best: dict[int, _Best] = {}
    scored = scan.found(least, is_named_held=is_local)
    for at, part in enumerate(scored):
        segment = one.segments[at].segment
        entries = segment.entry_of[part.rows].tolist()
        for place, (entry, bits) in enumerate(zip(entries, part.total.tolist(), strict=True)):
            known = best.get(entry)
            # A name with fewer bits counts only if it may hold where the best one does not.
            if known is not None and known.bits >= bits and known.tier is not None:
                continue
            expected, tier = _tier(one, segment, part, place, bits, is_local=is_local)
            if known is None or (tier is not None, bits) > (known.tier is not None, known.bits):
                best[entry] = _Best(bits, at, place, expected, tier)
    for entry_place, row in best.items():
        entry = one.entry(entry_place)
        if not entry.is_in_force(days):
            continue
        if row.tier is None and (floor is None or row.bits < floor):
            continue
        part, segment = scored[row.at], one.segments[row.at].segment
        name = _name(segment, int(part.rows[row.place]))
        compared = _compared(part, row.place)
        curve = _curve_of(one, *_birth(segment, part, row.place))
        any_kind = curve.by_any_kind(row.expected)
        yield Found(
            visitor.person, one, entry, name, compared, row.bits, row.expected, any_kind, row.tier
        )


class _Best(NamedTuple):
    """The row that speaks for an entry: one that holds before one that does not, then by bits."""

    bits: float
    at: int
    place: int
    expected: float
    tier: Tier | None


def _tier(
    one: ListIndex, segment: Segment, scored: Scored, place: int, bits: float, *, is_local: bool
) -> tuple[float, Tier | None]:
    kind, birth = _birth(segment, scored, place)
    is_dated = kind is DateKind.WHOLE and not _is_partial(birth)
    curve = _curve_of(one, kind, birth)
    expected = curve.expected(bits)
    if not is_dated:
        if expected <= curve.check_photo:
            return expected, Tier.CHECK_PHOTO
    elif birth is DateLevel.DIFFERENT:
        if expected <= OTHER_DATE:
            return expected, Tier.POSSIBLE
    elif expected <= STRONG:
        return expected, Tier.STRONG
    elif expected <= POSSIBLE:
        return expected, Tier.POSSIBLE
    if scored.names.is_same_person_by_name_and_date[place]:
        return expected, Tier.POSSIBLE if is_dated else Tier.CHECK_PHOTO
    if is_local and scored.names.is_same_name_and_open_date[place]:
        return expected, Tier.CHECK_PHOTO
    return expected, None


def _birth(segment: Segment, scored: Scored, place: int) -> tuple[DateKind, DateLevel]:
    """What there is of a row's birth date, and how it meets the visitor's."""
    kind = segment.dates.kinds[segment.birth_of[scored.rows[place]]]
    return DateKind(int(kind)), DateLevel(int(scored.names.birth_level[place]))


def _curve_of(one: ListIndex, kind: DateKind, birth: DateLevel) -> Curve:
    if kind is DateKind.WHOLE:
        # On such a level it is the visitor whose birth date is not whole.
        if _is_partial(birth):
            return one.calibration.estimate
        is_other = birth is DateLevel.DIFFERENT
        return one.calibration.other if is_other else one.calibration.whole
    if birth is DateLevel.MISSING and kind is not DateKind.NOTHING:
        return one.calibration.estimate
    return one.calibration.partial


def _is_partial(birth: DateLevel) -> bool:
    return birth in (
        DateLevel.MISSING,
        DateLevel.SAME_MONTH_ONLY_KNOWN,
        DateLevel.SAME_YEAR_ONLY_KNOWN,
        DateLevel.YEAR_NEAR_ONLY_KNOWN,
    )


def _compared(scored: Scored, place: int) -> Compared:
    names = scored.names
    return Compared(
        family=NameLevel(int(names.family_level[place])),
        family_bits=float(names.family[place]),
        given=NameLevel(int(names.given_level[place])),
        given_bits=float(names.given[place]),
        is_swapped=bool(names.is_swapped[place]),
        middle=NameLevel(int(scored.middle_level[place])),
        middle_bits=float(scored.middle[place]),
        birth=DateLevel(int(names.birth_level[place])),
        birth_bits=float(names.birth[place]),
        suffix_bits=float(scored.suffix[place]),
        sex_bits=float(scored.sex[place]),
        place_bits=float(scored.place[place]),
        number_bits=float(scored.number[place]),
    )


def _name(segment: Segment, row: int) -> PersonName:
    return PersonName(
        given=segment.given.written[segment.given_of[row]],
        family=segment.family.written[segment.family_of[row]],
        middle=segment.given.written[segment.middle_of[row]],
        suffix=segment.suffixes[segment.suffix_of[row]],
    )


def evidence(found: Found) -> tuple[Evidence, ...]:
    """The rows that explain a match."""
    entry = found.entry
    listed = Person(found.name, entry.born, entry.sex, entry.jurisdiction, bool(entry.number_hash))
    return evidence_of(found.visitor, listed, found.compared)


def _match(found: Found, tier: Tier) -> Match:
    watchlist, rows = found.list_index.watchlist, evidence(found)
    # Beyond a million nobody can know: more digits would claim too much.
    one_in = int(min(1.0 / max(found.by_any_kind, 1.0 / MOST_ONE_IN), MOST_ONE_IN))
    return Match(
        entry=found.entry,
        list_id=watchlist.list_id,
        list_name=watchlist.name,
        category=watchlist.category,
        list_version=watchlist.version,
        list_size=watchlist.entry_count,
        list_imported_at=watchlist.imported_at,
        max_age_days=watchlist.max_age_days,
        tier=tier,
        bits=round(sum(e.bits for e in rows), 1),  # what is shown adds up
        one_in=two_digits(max(one_in, 1)),
        evidence=rows,
    )


def _is_outdated(imported_at: datetime, max_age_days: int | None, now: datetime) -> bool:
    return max_age_days is not None and now - imported_at > timedelta(days=max_age_days)


def two_digits(count: int) -> int:
    """Two digits that count: more would claim a precision that nobody has."""
    digits = len(str(count))
    return round(count, -(digits - 2)) if digits > 2 else count
