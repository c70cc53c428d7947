"""Every different birth date of a list, ready to be compared with one date at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from db.domain.partial_date import UNKNOWN
from db.screening.compare import DateKind, DateLevel, date_kind

LevelOf = NDArray[np.int8]
_DIGITS = 8


class DateTable:
    """Dates of eight digits each (`PartialDate.digits`; empty for none), each once.

    Tests hold `compare` against `compare.date_level`.
    """

    def __init__(self, digits: Sequence[str]) -> None:
        self.digits = tuple(digits)
        self.kinds = np.array([date_kind(d) for d in digits], np.int8)
        self._place = {d: at for at, d in enumerate(self.digits)}
        self._whole = np.flatnonzero(self.kinds == DateKind.WHOLE)
        self._partial = np.flatnonzero(
            (self.kinds == DateKind.YEAR) | (self.kinds == DateKind.MONTH)
        )
        padded = "".join(d or UNKNOWN * _DIGITS for d in self.digits).encode("ascii")
        codes = np.frombuffer(padded, np.uint8).reshape(len(self.digits), _DIGITS)
        self._codes = np.ascontiguousarray(codes.T)
        self._years = _number(self._codes[:4])
        self._months = np.where(
            self._codes[4] == ord(UNKNOWN), np.int32(-1), _number(self._codes[4:6])
        )

    def __len__(self) -> int:
        return len(self.digits)

    def compare(self, digits: str) -> LevelOf:
        """On which `DateLevel` a date meets every date of the table."""
        levels = np.full(len(self), DateLevel.MISSING, np.int8)
        kind = date_kind(digits)
        if kind is DateKind.NOTHING:
            return levels
        if kind is DateKind.WHOLE:
            levels[self._whole] = DateLevel.DIFFERENT
            self._compare_whole(levels, digits)
            self._compare_partial(levels, digits, self._partial)
        else:
            self._compare_partial(levels, digits, np.flatnonzero(self.kinds != DateKind.NOTHING))
        return levels

    def _compare_whole(self, levels: LevelOf, digits: str) -> None:
        """From the worst level to the best, each in place of the last."""
        ours = digits.encode("ascii")
        is_same = self._codes == np.frombuffer(ours, np.uint8)[:, None]
        right = is_same.sum(axis=0, dtype=np.uint8)
        is_same_month = is_same[:6].all(axis=0)
        is_same_day = is_same[4:].all(axis=0)
        maybe = np.flatnonzero((right >= _DIGITS - 2) | is_same_month | is_same_day)
        maybe = maybe[self.kinds[maybe] == DateKind.WHOLE]
        right, is_same = right[maybe], is_same[:, maybe]
        found = np.full(len(maybe), DateLevel.DIFFERENT, np.int8)
        found[right == _DIGITS - 2] = DateLevel.TWO_DIGITS
        found[is_same_month[maybe]] = DateLevel.SAME_YEAR_AND_MONTH
        is_same_day = is_same_day[maybe]
        found[is_same_day] = DateLevel.SAME_DAY_AND_MONTH
        is_next = np.abs(self._years[maybe] - int(digits[:4])) == 1
        found[is_same_day & is_next] = DateLevel.YEAR_OFF_BY_ONE
        for at in range(_DIGITS - 1):
            turned = (
                (right == _DIGITS - 2)
                & ~is_same[at]
                & ~is_same[at + 1]
                & (self._codes[at, maybe] == ours[at + 1])
                & (self._codes[at + 1, maybe] == ours[at])
            )
            found[turned] = DateLevel.TRANSPOSED
        found[right == _DIGITS - 1] = DateLevel.ONE_DIGIT
        levels[maybe] = found
        for other, level in (
            (digits[:4] + digits[6:] + digits[4:6], DateLevel.SWAPPED),
            (digits, DateLevel.EXACT),
        ):
            at = self._place.get(other, -1)
            if at >= 0:
                levels[at] = level

    def _compare_partial(self, levels: LevelOf, digits: str, at: NDArray[np.intp]) -> None:
        year = int(digits[:4])
        month = -1 if digits[4] == UNKNOWN else int(digits[4:6])
        years, months = self._years[at], self._months[at]
        found = np.full(len(at), DateLevel.DIFFERENT, np.int8)
        same_digits = (
            self._codes[:4, at] == np.frombuffer(digits[:4].encode("ascii"), np.uint8)[:, None]
        ).sum(axis=0)
        is_near = (np.abs(years - year) == 1) | (same_digits == 3)
        found[is_near & (years != year)] = DateLevel.YEAR_NEAR_ONLY_KNOWN
        is_open = (months < 0) | (month < 0)
        found[(years == year) & is_open] = DateLevel.SAME_YEAR_ONLY_KNOWN
        found[(years == year) & ~is_open & (months == month)] = DateLevel.SAME_MONTH_ONLY_KNOWN
        levels[at] = found


def _number(codes: NDArray[np.uint8]) -> NDArray[np.int32]:
    value = np.zeros(codes.shape[1], np.int32)
    for row in codes:
        value = value * 10 + (row.astype(np.int32) - ord("0"))
    return value
