"""``vestibule-kiosk read-id``: what it says of every kind of file, and how it ends."""

import io
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest
import zxingcpp

from kiosk.__main__ import main as kiosk
from kiosk.scan.read_id import read_files
from resources.samples.__main__ import main as samples
from resources.samples.licence import aamva_payload
from resources.samples.people import sample_person

FIELDS = {
    "file",
    "read",
    "symbology",
    "text",
    "identity",
    "hint",
    "milliseconds",
    "stage",
    "reader",
}


def read_id(
    capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, list[dict[str, Any]]]:
    status = kiosk(["read-id", "--json", *map(str, arguments)])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def people_of(folder: Path) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = json.loads((folder / "people.json").read_text(encoding="utf-8"))
    return people


def test_licences_are_read_from_pictures_and_payloads_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert samples(["cards", str(tmp_path), "--count", "3", "--seed", "5"]) == 0

    status, pictures = read_id(capsys, *sorted(tmp_path.glob("*.png")))
    also, payloads = read_id(capsys, *sorted(tmp_path.glob("*.txt")))

    assert (status, also) == (0, 0)
    assert [p["identity"] for p in pictures] == [p["identity"] for p in payloads]
    for person, line in zip(people_of(tmp_path), pictures, strict=True):
        assert line.keys() >= FIELDS
        assert (line["read"], line["symbology"], line["text"]) == (True, "PDF417", None)
        assert line["identity"]["birth_date"] == person["birth_date"]
        assert line["identity"]["document"]["jurisdiction"] == "TX"
        assert line["identity"]["document"]["number"] is None


def test_number_is_shown_only_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples(["cards", str(tmp_path), "--count", "1"])

    _, (line,) = read_id(capsys, "--all-fields", tmp_path / "card-000.txt")

    assert line["identity"]["document"]["number"] == people_of(tmp_path)[0]["number"]


def test_passports_and_id_cards_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples(["pages", str(tmp_path), "--count", "3", "--seed", "2"])

    status, lines = read_id(capsys, *sorted(tmp_path.glob("*.png")))

    assert status == 0
    assert [line["identity"]["document"]["kind"] for line in lines] == [
        "passport",
        "id_card",
        "id_card",
    ]
    assert [line["identity"]["birth_date"] for line in lines] == [
        person["birth_date"] for person in people_of(tmp_path)
    ]


def test_film_is_read_from_its_frames(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    samples(["film", str(tmp_path / "card.avi"), "--seconds", "0.5", "--seed", "3"])

    status, (line,) = read_id(capsys, tmp_path / "card.avi")

    assert status == 0
    assert line["identity"]["family_name"]


@pytest.mark.parametrize("symbology", ["QRCode", "Code128", "Code39", "Aztec", "DataMatrix"])
def test_code_that_is_no_id_gives_its_text(
    symbology: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = zxingcpp.create_barcode("STAFF-0412", getattr(zxingcpp.BarcodeFormat, symbology))
    cv2.imwrite(str(tmp_path / "code.png"), np.array(code.to_image(scale=5)))

    status, (line,) = read_id(capsys, tmp_path / "code.png")

    assert status == 0
    assert (line["read"], line["symbology"], line["text"]) == (True, symbology, "STAFF-0412")
    assert line["identity"] is None


@pytest.mark.parametrize(
    "payload",
    [
        b"@\n\x1e\rANSI 636015100001DL00310060DLDAQ98765432\nDBB04171986\nDAG1 SAMPLE ST\n",
        b"@\n\x1e\rANSI 636015030001VH00310050VHVAD98765432\nVAMMARLOWE\nVAN1 SAMPLE ST\n",
        b";63601598765432=310419860417?",
    ],
)
def test_licence_without_a_name_gives_nothing_else_away(
    payload: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.PDF417)
    picture = np.pad(np.array(code.to_image(scale=3)), 40, constant_values=255)
    cv2.imwrite(str(tmp_path / "card.png"), picture)

    for form in ((), ("--json",)):
        assert kiosk(["read-id", *form, str(tmp_path / "card.png")]) == 1
        said = capsys.readouterr().out
        assert "SAMPLE" not in said
        assert "98765432" not in said


def test_what_cannot_be_read_is_said_file_by_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "damaged.png").write_bytes(b"\x89PNG nothing more")
    (tmp_path / "shopping.txt").write_text("milk, bread", encoding="utf-8")
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((300, 400), 128, np.uint8))
    names = ("damaged.png", "shopping.txt", "grey.png", "not-there.png")

    status, lines = read_id(capsys, *(tmp_path / name for name in names))

    assert status == 1
    assert [line["read"] for line in lines] == [False] * 4
    assert [line["file"] for line in lines] == [str(tmp_path / name) for name in names]
    assert all(line["problem"] for line in lines)


def test_odd_pictures_end_no_other_files_reading(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples(["cards", str(tmp_path), "--count", "1"])
    for name, size in (("thin", (1, 3000)), ("flat", (3000, 1)), ("one", (1, 1))):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full(size, 90, np.uint8))
    PIL.Image.new("1", (11_000, 9_200)).save(tmp_path / "huge.png")
    names = ["thin.png", "flat.png", "one.png", "huge.png", "n" * 300, "card-000.png"]

    status, lines = read_id(capsys, *(tmp_path / name for name in names))

    assert status == 1
    assert [line["read"] for line in lines] == [False] * 5 + [True]
    assert "too large" in lines[3]["problem"]


def test_command_without_a_file_is_unusable(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        kiosk(["read-id", "--json"])

    assert ended.value.code == 2
    assert "FILE" in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
@pytest.mark.parametrize("name", ["payload.txt", "film.avi", "picture.jpg"])
def test_pipe_keeps_no_other_file_waiting(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / name)

    status, (line,) = read_id(capsys, tmp_path / name)

    assert status == 1
    assert line["problem"] == "That is no file."


@pytest.mark.parametrize("name", ["endless.txt", "endless.jpg"])
def test_file_larger_than_any_picture_or_payload_is_not_taken_into_memory(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 36)  # 64 GiB of nothing, which take no space

    status, (line,) = read_id(capsys, tmp_path / name)

    assert status == 1
    assert line["problem"]


@pytest.mark.parametrize("name", ["two\nlines.png", "red\x1b[31m.png", "next\x85line.png"])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_every_file_has_one_line_whatever_its_name(
    form: tuple[str, ...], name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk(["read-id", *form, str(tmp_path / name)]) == 1

    (line,) = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    if form:
        assert json.loads(line)["file"] == str(tmp_path / name)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_name_that_the_terminal_cannot_write_is_escaped(encoding: str, tmp_path: Path) -> None:
    payload = aamva_payload(sample_person("Zaneta", "Marlowe", date(1986, 4, 17)))
    (tmp_path / "card.txt").write_bytes(payload.replace(b"ZANETA", "ŻANETA".encode()))
    written = []
    for as_json in (True, False):
        out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        files = [tmp_path / "card.txt"]
        assert read_files(files, out, io.StringIO(), as_json=as_json, all_fields=False) == 0
        out.seek(0)
        written.append(out.read())

    assert json.loads(written[0])["identity"]["given_name"] == "ŻANETA"
    assert "\\u017bANETA MARLOWE" in written[1]


def test_folder_of_pictures_is_a_film_and_any_other_is_told_how_to_name_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples(["cards", str(tmp_path / "cards"), "--count", "1"])
    film = tmp_path / "100%d done"
    film.mkdir()
    (film / "frame_000.png").write_bytes((tmp_path / "cards" / "card-000.png").read_bytes())

    status, (cards, frames) = read_id(capsys, tmp_path / "cards", film)

    assert status == 1
    assert "frame_000.png" in cards["problem"]
    assert frames["read"]


@pytest.mark.parametrize(
    "arguments",
    [
        "cards --count -1",
        "cards --count some",
        "pages --count 0",
        "film --seconds nan",
        "film --seconds 0",
        "film --width 0",
        "film --light inf",
        "film --glare 2",
    ],
)
def test_samples_that_could_not_be_made_are_refused_before_anything_is_written(
    arguments: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command, *rest = arguments.split()

    with pytest.raises(SystemExit) as ended:
        samples([command, str(tmp_path / "out"), *rest])

    assert ended.value.code == 2
    assert "must be a" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_empty_picture_is_not_filmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "badge.png").touch()

    film = ["film", str(tmp_path / "badge.avi"), "--picture", str(tmp_path / "badge.png")]

    assert samples(film) == 1
    assert "not a picture" in capsys.readouterr().err
