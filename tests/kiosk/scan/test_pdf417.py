"""The soft reader: what zxing-cpp draws it knows, what no single look shows it puts together."""

from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kiosk.scan.decode import Memory, decode, grey_of
from kiosk.scan.locate import locate
from kiosk.scan.patient import decode_patiently
from kiosk.scan.pdf417_soft import Votes, decided, read_soft
from kiosk.scan.pdf417_symbol import (
    FIELD,
    MODULES,
    Layout,
    corrected,
    indicators,
    patterns,
    payload_of,
)
from resources.samples.licence import Print, aamva_payload, licence_back
from resources.samples.people import sample_person
from resources.samples.shot import Shot, photograph

PAYLOAD = aamva_payload(sample_person("Elena", "Marlowe", date(1986, 4, 17)))
CARD = licence_back(PAYLOAD)
FAIR = Shot(2.4, blur=0.7)


def drawn_codewords(payload: bytes, columns: int, level: int) -> tuple[list[list[int]], Layout]:
    """What stands in each row of a symbol as zxing-cpp draws it, both indicators included."""
    code = zxingcpp.create_barcode(
        payload, zxingcpp.BarcodeFormat.PDF417, columns=columns, ec_level=str(level)
    )
    bars = np.array(code.to_image(scale=1, add_quiet_zones=False)) < 128
    new = np.concatenate([[True], (bars[1:] != bars[:-1]).any(axis=1)])
    lines = bars[new].astype(np.float32)
    cells = lines[:, MODULES:-18].reshape(len(lines), columns + 2, MODULES)
    found = [
        [int(np.flatnonzero((patterns()[row % 3] == cell).all(axis=1))[0]) for cell in line]
        for row, line in enumerate(cells)
    ]
    return found, Layout(len(lines), columns, level)


@pytest.mark.parametrize(("columns", "level"), [(5, 2), (12, 4), (17, 5), (20, 6)])
def test_symbol_that_zxing_draws_is_understood_cell_by_cell(columns: int, level: int) -> None:
    rows, layout = drawn_codewords(PAYLOAD, columns, level)
    data = [word for row in rows for word in row[1:-1]]

    assert [(row[0], row[-1]) for row in rows] == [
        indicators(layout, number) for number in range(layout.rows)
    ]
    assert corrected(np.array(data), layout, []) == data
    assert payload_of(data, layout) == PAYLOAD


@settings(max_examples=40)
@given(st.data())
def test_errors_and_erasures_are_corrected_as_far_as_the_checks_reach(data: st.DataObject) -> None:
    rows, layout = drawn_codewords(PAYLOAD, 17, 5)
    right = [word for row in rows for word in row[1:-1]]
    erased = data.draw(st.integers(0, layout.checks - 4))
    errors = data.draw(st.integers(0, (layout.checks - 4 - erased) // 2))
    places = data.draw(st.permutations(range(layout.size)))[: erased + errors]
    damaged = np.array(right)
    for place in places:
        damaged[place] = (damaged[place] + data.draw(st.integers(1, FIELD - 1))) % FIELD

    assert corrected(damaged, layout, places[:erased]) == right


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(0, 60))
def test_words_that_mean_nothing_are_never_corrected(seed: int, erased: int) -> None:
    words = np.random.default_rng(seed).integers(0, FIELD, 238)

    assert corrected(words, Layout(14, 17, 5), range(erased)) is None


def softly(picture: NDArray[np.uint8]) -> bytes | None:
    grey = grey_of(picture)
    for region in locate(grey):
        for evidence in read_soft(grey, region):
            payload = decided(evidence)
            if payload is not None:
                return payload
    return None


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"roll": 180.0},
        {"roll": 77.0, "px_per_module": 2.0},
        {"thumb": 4.0},
        {"thumb": -4.0},
        {"bend": 45.0},
        {"bend": -45.0, "pitch": 8.0},
        {"yaw": 18.0, "pitch": -12.0},
        {"blur": 1.6, "noise": 8.0, "light": 0.5},
        {"glare": 0.4, "lamp": (-12.0, 16.0), "shade": 0.3},
    ],
    ids=str,
)
def test_licence_is_read_softly_whatever_hinders(change: dict[str, float]) -> None:
    assert softly(photograph(CARD, replace(FAIR, **change), seed=3)) == PAYLOAD  # type: ignore[arg-type]


@pytest.mark.parametrize("how", [Print(9, 4, 3), Print(12, 5, 3), Print(15, 3, 4), Print(18, 4, 5)])
def test_symbols_of_every_shape_are_read_softly(how: Print) -> None:
    shot = replace(FAIR, roll=4.0, px_per_module=2.1)

    assert softly(photograph(licence_back(PAYLOAD, 1, how), shot, seed=5)) == PAYLOAD


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_soft_reader_sees_nothing_where_nothing_is(grey: int) -> None:
    assert softly(np.full((1080, 1920, 3), grey, np.uint8)) is None


def test_soft_reader_reads_nothing_in_noise_and_print() -> None:
    chance = np.random.default_rng(4)
    picture = np.full((1080, 1920, 3), 230, np.uint8)
    for line in range(30):
        words = "".join(chance.choice(list("ABCDEFGHIKLM 1234567890"), 60))
        cv2.putText(picture, words, (60, 60 + 33 * line), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)

    assert softly(picture) is None
    assert decode_patiently(picture[:540]) is None


def test_two_frames_tell_what_neither_tells_alone() -> None:
    lamps = [(-14.0, 17.0), (16.0, 17.0)]
    frames = [
        photograph(CARD, replace(FAIR, px_per_module=1.9, glare=2.6, blur=1.0, lamp=lamp), seed)
        for seed, lamp in enumerate(lamps)
    ]
    greys = [grey_of(frame) for frame in frames]
    assert [softly(frame) for frame in frames] == [None, None]

    votes = Votes()
    read = [votes.look(grey, locate(grey)[0]) for grey in greys]

    assert read == [None, PAYLOAD]


def test_what_was_seen_of_one_card_is_forgotten_before_the_next() -> None:
    lamp_left = replace(FAIR, px_per_module=1.9, glare=2.6, blur=1.0, lamp=(-14.0, 17.0))
    lamp_right = replace(lamp_left, lamp=(16.0, 17.0))
    memory = Memory()

    for seed, shot in enumerate((lamp_left, lamp_right)):
        memory.forget()
        assert decode(photograph(CARD, shot, seed), budget_seconds=5, memory=memory) is None


def test_soft_reader_agrees_with_zxing_on_all_that_both_read() -> None:
    formats = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.PDF417,))
    both = 0
    for seed in range(6):
        payload = aamva_payload(sample_person("Wei", f"Tan{seed}", date(1990, 1, seed + 1)))
        picture = photograph(licence_back(payload, seed), replace(FAIR, px_per_module=3.0), seed)
        codes = [c for c in zxingcpp.read_barcodes(picture, formats=formats) if c.valid]
        if codes:
            both += 1
            assert softly(picture) == bytes(codes[0].bytes)
    assert both >= 3
