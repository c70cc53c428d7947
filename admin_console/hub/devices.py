"""By what a console proves that somebody signed in with it before: no stranger locks it out.

Each good sign-in with a password gives the console a device: a random number, and the hub's seal
(HMAC-SHA-256, RFC 2104) over it and the name. Wrong tries with one are counted apart from
everybody else's, as OWASP's *device cookie* has it. All that a hub needs to know one again is its
signing key: so it counts at every process of the hub, and after a restart. A device lets nobody in.
Pure.
"""

import hmac
import secrets
from hashlib import sha256

_NONCE_BYTES = 16
_PURPOSE = b"vestibule device v1"


def make(key: bytes, name: str) -> str:
    """A new device of whoever signs in with this name. `key` is the hub's signing key."""
    nonce = secrets.token_hex(_NONCE_BYTES)
    return f"{nonce}.{_seal(key, name, nonce)}"


def nonce_of(key: bytes, name: str, device: str) -> str:
    """Which device it is; empty for what is none, or is another name's or another hub's."""
    nonce, _, seal = device.partition(".")
    is_own = key != b"" and hmac.compare_digest(seal.encode(), _seal(key, name, nonce).encode())
    return nonce if is_own else ""


def known_or_new(key: bytes, name: str, device: str) -> str:
    """The same device again if it is one of this name, else a new one."""
    return device if nonce_of(key, name, device) else make(key, name)


def _seal(key: bytes, name: str, nonce: str) -> str:
    # A key of its own, so that nothing that the hub seals here passes for what it signs elsewhere.
    own = hmac.digest(key, _PURPOSE, sha256)
    return hmac.digest(own, f"{nonce}\n{name.strip().casefold()}".encode(), sha256).hex()
