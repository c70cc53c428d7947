"""A small OpenID provider on loopback, over real HTTP, with keys made in the test."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, SECRET, SUBJECT = "vestibule", "invented secret/+ of nobody", "248289761001"
Signing = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class SigningKey:
    """A private key, as the provider names it."""

    key_id: str
    algorithm: str
    private: Signing

    def public(self) -> dict[str, Any]:
        kinds: dict[str, Any] = {
            "RS256": jwt.algorithms.RSAAlgorithm,
            "ES256": jwt.algorithms.ECAlgorithm,
        }
        of = kinds[self.algorithm].to_jwk(self.private.public_key(), as_dict=True)
        return cast("dict[str, Any]", of) | {"kid": self.key_id, "use": "sig"}

    def sign(self, claims: Mapping[str, Any], **headers: object) -> str:
        told = {"kid": self.key_id} | headers
        named = {name: value for name, value in told.items() if value is not None}
        body = json.dumps(claims).encode()  # as it is: the library would mend some claims
        return jwt.PyJWS().encode(body, self.private, self.algorithm, headers=named)


def rsa_key(key_id: str = "first", bits: int = 2048) -> SigningKey:
    return SigningKey(key_id, "RS256", rsa.generate_private_key(65537, bits))


def ec_key(key_id: str = "curve") -> SigningKey:
    return SigningKey(key_id, "ES256", ec.generate_private_key(ec.SECP256R1()))


@dataclass
class ProviderOfTests:
    """`change` may change claims, `write` what becomes of a token, `answers` whole answers."""

    now: Callable[[], datetime]
    key: SigningKey
    published: list[SigningKey] = field(default_factory=list)
    change: Callable[[dict[str, Any]], None] = lambda _: None
    write: Callable[[dict[str, Any]], str] | None = None
    document: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    stuck: str = ""
    """The path whose answer stops in the middle until the provider is closed."""
    asked: list[str] = field(default_factory=list)
    subject: str = SUBJECT
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        provider = self
        self.published = self.published or [self.key]
        self._closed = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, b"")

            def do_POST(self) -> None:
                provider.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.issuer = f"http://127.0.0.1:{self._server.server_port}/realm"

    def close(self) -> None:
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def sign_in(self, address: str) -> tuple[str, str]:
        """What a browser does: code and state, as they come back to the console."""
        parts = urlsplit(address)
        assert parts.path == "/realm/authorize"
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        code = hashlib.sha256(address.encode()).hexdigest()
        self.waiting[code] = asked
        return code, asked["state"]

    def answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        path = urlsplit(request.path).path
        self.asked.append(path)
        if path in self.answers:
            status, content, headers = self.answers[path]
        elif path == "/realm/.well-known/openid-configuration":
            status, content, headers = 200, self._json(self.discovery()), {}
        elif path == "/realm/keys":
            keys = {"keys": [key.public() for key in self.published]}
            status, content, headers = 200, self._json(keys), {}
        else:
            status, content, headers = self._token(request, body)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        try:
            if path == self.stuck:
                request.wfile.write(content[:1])
                request.wfile.flush()
                self._closed.wait(60)
            request.wfile.write(content)
        except OSError:  # who asked has heard enough
            return

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
        } | self.document

    def claims(self, nonce: str) -> dict[str, Any]:
        at = int(self.now().timestamp())
        return {
            "iss": self.issuer, "aud": CLIENT, "sub": self.subject, "nonce": nonce,
            "iat": at, "exp": at + 300,
        }  # fmt: skip

    def _token(
        self, request: BaseHTTPRequestHandler, body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        """Each code once, for whoever knows the verifier and the secret."""
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        asked = self.waiting.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        own = base64.b64encode(f"{CLIENT}:invented%20secret%2F%2B%20of%20nobody".encode()).decode()
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
            or request.headers["Authorization"] != f"Basic {own}"
        ):
            return 400, self._json({"error": "invalid_grant"}), {}
        claims = self.claims(asked["nonce"])
        self.change(claims)
        token = self.key.sign(claims) if self.write is None else self.write(claims)
        return 200, self._json({"id_token": token, "access_token": "x", "token_type": "Bearer"}), {}

    @staticmethod
    def _json(value: object) -> bytes:
        return json.dumps(value).encode()
