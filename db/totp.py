"""Codes that change every half minute (RFC 6238, with HMAC-SHA-1 and six digits). Pure.

That is the variant which every authenticator application knows.
"""

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
KEY_BYTES = 20
"""As long as SHA-1's digest (RFC 4226, section 4, R6)."""
AROUND = 1
"""So many steps before and after: clocks differ, and typing takes time (RFC 6238, section 5.2)."""


def new_key() -> str:
    """A key in base32, as people type it."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def is_key(text: str) -> bool:
    """Whether this can be a key that `new_key` made."""
    try:
        return len(base64.b32decode(text)) == KEY_BYTES
    except ValueError:
        return False


def code_at(key: str, step: int, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226, section 5.3)."""
    digest = hmac.digest(base64.b32decode(key), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}}"


def step_at(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def step_of(key: str, code: str, now: datetime, after: int) -> int | None:
    """Which step a code is of, None when it is none of now or one up to `after`, which was used."""
    present, found = step_at(now), None
    for step in range(present - AROUND, present + AROUND + 1):
        is_it = hmac.compare_digest(code_at(key, step).encode(), code.encode())
        if is_it and step > after:
            found = step
    return found


def address(key: str, name: str, issuer: str) -> str:
    """What a QR code says to an authenticator application."""
    label = quote(f"{issuer}:{name}")
    return f"otpauth://totp/{label}?{urlencode({'secret': key, 'issuer': issuer}, quote_via=quote)}"
