"""From the chances of every character to the most likely zone that adds up. Pure.

Every field is read with what it may hold: names by their grammar, states by their table, dates in
digits; numbers, dates and optional characters together, over all strings whose check digits are
right, by dynamic programming over the sums so far. With the best reading comes its lead: by how
much, in natural logarithms, the next best reading that also adds up is less likely.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kiosk.scan.mrz import ALPHABET, Layout, Span
from kiosk.scan.mrz_net import Floats
from kiosk.scan.mrz_states import STATES

_NEAR = 10.0
"""A character so much less likely than the best at its place is not looked at."""
_UNCHECKED = 0.65
"""How much less a lead counts in names and sex: no check digit is over them."""
_RARE = {ALPHABET.index("O"): np.float32(4.5), ALPHABET.index("I"): np.float32(0.5)}
"""By how much letters that most issuers avoid in numbers are less likely than they look."""
_O, _ZERO = ALPHABET.index("O"), 0
_MOST_ROUND = np.float32(2.0)
"""Most that an O is likelier than a zero, whatever it looks like: many faces make them alike. One
by itself is told by the check digits; of two, 24 x (7 + 3) is a multiple of ten, and so both are
zeros, as they are in one digits-only number of twelve, while hardly any has two such O."""

DIGITS = "0123456789"
LETTERS = ALPHABET[10:36]
_WEIGHTS = (7, 3, 1)
_NEVER = np.float32(-1e6)
_FLOOR = np.float32(-14.0)
"""No character is thought less likely than this: a net is never so sure."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The most likely zone that adds up."""

    lines: tuple[str, ...]
    lead: float
    """The least of all fields' leads over their next best readings."""
    bent: float
    """By how much less likely it is than the best characters that each place may hold by itself."""


@dataclass(slots=True)
class _Sheet:
    """Characters as they are decided."""

    chances: Floats
    letters: list[list[str]]
    lead: float = 99.0
    bent: float = 0.0

    def write(self, span: Span, text: str, lead: float, bent: float) -> None:
        self.letters[span.line][span.start : span.stop] = text
        self.lead = min(self.lead, lead)
        self.bent += bent

    def of(self, span: Span) -> Floats:
        return self.chances[span.line, span.start : span.stop]


def decode_zone(chances: Floats, layout: Layout) -> Decoded | None:
    """Log-probabilities (lines x columns x 37) to the best zone, or None when nothing adds up."""
    chances = np.maximum(chances, _FLOOR)
    sheet = _Sheet(chances, [["<"] * layout.columns for _ in range(layout.lines)])
    _write_kind(sheet, layout)
    _write_best_of(sheet, layout.state, _padded(STATES))
    _write_best_of(sheet, layout.nationality, _padded(STATES))
    _write_best_of(sheet, layout.sex, ("F", "M", "<", "X"), _UNCHECKED)
    _write_names(sheet, layout.names)
    if not _write_checked(sheet, layout):
        return None
    lines = tuple("".join(line) for line in sheet.letters)
    return Decoded(lines, sheet.lead, sheet.bent)


# ---- kind, state, sex ----------------------------------------------------------------------------


def _write_kind(sheet: _Sheet, layout: Layout) -> None:
    first, second = layout.kind.start, layout.kind.start + 1
    line = layout.kind.line
    _write_best_of(sheet, Span(line, first, second), tuple(layout.kinds + "V"))
    _write_best_of(sheet, Span(line, second, second + 1), tuple(layout.second))


@lru_cache(maxsize=4)
def _padded(codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code.ljust(3, "<") for code in codes)


@lru_cache(maxsize=8)
def _indices(words: tuple[str, ...]) -> NDArray[np.intp]:
    return np.array([[ALPHABET.index(c) for c in word] for word in words], np.intp)


def _write_best_of(sheet: _Sheet, span: Span, words: tuple[str, ...], weight: float = 1.0) -> None:
    which = _indices(words)
    each = sheet.of(span)[np.arange(which.shape[1]), which]
    sums = each.sum(axis=1)
    order = np.argsort(sums)
    best, next_best = float(sums[order[-1]]), float(sums[order[-2]])
    bent = float(each.max(axis=0).sum()) - best
    sheet.write(span, words[int(order[-1])], (best - next_best) * weight, bent)


# ---- names ---------------------------------------------------------------------------------------

_STEPS = {
    "family": ("family", "blank", "two"),
    "blank": ("family",),
    "two": ("two_again",),
    "two_again": ("given", "end"),
    "given": ("given", "given_blank", "end"),
    "given_blank": ("given",),
    "end": ("end",),
}
"""What may follow what: a family name of words, two fillers, given names, fillers to the end."""
_NAMES = tuple(_STEPS)
_HOLD_LETTERS = frozenset({"family", "given"})
_MAY_END = frozenset({"family", "given", "end", "two", "two_again", "given_blank"})
_TO = np.array([[b in _STEPS[a] for b in _NAMES] for a in _NAMES])


def _write_names(sheet: _Sheet, span: Span) -> None:
    """The best string of the grammar, and the best that differs from it in any one place."""
    chances = sheet.of(span).astype(np.float64)
    letters = chances[:, 10:36]
    says_letter = np.array([name in _HOLD_LETTERS for name in _NAMES])
    emitted = np.where(says_letter, letters.max(axis=1)[:, None], chances[:, 36][:, None])
    length = len(chances)
    ahead = np.full((length, len(_NAMES)), float(_NEVER))
    ahead[0, _NAMES.index("family")] = emitted[0, 0]
    steps = np.where(_TO, 0.0, float(_NEVER))
    for at in range(1, length):
        ahead[at] = (ahead[at - 1][:, None] + steps).max(axis=0) + emitted[at]
    back = np.full((length, len(_NAMES)), float(_NEVER))
    back[-1] = [0.0 if name in _MAY_END else float(_NEVER) for name in _NAMES]
    for at in range(length - 2, -1, -1):
        back[at] = (steps + (emitted[at + 1] + back[at + 1])[None]).max(axis=1)
    through = ahead + back
    best = float(through.max())
    text, lead = [], 99.0
    second = np.sort(letters, axis=1)[:, -2] - letters.max(axis=1)
    for at in range(length):
        with_letter = float(through[at][says_letter].max())
        with_filler = float(through[at][~says_letter].max())
        if with_letter >= with_filler:
            text.append(LETTERS[int(np.argmax(letters[at]))])
            lead = min(lead, with_letter - with_filler, float(-second[at]))
        else:
            text.append("<")
            lead = min(lead, with_filler - with_letter)
    sheet.write(span, "".join(text), lead * _UNCHECKED, float(emitted.max(axis=1).sum()) - best)


# ---- what is checked -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """One character that counts in check digits."""

    line: int
    column: int
    allowed: str
    weight: int
    """In its own field's check digit; 0 when it has none."""
    composed: int
    """In the composite check digit."""
    checks: str = ""
    """``field`` or ``all`` when it is a check digit; it may be a filler then if allowed."""


def _places(layout: Layout) -> Iterator[_Place]:
    """In the order of the composite check digit, which is last."""
    dates = {layout.birth.field: DIGITS + "<", layout.expiry.field: DIGITS + "<"}
    fields = [layout.number, layout.birth, layout.expiry]
    if layout.personal is not None:
        fields.append(layout.personal)
    checked = {
        (c.field.line, column): _WEIGHTS[n % 3]
        for c in fields
        for n, column in enumerate(range(c.field.start, c.field.stop))
    }
    checks = {(c.check.line, c.check.start): DIGITS for c in fields}
    if layout.personal is not None:
        checks[layout.personal.check.line, layout.personal.check.start] = DIGITS + "<"
    if layout.optional:  # a long number goes on in the optional characters
        checks[layout.number.check.line, layout.number.check.start] = DIGITS + "<"
    count = 0
    for span in layout.composed:
        for column in range(span.start, span.stop):
            at = (span.line, column)
            composed = _WEIGHTS[count % 3]
            count += 1
            if at in checks:
                yield _Place(*at, checks[at], 0, composed, checks="field")
                continue
            allowed = next(
                (a for s, a in dates.items() if s.line == at[0] and s.start <= column < s.stop),
                ALPHABET,
            )
            if at == (layout.number.field.line, layout.number.field.start):
                allowed = ALPHABET[:36]
            yield _Place(*at, allowed, checked.get(at, 0), composed)
    yield _Place(
        layout.composite.check.line, layout.composite.check.start, DIGITS, 0, 0, checks="all"
    )


def _write_checked(sheet: _Sheet, layout: Layout) -> bool:
    """The best string with every check digit right, over sums modulo ten of field and of all."""
    places = _known_places(layout)
    start = np.full((10, 10), -np.inf)
    start[0, 0] = 0.0
    ahead = [start]
    moves: list[list[tuple[int, float]]] = []
    for place in places:
        scores = sheet.chances[place.line, place.column]
        ahead.append(np.full((10, 10), -np.inf))
        moves.append(_likely(place, scores))
        for value, score in moves[-1]:
            _step(ahead[-2], ahead[-1], place, value, score)
    best = float(ahead[-1].max())
    if not np.isfinite(best):
        return False
    back = np.where(ahead[-1] == best, 0.0, -np.inf)
    lead, bent = 99.0, 0.0
    end = np.zeros((10, 10))
    for n in range(len(places) - 1, -1, -1):
        place = places[n]
        totals = []
        earlier = np.full((10, 10), -np.inf)
        for value, score in moves[n]:
            whole = _step_back(end if n == len(places) - 1 else back, place, value, score)
            totals.append(float((ahead[n] + whole).max()))
            np.maximum(earlier, whole, out=earlier)
        back = earlier
        order = np.argsort(totals)[::-1]
        value, score = moves[n][int(order[0])]
        sheet.letters[place.line][place.column] = ALPHABET[value]
        bent += moves[n][0][1] - score
        if len(order) > 1:
            lead = min(lead, totals[int(order[0])] - totals[int(order[1])])
    sheet.lead = min(sheet.lead, lead)
    sheet.bent += bent
    return True


@lru_cache(maxsize=4)
def _known_places(layout: Layout) -> tuple[_Place, ...]:
    return tuple(_places(layout))


def _likely(place: _Place, scores: Floats) -> list[tuple[int, float]]:
    """The likeliest of what may stand there."""
    allowed = [ALPHABET.index(c) for c in place.allowed]
    scores = scores.copy()
    scores[_O] = min(scores[_O], scores[_ZERO] + _MOST_ROUND)
    for letter, less in _RARE.items():
        scores[letter] -= less
    allowed.sort(key=lambda v: -float(scores[v]))
    least = float(scores[allowed[0]]) - _NEAR
    most = len(allowed) if place.checks else 6
    return [(v, float(scores[v])) for v in allowed[:most] if scores[v] >= least]


def _step(before: Doubles, after: Doubles, place: _Place, value: int, score: float) -> None:
    """Take one character: sums are [field, all]; a check digit must equal its field's sum."""
    counted = 0 if value == 36 else value
    if place.checks == "all":
        after[0, 0] = max(after[0, 0], float(before[:, value].max()) + score)
        return
    if place.checks == "field":
        from_all = before.max(axis=0) if value == 36 else before[value]
        moved = np.roll(from_all, place.composed * counted % 10) + score
        after[0] = np.maximum(after[0], moved)
        return
    moved = np.roll(before, (place.weight * counted % 10, place.composed * counted % 10), (0, 1))
    np.maximum(after, moved + score, out=after)


def _step_back(after: Doubles, place: _Place, value: int, score: float) -> Doubles:
    """The same step from its end: what each pair of sums before it can still reach."""
    counted = 0 if value == 36 else value
    before = np.full((10, 10), -np.inf)
    if place.checks == "all":
        before[:, value] = score + after[0, 0]
        return before
    if place.checks == "field":
        row = np.roll(after[0], -(place.composed * counted) % 10) + score
        if value == 36:
            before[:] = row
        else:
            before[value] = row
        return before
    turn = (-(place.weight * counted) % 10, -(place.composed * counted) % 10)
    return np.asarray(np.roll(after, turn, (0, 1)) + score)
