"""``vestibule-hub staff`` and ``audit``, through the real command line."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from db import changes, staff, staff_pins
from db.engine import open_database

Hub = Callable[..., tuple[int, str]]
PASSWORD = "invented pass phrase"  # noqa: S105  of nobody
OTHER = "another invented phrase"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub/hub.db"


@pytest.fixture
def hub(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hub:
    def run(*arguments: str, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main([*arguments, "--database", url])
        said = capsys.readouterr()
        return status, said.out + said.err

    status, _ = run(
        "staff", "add", "dwhitlock", "--display-name", "Dana Whitlock", "--role", "administrator",
        "--secrets-stdin", typed=f"{PASSWORD}\n482913\n",
    )  # fmt: skip
    assert status == 0
    return run


def can_sign_in(url: str, password: str) -> bool:
    database = open_database(url)
    found = staff.verify(database, "dwhitlock", password)
    database.close()
    return found is not None


def pins(url: str) -> tuple[int, bool]:
    """How many PINs there are, and whether the newest change tells kiosks of them."""
    database = open_database(url)
    with database.read() as session:
        count = len(staff_pins.everybody(session))
        newest = changes.since(session, changes.version(session) - 1)[0]
    database.close()
    return count, newest.kind == "staff_pins"


def test_removed_member_of_staff_signs_in_and_decides_no_more(hub: Hub, url: str) -> None:
    status, said = hub("staff", "remove", "DWhitlock")

    assert (status, said.split()[0]) == (0, "Dana")
    assert not can_sign_in(url, PASSWORD)
    assert pins(url) == (0, True)
    assert "Nobody may sign in yet" in hub("staff", "list")[1]


def test_last_administrator_is_not_removed_or_made_less_without_a_word(hub: Hub) -> None:
    hub("staff", "add", "rbegaye", "--secrets-stdin", typed=f"{OTHER}\n\n")
    warning = "There is no administrator any more"

    assert warning not in hub("staff", "remove", "rbegaye")[1]
    assert warning in hub("staff", "role", "dwhitlock", "front_desk")[1]
    assert warning not in hub("staff", "role", "dwhitlock", "district")[1]
    assert warning in hub("staff", "remove", "dwhitlock")[1]


def test_secrets_that_are_piped_are_taken_without_pythons_warnings(url: str) -> None:
    add = [
        sys.executable,
        "-m",
        "admin_console.hub",
        "staff",
        "add",
        "dwhitlock",
        "--database",
        url,
    ]
    done = subprocess.run(
        add, input=f"{PASSWORD}\n\n", text=True, capture_output=True, check=False,
        cwd=Path(__file__).parents[2], start_new_session=True,
    )  # fmt: skip

    assert done.returncode == 0
    assert "Warning" not in done.stderr
    assert can_sign_in(url, PASSWORD)


def test_name_of_who_was_removed_may_be_given_again(hub: Hub, url: str) -> None:
    hub("staff", "remove", "dwhitlock")

    status, _ = hub("staff", "add", "dwhitlock", "--secrets-stdin", typed=f"{OTHER}\n\n")

    assert status == 0
    assert can_sign_in(url, OTHER)
    assert not can_sign_in(url, PASSWORD)


def test_other_password_replaces_the_one_before(hub: Hub, url: str) -> None:
    status, _ = hub("staff", "password", "dwhitlock", "--secrets-stdin", typed=f"{OTHER}\n")

    assert status == 0
    assert can_sign_in(url, OTHER)
    assert not can_sign_in(url, PASSWORD)


@pytest.mark.parametrize("password", ["short", "Dana Whitlock", "x" * 257])
def test_password_that_will_not_do_changes_nothing(hub: Hub, url: str, password: str) -> None:
    status, said = hub("staff", "password", "dwhitlock", "--secrets-stdin", typed=f"{password}\n")

    assert status == 1
    assert said.endswith("Nothing was changed.\n")
    assert can_sign_in(url, PASSWORD)


def test_pin_is_taken_away_from_every_kiosk(hub: Hub, url: str) -> None:
    status, said = hub("staff", "pin", "dwhitlock", "--secrets-stdin", typed="\n")

    assert (status, "no PIN any more" in said) == (0, True)
    assert pins(url) == (0, True)


def test_other_role_is_listed(hub: Hub) -> None:
    hub("staff", "role", "dwhitlock", "auditor")

    assert hub("staff", "list")[1] == "dwhitlock  Dana Whitlock  auditor\n"


@pytest.mark.parametrize("command", ["remove", "password", "pin"])
def test_nobody_of_that_name_is_told_in_words(hub: Hub, command: str) -> None:
    secret = [] if command == "remove" else ["--secrets-stdin"]
    status, said = hub("staff", command, "nobody", *secret, typed="482914\n")

    assert status == 1
    assert "Nobody signs in as nobody" in said


def test_audit_tells_what_was_done_at_the_terminal(hub: Hub, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.csv"
    hosts.write_text("name,place\nMr. Okafor,Room 12\n")
    hub("hosts", "import", str(hosts))
    hub("policy", "--clearance-days", "90")
    hub("lists", "rules", "--two-to-remove", "yes")
    hub("pair")

    status, said = hub("audit")

    assert status == 0
    deeds = [line.split("  ")[2] for line in said.splitlines()]
    assert deeds == [
        "pairing_code_made",
        "list_rules_changed",
        "policy_changed",
        "hosts_changed",
        "staff_added",
    ]
    assert "Okafor" not in said


def test_audit_is_written_as_a_table(hub: Hub) -> None:
    status, said = hub("audit", "--csv")

    rows = list(csv.reader(io.StringIO(said)))
    assert status == 0
    assert [row[2] for row in rows] == ["deed", "staff_added", "audit_exported"]
