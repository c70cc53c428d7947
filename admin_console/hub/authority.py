"""The hub's own certificate authority (CA), and the certificate that its server shows (RFC 5280).

Both are made at the first start and lie in one folder, each in a file with its private key that no
other account can read. The CA lasts ten years: kiosks and consoles know the hub by it. How another
one takes its place: `authority_change`. The server's certificate lasts 90 days and is renewed at
two thirds of them, when the hub gets another address, and when it has another CA, while the server
runs: connections that are open stay so.
"""

import asyncio
import ipaddress
import logging
import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from admin_console.hub.going_on import going_on
from db import own_files
from db.domain.errors import StorageError
from db.private_files import make_private_folder, sync_folder

LOG = logging.getLogger(__name__)
CA_DAYS, SERVER_DAYS = 3_650, 90
RENEWED_BEFORE = timedelta(days=SERVER_DAYS / 3)
SKEW = timedelta(days=1)
"""A certificate begins so much earlier: a kiosk's clock may be behind."""
LOOK_AGAIN_SECONDS = 60.0
CA_FILE, NEXT_FILE, _SERVER_FILE = "authority.pem", "authority-next.pem", "server.pem"
FOLDER = own_files.TLS


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def pem(self) -> str:
        """The certificate alone, which anybody may see."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def with_key(self) -> bytes:
        private = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return private + self.pem().encode()


class Authority:
    """The CA in a folder, and the server's certificate beside it.

    Other processes may use the same folder, and put another CA there.
    """

    def __init__(self, folder: Path, ca: Identity) -> None:
        self.folder, self._ca = folder, ca
        self._is_damage_told = False
        self.server_file = folder / _SERVER_FILE

    @property
    def ca(self) -> str:
        """The CA's certificate as PEM."""
        return self._ca.pem()

    @property
    def next_ca(self) -> str:
        """That of the CA which will follow, empty while there is none.

        Nor is there one in a file that is damaged, which is logged once: the one in use serves on.
        """
        try:
            there = next_of(self.folder)
        except StorageError as error:
            if not self._is_damage_told:
                LOG.warning("the hub's next authority is told to nobody: %s", error)
            self._is_damage_told = True
            return ""
        self._is_damage_told = False
        return "" if there is None else there.pem()

    def server_certificate(self) -> x509.Certificate | None:
        """What the server shows now; None before the first one, or when the file is damaged."""
        try:
            return _read(self.server_file).certificate
        except (OSError, ValueError):
            return None

    def renew_if_due(self, names: frozenset[str], now: datetime) -> bool:
        """Make the server another certificate when it needs one. Returns whether it did.

        Raises `StorageError` when it cannot be written.
        """
        # By the CA of now: another one is foreign to who has not looked, and they would take turns.
        self._ca = _there(self.folder)
        there = self.server_certificate()
        if there is not None and not _is_due(there, self._ca.certificate, names, now):
            return False
        made = issue(self._ca, names, now, min(now + timedelta(days=SERVER_DAYS), self._ends_at()))
        try:
            _write(self.server_file, made.with_key())
        except OSError as error:
            raise _not_kept(self.server_file, error) from error
        return True

    def _ends_at(self) -> datetime:
        return self._ca.certificate.not_valid_after_utc


def open_authority(folder: Path, now: datetime) -> Authority:
    """The CA in the folder, made when there is none. Raises `StorageError` in words."""
    file = folder / CA_FILE
    try:
        make_private_folder(folder)
        if not file.exists():
            _write(file, make_ca(now).with_key(), is_new=True)
    except OSError as error:
        raise _not_kept(file, error) from error
    ca = _there(folder)
    if ca.certificate.not_valid_before_utc > now:
        raise StorageError(
            "The hub's own authority begins only on "
            f"{ca.certificate.not_valid_before_utc:%Y-%m-%d}, so no kiosk and no console believes "
            "the hub before. Is this computer's clock behind? If it is right, the clock was ahead "
            f"when the authority was made: remove {file} and pair every kiosk again."
        )
    if ca.certificate.not_valid_after_utc <= now:
        to_do = f"remove {file} and pair every kiosk again."
        if (folder / NEXT_FILE).exists():
            to_do = "have the hub go by its next one: vestibule-hub keys rotate-ca --now"
        raise StorageError(
            f"The hub's own authority has ended on {ca.certificate.not_valid_after_utc:%Y-%m-%d}. "
            f"Is this computer's clock right? If so, {to_do}"
        )
    return Authority(folder, ca)


def in_use(folder: Path) -> Identity | None:
    """The CA that the hub goes by; None where it never made one, as behind a reverse proxy.

    Raises `StorageError` in words.
    """
    return _there(folder) if (folder / CA_FILE).exists() else None


def next_of(folder: Path) -> Identity | None:
    """The CA that waits to follow. Raises `StorageError` in words."""
    file = folder / NEXT_FILE
    try:
        return _read(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _not_kept(file, error) from error
    except ValueError as error:
        raise StorageError(
            f"{file} is no certificate with its key. Remove it, and have another one made: "
            "vestibule-hub keys rotate-ca --another"
        ) from error


def make_next(folder: Path, now: datetime) -> Identity:
    """Put a new CA beside the one in use, in place of one that waits. Raises `StorageError`."""
    file, made = folder / NEXT_FILE, make_ca(now)
    try:
        _write(file, made.with_key())
    except OSError as error:
        raise _not_kept(file, error) from error
    return made


def use_next(folder: Path) -> None:
    """Go by the CA that waits, in one step; the key of the one before is gone with it.

    Raises `StorageError` when it cannot be.
    """
    file = folder / CA_FILE
    try:
        (folder / NEXT_FILE).replace(file)
        sync_folder(folder)
    except OSError as error:
        raise _not_kept(file, error) from error


def make_ca(now: datetime) -> Identity:
    """An authority of its own, P-256, for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    # Two schools' authorities never have one name.
    name = _name(f"Vestibule hub {uuid4().hex[:12]}")
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _begun(name, name, key, now, now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate, key)


def issue(ca: Identity, names: frozenset[str], now: datetime, until: datetime) -> Identity:
    """A certificate for a server with these names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _begun(_name("Vestibule hub"), ca.certificate.subject, key, now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key()), critical=False
        )
        .sign(ca.key, hashes.SHA256())
    )
    return Identity(certificate, key)


def own_names(listen: str, more: tuple[str, ...] = ()) -> frozenset[str]:
    """Under which names and addresses this computer can be reached, as far as it knows."""
    called = socket.gethostname()
    found = {"localhost", "127.0.0.1", "::1", called, f"{called}.local", *more}
    if listen not in ("0.0.0.0", "::"):
        found.add(listen)
    with suppress(OSError):
        found.add(socket.getfqdn())
        found.update(str(entry[4][0]) for entry in socket.getaddrinfo(called, None))
    for family, somewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        # Which of our addresses would speak to the outside; nothing is sent (RFC 5737, RFC 3849).
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((somewhere, 9))
            found.add(str(asking.getsockname()[0]))
    return frozenset(name.partition("%")[0].lower() for name in found if name)


class LiveCertificate:
    """What a running server shows: renewed under it, for every connection from then on."""

    def __init__(
        self,
        authority: Authority,
        names: Callable[[], frozenset[str]],
        now: Callable[[], datetime],
    ) -> None:
        self.authority, self._names, self._now = authority, names, now
        authority.renew_if_due(names(), now())
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._shown: x509.Certificate | None = None
        self._show_what_is_there()

    async def keep(self, every_seconds: float = LOOK_AGAIN_SECONDS) -> None:
        """Renew whenever it is due, until cancelled."""
        while True:
            await asyncio.sleep(every_seconds)
            with going_on(LOG, "the hub's certificate was not renewed, soon it is tried again"):
                await self.look()

    async def look(self) -> bool:
        """Renew if it is due. Returns whether another one is shown from now on."""
        names = await asyncio.to_thread(self._names)  # may ask a name server
        self.authority.renew_if_due(names, self._now())
        if not self._show_what_is_there():
            return False
        LOG.info("The hub's certificate was renewed.")
        return True

    def _show_what_is_there(self) -> bool:
        """Another process with the same folder may have renewed it, too."""
        there = self.authority.server_certificate()
        if there is None or there == self._shown:
            return False
        self.context.load_cert_chain(self.authority.server_file)
        self._shown = there
        return True


def _is_due(
    there: x509.Certificate, ca: x509.Certificate, names: frozenset[str], now: datetime
) -> bool:
    is_old = now >= there.not_valid_after_utc - RENEWED_BEFORE
    is_early = now < there.not_valid_before_utc
    named = there.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    lacks = set(_alternatives(names)) - set(named)
    is_foreign = there.issuer != ca.subject
    lasts_no_longer = there.not_valid_after_utc >= ca.not_valid_after_utc
    return is_early or bool(lacks) or is_foreign or (is_old and not lasts_no_longer)


def _alternatives(names: frozenset[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in sorted(names):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            with suppress(ValueError):  # a computer's name may have letters that DNS has not
                found.append(x509.DNSName(name))
    return found


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _read(file: Path) -> Identity:
    content = file.read_bytes()
    key = serialization.load_pem_private_key(content, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("a key of another kind")  # noqa: TRY004  as the loader says it
    return Identity(x509.load_pem_x509_certificate(content), key)


def _there(folder: Path) -> Identity:
    file = folder / CA_FILE
    try:
        return _read(file)
    except OSError as error:
        raise _not_kept(file, error) from error
    except ValueError as error:
        raise StorageError(
            f"{file} is no certificate with its key. Put it back from a backup: every kiosk knows "
            "this hub by it. (Without it, and the file removed, each has to be paired again.)"
        ) from error


def _write(file: Path, content: bytes, *, is_new: bool = False) -> None:
    """Whole or not at all. `is_new`: what somebody else has put there meanwhile stays."""
    part = file.with_name(f"{file.name}.{uuid4().hex}.part")
    try:
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        if is_new:
            with suppress(FileExistsError):
                file.hardlink_to(part)
        else:
            part.replace(file)
        sync_folder(file.parent)
    finally:
        part.unlink(missing_ok=True)


def _not_kept(file: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{file}, by which kiosks know this hub, cannot be read or written ({error.strerror}). "
        "Nothing was changed."
    )
