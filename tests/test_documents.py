"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_and_file_named_in_a_document_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    files = re.findall(r"\b(?:packaging|tests|kiosk|resources|db|admin_console)/[\w./-]*\w", text)

    assert not [path for path in links + files if not (ROOT / path).exists()]


def test_lock_names_no_addresses() -> None:
    lock = (ROOT / "packaging" / "requirements.lock").read_text(encoding="utf-8")

    assert "://" not in lock
    assert "--hash=sha256:" in lock
