"""Codes of the second factor, by the test vectors of their standard."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from db import totp

KEY = base64.b32encode(b"12345678901234567890").decode()
"""RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)

    assert totp.code_at(KEY, totp.step_at(now), digits=8) == code


@pytest.mark.parametrize(("late", "is_taken"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_clock_may_differ_by_half_a_minute(late: int, *, is_taken: bool) -> None:
    now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    code = totp.code_at(KEY, totp.step_at(now + timedelta(seconds=late)))

    assert (totp.step_of(KEY, code, now, after=0) is not None) is is_taken


@pytest.mark.parametrize("code", ["", "28708", "ünïcöd", "2870820"])
def test_what_is_no_code_is_taken_for_none(code: str) -> None:
    assert totp.step_of(KEY, code, datetime.fromtimestamp(59, UTC), after=0) is None


def test_telephone_is_told_key_name_and_issuer() -> None:
    key = totp.new_key()

    parts = urlsplit(totp.address(key, "d whitlock", "Vestibule"))

    assert (parts.scheme, parts.netloc, parts.path) == (
        "otpauth", "totp", "/Vestibule%3Ad%20whitlock",
    )  # fmt: skip
    assert parse_qs(parts.query) == {"secret": [key], "issuer": ["Vestibule"]}
    assert len(base64.b32decode(key)) == totp.KEY_BYTES
