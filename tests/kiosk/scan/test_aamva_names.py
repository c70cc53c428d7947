"""Names as licences part them, join them, leave them out and cut them off."""

import pytest

from db.domain.people import PersonName
from kiosk.scan.aamva import parse_aamva


def name_on(*elements: str, iin: str = "636015", version: str = "09") -> PersonName:
    head = f"@\n\x1e\rANSI {iin}{version}0001DL00310278DL"
    return parse_aamva((head + "\n".join(("DAQ1", *elements)) + "\r").encode()).name


WHOLE = [
    ("MARLOWE,ELENA,RUTH,JR", PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    ("MARLOWE,ELENA,RUTH INES", PersonName("ELENA", "MARLOWE", "RUTH INES")),
    ("MARLOWE,ELENA,RUTH", PersonName("ELENA", "MARLOWE", "RUTH")),
    ("MARLOWE, ELENA RUTH", PersonName("ELENA", "MARLOWE", "RUTH")),
    ("MARLOWE,ELENA", PersonName("ELENA", "MARLOWE")),
    ("MARLOWE,ELENA,,", PersonName("ELENA", "MARLOWE")),
    ("MARLOWE,ANA LUCIA,,", PersonName("ANA LUCIA", "MARLOWE")),
    ("MARLOWE,ELENA,,III", PersonName("ELENA", "MARLOWE", "", "III")),
    ("MARLOWE,ELENA,NONE,", PersonName("ELENA", "MARLOWE")),
    ("MARLOWE,ELENA,SR", PersonName("ELENA", "MARLOWE", "", "SR")),
    ("MARLOWE,JR,ELENA,RUTH", PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    ("MARLOWE JR,ELENA,RUTH", PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    ("MARLOWE,ELENA,RUTH,INES,JR", PersonName("ELENA", "MARLOWE", "RUTH INES", "JR")),
    ("DE LA CRUZ,ELENA,RUTH", PersonName("ELENA", "DE LA CRUZ", "RUTH")),
    ("MARLOWE@ELENA@R", PersonName("ELENA", "MARLOWE", "R")),
    ("MARLOWE@ELENA@R@JR", PersonName("ELENA", "MARLOWE", "R", "JR")),
    ("MARLOWE$ELENA$RUTH", PersonName("ELENA", "MARLOWE", "RUTH")),
    ("ELENA MARLOWE", PersonName("ELENA", "MARLOWE")),
    ("ELENA RUTH MARLOWE", PersonName("ELENA", "MARLOWE", "RUTH")),
    ("ELENA RUTH INES LEE MARLOWE", PersonName("ELENA", "MARLOWE", "RUTH INES LEE")),
    ("ELENA RUTH MARLOWE JR", PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    ("ELENA RUTH DE LA CRUZ", PersonName("ELENA", "DE LA CRUZ", "RUTH")),
    ("MARLOWE", PersonName("", "MARLOWE")),
]


@pytest.mark.parametrize(("text", "name"), WHOLE)
def test_whole_name_is_parted(text: str, name: PersonName) -> None:
    assert name_on(f"DAA{text}", version="01") == name


TOGETHER = [
    (["DCTELENA,RUTH"], PersonName("ELENA", "MARLOWE", "RUTH")),
    (["DCTELENA RUTH"], PersonName("ELENA", "MARLOWE", "RUTH")),
    (["DCTELENA RUTH INES"], PersonName("ELENA", "MARLOWE", "RUTH INES")),
    (["DCTELENA,RUTH,INES"], PersonName("ELENA", "MARLOWE", "RUTH INES")),
    (["DCTANA LUCIA,RUTH"], PersonName("ANA LUCIA", "MARLOWE", "RUTH")),
    (["DCTELENA,"], PersonName("ELENA", "MARLOWE")),
    (["DCTELENA"], PersonName("ELENA", "MARLOWE")),
    (["DCTANA LUCIA", "DADRUTH"], PersonName("ANA LUCIA", "MARLOWE", "RUTH")),
    (["DCTELENA RUTH", "DACELENA", "DADRUTH"], PersonName("ELENA", "MARLOWE", "RUTH")),
    (["DCTELENA RUTH JR"], PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    (["DCTELENA,JR"], PersonName("ELENA", "MARLOWE", "", "JR")),
    (["DCTELENA RUTH", "DCUV"], PersonName("ELENA", "MARLOWE", "RUTH", "V")),
    (["DCTNONE"], PersonName("", "MARLOWE")),
]


@pytest.mark.parametrize("version", ["02", "03"])
@pytest.mark.parametrize(("elements", "name"), TOGETHER)
def test_given_names_in_one_element_are_parted(
    elements: list[str], name: PersonName, version: str
) -> None:
    assert name_on("DCSMARLOWE", *elements, version=version) == name


APART = [
    (["DACELENA", "DADRUTH"], PersonName("ELENA", "MARLOWE", "RUTH")),
    (["DACELENA", "DADRUTH INES"], PersonName("ELENA", "MARLOWE", "RUTH INES")),
    (["DACELENA", "DADRUTH,INES"], PersonName("ELENA", "MARLOWE", "RUTH INES")),
    (["DACANA LUCIA", "DADRUTH"], PersonName("ANA LUCIA", "MARLOWE", "RUTH")),
    (["DACANA LUCIA", "DADNONE"], PersonName("ANA LUCIA", "MARLOWE")),
    (["DACANA LUCIA", "DADunavl"], PersonName("ANA LUCIA", "MARLOWE")),
    (["DACANA LUCIA", "DAD"], PersonName("ANA LUCIA", "MARLOWE")),
    (["DACANA L", "DAD"], PersonName("ANA", "MARLOWE", "L")),
    (["DACANA LUCIA L", "DAD"], PersonName("ANA LUCIA", "MARLOWE", "L")),
    (["DACANA L", "DADNONE"], PersonName("ANA L", "MARLOWE")),
    (["DACANA LUCIA"], PersonName("ANA", "MARLOWE", "LUCIA")),
    (["DACANA,LUCIA", "DAD"], PersonName("ANA", "MARLOWE", "LUCIA")),
    (["DACELENA", "DADNONE", "DCUNONE"], PersonName("ELENA", "MARLOWE")),
    (["DACELENA", "DADNMN"], PersonName("ELENA", "MARLOWE")),
    (["DACELENA", "DADRUTH", "DCUJR"], PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    (["DACELENA", "DADRUTH JR"], PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    (["DACELENA", "DADRUTH JR", "DCUJR"], PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    (["DACELENA JR", "DADNONE"], PersonName("ELENA", "MARLOWE", "", "JR")),
    (["DACELENA", "DADV"], PersonName("ELENA", "MARLOWE", "V")),
    (["DACELENA", "DADRUTH", "DDETDDFT"], PersonName("ELENA", "MARLOWE", "RUTH")),
    (["DACMD", "DADRAFIQ"], PersonName("MD", "MARLOWE", "RAFIQ")),
    (["DACABU", "DADMD"], PersonName("ABU", "MARLOWE", "MD")),
]


@pytest.mark.parametrize("version", ["04", "08", "10"])
@pytest.mark.parametrize(("elements", "name"), APART)
def test_names_apart_are_read(elements: list[str], name: PersonName, version: str) -> None:
    assert name_on("DCSMARLOWE", *elements, version=version) == name


FAMILY = [
    ("MARLOWE JR", PersonName("ELENA", "MARLOWE", "RUTH", "JR")),
    ("MARLOWE, III", PersonName("ELENA", "MARLOWE", "RUTH", "III")),
    ("MARLOWE,SR.", PersonName("ELENA", "MARLOWE", "RUTH", "SR.")),
    ("MARLOWE,", PersonName("ELENA", "MARLOWE", "RUTH")),
    ("VAN DER MARLOWE", PersonName("ELENA", "VAN DER MARLOWE", "RUTH")),
    ("RIVERA RIVERA", PersonName("ELENA", "RIVERA RIVERA", "RUTH")),
    ("RIVERA-MARLOWE", PersonName("ELENA", "RIVERA-MARLOWE", "RUTH")),
    ("O'MARLOWE", PersonName("ELENA", "O'MARLOWE", "RUTH")),
    ("NA", PersonName("ELENA", "NA", "RUTH")),
    ("UNK", PersonName("ELENA", "UNK", "RUTH")),
    ("VI", PersonName("ELENA", "VI", "RUTH")),
    ("II", PersonName("ELENA", "II", "RUTH")),
    ("Marlowe", PersonName("ELENA", "Marlowe", "RUTH")),
    ("MARLOWE-WÓJCIK", PersonName("ELENA", "MARLOWE-WÓJCIK", "RUTH")),
]


@pytest.mark.parametrize(("family", "name"), FAMILY)
def test_family_name_is_read_as_printed(family: str, name: PersonName) -> None:
    assert name_on(f"DCS{family}", "DACELENA", "DADRUTH") == name
    assert name_on(f"DAB{family}", "DACELENA", "DADRUTH", version="01") == name


def test_whole_name_fills_what_the_parts_leave_out() -> None:
    assert name_on("DAAMARLOWE,ELENA,RUTH,JR", "DABMARLOWE") == PersonName(
        "ELENA", "MARLOWE", "RUTH", "JR"
    )


def test_names_glued_together_are_parted() -> None:
    assert name_on("DCSMARLOWEDACELENADADRUTH", "DBB04171986") == PersonName(
        "ELENA", "MARLOWE", "RUTH"
    )


def test_only_name_is_the_family_name() -> None:
    assert name_on("DCSNONE", "DACSUKARTI", "DADNONE") == PersonName("", "SUKARTI")


def test_family_name_element_of_both_names_is_parted() -> None:
    assert name_on("DCSMARLOWE,ELENA") == PersonName("ELENA", "MARLOWE")


def test_wyoming_writes_the_middle_name_behind_the_given_name() -> None:
    elements = ("DCSMARLOWE", "DACELENA RUTH", "DAD")

    assert name_on(*elements, iin="636060", version="04").middle == "RUTH"
    assert name_on(*elements, iin="636015", version="04").middle == ""


@pytest.mark.parametrize("version", ["01", "02"])
def test_old_versions_have_no_blank_within_a_given_name(version: str) -> None:
    elements = ("DABMARLOWE", "DACELENA RUTH", "DAD")

    assert name_on(*elements, version=version) == PersonName("ELENA", "MARLOWE", "RUTH")
    assert name_on("DABMARLOWE", "DACELENA RUTH", "DADNONE", version=version).middle == ""


def test_alias_is_no_name() -> None:
    name = name_on("DBNBEATRIZ", "DBGELSE", "DBSJR", "DCSMARLOWE", "DACELENA", "DADNONE")

    assert name == PersonName("ELENA", "MARLOWE")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_accents_are_read_from_either_encoding(encoding: str) -> None:
    text = "@\n\x1e\rANSI 604428080001DL00310278DLDAQ1\nDCSCÔTÉ\nDACZOË\nDADÉLISE\r"

    assert parse_aamva(text.encode(encoding)).name == PersonName("ZOË", "CÔTÉ", "ÉLISE")


def test_apostrophe_of_windows_is_read() -> None:
    payload = b"@\n\x1e\rANSI 636015080001DL00310278DLDAQ1\nDCSO\x92MARLOWE\nDACELENA\r"

    assert parse_aamva(payload).name.family == "O\u2019MARLOWE"
