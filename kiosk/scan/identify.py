"""From what was read to an identity: each kind of ID has its own parser. Pure."""

from db.domain.people import Identity
from kiosk.scan.aamva import parse_aamva
from kiosk.scan.decode import MRZ, Decoded
from kiosk.scan.mrz import lines_of, parse_mrz


def identity_of(decoded: Decoded) -> Identity:
    """Who the ID says somebody is; raises `UnreadableIdError` in words for what is no ID."""
    if decoded.symbology == MRZ:
        return parse_mrz(lines_of(decoded.payload))
    return parse_aamva(decoded.payload)
