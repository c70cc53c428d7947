"""How much work it is to guess a password or a PIN from the database."""

import subprocess
import sys

import pytest

ASK = """
from argon2 import extract_parameters
from db import staff, staff_pins
for hasher in (staff.HASHER, staff_pins.HASHER):
    asked = extract_parameters(hasher.hash("invented"))
    print(asked.type.name, asked.memory_cost, asked.time_cost)
"""


@pytest.fixture(scope="module")
def asked() -> list[list[str]]:
    """Kind, KiB and rounds of passwords and of PINs, in a program of its own."""
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def test_secrets_are_hashed_with_at_least_the_work_that_owasp_asks_for(
    asked: list[list[str]],
) -> None:
    # OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB and two rounds, or more of either.
    assert [kind for kind, _, _ in asked] == ["ID", "ID"]
    assert all(int(memory) >= 19_456 and int(rounds) >= 2 for _, memory, rounds in asked)
