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
        is_whole = self.kinds == DateKind.WHOLE
        self._all_different = np.where(
            self.kinds == DateKind.NOTHING, np.int8(DateLevel.MISSING), np.int8(DateLevel.DIFFERENT)
        )
        self._partial = np.flatnonzero(
            (self.kinds == DateKind.YEAR) | (self.kinds == DateKind.MONTH)
        )
        padded = "".join(d or UNKNOWN * _DIGITS for d in self.digits).encode("ascii")
        codes = np.frombuffer(padded, np.uint8).reshape(len(self.digits), _DIGITS)
        self._codes = np.ascontiguousarray(codes.T)
        # Of each digit one of eight bits: where those differ it does, and the rest is looked at.
        self._digit_bits = np.where(is_whole, _bits_of(codes), np.uint64(0))
        self._days = np.where(is_whole, codes[:, 4:].copy().view(np.uint32).reshape(-1), 0)
        self._years = _number(self._codes[:4])
        self._months = np.where(
            self._codes[4] == ord(UNKNOWN), np.int32(-1), _number(self._codes[4:6])
        )

    def __len__(self) -> int:
        return len(self.digits)

    def compare(self, digits: str) -> LevelOf:
        """On which `DateLevel` a date meets every date of the table."""
        kind = date_kind(digits)
        if kind is DateKind.NOTHING:
            return np.full(len(self), DateLevel.MISSING, np.int8)
        levels = self._all_different.copy()
        if kind is DateKind.WHOLE:
            self._compare_whole(levels, digits)
            self._compare_partial(levels, digits, self._partial)
        else:
            self._compare_partial(levels, digits, np.flatnonzero(self.kinds != DateKind.NOTHING))
        return levels

    def same_day(self, digits: str) -> NDArray[np.bool_]:
        """Which whole dates of the table are on a whole date's day and month."""
        if date_kind(digits) is not DateKind.WHOLE:
            return np.zeros(len(self), np.bool_)
        ours = np.frombuffer(digits[4:].encode("ascii"), np.uint8)[:, None]
        same: NDArray[np.bool_] = (self._codes[4:] == ours).all(axis=0)
        return same

    def _compare_whole(self, levels: LevelOf, digits: str) -> None:
        """From the worst level to the best, each in place of the last."""
        ours = digits.encode("ascii")
        codes = np.frombuffer(ours, np.uint8)
        bits = _bits_of(codes[None, :])[0]
        likely = np.bitwise_count(self._digit_bits & bits) >= _DIGITS - 2
        likely |= self._days == codes[4:].view(np.uint32)[0]
        maybe = likely.nonzero()[0]
        is_same = self._codes.take(maybe, axis=1) == codes[:, None]
        right = is_same.sum(axis=0, dtype=np.uint8)
        is_same_day = is_same[4:].all(axis=0)
        found = np.full(len(maybe), DateLevel.DIFFERENT, np.int8)
        found[right == _DIGITS - 2] = DateLevel.TWO_DIGITS
        found[is_same[:6].all(axis=0)] = DateLevel.SAME_YEAR_AND_MONTH
        found[is_same_day] = DateLevel.SAME_DAY_AND_MONTH
        is_next = np.abs(self._years[maybe] - int(digits[:4])) == 1
        found[is_same_day & is_next] = DateLevel.YEAR_OFF_BY_ONE
        two_wrong = (right == _DIGITS - 2).nonzero()[0]
        theirs = self._codes.take(maybe[two_wrong], axis=1)
        # Two neighbours have changed places where each is what the other was.
        is_turned = (theirs[:-1] == codes[1:, None]) & (theirs[1:] == codes[:-1, None])
        is_turned &= ~is_same[:-1, two_wrong] & ~is_same[1:, two_wrong]
        found[two_wrong[is_turned.any(axis=0)]] = DateLevel.TRANSPOSED
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


def _bits_of(codes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Eight bits for each of a row's eight digits, one of them set."""
    bits = np.uint8(1) << (codes & np.uint8(7))
    return np.ascontiguousarray(bits).view(np.uint64).reshape(-1)


def _number(codes: NDArray[np.uint8]) -> NDArray[np.int32]:
    value = np.zeros(codes.shape[1], np.int32)
    for row in codes:
        value = value * 10 + (row.astype(np.int32) - ord("0"))
    return value
