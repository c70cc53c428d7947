"""Train the reader of a zone's characters: ``python tests/bench/train_mrz.py --fonts FOLDER``.

Writes kiosk/scan/data/mrz.npz, which kiosk/scan/mrz_net.py runs in numpy. Needs torch (2.x, CPU),
numpy, opencv-python-headless and pillow, in an environment of its own: torch is no dependency of
the project. FOLDER holds fonts, searched through: any file named OCRB* or ocrb* is taken for OCR-B
and weighs most, all others are other faces, so that no single cut is learned by heart. Ours were
Debian's fonts-ocr-b, fonts-ocr-a, fonts-dejavu, fonts-noto-mono, fonts-hack, fonts-freefont-ttf,
fonts-anonymous-pro, fonts-mononoki, fonts-jetbrains-mono, fonts-inconsolata, fonts-agave, and the
OCR-B outlines of texlive-fonts-extra. Held out, for tests/bench/mrz.py: Liberation Mono, and the
OCR-B that the npm package bwip-js carries. Takes ten minutes on one core.
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import nn

from kiosk.scan.mrz import ALPHABET
from kiosk.scan.mrz_net import CAPITAL, CELL, DATA, PITCH, even_out

Grey = NDArray[np.float32]
SCALE = 3
"""Glyphs are drawn so many times as large as the net sees them."""
HELD_OUT = ("Liberation", "bwip")
BATCH = 256


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, required=True)
    parser.add_argument("--count", type=int, default=240_000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(arguments.seed)
    chance = np.random.default_rng(arguments.seed)
    faces = _faces(arguments.fonts)
    sys.stdout.write(f"{len(faces[0])} cuts of OCR-B, {len(faces[1])} other faces\n")
    cells, labels = _cells(faces, arguments.count, chance)
    net = _train(cells, labels, arguments.epochs)
    DATA.parent.mkdir(exist_ok=True)
    weights = {
        name.replace(".", "_"): value.detach().numpy().astype(np.float16)
        for name, value in net.state_dict().items()
    }
    np.savez_compressed(DATA, **weights)
    sys.stdout.write(f"{DATA}: {DATA.stat().st_size} bytes\n")
    return 0


# ---- drawing -------------------------------------------------------------------------------------

Glyphs = list[Grey]


def _faces(folder: Path) -> tuple[list[Glyphs], list[Glyphs]]:
    own, others = [], []
    for path in sorted([*folder.rglob("*.[ot]tf")]):
        if any(word in path.name for word in HELD_OUT):
            continue
        glyphs = _glyphs(path)
        (own if path.name.lower().startswith("ocrb") else others).append(glyphs)
    return own, others


def _glyphs(path: Path) -> Glyphs:
    """Every character on a field of three pitches by CELL's height, ink 1, base and size even."""
    probe = ImageFont.truetype(str(path), 400)
    top, bottom = probe.getbbox("H")[1], probe.getbbox("H")[3]
    font = ImageFont.truetype(str(path), 400 * CAPITAL * SCALE / (bottom - top))
    widest = max(font.getbbox(c)[2] - font.getbbox(c)[0] for c in ALPHABET)
    squeeze = min(1.0, 0.9 * PITCH * SCALE / widest)
    glyphs = []
    for letter in ALPHABET:
        picture = Image.new("L", (3 * PITCH * SCALE, CELL[0] * SCALE), 0)
        base = (CELL[0] + CAPITAL) / 2 * SCALE
        ImageDraw.Draw(picture).text((1.5 * PITCH * SCALE, base), letter, 255, font, anchor="ms")
        drawn = np.asarray(picture, np.float32) / 255
        if squeeze < 1:  # wide faces
            middle = 1.5 * PITCH * SCALE
            matrix = np.array([[squeeze, 0, middle * (1 - squeeze)], [0, 1, 0]], np.float32)
            drawn = cv2.warpAffine(drawn, matrix, drawn.shape[::-1])
        glyphs.append(drawn)
    return glyphs


def _cells(
    faces: tuple[list[Glyphs], list[Glyphs]], count: int, chance: np.random.Generator
) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
    cells = np.empty((count, *CELL), np.float16)
    labels = np.empty(count, np.int64)
    for at in range(count):
        kind = faces[0] if chance.random() < 0.65 else faces[1]
        glyphs = kind[int(chance.integers(len(kind)))]
        before, label, after = chance.integers(0, len(ALPHABET), 3)
        if chance.random() < 0.1:
            label = len(ALPHABET) - 1
        labels[at] = label
        cells[at] = _seen(_three(glyphs, int(before), int(label), int(after), chance), chance)
        if at % 20_000 == 0:
            sys.stdout.write(f"{at} cells drawn\n")
            sys.stdout.flush()
    return cells, labels


def _three(
    glyphs: Glyphs, before: int, label: int, after: int, chance: np.random.Generator
) -> Grey:
    """A character with its neighbours, which may be missing at a line's ends."""
    drawn = glyphs[label].copy()
    step = PITCH * SCALE
    if chance.random() < 0.95:
        drawn[:, :-step] = np.maximum(drawn[:, :-step], glyphs[before][:, step:])
    if chance.random() < 0.95:
        drawn[:, step:] = np.maximum(drawn[:, step:], glyphs[after][:, :-step])
    return drawn


def _seen(drawn: Grey, chance: np.random.Generator) -> Grey:
    """Printed heavier or lighter, placed not quite right, blurred, small, noisy, unevenly lit."""
    weight = chance.random()
    if weight < 0.25:
        drawn = cv2.dilate(drawn, np.ones((3, 3) if weight < 0.15 else (2, 2), np.uint8))
    elif weight < 0.5:
        drawn = cv2.erode(drawn, np.ones((2, 2) if weight < 0.4 else (3, 3), np.uint8))
    drawn = _moved(drawn, chance)
    if chance.random() < 0.75:
        sigma = SCALE * chance.uniform(0.2, 2.4 if chance.random() < 0.5 else 1.2)
        stretch = chance.uniform(0.7, 1.4)
        drawn = cv2.GaussianBlur(drawn, (0, 0), sigma * stretch, sigmaY=sigma / stretch)
    if chance.random() < 0.3:
        drawn = cv2.filter2D(drawn, -1, _streak(SCALE * chance.uniform(1, 4.5), chance))
    small = cv2.resize(
        drawn, None, fx=(f := chance.uniform(0.2, 0.7)), fy=f, interpolation=cv2.INTER_AREA
    )
    lost = chance.uniform(0, 0.5) if chance.random() < 0.2 else 0.0
    ys, xs = np.mgrid[-1 : 1 : small.shape[0] * 1j, -1 : 1 : small.shape[1] * 1j]  # type: ignore[misc]
    gradient = chance.normal(0, 0.25) * xs + chance.normal(0, 0.1) * ys
    wave = np.sin(ys * chance.uniform(1, 9) + xs * chance.normal(0, 3) + chance.uniform(0, 6))
    paper = chance.uniform(0, 0.12) * wave + gradient
    seen = paper - small * (1 - lost * (1 + xs) / 2)
    grain = chance.uniform(0, 0.06) if chance.random() < 0.6 else chance.uniform(0, 0.25)
    seen = seen + grain * chance.standard_normal(seen.shape)
    cell = cv2.resize(seen.astype(np.float32), (3 * PITCH, CELL[0]), interpolation=cv2.INTER_LINEAR)
    left = (3 * PITCH - CELL[1]) // 2
    return even_out(cell[None, :, left : left + CELL[1]])[0]


def _moved(drawn: Grey, chance: np.random.Generator) -> Grey:
    high, wide = drawn.shape
    turn, shear = np.deg2rad(chance.normal(0, 1.5)), chance.normal(0, 0.05)
    if chance.random() < 0.1:
        shear += chance.normal(0, 0.12)
    across, down = np.exp(chance.normal(0, 0.07)), np.exp(chance.normal(0, 0.08))
    linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    linear = linear @ np.array([[across, shear], [0, down]])
    shift = chance.normal(0, (1.1, 1.0)) * SCALE
    middle = np.array([wide / 2, high / 2])
    matrix = np.column_stack([linear, middle - linear @ middle + shift]).astype(np.float32)
    return cv2.warpAffine(drawn, matrix, (wide, high))


def _streak(length: float, chance: np.random.Generator) -> Grey:
    size = 2 * int(length) + 3
    kernel = np.zeros((size, size), np.float32)
    turn = chance.uniform(0, np.pi)
    along = np.array([np.cos(turn), np.sin(turn)]) * length / 2
    middle = np.full(2, size // 2)
    first, last = [tuple(int(v) for v in np.round((middle + s * along) * 16)) for s in (-1, 1)]
    cv2.line(kernel, first, last, 1.0, 1, cv2.LINE_AA, 4)
    return kernel / kernel.sum()


# ---- learning ------------------------------------------------------------------------------------


def _net() -> nn.Sequential:
    flat = 32 * (CELL[0] // 4) * (CELL[1] // 4)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(flat, 96), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(96, len(ALPHABET)),
    )  # fmt: skip


def _train(cells: NDArray[np.float16], labels: NDArray[np.int64], epochs: int) -> nn.Sequential:
    net = _net()
    kept = len(cells) * 24 // 25
    inputs, wanted = torch.from_numpy(cells), torch.from_numpy(labels)
    steps = epochs * (kept // BATCH)
    learning = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(learning, 4e-3, total_steps=steps)
    loss_of = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        net.train()
        order = torch.randperm(kept)
        total = 0.0
        for start in range(0, kept - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            loss = loss_of(net(inputs[chosen, None].float()), wanted[chosen])
            learning.zero_grad()
            loss.backward()
            learning.step()
            schedule.step()
            total += float(loss)
        net.eval()
        with torch.no_grad():
            said = torch.cat([net(part[:, None].float()) for part in inputs[kept:].split(1000)])
        right = float((said.argmax(1) == wanted[kept:]).float().mean())
        loss_kept = float(loss_of(said, wanted[kept:]))
        mean = total / (kept // BATCH)
        sys.stdout.write(f"epoch {epoch + 1}: loss {mean:.4f}, kept {loss_kept:.4f} {right:.4f}\n")
        sys.stdout.flush()
    return net


if __name__ == "__main__":
    sys.exit(main())
