"""Many short texts as one run of bytes, which can be mapped from a file and not read."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint8]
Starts = NDArray[np.int32]


class Texts:
    """Texts by their places; each is made a `str` only when it is asked for."""

    def __init__(self, codes: Codes, starts: Starts) -> None:
        """`codes` are UTF-8; the text `n` is ``codes[starts[n]:starts[n + 1]]``."""
        self.codes, self.starts = codes, starts
        self._codes, self._starts = codes.data, starts.data

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, at: int) -> str:
        """Raises IndexError beyond the last one."""
        return str(self._codes[self._starts[at] : self._starts[at + 1]], "utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def some(self, places: Iterable[int]) -> list[str]:
        """The texts at these places."""
        return [self[at] for at in places]


def texts_of(texts: Sequence[str]) -> Texts:
    """The same texts, kept small."""
    encoded = [t.encode("utf-8", "surrogatepass") for t in texts]
    starts = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum([len(e) for e in encoded], out=starts[1:])
    return Texts(np.frombuffer(b"".join(encoded), np.uint8), starts)
