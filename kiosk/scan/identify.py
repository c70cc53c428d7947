"""From what was read to an identity: each kind of ID has its own parser. Pure."""

import re

from db.domain.errors import UnreadableIdError
from db.domain.people import Identity
from kiosk.scan.aamva import parse_aamva
from kiosk.scan.decode import MRZ, Decoded
from kiosk.scan.documents import MILITARY_WORDS, USUAL_RULES, DocumentRules, is_military
from kiosk.scan.mrz import lines_of, parse_mrz, typed_lines_of
from kiosk.scan.readers import text_of

_SCANNERS_MARK = re.compile(r"\A\][A-Za-z]\w")
"""What some scanners type before a code, to say of which kind it is (ISO/IEC 15424)."""


class MilitaryIdError(UnreadableIdError):
    """A military ID: it may not be read, so nothing of it may be kept, shown or logged."""


def identity_of(decoded: Decoded, rules: DocumentRules = USUAL_RULES) -> Identity:
    """Who the ID says somebody is; raises `UnreadableIdError` in words for what is no ID."""
    if decoded.symbology == MRZ:
        return parse_mrz(lines_of(decoded.payload))
    return identity_of_payload(decoded.payload, rules, decoded.symbology)


def identity_of_payload(
    payload: bytes, rules: DocumentRules = USUAL_RULES, symbology: str = ""
) -> Identity:
    """Read a code's payload: as a licence, then as one of the school's own formats.

    `symbology` is empty for what a scanner typed, which may also be a passport's zone. Raises
    `UnreadableIdError`, and its `MilitaryIdError`.
    """
    text = _SCANNERS_MARK.sub("", text_of(payload))
    if is_military(text):
        raise MilitaryIdError(MILITARY_WORDS)
    lines = None if symbology else typed_lines_of(text)
    if lines is not None:
        return parse_mrz(lines)
    try:
        return parse_aamva(payload)
    except UnreadableIdError:
        for card in rules.formats:
            identity = card.identity(text, symbology)
            if identity is not None:
                return identity
        raise
