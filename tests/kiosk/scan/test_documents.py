"""What the school asks of an ID, and cards of its own: rules by their words."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from db.domain.days import Days
from db.domain.errors import UnreadableIdError
from db.domain.people import Document, DocumentKind, Identity, PersonName
from db.domain.screening import HoldReason
from kiosk.__main__ import main
from kiosk.scan.decode import MRZ, Decoded
from kiosk.scan.documents import (
    CardFormat,
    DocumentRules,
    Expired,
    FormatError,
    Minor,
    card_format,
    is_expired,
    is_under,
)
from kiosk.scan.identify import MilitaryIdError, identity_of, identity_of_payload
from kiosk.scan.read_id import read_file
from resources.samples.licence import aamva_payload
from resources.samples.people import sample_person
from resources.samples.zone import SIZES, SampleZone, zone_lines

TODAY = date(2026, 11, 23)
STAFF_CARD = {
    "name": "Staff card",
    "symbologies": ["QRCode", "Code128"],
    "pattern": r"LSD;(?P<family_name>[^;]+);(?P<given_name>[^;]+);"
    r"(?P<birth_date>\d{8});(?P<number>\d+)",
    "birth_date_format": "%Y%m%d",
    "issuer": "Lincoln School District",
}
CONSULAR_CARD = {
    "name": "Consular card",
    "pattern": r"MC(?P<number>\d{6})\n(?P<full_name>[^\n]+)",
    "kind": "id_card",
    "issuer": "Consulate of Ruritania",
}
RULES = DocumentRules(formats=(card_format(STAFF_CARD), card_format(CONSULAR_CARD)))
SHOWN = b"LSD;Tsai;Wei-Ling;19790309;4711"
MILITARY = [
    b"1ABC123D4EFG567H" + b"Invented Person".ljust(20) + b"X" * 53,
    b"1ABC123D4EFG567HA1",
    b"*N0000A1B00000C2AF9*",
]


def shown(born: date | None, expires: date | None = None) -> Identity:
    card = Document(DocumentKind.DRIVER_LICENSE, "TX", "USA", expires_on=expires)
    return Identity(PersonName("Elena", "Marlowe"), born, document=card)


@pytest.mark.parametrize(
    ("expires", "has_expired"),
    [(None, False), (date(2026, 11, 23), False), (date(2026, 11, 22), True)],
)
def test_id_is_good_until_its_last_day_is_over(expires: date | None, has_expired: bool) -> None:
    assert is_expired(shown(None, expires), TODAY) is has_expired


@pytest.mark.parametrize(
    ("born", "is_minor"),
    [
        (None, False),
        (date(2008, 11, 23), False),
        (date(2008, 11, 24), True),
        (date(2008, 2, 29), False),
    ],
)
def test_somebody_is_of_age_on_the_birthday(born: date | None, is_minor: bool) -> None:
    assert is_under(18, shown(born), TODAY) is is_minor


@pytest.mark.parametrize(
    ("rules", "reasons"),
    [
        (DocumentRules(), (HoldReason.UNDER_AGE,)),
        (DocumentRules(minor=Minor.ACCEPT), ()),
        (DocumentRules(adult_age=15), ()),
        (DocumentRules(expired=Expired.HOLD), (HoldReason.UNDER_AGE, HoldReason.ID_EXPIRED)),
        (DocumentRules(expired=Expired.ACCEPT, minor=Minor.ACCEPT), ()),
    ],
)
def test_policy_says_what_holds(rules: DocumentRules, reasons: tuple[HoldReason, ...]) -> None:
    young_and_expired = shown(date(2010, 5, 1), date(2025, 5, 1))

    assert rules.hold_reasons(young_and_expired, Days.of(TODAY)) == reasons


def test_own_card_is_read_by_its_format() -> None:
    identity = identity_of_payload(SHOWN, RULES)

    assert identity.name == PersonName("Wei-Ling", "Tsai")
    assert identity.birth_date == date(1979, 3, 9)
    assert identity.document == Document(
        DocumentKind.OTHER, "Lincoln School District", number="4711"
    )


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        (b"MC000123\nPAPADOPOULOS, Giorgos", PersonName("Giorgos", "PAPADOPOULOS")),
        (b"MC000123\nAna Luc\xc3\xada Carvalho", PersonName("Ana Lucía", "Carvalho")),
        (b"MC000123\nMelnyk", PersonName("", "Melnyk")),
    ],
)
def test_full_name_is_cut_at_its_comma_or_before_its_last_word(
    printed: bytes, name: PersonName
) -> None:
    assert identity_of_payload(printed, RULES).name == name


def test_own_card_is_read_only_from_the_codes_it_bears() -> None:
    decoded = Decoded(SHOWN, "QRCode", "raw", "zxing", 1.0)

    assert identity_of(decoded, RULES).name.family == "Tsai"
    with pytest.raises(UnreadableIdError):
        identity_of(replace(decoded, symbology="Aztec"), RULES)


@pytest.mark.parametrize(
    "payload",
    [
        b"LSD;Tsai;Wei-Ling;19791309;4711",  # no such day
        b"LSD;123;456;19790309;4711",  # no name
        b"LSD;Tsai;Wei-Ling;19790309;" + b"1" * 400,
        b"https://school.example/menu",
        b"",
    ],
)
def test_what_fits_no_format_is_no_id(payload: bytes) -> None:
    with pytest.raises(UnreadableIdError):
        identity_of_payload(payload, RULES)


def test_licence_comes_before_any_format() -> None:
    greedy = card_format({**CONSULAR_CARD, "pattern": r"(?P<full_name>.+)"})
    licence = aamva_payload(sample_person("Elena", "Marlowe", date(1986, 4, 17)))

    identity = identity_of_payload(licence, DocumentRules(formats=(greedy,)))

    assert identity.document is not None
    assert identity.document.kind is DocumentKind.DRIVER_LICENSE


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
def test_passport_is_read_by_a_scanner_that_types_its_zone(size: str, end: str) -> None:
    somebody = sample_person("Elena", "Marlowe", date(1986, 4, 17))
    typed = "".join(f"{line}{end}" for line in zone_lines(somebody, SampleZone(size)))

    identity = identity_of_payload(typed.encode())

    assert (identity.name.full, identity.birth_date) == ("ELENA MARLOWE", date(1986, 4, 17))


def test_typed_zone_with_a_wrong_character_is_nobodys() -> None:
    first, second = zone_lines(sample_person("Elena", "Marlowe", date(1986, 4, 17)))
    greedy = card_format({**CONSULAR_CARD, "pattern": r"(?P<full_name>.+)"})
    wrong = f"{first}\n{second.replace('860417', '860418')}\n".encode()

    with pytest.raises(UnreadableIdError, match="check digit"):
        identity_of_payload(wrong, DocumentRules(formats=(greedy,)))


@pytest.mark.parametrize("payload", MILITARY)
@pytest.mark.parametrize("mark", [b"", b"]L2"])
def test_military_id_is_refused_in_words_of_its_own(payload: bytes, mark: bytes) -> None:
    greedy = card_format({**CONSULAR_CARD, "pattern": r"(?P<full_name>.+)"})

    with pytest.raises(MilitaryIdError, match="military ID is not read here"):
        identity_of_payload(mark + payload, DocumentRules(formats=(greedy,)))


@pytest.mark.parametrize("payload", MILITARY[1:])
def test_nothing_that_a_military_id_says_comes_out(payload: bytes, tmp_path: Path) -> None:
    barcode = zxingcpp.create_barcode(payload.strip(b"*").decode(), zxingcpp.BarcodeFormat.Code39)
    bars = np.array(barcode.to_image(scale=3), dtype=np.uint8)
    picture = tmp_path / "card.png"
    picture.write_bytes(_png(np.pad(np.repeat(bars[:1], 120, axis=0), 40, constant_values=255)))

    reading = read_file(picture)

    assert (reading.read, reading.text, reading.identity) == (False, None, None)
    assert reading.hint == "military_id"
    assert payload.decode().strip("*") not in repr(reading)


def _png(picture: np.ndarray) -> bytes:
    import cv2  # only this test draws

    return bytes(cv2.imencode(".png", picture)[1])


BAD_FORMATS = [
    ({"name": " "}, "name", "is missing"),
    ({"name": 3}, "name", "must be a text"),
    ({"issuer": "TX"}, "issuer", "3 to 40"),
    ({"issuer": "x" * 41}, "issuer", "3 to 40"),
    ({"kind": "passport"}, "kind", "one of id_card, other"),
    ({"symbologies": ["QR"]}, "symbologies", "list of QRCode"),
    ({"symbologies": "QRCode"}, "symbologies", "list of QRCode"),
    ({"pattern": ""}, "pattern", "1 to 400"),
    ({"pattern": "x" * 401}, "pattern", "1 to 400"),
    ({"pattern": "(?P<full_name>"}, "pattern", "is no regular expression"),
    ({"pattern": "(?P<full_name>.)(?P<shoe_size>.)"}, "pattern", "no use for a group 'shoe_size'"),
    ({"pattern": "(?P<given_name>.)"}, "pattern", "a group for the name"),
    ({"birth_date_format": ""}, "birth_date_format", "whole year"),
    ({"birth_date_format": "%y%m%d"}, "birth_date_format", "whole year"),
    ({"birth_date_format": "%Y"}, "birth_date_format", "whole year"),
    ({"birth_date_format": "%Q%"}, "birth_date_format", "whole year"),
]


@pytest.mark.parametrize(("change", "key", "words"), BAD_FORMATS)
def test_format_that_cannot_be_used_says_which_key(
    change: dict[str, object], key: str, words: str
) -> None:
    with pytest.raises(FormatError, match=words) as refusal:
        card_format({**STAFF_CARD, **change})

    assert refusal.value.key == key


@pytest.mark.parametrize(
    "pattern",
    [
        "(?P<full_name>(a+)+)",
        "(?P<full_name>(?:a|a)*)",
        r"(?P<full_name>([A-Z]*\s?)*)",
        "(?P<full_name>(a?){40}a{40})",
        r"(?P<number>.)(?P<full_name>.+)\1",
        "(?P<full_name>.*.*.*.*.*x)",
    ],
)
def test_expression_that_may_never_end_is_refused(pattern: str) -> None:
    with pytest.raises(FormatError, match="take for ever"):
        card_format({**CONSULAR_CARD, "pattern": pattern})


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?P<family_name>[^,]+), (?P<given_name>\w+)( \w+)?",
        r"(?:ID|NO)-(?P<number>\d{4,9})\|(?P<full_name>[\w .'+*(-]+)",
        r"(?i:card) (?P<full_name>.+);.*;.*",
    ],
)
def test_plain_expressions_are_taken(pattern: str) -> None:
    assert isinstance(card_format({**CONSULAR_CARD, "pattern": pattern}), CardFormat)


@given(st.binary(max_size=400))
def test_any_bytes_are_an_identity_or_refused(payload: bytes) -> None:
    for symbology in ("", "QRCode", "PDF417"):
        with suppress(UnreadableIdError):
            identity_of_payload(payload, RULES, symbology)


def test_zone_is_no_matter_for_formats() -> None:
    with pytest.raises(UnreadableIdError):
        identity_of(Decoded(SHOWN, MRZ, MRZ, "mrz", 1.0), RULES)


def test_command_reads_the_schools_own_cards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "card.txt").write_bytes(SHOWN)
    config = tmp_path / "kiosk.toml"
    config.write_text(
        "[[documents.formats]]\n"
        + "".join(f"{key} = {json.dumps(value)}\n" for key, value in STAFF_CARD.items())
    )
    arguments = ["read-id", "--json", str(tmp_path / "card.txt")]

    unknown = main(arguments)
    known = main(["--config", str(config), *arguments])

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (unknown, known) == (1, 0)
    assert first["hint"] == "not_an_id"
    assert second["identity"]["document"]["jurisdiction"] == "Lincoln School District"
