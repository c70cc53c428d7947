"""The text of a licence's code, as its elements. Pure: from bytes to the value of each element.

AAMVA DL/ID Card Design Standard, annex D.12 (2000 to 2020, versions 01 to 10): a header with the
issuer number and a directory of subfiles, then DL, ID or EN (enhanced) and the jurisdiction's own
(Z and a letter); elements of three letters, each ended by a line feed. Cards and scanners keep to
little of it, so the header is searched for, each line is read by its own element, offsets are not
used, and what came glued together is cut apart (`aamva_glued`).
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from kiosk.scan.aamva_glued import cut_apart, is_glued
from kiosk.scan.places import issuer_of

_HEADER = re.compile(
    r"(?:A?NSI|A{0,2}MVAA?)[^0-9A-Z]{0,3}(?P<iin>\d{6})(?P<version>\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_BARE_HEADER = re.compile(
    r"(?<!\d)(?P<iin>636\d{3}|6044[23]\d)(?P<version>\d\d)\d{2,4}(?=(?:DL|ID|EN)\d{8})", re.ASCII
)
"""A header whose first half was lost."""

_CONTROL_WORDS = re.compile(
    r"[<\[{(](?:LF|CR|RS|GS|FS|NUL|EOT)[>\]})]|&#(?:10|13|2[89]|30|x0?[AaDd]|x1[C-Ec-e]);"
    r"|[\u240a\u240d\u241c\u241d\u241e\u2028\u2029]|\\[nr]|\\(?:x|u00)(?:0[AaDd]|1[C-Ec-e])"
    r"|Arrow(?:Down|Up)"
)
"""Control characters as some scanners write them: in words, as pictures, escaped."""
_CARETS = re.compile(r"\^(?:J|M|\^|\]|\\)(?=\^|D[A-D][A-Z]|Z[A-Z]|DL|ID|EN|ANSI|AAMVA|\s|$)")
"""Control characters as terminals write them."""
_ENCODED = re.compile(r"^\s*%40|%0[AaDd](?=%|D[A-D][A-Z]|ANSI|AAMVA)")
"""A payload that went through a web form."""
_STAND_IN = re.compile(r"([^\w\s])(?= *(?:D[A-D][A-Z]|Z[A-Z][A-Z]))", re.ASCII | re.IGNORECASE)
"""One character in the place of every line feed."""

_ELEMENT = re.compile(r"(D[A-D][A-Z])(.*)", re.DOTALL)
_SMALL = re.compile(
    r"^ *(?:\d*(?:(?:DL|ID|EN|Z[A-Z])\d{8})*(?:DL|ID|EN))?D[A-D][A-Z]", re.IGNORECASE
)
"""What stands before a value, on a card typed with the capitals lock the wrong way."""
_DIRECTORY = re.compile(r"(DL|ID|EN)(?=\d{4})", re.ASCII)
_HEADER_REST = re.compile(r".*?(?:(DL|ID|EN)|\d) *(?=D[A-D][A-Z])", re.ASCII)
_SUBFILE = re.compile(r"(?:\w\w\d{8})*(DL|ID|EN) *(?=D[A-D][A-Z]|$)", re.ASCII)
_OWN_SUBFILE = re.compile(r"(Z[A-Z])\1[A-Z]", re.ASCII)

_NEVER_STOPPED = ("DCA", "DCB", "DCD", "DAU", "DAK", "DAR", "DAS", "DAT")
"""Elements that end in a full stop on no card."""

_LONGEST = 8_000
"""A PDF417 holds less than 2,000 characters (ISO/IEC 15438), typed words a few more."""


@dataclass(slots=True)
class CardText:
    """What the code says, element by element; all of it, so it stays within the parser."""

    iin: str = ""
    version: int = 0
    """0 when no header says one."""
    has_header: bool = False
    kind: str = ""
    """``DL``, ``ID`` or ``EN``, from the subfile, else from the directory."""
    elements: dict[str, str] = field(default_factory=dict)
    own: frozenset[str] | None = None
    """The issuer's own subfiles that the header announces."""
    is_vehicle: bool = False

    def take(self, element: str, value: str) -> None:
        """Keep a value; the first that says something wins."""
        if not self.elements.get(element):
            self.elements[element] = value.strip(" \n")


def text_of(payload: bytes) -> str:
    """The characters of a payload, every control character in whatever form as a line feed."""
    payload = payload[:_LONGEST]
    if payload.count(0) * 3 > len(payload):  # two bytes a character
        payload = payload.replace(b"\0", b"")
    text = _decoded(payload)
    if _ENCODED.search(text):
        spaced = text if "%20" in text else text.replace("+", " ")
        text = _decoded(unquote_to_bytes(spaced))
    text = _CONTROL_WORDS.sub("\n", text.replace("\xa0", " "))
    text = re.sub(r"\t(?!D[A-D][A-Z])", " ", text)
    return "".join(c if c.isprintable() else "\n" for c in text)


def _decoded(payload: bytes) -> str:
    """UTF-8, else Latin-1, with what Windows puts between letters where Latin-1 has nothing."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        text = payload.decode("latin-1")
    return re.sub(
        r"(?<=[^\W\d_])[\x80-\x9f](?=[^\W\d_])",
        lambda m: m[0].encode("latin-1").decode("cp1252", errors="replace"),
        text,
    )


def read_card(text: str) -> CardText:
    """Find the header, if there is one, and the elements."""
    text = _CARETS.sub("\n", text)
    header = _HEADER.search(text) or _BARE_HEADER.search(text)
    if header is None:
        card, rest = CardText(), text
    else:
        iin, version = _issuer_number(header["iin"] + (header["version"] or ""))
        card = CardText(iin, version, has_header=True)
        rest = text[header.end() :]
        if header.start() and text[header.start() - 1] == "M":  # ^M for CR, its caret lost
            rest = re.sub(r"M(?=(Z[A-Z])\1[A-Z]|(?:DL|ID|EN)D[A-D][A-Z])", "\n", rest)
            rest = re.sub(r"M\s*$", "", rest)
        following = _HEADER.search(rest)
        if following is not None and issuer_of(following["iin"]) is not None:
            rest = rest[: following.start()]  # another card was scanned right after
    lines = _lines(rest)
    if header is not None and not header[0].isupper():
        lines = [_SMALL.sub(lambda m: m[0].upper(), line) for line in lines]
    _read_lines(lines, card)
    if any(card.elements.get(i, "").endswith(".") for i in _NEVER_STOPPED):
        # A tablet types a full stop for two blanks: behind every value that was filled up.
        card.elements = {i: v.removesuffix(".") for i, v in card.elements.items()}
    return card


def _issuer_number(digits: str) -> tuple[str, int]:
    """The issuer's number and the version behind it.

    Six digits; some issuers print five, without the leading 6 (36004 for North Carolina).
    """
    if issuer_of(digits[:6]) is None and issuer_of(f"6{digits[:5]}") is not None:
        digits = f"6{digits}"
    return digits[:6], int(digits[6:8] or 0)


def _lines(text: str) -> list[str]:
    stand_ins = _STAND_IN.findall(text)
    for character in {"|", *stand_ins}:
        if character == "|" or stand_ins.count(character) >= 5:
            text = text.replace(character, "\n")
    return text.split("\n")


def _read_lines(lines: list[str], card: CardText) -> None:
    """Take the elements of these lines, of which the first may stand behind the header."""
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    head = lines[first]
    announced = _DIRECTORY.search(head)
    kind = announced[1] if announced else ""
    lines = lines[first:]
    if card.has_header and announced:
        card.own = frozenset(re.findall(r"(Z[A-Z])\d{8}", head))
    if _ELEMENT.match(head.strip()) is None:
        card.is_vehicle = re.search(r"(?:VH|RG|TD|TL)\d{8}", head) is not None
        glued = _HEADER_REST.match(head)
        if glued is not None:  # the first element stands on the header's line
            card.kind = glued[1] or ""
            lines[0] = head[glued.end() :]
    for line in lines:
        _read_line(line.strip(), card)
    if not {"DCS", "DAB", "DAA"} & card.elements.keys():
        for element, value in cut_apart("\n".join(lines), card.version, card.own):
            if element not in card.elements or is_glued(element, card.elements[element]):
                card.elements[element] = value
    elif not _GIVEN & card.elements.keys():  # perhaps only the names came glued together
        parts = dict(cut_apart(f"DCS{card.elements.get('DCS', '')}", card.version, frozenset()))
        card.elements |= parts if _GIVEN & parts.keys() else {}
    card.kind = card.kind or kind


def _read_line(line: str, card: CardText) -> None:
    subfile = _SUBFILE.match(line)
    if subfile is not None:
        card.kind = card.kind or subfile[1]
        line = line[subfile.end() :]
    element = _ELEMENT.match(line)
    if element is None and line.startswith("D"):  # a stray character within the three letters
        element = _ELEMENT.match(re.sub(r"[^\x00-\x7f]", "", line[:5]) + line[5:])
    if element is None:
        return
    if is_glued(element[1], element[2]):
        for name, value in cut_apart(line, card.version, card.own):
            card.take(name, value)
    else:
        own = _OWN_SUBFILE.search(element[2]) if element[1] in _BEFORE_OWN else None
        card.take(element[1], element[2][: own.start()] if own else element[2])


_GIVEN = frozenset({"DAC", "DCT", "DAA"})
_BEFORE_OWN = frozenset({"DCU", "DDD", "DDG", "DAD", "DBH", "DDK", "DDL", "DDB", "DCK", "DBD"})
"""Elements that end a DL subfile on some cards, with the next subfile glued to them."""
