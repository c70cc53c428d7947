"""What our badges' QR codes hold: two letters and a random token, and nothing about anybody. Pure.

Eighteen alphanumeric characters fit a QR code of version 1 at error level M (ISO/IEC 18004:2015,
table 7: 20 characters), whose 21 modules of 12 dots are 21 mm wide on a label.
"""

import re

TOKEN_BYTES = 10
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_PAYLOAD = re.compile(rb"^VB([0-9A-HJKMNP-TV-Z]{16})$")


def new_badge_token(random: bytes) -> str:
    """The token for 80 random bits, as 16 characters."""
    if len(random) != TOKEN_BYTES:
        raise ValueError(f"a badge token is made of {TOKEN_BYTES} random bytes")
    number = int.from_bytes(random)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5))


def payload_of(token: str) -> str:
    """What the QR code of a badge with this token holds."""
    return f"VB{token}"


def badge_token_of(payload: bytes) -> str | None:
    """The token in a code's payload, or None when the code is not one of our badges."""
    found = _PAYLOAD.match(payload)
    return found[1].decode() if found else None
