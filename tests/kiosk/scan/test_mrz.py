"""Lines of machine-readable zones: the standard's own specimens, and every way to be wrong."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.errors import UnreadableIdError
from db.domain.people import DocumentKind, PersonName, Sex
from kiosk.scan.mrz import ALPHABET, check_digit, lines_of, parse_mrz
from kiosk.scan.mrz_states import country_of_state
from resources.samples.people import sample_people, sample_person
from resources.samples.zone import SIZES, SampleZone, transliterated, zone_lines

TODAY = date(2026, 9, 1)
# ICAO Doc 9303 parts 4, 6 and 5, appendices: Utopia's specimens.
PASSPORT = [
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
]
CARD = [
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
]
TD2 = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]


@pytest.mark.parametrize(
    ("lines", "kind", "number"),
    [
        (PASSPORT, DocumentKind.PASSPORT, "L898902C3"),
        (CARD, DocumentKind.ID_CARD, "D23145890"),
        (TD2, DocumentKind.ID_CARD, "D23145890"),
    ],
)
def test_specimens_of_the_standard_are_read(
    lines: list[str], kind: DocumentKind, number: str
) -> None:
    identity = parse_mrz(lines, TODAY)

    assert identity.name == PersonName("ANNA MARIA", "ERIKSSON")
    assert identity.birth_date == date(1974, 8, 12)
    assert identity.sex is Sex.FEMALE
    assert identity.document is not None
    assert identity.document.kind is kind
    assert identity.document.number == number
    assert identity.document.country == "UTO"
    assert identity.document.expires_on == date(2012, 4, 15)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read(size: str) -> None:
    for person in sample_people(40, seed=3):
        identity = parse_mrz(zone_lines(person, SampleZone(size, "D", "FRA")), TODAY)

        assert identity.birth_date == person.birth_date
        assert identity.document is not None
        assert identity.document.country == "DEU"
        assert identity.document.expires_on == person.expires_on
        assert identity.name.family == transliterated(person.family_name).replace("<", " ")


@pytest.mark.parametrize("lines", [PASSPORT, CARD, TD2])
def test_no_single_wrong_character_of_a_checked_field_is_believed(lines: list[str]) -> None:
    checked = {44: [(1, c) for c in (*range(10), *range(13, 20), *range(21, 44))],
               36: [(1, c) for c in (*range(10), *range(13, 20), *range(21, 36))],
               30: [(0, c) for c in range(5, 30)]
               + [(1, c) for c in (*range(7), *range(8, 15), *range(18, 30))]}  # fmt: skip
    for line, column in checked[len(lines[0])]:
        right = lines[line][column]
        # A value that is ten more or less counts the same: such letters no check digit can tell.
        value = 0 if right == "<" else ALPHABET.index(right)
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            if (ALPHABET.index(wrong) - value) % 10 == 0:
                continue
            spoiled = lines.copy()
            spoiled[line] = lines[line][:column] + wrong + lines[line][column + 1 :]

            with pytest.raises(UnreadableIdError):
                parse_mrz(spoiled, TODAY)


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        (date(2020, 5, 1), date(2026, 9, 1), date(2020, 5, 1)),
        (date(1930, 5, 1), date(2026, 9, 1), date(1930, 5, 1)),
        (date(1926, 9, 2), date(2026, 9, 1), date(1926, 9, 2)),
        (date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 1)),
    ],
)
def test_two_digits_of_a_birth_year_mean_the_latest_day_that_has_been(
    born: date, today: date, expected: date
) -> None:
    person = sample_person("Elena", "Marlowe", born)

    assert parse_mrz(zone_lines(person), today).birth_date == expected


def passport(
    names: str = "ERIKSSON<<ANNA<MARIA",
    birth: str = "740812",
    expiry: str = "120415",
    personal: str = "ZE184226B<<<<<1",
    kind: str = "P<",
) -> list[str]:
    """Utopia's passport with other fields, its check digits right."""
    second = f"L898902C36UTO{birth}{check_digit(birth)}F{expiry}{check_digit(expiry)}{personal}"
    second += check_digit(second[0:10] + second[13:20] + second[21:43])
    return [f"{kind}UTO{names.ljust(39, '<')}", second]


def card(number: str, optional: str = "", kind: str = "I<") -> list[str]:
    """Utopia's TD1 card with another number, check digit and what follows included."""
    first = f"{kind}UTO{number}{optional}".ljust(30, "<")
    composed = first[5:] + "7408122" + "1204159" + "<" * 11
    return [first, "7408122F1204159UTO<<<<<<<<<<<" + check_digit(composed), CARD[2]]


@pytest.mark.parametrize("birth", ["7408<<", "74<<<<", "<<<<<<", "<<0812", "<<<<12", "74<<31"])
def test_unknown_parts_of_a_birth_date_leave_it_out(birth: str) -> None:
    assert parse_mrz(passport(birth=birth), TODAY).birth_date is None


@pytest.mark.parametrize("birth", ["7413<<", "74<<32", "<<0230", "7400<<", "740<12", "7<0812"])
def test_known_parts_of_a_birth_date_must_be_possible(birth: str) -> None:
    with pytest.raises(UnreadableIdError):
        parse_mrz(passport(birth=birth), TODAY)


@pytest.mark.parametrize(
    ("birth", "expiry", "expected"),
    [
        ("200501", "190501", date(1920, 5, 1)),
        ("200501", "250501", date(2020, 5, 1)),
        ("200501", "<<<<<<", date(2020, 5, 1)),
    ],
)
def test_nobody_is_born_after_the_document_expired(birth: str, expiry: str, expected: date) -> None:
    assert parse_mrz(passport(birth=birth, expiry=expiry), TODAY).birth_date == expected


@pytest.mark.parametrize("personal", ["<" * 15, "<" * 14 + "0", "ZE184226B<<<<<1"])
def test_personal_number_may_be_missing_with_a_filler_or_zero_for_its_check_digit(
    personal: str,
) -> None:
    assert parse_mrz(passport(personal=personal), TODAY).name.family == "ERIKSSON"


def test_personal_number_without_its_check_digit_is_refused() -> None:
    with pytest.raises(UnreadableIdError):
        parse_mrz(passport(personal="ZE184226B<<<<<<"), TODAY)


@pytest.mark.parametrize("number", ["D231458907", "D23145890734", "D2314589012345678901234"])
def test_number_of_more_than_nine_characters_goes_on_in_the_optional_ones(number: str) -> None:
    lines = card(f"{number[:9]}<{number[9:]}{check_digit(number)}")

    document = parse_mrz(lines, TODAY).document

    assert document is not None
    assert document.number == number


def test_what_follows_a_long_number_is_no_part_of_it() -> None:
    number = "D23145890734"
    lines = card(f"{number[:9]}<{number[9:]}{check_digit(number)}", "<ABC")

    document = parse_mrz(lines, TODAY).document

    assert document is not None
    assert document.number == number


def test_long_number_of_two_lines_goes_on_in_the_optional_characters() -> None:
    number = "D23145890734"
    rest = f"734{check_digit(number)}<<<"
    second = f"{number[:9]}<UTO7408122F1204159{rest}"
    second += check_digit(second[0:10] + second[13:20] + second[21:35])

    document = parse_mrz([TD2[0], second], TODAY).document

    assert document is not None
    assert document.number == number


@pytest.mark.parametrize("number", ["D23145890<", "D23145890<7340", "<<<<<<<<<0", "D2314589<5"])
def test_number_without_a_right_check_digit_is_refused(number: str) -> None:
    with pytest.raises(UnreadableIdError, match="number"):
        parse_mrz(card(number), TODAY)


@pytest.mark.parametrize("kind", ["IV", "AV", "CV", "RP", "X<"])
def test_codes_that_no_id_card_bears_are_refused(kind: str) -> None:
    with pytest.raises(UnreadableIdError, match="no passport or ID card"):
        parse_mrz(card("D231458907", kind=kind), TODAY)


@pytest.mark.parametrize("kind", ["P<", "PD", "PV"])
def test_passport_may_have_any_second_letter(kind: str) -> None:
    assert parse_mrz(passport(kind=kind), TODAY).name.family == "ERIKSSON"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("ERIKSSON<<ANNA<MARIA", PersonName("ANNA MARIA", "ERIKSSON")),
        ("VAN<DER<MUELLEN<<MARIANNE<LOUISE", PersonName("MARIANNE LOUISE", "VAN DER MUELLEN")),
        ("ARKFREITH", PersonName("", "ARKFREITH")),
        ("NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<KR", PersonName("CHAYAPA DEJTHAMRONG KR",
                                                                 "NILAVADHANANANDA")),
    ],
)  # fmt: skip
def test_names_are_taken_apart_at_two_fillers(field: str, name: PersonName) -> None:
    lines = ["P<UTO" + field[:39].ljust(39, "<"), PASSPORT[1]]

    read = parse_mrz(lines, TODAY).name

    assert read.family == name.family
    assert name.given.startswith(read.given)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("KING<JR<<MARTIN", PersonName("MARTIN", "KING", suffix="JR")),
        ("KING<<MARTIN<III", PersonName("MARTIN", "KING", suffix="III")),
        ("KING<II", PersonName("", "KING", suffix="II")),
        ("SR<<II", PersonName("II", "SR")),
        ("NGUYEN<<V", PersonName("V", "NGUYEN")),
        ("KING<<MARTIN<V", PersonName("MARTIN V", "KING")),
        # Cut at the field's end: this may have been IIRO.
        ("KING<<MARTIN<CHRISTOPHERUS<MAXIMILIA<II", PersonName("MARTIN CHRISTOPHERUS MAXIMILIA II",
                                                               "KING")),
    ],
)  # fmt: skip
def test_suffix_is_no_part_of_family_and_given_names(field: str, name: PersonName) -> None:
    assert parse_mrz(passport(field), TODAY).name == name


@pytest.mark.parametrize(
    "field",
    [
        # Part 3, 4.6: the last place of what was cut is a letter; one of the two may fill it all.
        "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K",
        "BENNELONG<WOOLOOMOOLOO<WARRANDYTE<W<<DI",
        "PAPANDROPOULOUSPAPANDROPOULOUSPAPANDROP",
        "PAPANDROPOULOUS<PAPANDROPOULOUS<PAPAND<",
        "PAPANDROPOULOUS<PAPANDROPOULOUS<PAPAN<<",
    ],
)
def test_names_that_were_cut_are_read_as_far_as_they_go(field: str) -> None:
    family, _, given = field.partition("<<")

    name = parse_mrz(passport(field), TODAY).name

    assert name == PersonName(given.replace("<", " "), family.strip("<").replace("<", " "))


@pytest.mark.parametrize("field", ["<ERIKSSON<<ANNA", "ERIKSSON<<<ANNA", "ER1KSSON<<ANNA", ""])
def test_names_that_break_the_grammar_are_refused(field: str) -> None:
    with pytest.raises(UnreadableIdError):
        parse_mrz(["P<UTO" + field.ljust(39, "<"), PASSPORT[1]], TODAY)


def test_visa_is_refused_in_its_own_words() -> None:
    with pytest.raises(UnreadableIdError, match="visa"):
        parse_mrz(["V" + PASSPORT[0][1:], PASSPORT[1]], TODAY)


@pytest.mark.parametrize(("state", "country"), [("D", "DEU"), ("GBN", "GBR"), ("FRA", "FRA")])
def test_states_become_countries_of_iso_3166(state: str, country: str) -> None:
    assert country_of_state(state) == country


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Müller", "MUELLER"), ("Ångström", "AANGSTROEM"), ("Groß-Weiß", "GROSS<WEISS"),
        ("O'Connor", "OCONNOR"), ("Wójcik", "WOJCIK"), ("Łukasz", "LUKASZ"), ("Peña", "PENA"),
    ],
)  # fmt: skip
def test_samples_are_transliterated_as_the_standard_says(name: str, letters: str) -> None:
    assert transliterated(name) == letters


@given(st.lists(st.text(alphabet=ALPHABET, min_size=28, max_size=46), max_size=4))
def test_any_lines_of_its_characters_raise_nothing_else(lines: list[str]) -> None:
    with suppress(UnreadableIdError):
        parse_mrz(lines, TODAY)


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_else(payload: bytes) -> None:
    with suppress(UnreadableIdError):
        parse_mrz(lines_of(payload), TODAY)
