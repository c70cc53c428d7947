"""A small net that tells which character a cell shows. Pure, in numpy; trained elsewhere.

Two convolutions and two layers, trained by tests/bench/train_mrz.py on drawn characters of many
faces, and not only of OCR-B: issuers print what they have.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kiosk.scan.frames import Image

CELL = (24, 20)
"""Height and width in px of what the net sees: a character and the rims of its neighbours."""
PITCH = 16
"""From one character's middle to the next, in px of a levelled line."""
CAPITAL = 16
"""How tall a capital is, in px of a levelled line."""
DATA = Path(__file__).with_name("data") / "mrz.npz"

Floats = NDArray[np.float32]


def even_out(cells: NDArray[np.float32] | Image) -> Floats:
    """Cells (count x height x width) without their light: mean 0, deviation 1 each."""
    cells = cells.astype(np.float32)
    cells -= cells.mean(axis=(1, 2), keepdims=True)
    return np.asarray(cells / (cells.std(axis=(1, 2), keepdims=True) + 1e-3), np.float32)


def log_chances(cells: Floats) -> Floats:
    """Evened cells (count x CELL) to log-probabilities (count x 37) in ALPHABET's order."""
    w = _weights()
    seen = _convolved(cells[..., None], w["0_weight"], w["0_bias"])
    seen = _convolved(seen, w["3_weight"], w["3_bias"])
    hidden = np.maximum(seen.reshape(len(cells), -1) @ w["8_weight"] + w["8_bias"], 0)
    said = hidden @ w["11_weight"] + w["11_bias"]
    said -= said.max(axis=1, keepdims=True)
    return np.asarray(said - np.log(np.exp(said).sum(axis=1, keepdims=True)), np.float32)


def _convolved(seen: Floats, weight: Floats, bias: Floats) -> Floats:
    """3 x 3 with a rim of zeros, no negatives, then the greatest of every 2 x 2."""
    count, high, wide, channels = seen.shape
    rimmed = np.pad(seen, ((0, 0), (1, 1), (1, 1), (0, 0)))
    patches = np.empty((count, high, wide, 9 * channels), np.float32)
    for at in range(9):
        down, right = divmod(at, 3)
        part = rimmed[:, down : down + high, right : right + wide]
        patches[..., at * channels : (at + 1) * channels] = part
    out = patches.reshape(-1, 9 * channels) @ weight + bias
    pooled = out.reshape(count, high // 2, 2, wide // 2, 2, -1).max(axis=(2, 4))
    return np.asarray(np.maximum(pooled, 0), np.float32)


@lru_cache(maxsize=1)
def _weights() -> dict[str, Floats]:
    """As trained, turned to suit channels in the last place."""
    with np.load(DATA) as data:
        loaded = {name: data[name].astype(np.float32) for name in data.files}
    for name in ("0_weight", "3_weight"):
        out, into, *_ = loaded[name].shape
        loaded[name] = loaded[name].transpose(2, 3, 1, 0).reshape(9 * into, out)
    high, wide = CELL[0] // 4, CELL[1] // 4
    first = loaded["8_weight"]
    first = first.reshape(len(first), -1, high, wide).transpose(2, 3, 1, 0)
    loaded["8_weight"] = first.reshape(-1, first.shape[3])
    loaded["11_weight"] = loaded["11_weight"].T
    return {name: np.ascontiguousarray(value) for name, value in loaded.items()}
