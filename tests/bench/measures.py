"""Recall at a false-alarm rate, shares with intervals, and tables. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean

RATES = (0.001, 0.01)
"""False-alarm rates at which recall is said: shares of unlisted visitors with any match."""
NEVER = -math.inf


@dataclass(frozen=True, slots=True)
class Score:
    """A visitor's best match, as any matcher gives it."""

    bits: float
    entry_id: str
    milliseconds: float
    outcome: str = ""
    tier: str = ""
    expected_of: Mapping[str, float] = field(default_factory=dict)
    """The fewest expected false alarms of any match, by what there is of its birth date: `agrees`,
    `differs`, `not whole`."""
    text: str = ""
    all_bits: Mapping[str, float] = field(default_factory=dict)
    tiers: frozenset[str] = frozenset()


Scores = Mapping[str, Score]
"""By visitor; one without any match may be left out."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Who a visitor is: `entry_id` is empty for somebody who is on no list."""

    visitor_id: str
    entry_id: str
    error: str = ""
    population: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Recall:
    """Shares of listed visitors at one false-alarm rate."""

    rate: float
    threshold: float
    """Whoever is above is flagged."""
    right: float
    """The best match is the right person."""
    flagged: float
    """There is any match at all."""


def threshold(unlisted: Iterable[float], rate: float) -> float:
    """The lowest score above which at most `rate` of the unlisted are; ties count against."""
    ranked = sorted(unlisted, reverse=True)
    allowed = math.floor(rate * len(ranked) + 1e-9)
    return ranked[allowed] if allowed < len(ranked) else NEVER


def bits_of(scores: Scores, visitor_id: str) -> float:
    score = scores.get(visitor_id)
    return score.bits if score is not None and score.entry_id else NEVER


def recalls(
    scores: Scores, truths: Sequence[Truth], rates: Sequence[float] = RATES
) -> list[Recall]:
    unlisted = [bits_of(scores, t.visitor_id) for t in truths if not t.entry_id]
    listed = [t for t in truths if t.entry_id]
    found = []
    for rate in rates:
        least = threshold(unlisted, rate)
        found.append(
            Recall(
                rate,
                least,
                mean(is_hit(scores, t, least) for t in listed),
                mean(bits_of(scores, t.visitor_id) > least for t in listed),
            )
        )
    return found


def is_hit(scores: Scores, truth: Truth, least: float) -> bool:
    score = scores.get(truth.visitor_id)
    return score is not None and score.bits > least and score.entry_id == truth.entry_id


def by_error(
    scores: Scores, truths: Sequence[Truth], found: Sequence[Recall]
) -> dict[str, tuple[int, list[float]]]:
    """For each error how many had it, and recall at each rate."""
    errors = dict.fromkeys(t.error for t in truths if t.entry_id)
    some = {e: [t for t in truths if t.entry_id and t.error == e] for e in errors}
    return {
        error: (len(of), [mean(is_hit(scores, t, r.threshold) for t in of) for r in found])
        for error, of in some.items()
    }


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if of == 0:
        return 0.0, 1.0
    z, p = 1.96, hits / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return max(0.0, middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def ratio(hits: int, of: int, all_hits: int, all_of: int) -> tuple[float, float, float]:
    """Ratio of two shares, and its 95 % interval (Katz 1978, half a hit added to each)."""
    if all_hits == 0 or of == 0:
        return math.nan, 0.0, math.inf
    spread = math.sqrt(max(0.0, 1 / (hits + 0.5) - 1 / of + 1 / (all_hits + 0.5) - 1 / all_of))
    middle = math.log((hits + 0.5) / of) - math.log((all_hits + 0.5) / all_of)
    share = (hits / of) / (all_hits / all_of)
    return share, math.exp(middle - 1.96 * spread), math.exp(middle + 1.96 * spread)


def percent(share: float, digits: int = 1) -> str:
    return f"{100 * share:.{digits}f}"


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they must be; the first is words, the others figures."""
    lines = [list(heads), *(list(r) for r in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    text = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join((f"\n{title}", text[0], "-" * len(text[0]), *text[1:]))
