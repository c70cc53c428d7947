"""One screening: a visitor against every list at once.

The sum of a row's bits is a log likelihood ratio, so the chance that an unlisted visitor reaches
`b` bits against one row is at most ``2 ** -b`` (Markov's inequality on the ratio, whose mean among
unlisted visitors is 1). With `n` rows, at most one visitor in ``2 ** b / n`` matches that well by
chance: tiers and the hold's threshold come from that figure and from nothing hand-made.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.domain.people import Identity
from db.domain.screening import HoldReason, ListVersion, Match, Screening, Tier
from db.domain.watchlist import Category
from db.screening import compare, weights
from db.screening.compare import DateLevel, NameLevel
from db.screening.explain import Compared, evidence_of
from db.screening.index import Index, Row
from db.screening.names import fold, fold_middle

ENGINE_VERSION = "2"

STRONG_ONE_IN = 3_333
POSSIBLE_ONE_IN = 200
CHECK_PHOTO_ONE_IN = 77
"""At most 0.03, 0.5 and 1.3 expected false alarms in 100 visitors."""
MOST_ONE_IN = 1_000_000
MOST_MATCHES = 20

Levels = NDArray[np.int8]
L = TypeVar("L", NameLevel, DateLevel)
V = TypeVar("V")


def screen(
    identity: Identity, index: Index, *, number_hash: str, now: datetime, screening_id: UUID
) -> Screening:
    """Compare a visitor with every list; best match first, one match for each entry of a list.

    Whoever has an entry's exact given and family name and birth date is always held. So is
    whoever has the exact names of an entry of a custody, trespass or alert list when nothing
    speaks against it: no birth date on either side, or the same year where the list has no more.
    Schools write such lists by hand and often know no date. A registry is too large for that:
    half the visitors have a namesake there, so without a date the bits alone decide.
    """
    matches = _matches(identity, index, number_hash)
    reasons: list[HoldReason] = []
    if matches:
        reasons.append(HoldReason.MATCH)
    if any(_is_outdated(w.imported_at, w.max_age_days, now) for w in index.lists):
        reasons.append(HoldReason.LIST_OUTDATED)
    return Screening(
        screening_id=screening_id,
        screened_at=now,
        engine_version=ENGINE_VERSION,
        lists=tuple(ListVersion(w.list_id, w.name, w.version) for w in index.lists),
        matches=tuple(matches[:MOST_MATCHES]),
        hold_reasons=tuple(reasons),
    )


@dataclass(frozen=True, slots=True)
class _Scores:
    """For every row the bits so far, and what is needed to explain a row."""

    total: weights.Bits
    swapped: NDArray[np.bool_]
    family: tuple[Levels, weights.Bits]
    given: tuple[Levels, weights.Bits]
    middle: tuple[Levels, weights.Bits]
    birth: tuple[Levels, weights.Bits]


def _matches(identity: Identity, index: Index, number_hash: str) -> list[Match]:
    if not index.rows:
        return []
    scores = _score(identity, index)
    is_always_held = _is_always_held(index, scores)
    # Fields that few rows have are added row by row, so the first cut leaves room for them.
    room = weights.NUMBER_BITS[True] if number_hash else 8.0
    least = np.log2(CHECK_PHOTO_ONE_IN * len(index.rows)) - room
    best: dict[tuple[UUID, UUID], Match] = {}
    for at in np.flatnonzero((scores.total >= least) | is_always_held):
        compared = _compared(identity, index, int(at), scores, number_hash)
        match = _match(
            identity, index, index.rows[at], compared, is_always_held=bool(is_always_held[at])
        )
        if match is None:
            continue
        key = (match.list_id, match.entry.entry_id)  # one person has the same id on every list
        known = best.get(key)
        if known is None or match.bits > known.bits:
            best[key] = match
    return sorted(best.values(), key=lambda m: (-m.bits, m.list_name, str(m.entry.entry_id)))


def _is_always_held(index: Index, scores: _Scores) -> NDArray[np.bool_]:
    """For every row, whether it holds whatever the bits say: see `screen`."""
    birth = scores.birth[0][index.birth_of]
    is_open = (birth == DateLevel.MISSING) | (birth == DateLevel.SAME_YEAR_ONLY_KNOWN)
    is_local = np.array([w.category is not Category.REGISTRY for w in index.lists], np.bool_)
    is_named: NDArray[np.bool_] = (scores.family[0][index.family_of] == NameLevel.EXACT) & (
        scores.given[0][index.given_of] == NameLevel.EXACT
    )
    is_held: NDArray[np.bool_] = is_open & is_local[index.list_of] | (birth == DateLevel.EXACT)
    return np.logical_and(is_named, is_held)


def _score(identity: Identity, index: Index) -> _Scores:
    family, given = fold(identity.name.family), fold(identity.name.given)
    middle = fold_middle(identity.name.middle)
    family_levels = _levels(index.family_names, lambda n: _family(family, n))
    given_levels = _levels(index.given_names, lambda n: _given(given, middle, n))
    middle_levels = _levels(index.middle_names, lambda n: compare.middle_level(middle, n))
    birth_levels = _levels(index.birth_dates, lambda d: compare.date_level(identity.birth_date, *d))
    entries = len(index.rows)
    family_bits = weights.family_bits(
        family, _shares(family_levels[index.family_of], NameLevel), entries
    )
    given_bits = weights.given_bits(
        given, _shares(given_levels[index.given_of], NameLevel), entries
    )
    birth_bits = weights.date_bits(_shares(birth_levels[index.birth_of], DateLevel), entries)
    middle_bits = weights.middle_bits()
    straight = (
        family_bits[family_levels][index.family_of] + given_bits[given_levels][index.given_of]
    )
    crossed = (
        family_bits[_levels(index.given_names, lambda n: _family(family, n))][index.given_of]
        + given_bits[_levels(index.family_names, lambda n: _given(given, "", n))][index.family_of]
        + weights.SWAPPED_BITS
    )
    names = np.maximum(straight, crossed)
    total = (
        names
        + birth_bits[birth_levels][index.birth_of]
        + middle_bits[middle_levels][index.middle_of]
    )
    return _Scores(
        total,
        crossed > straight,
        (family_levels, family_bits),
        (given_levels, given_bits),
        (middle_levels, middle_bits),
        (birth_levels, birth_bits),
    )


def _match(
    identity: Identity, index: Index, row: Row, compared: Compared, *, is_always_held: bool
) -> Match | None:
    evidence = evidence_of(identity, row.name, row.entry, compared)
    bits = sum(e.bits for e in evidence)
    # An upper bound on chance: more than a million would claim what nobody can know.
    one_in = max(1, int(min(2.0**bits / len(index.rows), MOST_ONE_IN)))
    tier = _tier(one_in, row, compared.birth)
    if tier is None and is_always_held:
        tier = Tier.POSSIBLE if compared.birth is DateLevel.EXACT else Tier.CHECK_PHOTO
    if tier is None:
        return None
    watchlist = index.lists[row.list_at]
    return Match(
        entry=row.entry,
        list_id=watchlist.list_id,
        list_name=watchlist.name,
        category=watchlist.category,
        list_version=watchlist.version,
        list_size=watchlist.entry_count,
        list_imported_at=watchlist.imported_at,
        max_age_days=watchlist.max_age_days,
        tier=tier,
        bits=round(bits, 1),
        one_in=two_digits(one_in),
        evidence=evidence,
    )


def _compared(
    identity: Identity, index: Index, at: int, scores: _Scores, number_hash: str
) -> Compared:
    row = index.rows[at]
    family_level = NameLevel(int(scores.family[0][index.family_of[at]]))
    given_level = NameLevel(int(scores.given[0][index.given_of[at]]))
    is_swapped = bool(scores.swapped[at])
    if is_swapped:
        family, given = fold(identity.name.family), fold(identity.name.given)
        family_level = _family(family, fold(row.name.given))
        given_level = _given(given, "", fold(row.name.family))
    birth = DateLevel(int(scores.birth[0][index.birth_of[at]]))
    middle = NameLevel(int(scores.middle[0][index.middle_of[at]]))
    return Compared(
        family=family_level,
        family_bits=float(scores.family[1][family_level])
        + (weights.SWAPPED_BITS if is_swapped else 0.0),
        given=given_level,
        given_bits=float(scores.given[1][given_level]),
        is_swapped=is_swapped,
        middle=middle,
        middle_bits=float(scores.middle[1][middle]),
        birth=birth,
        birth_bits=float(scores.birth[1][birth]),
        number_hash=number_hash,
    )


def _tier(one_in: int, row: Row, birth: DateLevel) -> Tier | None:
    born = row.entry.born
    if born is None or born.on is None or birth is DateLevel.MISSING:
        return Tier.CHECK_PHOTO if one_in >= CHECK_PHOTO_ONE_IN else None
    if one_in >= STRONG_ONE_IN and birth is not DateLevel.DIFFERENT:
        return Tier.STRONG
    return Tier.POSSIBLE if one_in >= POSSIBLE_ONE_IN else None


def _family(visitor: str, listed: str) -> NameLevel:
    return compare.name_level(visitor, listed, is_given=False)


def _given(given: str, middle: str, listed: str) -> NameLevel:
    """Compare the given name, or the middle name where somebody goes by it."""
    level = compare.name_level(given, listed, is_given=True)
    if level is NameLevel.DIFFERENT and middle:
        by_middle = compare.name_level(middle, listed, is_given=True)
        if by_middle is NameLevel.EXACT:
            return NameLevel.ONE_OF_TWO
    return level


def _levels(values: Sequence[V], level: Callable[[V], int]) -> Levels:
    return np.fromiter((level(v) for v in values), np.int8, len(values))


def _shares(levels: Levels, of: type[L]) -> dict[L, float]:
    counts = np.bincount(levels, minlength=len(of))
    present = len(levels) - counts[0]
    return {level: float(counts[level]) / present if present else 0.0 for level in of}


def _is_outdated(imported_at: datetime, max_age_days: int | None, now: datetime) -> bool:
    return max_age_days is not None and now - imported_at > timedelta(days=max_age_days)


def two_digits(count: int) -> int:
    """Two digits that count: more would claim a precision that nobody has."""
    digits = len(str(count))
    return round(count, -(digits - 2)) if digits > 2 else count
