"""The text of an invented licence's PDF417 or magnetic stripe, with the quirks that real ones have.

After the AAMVA DL/ID Card Design Standard (2000 to 2020), annexes D and F. Names are written as the
versions want them: whole (01), all given names in one element (02, 03), or each apart (04 to 10).
"""

import unicodedata
from enum import Enum, auto
from urllib.parse import quote_plus

from resources.samples.people import SamplePerson

ISSUERS = {
    "AL": "636033", "AK": "636059", "AS": "604427", "AZ": "636026", "AR": "636021", "CA": "636014",
    "CO": "636020", "CT": "636006", "DC": "636043", "DE": "636011", "FL": "636010", "GA": "636055",
    "GU": "636019", "HI": "636047", "IA": "636018", "ID": "636050", "IL": "636035", "IN": "636037",
    "KS": "636022", "KY": "636046", "LA": "636007", "MA": "636002", "MD": "636003", "ME": "636041",
    "MI": "636032", "MN": "636038", "MO": "636030", "MP": "604430", "MS": "636051", "MT": "636008",
    "NC": "636004", "ND": "636034", "NE": "636054", "NH": "636039", "NJ": "636036", "NM": "636009",
    "NV": "636049", "NY": "636001", "OH": "636023", "OK": "636058", "OR": "636029", "PA": "636025",
    "PR": "604431", "RI": "636052", "SC": "636005", "SD": "636042", "TN": "636053", "TX": "636015",
    "UT": "636040", "VA": "636000", "VI": "636062", "VT": "636024", "WA": "636045", "WI": "636031",
    "WV": "636061", "WY": "636060", "AB": "604432", "BC": "636028", "MB": "636048", "NB": "636017",
    "NL": "636016", "NS": "636013", "NT": "604434", "NU": "604433", "ON": "636012", "PE": "604426",
    "QC": "604428", "SK": "636044", "YT": "604429",
}  # fmt: skip
CANADIAN = frozenset(["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
VERSIONS = range(1, 11)


class Quirk(Enum):
    """What a card, or the scanner that typed it, does otherwise than the standard."""

    PADDED = auto()
    """Values filled up with blanks, as fixed-length fields (Delaware, Idaho, Montana)."""
    NO_RECORD_SEPARATOR = auto()
    FILE_SEPARATOR = auto()
    """FS for RS (South Carolina, Pennsylvania)."""
    AAMVA_IN_HEADER = auto()
    """Maryland, Connecticut, Pennsylvania (01)."""
    GLUED_HEADER = auto()
    """No ``DL`` before the first element (Connecticut)."""
    FIVE_DIGIT_ISSUER = auto()
    """The issuer's number without its 6 (North Carolina, 01)."""
    NO_HEADER = auto()
    OFFSETS_NOWHERE = auto()
    """Ontario (03) writes 0000."""
    CARRIAGE_RETURNS = auto()
    CRLF = auto()
    PIPES = auto()
    BLANKS = auto()
    """Elements parted by a blank each."""
    NOTHING_BETWEEN = auto()
    """Every control character lost by a keyboard."""
    CARETS = auto()
    WORDS = auto()
    """Control characters as ``<LF>``."""
    LETTER_M = auto()
    """``^M`` whose caret was lost (Wisconsin, New Hampshire)."""
    PERCENT = auto()
    """As a web form sends it."""
    NULS = auto()
    AIM_PREFIX = auto()
    OWN_SUBFILE = auto()
    """The jurisdiction's own elements, one of which holds another name."""
    OWN_SUBFILE_FIRST = auto()
    ID_CARD = auto()
    ENHANCED = auto()
    BOTH_SUBFILES = auto()
    YEAR_FIRST = auto()
    """West Virginia, Wyoming."""
    DATE_DASHES = auto()
    LOST_ZERO = auto()
    UNDER_AGE_DATES = auto()
    NAMES_BY_PARTS = auto()
    """DAB, DAC, DAD, DAE in version 01."""
    NAMES_WITH_AT = auto()
    NAMES_TWICE = auto()
    """Whole and by parts (Arizona; Alberta)."""
    INITIAL_IN_GIVEN = auto()
    """``DACFIRST M`` and a blank DAD (Wyoming)."""
    UNAVAILABLE = auto()
    """``unavl`` where there is no middle name."""
    REVERSED = auto()
    """The elements from the last to the first (Arkansas writes them in an order of its own)."""
    STOPS = auto()
    """A full stop behind every value, as a tablet types for two blanks (seen in New York)."""


def aamva_payload(
    person: SamplePerson, jurisdiction: str = "TX", version: int = 9, *quirks: Quirk
) -> bytes:
    """The text of a licence's PDF417, in capitals without accents as issuers print them."""
    wanted = frozenset(quirks)
    lines = _elements(person, jurisdiction, version, wanted)
    if Quirk.REVERSED in wanted:
        lines.reverse()
    if Quirk.STOPS in wanted:
        lines = [f"{line}." for line in lines]
    if Quirk.PADDED in wanted:
        lines = [line.ljust(20) for line in lines]
    subfiles = [(_kind(wanted), lines)]
    if Quirk.BOTH_SUBFILES in wanted:
        subfiles.append(("ID", lines))
    own = [f"Z{jurisdiction[0]}A{_printed(person.given_name)[::-1]},ELSE", "DOE"]
    if wanted & {Quirk.OWN_SUBFILE, Quirk.OWN_SUBFILE_FIRST}:
        subfiles.insert(
            0 if Quirk.OWN_SUBFILE_FIRST in wanted else len(subfiles),
            (f"Z{jurisdiction[0]}", [own[0], f"Z{jurisdiction[0]}B{own[1]}"]),
        )
    return _travelled(_file(subfiles, ISSUERS[jurisdiction], version, wanted), wanted)


def stripe_payload(person: SamplePerson, jurisdiction: str = "TX") -> bytes:
    """The three tracks of a licence's magnetic stripe, as a reader types them (annex F)."""
    family, given, middle = _names(person)
    city = "SAMPLETON"
    name = f"{family}${given}${middle}"
    born, expires = f"{person.birth_date:%Y%m%d}", f"{person.expires_on:%y%m}"
    third = f"10{'00000':11}{'C':2}{'':10}{'':4}{_sex(person, 1)}506   BROBRO"
    return (
        f"%{jurisdiction}{city}^{name}^100 SAMPLE STREET^?"
        f";{ISSUERS[jurisdiction]}{person.number}={expires}{born}?%{third}?"
    ).encode("ascii")


def printed_names(person: SamplePerson, version: int = 9, *quirks: Quirk) -> tuple[str, str, str]:
    """Given, middle and family name as the card says them.

    Versions 02 and 03, and 01 where it writes the name by parts, do not tell a second given name
    from a middle name: the first is given.
    """
    family, given, middle = _names(person)
    is_joined = version in (2, 3) or (version == 1 and Quirk.NAMES_BY_PARTS in quirks)
    if is_joined and not middle and Quirk.NAMES_TWICE not in quirks:
        given, _, middle = given.partition(" ")
    return given, middle, family


def _names(person: SamplePerson) -> tuple[str, str, str]:
    return (
        _printed(person.family_name),
        _printed(person.given_name),
        _printed(person.middle_name),
    )


def _kind(wanted: frozenset[Quirk]) -> str:
    if Quirk.ID_CARD in wanted:
        return "ID"
    return "EN" if Quirk.ENHANCED in wanted else "DL"


def _elements(
    person: SamplePerson, jurisdiction: str, version: int, wanted: frozenset[Quirk]
) -> list[str]:
    is_canadian = jurisdiction in CANADIAN
    # Version 01 and Canada put the year first, the United States since 02 the month.
    is_year_first = is_canadian or version == 1 or Quirk.YEAR_FIRST in wanted
    form = "%Y%m%d" if is_year_first else "%m%d%Y"
    if Quirk.DATE_DASHES in wanted:
        form = "%Y-%m-%d" if is_year_first else "%m-%d-%Y"
    dates = {
        "DBD": f"{person.issued_on:{form}}",
        "DBB": f"{person.birth_date:{form}}",
        "DBA": f"{person.expires_on:{form}}",
    }
    if Quirk.LOST_ZERO in wanted:
        dates = {element: value.lstrip("0") for element, value in dates.items()}
    lines = [f"DAQ{person.number}", *_name_lines(person, version, wanted)]
    if version > 1:
        lines += ["DCAC", "DCBNONE", "DCDNONE"]
    lines += [
        *(f"{element}{value}" for element, value in dates.items()),
        f"DBC{_sex(person, version)}",
        "DAU168 cm" if is_canadian else "DAU066 in",
        "DAYBRO",
        "DAG100 SAMPLE STREET",
        "DAISAMPLETON",
        f"DAJ{jurisdiction}",
        "DAK000000000  ",
    ]
    if version > 1:
        lines += ["DCF00000000000000000000", f"DCG{'CAN' if is_canadian else 'USA'}"]
    if version > 3:
        lines.append("DDAF")
    if Quirk.UNDER_AGE_DATES in wanted:
        lines += [f"{e}{person.issued_on:{form}}" for e in ("DDH", "DDI", "DDJ")]
    return lines


def _name_lines(person: SamplePerson, version: int, wanted: frozenset[Quirk]) -> list[str]:
    family, given, middle = _names(person)
    parts = [f"DAC{given}", f"DAD{middle}"]
    if version == 1:
        whole = f"DAA{family},{given},{middle}"
        if Quirk.NAMES_WITH_AT in wanted:
            whole = whole.replace(",", "@")
        if Quirk.NAMES_BY_PARTS in wanted:
            return [f"DAB{family}", *parts, "DAE"]
        return [whole, f"DAB{family}", *parts] if Quirk.NAMES_TWICE in wanted else [whole]
    if version < 4:
        together = [f"DCS{family}", f"DCT{','.join(n for n in (given, middle) if n)}"]
        return [*together, f"DAB{family}", *parts] if Quirk.NAMES_TWICE in wanted else together
    if Quirk.INITIAL_IN_GIVEN in wanted and len(middle) == 1:
        return [f"DCS{family}", f"DAC{given} {middle}", "DAD"]
    none = "unavl" if Quirk.UNAVAILABLE in wanted else "NONE"
    return [f"DCS{family}", "DDEN", f"DAC{given}", "DDFN", f"DAD{middle or none}", "DDGN"]


def _file(
    subfiles: list[tuple[str, list[str]]], issuer: str, version: int, wanted: frozenset[Quirk]
) -> str:
    bodies = [kind + "\n".join(lines) + "\r" for kind, lines in subfiles]
    if Quirk.NO_HEADER in wanted:
        return "".join(bodies)
    separator = "" if Quirk.NO_RECORD_SEPARATOR in wanted else "\x1e"
    if Quirk.FILE_SEPARATOR in wanted:
        separator = "\x1c"
    file_type = "AAMVA" if Quirk.AAMVA_IN_HEADER in wanted else "ANSI "
    if Quirk.FIVE_DIGIT_ISSUER in wanted:
        issuer = issuer[1:]
    # Version 01 knew no version of the jurisdiction's own.
    own_version = "" if version == 1 else "00"
    head = f"@\n{separator}\r{file_type}{issuer}{version:02}{own_version}{len(subfiles):02}"
    offset = len(head) + 10 * len(subfiles)
    if Quirk.GLUED_HEADER in wanted:
        bodies[0] = bodies[0][2:]
    for (kind, _), body in zip(subfiles, bodies, strict=True):
        head += f"{kind}{0 if Quirk.OFFSETS_NOWHERE in wanted else offset:04}{len(body):04}"
        offset += len(body)
    return head + "".join(bodies)


_SEPARATORS = {
    Quirk.CARRIAGE_RETURNS: "\r",
    Quirk.CRLF: "\r\n",
    Quirk.PIPES: "|",
    Quirk.BLANKS: " ",
    Quirk.NOTHING_BETWEEN: "",
    Quirk.CARETS: "^J",
    Quirk.WORDS: "<LF>",
}
_ENDS = {
    Quirk.CARETS: "^M",
    Quirk.WORDS: "<CR>",
    Quirk.NOTHING_BETWEEN: "",
    Quirk.PIPES: "|",
    Quirk.LETTER_M: "M",
}


def _travelled(text: str, wanted: frozenset[Quirk]) -> bytes:
    """What is left of the text behind a scanner."""
    end = next((e for quirk, e in _ENDS.items() if quirk in wanted), "\r")
    feed = next((s for quirk, s in _SEPARATORS.items() if quirk in wanted), "\n")
    if wanted & {*_SEPARATORS, Quirk.LETTER_M}:
        text = text.replace("\x1e", "").replace("\x1c", "")
    text = text.replace("\r", "\0").replace("\n", feed).replace("\0", end)
    if Quirk.PERCENT in wanted:
        text = quote_plus(text)
    if Quirk.AIM_PREFIX in wanted:
        text = "]L0" + text
    if Quirk.NULS in wanted:
        text = f"\0\0{text}\0\0"
    return text.encode("ascii")


def _sex(person: SamplePerson, version: int) -> str:
    if version == 1:
        return person.sex
    return "1" if person.sex == "M" else "2"


def _printed(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("ø", "o")).upper()
    return plain.encode("ascii", errors="ignore").decode()
