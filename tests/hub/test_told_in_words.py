"""Small slips at the hub's terminal, and beside it: each is told in words that lead on."""

import subprocess
import sys
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from db import audit, hub_trust
from db.domain.audit import Deed
from db.domain.errors import HubAwayError
from tests.hub.test_kiosk_commands import Hub, hub, serving, url
from tests.hub_of_tests import hub_at
from tests.makers import NINE
from tests.signed_log import signing_kiosk

__all__ = ["hub", "url"]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("deed", ["accept", "reject"])
@pytest.mark.parametrize("typed", [["abc"], ["12345"], ["123", "4567"], ["١٢٣٤٥٦"]])
def test_what_are_no_six_digits_of_a_kiosk_is_told(hub: Hub, deed: str, typed: list[str]) -> None:
    assert hub("pair")[0] == 0

    status, said = hub("kiosks", deed, *typed)

    assert status == 1
    assert f"{' '.join(typed)} is not six digits" in said
    assert "Nothing was changed" in said


def test_code_for_a_kiosk_comes_with_the_whole_command_to_type_there(hub: Hub) -> None:
    assert "vestibule-kiosk --config kiosk.toml pair --hub https://" in hub("pair")[1]


def test_address_without_tls_of_a_hub_that_speaks_it_is_told_as_that(url: str) -> None:
    with serving(url) as (address, _):
        assert address.startswith("https://")
        plain = address.replace("https://", "http://")

        with pytest.raises(HubAwayError) as caught:
            hub_trust.ca_of(plain)

    assert f"write {address}, and not {plain}" in str(caught.value)
    with pytest.raises(HubAwayError, match="does not answer"):
        hub_trust.ca_of(plain)  # nobody listens there any more


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A hub of which each table is longer than what a program keeps back before it writes."""
    folder = tmp_path_factory.mktemp("full")
    address = f"sqlite:///{folder}/hub.db"
    with hub_at(address, folder) as running, signing_kiosk(running, folder / "kiosk") as kiosk:
        for _ in range(100):
            kiosk.visitor_comes()
        kiosk.push()
        with running.database.begin() as session:
            for _ in range(300):
                audit.note(session, audit.TERMINAL, Deed.LOG_EXPORTED, NINE)
    people = folder / "people.csv"
    rows = "".join(f"Quillfeather{n},Daniel,03/07/1984\n" for n in range(3_000))
    people.write_text(f"LNAME,FNAME,DOB\n{rows}", encoding="utf-8")
    given = ["--name", "Long", "--category", "alert", "--database", address]
    assert main(["lists", "import", str(people), *given]) == 0
    return address


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are others there")
@pytest.mark.parametrize(
    "command",
    [
        ["log", "export", "-"],
        ["log", "export", "--bare", "-"],
        ["export"],
        ["audit", "--csv"],
        ["lists", "export", "--name", "Long"],
    ],
)
def test_who_reads_only_the_beginning_of_what_is_written_hears_of_no_fault(
    full: str, command: list[str]
) -> None:
    for read in (0, 100):  # nothing, and then a little
        with subprocess.Popen(
            [sys.executable, "-m", "admin_console.hub", *command, "--database", full],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as program:  # fmt: skip
            assert program.stdout is not None
            assert program.stderr is not None
            program.stdout.read(read)
            program.stdout.close()
            said = program.stderr.read().decode()
        assert said == ""
        assert program.returncode == 1 or read


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_output_that_no_disk_takes_is_told_in_words(full: str) -> None:
    with Path("/dev/full").open("wb") as disk:
        done = subprocess.run(
            [sys.executable, "-m", "admin_console.hub", "log", "export", "-", "--database", full],
            cwd=ROOT, stdout=disk, stderr=subprocess.PIPE, check=False, text=True,
        )  # fmt: skip

    assert done.returncode == 1
    assert "cannot be written (No space left on device)" in done.stderr
    assert "fault" not in done.stderr
