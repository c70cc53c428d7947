"""``vestibule-hub export``: it says what it wrote, and no wrong question has an empty table."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from tests.hub.test_commands import Hub, add_visit, hub, url
from tests.makers import NINE

__all__ = ["hub", "url"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text("of yesterday", encoding="utf-8")
    return path


def test_so_many_visits_were_exported_is_said(hub: Hub, url: str, file: Path) -> None:
    add_visit(url)
    day = f"{NINE:%Y-%m-%d}"

    assert hub("export", "--csv", file, "--from", day, "--to", day) == (0, "1 visit.\n")
    assert hub("export", "--csv", file, "--to", "2001-01-01") == (0, "0 visits.\n")
    assert hub("export", "--csv", file) == (0, "1 visit.\n")


def test_days_in_the_wrong_order_are_refused_and_the_table_before_stays(
    hub: Hub, url: str, file: Path
) -> None:
    add_visit(url)

    status, said = hub("export", "--csv", file, "--from", "2026-10-02", "--to", "2026-10-01")

    assert status == 1
    assert "--from 2026-10-02 is after --to 2026-10-01" in said
    assert "Nothing was written" in said
    assert file.read_text(encoding="utf-8") == "of yesterday"
    assert "visits_exported" not in hub("audit")[1]
    assert hub("export", "--csv", file)[0] == 0
    assert "visits_exported" in hub("audit")[1]


def test_days_that_are_still_to_come_are_refused(hub: Hub, url: str, file: Path) -> None:
    add_visit(url)
    soon = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"

    status, said = hub("export", "--csv", file, "--from", soon)

    assert status == 1
    assert f"--from {soon} is still to come" in said
    assert file.read_text(encoding="utf-8") == "of yesterday"


@pytest.mark.parametrize(
    "wrong",
    [
        ["export", "--from", "yesterday"],
        ["export", "--to", "2026-13-01"],
        ["export", "--from", "0001-01-01"],
        ["report", "day.pdf", "--day", "03/07/2026"],
        ["report", "visit.pdf", "--visit", "x"],
    ],
)
def test_what_is_no_day_and_no_visit_is_told_in_words(
    wrong: list[str], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*wrong, "--database", url])

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert repr(wrong[-1]) in said
    assert "YYYY-MM-DD" in said.splitlines()[-1] or "vestibule-hub export" in said.splitlines()[-1]
    assert "fromisoformat" not in said
    assert "UUID" not in said
