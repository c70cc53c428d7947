"""Licences laid out as in `structures.toml` are read, whichever line ends they come with."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.scan.aamva import parse_aamva

LAID = tomllib.loads(Path(__file__).with_name("structures.toml").read_text("utf-8"))["laid"]
IDS = [laid["who"] for laid in LAID]


@pytest.mark.parametrize("laid", LAID, ids=IDS)
def test_structure_is_read(laid: dict[str, Any]) -> None:
    identity = parse_aamva(laid["payload"].encode("latin-1"))

    name, document = identity.name, identity.document
    assert document is not None
    assert [
        name.given,
        name.middle,
        name.family,
        name.suffix,
        _day(identity.birth_date),
        _day(document.expires_on),
        document.number,
        document.jurisdiction,
    ] == laid["says"]
    assert document.kind == laid.get("kind", "driver_license")
    assert identity.sex == laid["sex"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x1e", "\n\n", "<LF>", "\\n", "|", "~"])
@pytest.mark.parametrize("laid", [laid for laid in LAID if laid["payload"].count("\n") > 3])
def test_structure_is_read_behind_every_line_end(laid: dict[str, Any], end: str) -> None:
    identity = parse_aamva(laid["payload"].replace("\n", end).encode("latin-1"))

    assert [identity.name.given, identity.name.family] == [laid["says"][0], laid["says"][2]]
    assert _day(identity.birth_date) == laid["says"][4]


@pytest.mark.parametrize("laid", LAID, ids=IDS)
def test_structure_is_read_from_two_bytes_a_character(laid: dict[str, Any]) -> None:
    identity = parse_aamva(laid["payload"].encode("utf-16-le", errors="ignore"))

    assert identity.name.family == laid["says"][2]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
