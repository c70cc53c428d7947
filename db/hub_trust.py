"""Whom to believe to be the hub: the certificate authority (CA) that it made for itself.

A kiosk or console asks for the CA once, over a connection that it does not trust yet, shows a
person what to compare, and from then on accepts no other (RFC 8446 with the CA pinned). An empty
CA means a hub behind a reverse proxy: the computer's own authorities vouch for that one.
"""

import hashlib
import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

import msgspec

from db.domain.errors import ConfigError, HubAwayError

ADDRESS_EXAMPLE = "https://192.168.1.10:8470"
_GROUPS, _GROUP_DIGITS = 6, 4
_TIMEOUT_SECONDS = 5.0
_MOST_BYTES = 64 * 1024
_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python has no name for."""
_END = "-----END CERTIFICATE-----"
_EXPIRED, _NOT_YET = 10, 9
_OTHER_NAME = (62, 64)
"""OpenSSL's X509_V_ERR_ numbers: has expired, is not yet valid, names another host or address."""
ANOTHER_AUTHORITY = (
    "What answers at the hub's address is not the hub that this computer knows: its certificate is "
    "of another authority."
)


def ca_of(url: str) -> str:
    """The CA that whatever answers at `url` says is its own, as PEM. Not believed yet.

    Raises `HubAwayError` when nothing answers, or no hub; `ConfigError` as `check_address` does.
    """
    check_address(url)
    return _said(url, _unbelieving())["ca"]


def following(url: str, ca: str) -> str:
    """By which CAs to know a hub that is known by these: they are asked of it, over TLS.

    The newest of `ca`, which is the last, has to vouch for the answer: whoever has the key of one
    that the hub has left gets nobody to follow. Empty while the hub does not go by that one yet.
    Raises `HubAwayError`.
    """
    newest = separate(ca)[-1]
    said = _said(url, context(newest))
    own, more = said["ca"], said.get("next", "")
    if not is_authority(own) or mark_of(own) != mark_of(newest):
        return ""
    return f"{own}{more}" if is_authority(more) and mark_of(more) != mark_of(own) else own


def _said(url: str, believing: ssl.SSLContext) -> dict[str, str]:
    """What the hub says of its CA. Raises `HubAwayError`."""
    address = urlsplit(url)
    try:
        connection = _connection(address.scheme, address.hostname or "", address.port, believing)
        try:
            connection.request("GET", "/v1/ca")
            answered = connection.getresponse()
            content = answered.read(_MOST_BYTES)
        finally:
            connection.close()
    except ssl.SSLError as error:
        raise _no_hub() from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if address.scheme == "http" and _speaks_tls(address.hostname or "", address.port):
            raise HubAwayError(
                f"What answers there speaks TLS: write {url.replace('http', 'https', 1)}, and not "
                f"{url}. Nothing was changed."
            ) from error
        raise HubAwayError(
            f"The hub does not answer at {url}. Check its address and the network, then try again. "
            "Nothing was changed."
        ) from error
    try:
        said = msgspec.json.decode(content, type=dict[str, str])
        if said["ca"]:
            fingerprint(said["ca"])
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        raise _no_hub() from error
    return said


def check_address(url: str) -> None:
    """Raise `ConfigError` in words for an address that may be read along the way."""
    if not is_safe_address(url):
        raise ConfigError(
            f"A hub is only talked to over TLS: write its address like {ADDRESS_EXAMPLE}, "
            f"and not {url}. Nothing was changed."
        )


def is_safe_address(url: str) -> bool:
    """TLS; or plain HTTP on this computer, where a hub behind a proxy listens."""
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        return False
    return bool(host) and (
        address.scheme == "https" or (address.scheme == "http" and is_loopback(host))
    )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def context(ca: str) -> ssl.SSLContext:
    """What to connect with: only this CA vouches, or this computer's own for an empty one.

    While a hub changes its CA, `ca` has both, and either vouches.
    """
    made = ssl.create_default_context(cadata=ca or None)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def context_at_any_time(ca: str) -> ssl.SSLContext:
    """The same for a kiosk, whose clock may be dead: a pinned CA vouches whatever day it shows.

    Nothing is lost by it: the CA's key lies beside the server's, so that whoever has an old one of
    these makes a new one, and what a kiosk acts on is signed by yet another key.
    """
    made = context(ca)
    if ca:
        made.verify_flags |= _NO_CHECK_TIME
    return made


def fingerprint(ca: str) -> bytes:
    """SHA-256 of the CA's certificate (32 bytes); of nothing for a hub behind a proxy.

    Raises ValueError for what is no certificate.
    """
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(ca) if ca else b"").digest()


def separate(pems: str) -> tuple[str, ...]:
    """Each certificate of a text that may have several."""
    return tuple(f"{one.lstrip()}{_END}\n" for one in pems.split(_END)[:-1])


def mark_of(ca: str) -> str:
    """What a kiosk says for a CA that it knows: the fingerprint in hex."""
    return fingerprint(ca).hex()


def is_authority(ca: str) -> bool:
    """Whether something can be connected with that knows this CA alone, as PEM."""
    try:
        known = context(ca).get_ca_certs() if ca else []
    except (ssl.SSLError, ValueError):
        return False
    return len(known) == 1


def digits_to_compare(ca: str) -> str:
    """The fingerprint as six groups of four digits, for people to compare.

    Nearly 80 bits: whoever wants another CA with the same digits would have to make about 2^80.
    """
    number = int.from_bytes(fingerprint(ca)) % 10 ** (_GROUPS * _GROUP_DIGITS)
    digits = f"{number:0{_GROUPS * _GROUP_DIGITS}}"
    return " ".join(digits[i : i + _GROUP_DIGITS] for i in range(0, len(digits), _GROUP_DIGITS))


def why_not_trusted(error: BaseException) -> str:
    """In words why a certificate was refused; empty when it was another trouble."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return ""
    if cause.verify_code == _EXPIRED:
        return (
            "The hub's certificate has expired. Is this computer's clock right, and the hub's? The "
            "hub renews its certificate by itself while it runs."
        )
    if cause.verify_code == _NOT_YET:
        return "The hub's certificate is not valid yet. Is this computer's clock right?"
    if cause.verify_code in _OTHER_NAME:
        return (
            "What answers has the hub's certificate, but not for this address. Use an address that "
            "the hub knows of itself, or start it with --name and this one."
        )
    return ANOTHER_AUTHORITY


def _connection(
    scheme: str, host: str, port: int | None, believing: ssl.SSLContext
) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_SECONDS, context=believing)


def _speaks_tls(host: str, port: int | None) -> bool:
    try:
        with (
            socket.create_connection((host, port or 443), _TIMEOUT_SECONDS) as line,
            _unbelieving().wrap_socket(line, server_hostname=host),
        ):
            return True
    except OSError:
        return False


def _unbelieving() -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def _no_hub() -> HubAwayError:
    return HubAwayError(
        "Something answered that is not a Vestibule hub of this version. Check the hub's address, "
        "then try again. Nothing was changed."
    )
