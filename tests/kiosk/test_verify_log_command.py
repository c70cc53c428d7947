"""``vestibule-kiosk verify-log``, through its real command line."""

from pathlib import Path

import pytest
from sqlalchemy import text

from db import outbox
from db.engine import open_database
from kiosk.__main__ import main
from tests.makers import KIOSK, NINE, make_screened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kiosk"


@pytest.fixture
def command(folder: Path, tmp_path: Path) -> list[str]:
    file = tmp_path / "kiosk.toml"
    file.write_text(f"[kiosk]\ndata_folder = '{folder}'\n", encoding="utf-8")
    return ["--config", str(file), "verify-log"]


def write(folder: Path, *statements: str) -> None:
    """A kiosk at which one visitor was screened, then changed from outside."""
    database = open_database(f"sqlite:///{folder}/kiosk.db")
    with database.begin() as session:
        outbox.add(session, KIOSK, make_screened(), NINE, actor="visitor")
        for statement in statements:
            session.execute(text(statement))
    database.close()


def test_kiosk_says_of_which_database_it_speaks_and_that_it_is_whole(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)

    assert main(command) == 0

    assert capsys.readouterr().out.splitlines() == [
        f"This is what {folder}/kiosk.db holds:",
        "front-kiosk epoch 1: 1 events, unbroken",
        "The log is whole.",
    ]


def test_erased_facts_at_a_kiosk_are_told(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, "DELETE FROM event_body")

    assert main(command) == 0

    assert "1 events, the personal facts of 1 were erased, unbroken" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        (("UPDATE event SET line = x'00'",), "The log was changed."),
        (
            ("DELETE FROM event_body", "DELETE FROM event", "DELETE FROM screening",
             "DELETE FROM visit", "DELETE FROM chain"),
            "This log is empty",
        ),
    ],
)  # fmt: skip
def test_changed_and_empty_logs_of_a_kiosk_are_not_called_whole(
    command: list[str],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    statements: tuple[str, ...],
    why: str,
) -> None:
    write(folder, *statements)

    assert main(command) == 1

    assert why in capsys.readouterr().out


def test_looking_for_a_kiosks_log_makes_none(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 1

    assert "There is no database at" in capsys.readouterr().err
    assert not folder.exists()
