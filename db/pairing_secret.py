"""What a pairing code proves, on both sides, without being sent. Pure: no clock, no database.

The kiosk stretches the code with scrypt (RFC 7914) over a nonce of its own and the fingerprint of
the CA that it was shown. Kiosk and hub each prove with HMAC-SHA-256 that they hold the result, and
both show six digits of it.

Somebody in the middle has to show the kiosk a CA of theirs, so the kiosk's proof is good for that
CA and not for the hub's. To go on they must find the code from the proof: 10^8 codes at 32 MB and
tens of milliseconds each, within ten minutes, and then still answer as the hub would, while the
person at the console sees nobody ask, or other digits. Nobody has to commit to anything before the
digits are shown, as they cannot be computed without the code.

The first four digits of a code's twelve are its number and no secret: the kiosk sends them, and the
hub looks at that one code only, so that a stranger's guesses cost no other code a try and no more
than one stretching. Guessing the other eight at the hub ends after five tries.
"""

import hashlib
import hmac
import secrets

from db import hub_trust

NONCE_BYTES = 16
_COST, _BLOCK, _MOST_MEMORY = 2**15, 8, 64 * 1024 * 1024
_DIGITS = 6
NUMBER_DIGITS, SECRET_DIGITS = 4, 8
"""Of a code: which one it is, and what is to be proved of it."""


def new_nonce() -> bytes:
    """What makes a table of all codes, computed beforehand, worthless."""
    return secrets.token_bytes(NONCE_BYTES)


def number_of(code: str) -> str:
    """Which code it is; empty for one of a hub before codes had numbers: all of that is secret."""
    digits = _only_digits(code)
    return digits[:NUMBER_DIGITS] if len(digits) == NUMBER_DIGITS + SECRET_DIGITS else ""


def stretch(code: str, nonce: bytes, ca: str) -> bytes:
    """The secret that a code stands for between one kiosk and the hub with this CA (32 bytes)."""
    digits = _only_digits(code)
    salt = hashlib.sha256(b"vestibule pairing v1" + nonce + hub_trust.fingerprint(ca)).digest()
    return hashlib.scrypt(
        digits.encode(), salt=salt, n=_COST, r=_BLOCK, p=1, maxmem=_MOST_MEMORY, dklen=32
    )


def kiosk_proof(secret: bytes, kiosk_id: str, public_key: bytes) -> bytes:
    """That the kiosk with this name and key (Ed25519) holds the secret."""
    return _mac(secret, "kiosk", kiosk_id.encode(), public_key)


def hub_proof(secret: bytes, kiosk_id: str, hub_key: str) -> bytes:
    """That whoever has this key (Ed25519, in hex) holds the secret too."""
    return _mac(secret, "hub", kiosk_id.encode(), hub_key.encode())


def collect_token(secret: bytes) -> str:
    """With what the kiosk asks whether it was accepted."""
    return _mac(secret, "collect").hex()


def short_string(secret: bytes, public_key: bytes) -> str:
    """Six digits in two groups that both screens show."""
    number = int.from_bytes(_mac(secret, "digits", public_key)) % 10**_DIGITS
    digits = f"{number:0{_DIGITS}}"
    return f"{digits[:3]} {digits[3:]}"


def is_same(one: bytes, other: bytes) -> bool:
    return hmac.compare_digest(one, other)


def _only_digits(code: str) -> str:
    return "".join(c for c in code if c in "0123456789")


def _mac(secret: bytes, what: str, *fields: bytes) -> bytes:
    mac = hmac.new(secret, f"vestibule pairing {what}".encode(), hashlib.sha256)
    for field in fields:
        mac.update(len(field).to_bytes(4) + field)
    return mac.digest()
