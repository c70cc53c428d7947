"""Dates, sex, kind, issuer and number of licences; and what is no licence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.errors import UnreadableIdError
from db.domain.people import Document, DocumentKind, Identity, Sex
from kiosk.scan.aamva import parse_aamva
from kiosk.scan.aamva_dates import read_date


def read(*elements: str, head: str = "ANSI 636015090001DL00310278", kind: str = "DL") -> Identity:
    lines = "\n".join(("DCSMARLOWE", "DACELENA", *elements))
    return parse_aamva(f"@\n\x1e\r{head}{kind}{lines}\r".encode())


def document_of(*elements: str, **layout: str) -> Document:
    document = read(*elements, **layout).document
    assert document is not None
    return document


DATES = [
    ("04171986", date(1986, 4, 17)),
    ("19860417", date(1986, 4, 17)),
    ("04/17/1986", date(1986, 4, 17)),
    ("04-17-1986", date(1986, 4, 17)),
    ("1986-04-17", date(1986, 4, 17)),
    ("1986.04.17", date(1986, 4, 17)),
    ("4/7/1986", date(1986, 4, 7)),
    ("17/04/1986", date(1986, 4, 17)),
    ("17041986", date(1986, 4, 17)),
    ("4171986", date(1986, 4, 17)),
    ("04171986M", date(1986, 4, 17)),
    ("04 17 1986", date(1986, 4, 17)),
    ("1986-04-17 00:00:00", date(1986, 4, 17)),
    ("17APR1986", date(1986, 4, 17)),
    ("APR 17, 1986", date(1986, 4, 17)),
    ("041786", date(1986, 4, 17)),
    ("860417", date(1986, 4, 17)),
    ("04/17/86", date(1986, 4, 17)),
    ("02291988", date(1988, 2, 29)),
    ("02291987", None),
    ("00000000", None),
    ("99999999", None),
    ("13321986", None),
    ("04171786", None),
    ("NONE", None),
    ("NON-EXPIRING", None),
    ("unavl", None),
    ("", None),
    ("4", None),
    ("MMDDCCYY", None),
]


@pytest.mark.parametrize(("text", "day"), DATES)
def test_date_is_read(text: str, day: date | None) -> None:
    assert read_date(text, is_birth=True) == day
    assert read(f"DBB{text}").birth_date == day


def test_two_digits_of_a_year_are_of_this_century_but_for_births() -> None:
    assert read_date("041731") == date(2031, 4, 17)
    assert read_date("041731", is_birth=True) == date(1931, 4, 17)
    assert read_date("041712", is_birth=True) == date(2012, 4, 17)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(["%m%d%Y", "%Y%m%d"]))
def test_eight_digits_have_one_reading(day: date, form: str) -> None:
    assert read_date(f"{day:{form}}") == day


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    assert read_date(text) is None or read_date(text)


def test_identity_stands_without_a_birth_date() -> None:
    identity = read("DBB00000000", "DBA04172030")

    assert identity.birth_date is None
    assert identity.name.family == "MARLOWE"


def test_other_dates_are_taken_for_nothing() -> None:
    identity = read("DDB01022003", "DDC02032004", "DDH03042005", "DDI04052006", "DDJ05062007")

    assert identity.birth_date is None
    assert identity.document is not None
    assert (identity.document.issued_on, identity.document.expires_on) == (None, None)


SEXES = [("1", Sex.MALE), ("M", Sex.MALE), ("2", Sex.FEMALE), ("F", Sex.FEMALE)]
SEXES += [("FEMALE", Sex.FEMALE), ("MALE", Sex.MALE), ("f", Sex.FEMALE)]
SEXES += [(code, Sex.UNSPECIFIED) for code in ("9", "X", "NONE", "0", "", "N")]


@pytest.mark.parametrize(("code", "sex"), SEXES)
def test_sex_is_read(code: str, sex: Sex) -> None:
    assert read(f"DBC{code}").sex is sex


def test_kind_is_that_of_the_subfile() -> None:
    head = "ANSI 636015090001ID00310278"
    licence, card = DocumentKind.DRIVER_LICENSE, DocumentKind.ID_CARD

    assert document_of().kind is licence
    assert document_of(kind="EN").kind is licence
    assert document_of(kind="ID").kind is card
    assert document_of(head=head, kind="ID").kind is card
    assert document_of(head=head, kind="").kind is card
    assert document_of("IDDAQ1").kind is licence  # both are on the card, the licence first


ISSUERS = [
    ("636015", ["DAJTX", "DCGUSA"], ("TX", "USA")),
    ("636015", ["DAJOK", "DCGUSA"], ("TX", "USA")),  # moved house
    ("636015", ["DAJON", "DCGCAN"], ("ON", "CAN")),  # a number that is wrong
    ("636015", [], ("TX", "USA")),
    ("999999", ["DAJTX", "DCGUSA"], ("TX", "USA")),
    ("999999", ["DAOTX"], ("TX", "USA")),
    ("999999", ["DAJAP", "DCGUSA"], ("", "USA")),
    ("999999", ["DCGUSA"], ("", "USA")),
    ("999999", [], ("", "")),
    ("636028", ["DAJBC", "DCGCA"], ("BC", "CAN")),
    ("636028", ["DAJBC", "DCGCDN"], ("BC", "CAN")),
    ("636015", ["DAJTX", "DCGUS"], ("TX", "USA")),
    ("636056", ["DCGMX"], ("", "MEX")),
    ("636027", [], ("", "USA")),
    ("990876", [], ("AB", "CAN")),
    ("604431", ["DAJPR", "DCGUSA"], ("PR", "USA")),
]


@pytest.mark.parametrize(("iin", "elements", "issuer"), ISSUERS)
def test_issuer_is_told(iin: str, elements: list[str], issuer: tuple[str, str]) -> None:
    document = document_of(*elements, head=f"ANSI {iin}090001DL00310278")

    assert (document.jurisdiction, document.country) == issuer


@pytest.mark.parametrize("number", ["W 000 000 018", "M-000-016", "00004985690", "A0000 X"])
def test_number_is_as_printed(number: str) -> None:
    assert document_of(f"DAQ{number}   ").number == number


def test_number_that_is_not_there_is_empty() -> None:
    assert document_of("DAQNONE").number == ""
    assert document_of("DAQ", "DBJ5330015").number == "5330015"


def test_own_elements_of_the_issuer_are_not_taken_for_the_standards() -> None:
    identity = read("DAQ1\rZTZTADCSELSE", "ZTBDBB01011990", "ZTCDAQ9")

    assert identity.name.family == "MARLOWE"
    assert identity.birth_date is None
    assert identity.document is not None
    assert identity.document.number == "1"


def test_street_is_no_middle_name() -> None:
    identity = read("DAG518   DADE STREET", "DAI  DACONO", "DADRUTH")

    assert identity.name.full == "ELENA RUTH MARLOWE"


def test_second_card_scanned_right_after_is_not_mixed_in() -> None:
    payload = b"@\n\x1e\rANSI 636015090001DL00310278DLDAQ1\nDCSMARLOWE\nDACELENA\r"
    other = b"@\n\x1e\rANSI 636014090001DL00310278DLDAQ2\nDCSNKOSI\nDACRUTH\nDADINES\nDBB04171986\r"

    identity = parse_aamva(payload + other)

    assert identity.name.full == "ELENA MARLOWE"
    assert identity.birth_date is None


NOT_LICENCES = [
    b"",
    b"\0" * 40,
    b"4006381333931",
    b"https://example.org/member/123",
    b"M1MARLOWE/ELENA       EABC123 DFWSATXX 0123 123Y012A0034 100",
    b"%B4111111111111111^MARLOWE/ELENA^30011010000?;4111111111111111=30011010000?",
    b"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    b"STAFF:0042",
    b"\xff\xfe\xfd",
]


@pytest.mark.parametrize("payload", NOT_LICENCES)
def test_what_is_no_licence_is_refused_with_what_to_do(payload: bytes) -> None:
    with pytest.raises(UnreadableIdError, match=r"not on a driver license or ID card.*type the"):
        parse_aamva(payload)


def test_military_card_is_refused_unread() -> None:
    payload = f"N0A1B2CS0D4E5F6{'Elena':20}{'Marlowe':26}{'B2X1':27}R"

    with pytest.raises(UnreadableIdError, match="military ID is not read") as refused:
        parse_aamva(payload.encode())

    assert "Marlowe" not in str(refused.value)


def test_vehicle_registration_is_told_from_a_licence() -> None:
    payload = b"@\n\x1e\rAAMVA6360360203VH00490046IN00950007VHVAD00000000000000000\nVAKTOYO\r"

    with pytest.raises(UnreadableIdError, match="vehicle's registration"):
        parse_aamva(payload)


STRIPE = "%TXSAMPLETON^MARLOWE$ELENA$RUTH^1 SAMPLE ST^?;636015{number}={expiry}{born}{over}?"
STRIPES = [
    ("3106", "19860417", date(2031, 6, 30)),
    ("3102", "19860417", date(2031, 2, 28)),
    ("3177", "19860417", None),
    ("3188", "19860417", date(2031, 4, 30)),
    ("3199", "19860417", date(2031, 4, 17)),
    ("3199", "19840229", date(2031, 2, 28)),
    ("3104", "19869917", date(2031, 4, 17)),
    ("3100", "19860417", None),
    ("3113", "19860417", None),
]


@pytest.mark.parametrize(("expiry", "born", "expires_on"), STRIPES)
def test_stripe_expires(expiry: str, born: str, expires_on: date | None) -> None:
    text = STRIPE.format(number="00000001", expiry=expiry, born=born, over="")

    document = parse_aamva(text.encode()).document

    assert document is not None
    assert document.expires_on == expires_on


def test_long_number_goes_on_behind_the_birth_date() -> None:
    text = STRIPE.format(number="0000000000001", expiry="3106", born="19860417", over="2345=")

    document = parse_aamva(text.encode()).document

    assert document is not None
    assert document.number == "00000000000012345"


def test_name_is_read_from_the_first_track_alone() -> None:
    identity = parse_aamva(b"%TXSAMPLETON^MARLOWE$ELENA$RUTH^1 SAMPLE ST^?;E?")

    assert identity.name.full == "ELENA RUTH MARLOWE"
    assert identity.document is not None
    assert identity.document.jurisdiction == "TX"


def test_tracks_without_a_name_are_refused() -> None:
    with pytest.raises(UnreadableIdError):
        parse_aamva(b";63601500000001=310619860417?")


@given(st.text(alphabet="%;?^$=DLACSB0123456789 TX\n", max_size=120))
def test_any_tracks_are_read_or_refused(text: str) -> None:
    try:
        assert parse_aamva(text.encode()).name.family
    except UnreadableIdError:
        return
