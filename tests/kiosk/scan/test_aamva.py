"""Licences as cards in circulation write them; every payload here is invented."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.errors import UnreadableIdError
from db.domain.people import DocumentKind, PersonName, Sex
from kiosk.scan.aamva import parse_aamva
from resources.samples.licence import ISSUERS, aamva_payload
from resources.samples.people import sample_people, sample_person


def card(
    *elements: str, head: str = "@\n\x1e\rANSI 636015090002DL00410278", kind: str = "DL"
) -> bytes:
    return (head + kind + "\n".join(elements) + "\r").encode("latin-1")


def test_plain_licence_is_read() -> None:
    person = sample_person("Elena", "Marlowe", date(1986, 4, 17), middle_name="Ruth")

    identity = parse_aamva(aamva_payload(person))

    assert identity.name == PersonName("ELENA", "MARLOWE", "RUTH")
    assert identity.birth_date == date(1986, 4, 17)
    assert identity.sex is Sex.FEMALE
    assert identity.document is not None
    assert identity.document.kind is DocumentKind.DRIVER_LICENSE
    assert (identity.document.jurisdiction, identity.document.country) == ("TX", "USA")
    assert identity.document.number == person.number
    assert identity.document.expires_on == person.expires_on


@given(st.integers(0, 10_000), st.sampled_from(sorted(ISSUERS)), st.integers(1, 10))
def test_what_was_built_is_read_again(seed: int, jurisdiction: str, version: int) -> None:
    (person,) = sample_people(1, seed)

    identity = parse_aamva(aamva_payload(person, jurisdiction, version))

    assert identity.birth_date == person.birth_date
    assert identity.document is not None
    assert identity.document.jurisdiction == jurisdiction


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    try:
        identity = parse_aamva(payload)
    except UnreadableIdError:
        return
    assert identity.name.family


@given(st.data())
def test_damaged_licence_is_read_or_refused(data: st.DataObject) -> None:
    person = sample_person("Kofi", "Mensah-Bonsu", date(1990, 12, 3))
    payload = bytearray(aamva_payload(person))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(payload) - 1))
        payload[at] = data.draw(st.integers(0, 255))
    try:
        identity = parse_aamva(bytes(payload))
    except UnreadableIdError:
        return
    assert identity.name.family


NAMES = [
    (["DAAQUILLFEATHER,OSGOOD,LEE,JR"], PersonName("OSGOOD", "QUILLFEATHER", "LEE", "JR")),
    (["DAAOSGOOD LEE QUILLFEATHER"], PersonName("OSGOOD", "QUILLFEATHER", "LEE")),
    (["DABARDWICK", "DACCLIVE", "DADNONE"], PersonName("CLIVE", "ARDWICK")),
    (["DCSARDWICK", "DCTCLIVE,OWEN"], PersonName("CLIVE", "ARDWICK", "OWEN")),
    (["DCSARDWICK", "DCTCLIVE OWEN"], PersonName("CLIVE", "ARDWICK", "OWEN")),
    (["DCSARDWICK", "DACCLIVE,OWEN"], PersonName("CLIVE", "ARDWICK", "OWEN")),
    (["DCSARDWICK", "DACCLIVE", "DCUIII"], PersonName("CLIVE", "ARDWICK", "", "III")),
    (["DCSARDWICK", "DACCLIVE", "DAESR"], PersonName("CLIVE", "ARDWICK", "", "SR")),
    (["DCSDADE", "DACANA"], PersonName("ANA", "DADE")),
    (["DCSDCSIKOS", "DACANA"], PersonName("ANA", "DCSIKOS")),
    (["DCSO'BRIEN-MCKAY", "DACANA"], PersonName("ANA", "O'BRIEN-MCKAY")),
    (["DCSMUÑOZ", "DACJOSÉ"], PersonName("JOSÉ", "MUÑOZ")),
]


@pytest.mark.parametrize(("elements", "name"), NAMES)
def test_names_are_read_however_they_are_split(elements: list[str], name: PersonName) -> None:
    assert parse_aamva(card("DAQ1", *elements)).name == name


DATES = [
    ("DBB04171986", date(1986, 4, 17)),
    ("DBB19860417", date(1986, 4, 17)),
    ("DBB04/17/1986", date(1986, 4, 17)),
    ("DBB4171986", date(1986, 4, 17)),
    ("DBB04171986X", date(1986, 4, 17)),
    ("DBB13321986", None),
    ("DBB", None),
]


@pytest.mark.parametrize(("element", "born"), DATES)
def test_dates_are_read_in_either_order(element: str, born: date | None) -> None:
    assert parse_aamva(card("DCSARDWICK", "DACCLIVE", element)).birth_date == born


HEADS = [
    "@\n\x1e\rANSI 636015090002DL00410278",
    "@\n\rANSI 6360150102DL00390187",
    "@\n\x1c\rAAMVA6360150101DL00390187",
    "AMVA 636015050002DL00410278",
    "@a\nANSI 636015090002DL00410278",
    "\x85\x9dANSI 636015090002DL00410278",
    "@|ANSI 636015090002DL00410278",
]


@pytest.mark.parametrize("head", HEADS)
def test_mangled_header_is_found(head: str) -> None:
    identity = parse_aamva(card("DAQ1", "DCSARDWICK", "DACCLIVE", head=head))

    assert identity.name.family == "ARDWICK"
    assert identity.document is not None
    assert identity.document.jurisdiction == "TX"


def test_identity_card_is_told_from_a_licence() -> None:
    identity = parse_aamva(card("DAQ1", "DCSARDWICK", "DACCLIVE", kind="ID"))

    assert identity.document is not None
    assert identity.document.kind is DocumentKind.ID_CARD


def test_canadian_licence_has_its_year_first() -> None:
    head = "@\n\x1e\rANSI 636012050002DL00410278"
    identity = parse_aamva(card("DCSROY", "DACLISE", "DBB19760804", "DBA20300105", head=head))

    assert identity.birth_date == date(1976, 8, 4)
    assert identity.document is not None
    assert (identity.document.country, identity.document.expires_on) == ("CAN", date(2030, 1, 5))


def test_magnetic_stripe_text_is_read() -> None:
    text = b"%TXAUSTIN^ARDWICK$CLIVE$OWEN^1 SAMPLE ST^?;63601512345678=310419760804?"

    identity = parse_aamva(text)

    assert identity.name == PersonName("CLIVE", "ARDWICK", "OWEN")
    assert identity.birth_date == date(1976, 8, 4)


@pytest.mark.parametrize(
    "payload", [b"", b"https://example.org", b"4006381333931", b"M1QUILLFEATHER/OSGOOD  EABCDEF"]
)
def test_code_that_is_not_an_id_is_refused_in_words(payload: bytes) -> None:
    with pytest.raises(UnreadableIdError, match="not on a driver license"):
        parse_aamva(payload)


def test_address_never_leaves_the_parser() -> None:
    identity = parse_aamva(card("DCSARDWICK", "DACCLIVE", "DAG1 SAMPLE ST", "DAISAMPLETON"))

    assert "SAMPLE" not in repr(identity)


def test_number_is_not_shown_by_accident() -> None:
    assert "98765432" not in repr(parse_aamva(card("DAQ98765432", "DCSARDWICK", "DACCLIVE")))
