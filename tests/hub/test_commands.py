"""Every command of ``vestibule-hub``, through its real command line."""

import io
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from admin_console.hub.__main__ import main
from db import feed_start, inbox, outbox, settings, sites
from db.domain.visit import Host
from db.engine import open_database
from tests.hub_of_tests import begun
from tests.makers import KIOSK, NINE, make_identity, make_screened

LIST = "LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\nMarlow,Helena,04/17/1986\n"
HOSTS = "name,place,role,directions\nMr. Okafor,Room 12,Grade 3,Left\nMs. Ada Lind,Library,,\n"

Hub = Callable[..., tuple[int, str]]
"""Runs a command: exit status, and all that was said."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return begun(f"sqlite:///{tmp_path}/hub/hub.db")


@pytest.fixture
def hub(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hub:
    def run(*arguments: str | Path, typed: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        try:
            status = main([*(str(a) for a in arguments), "--database", url])
        except SystemExit as wrong_use:
            status = int(wrong_use.code or 0)
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "given.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def add_visit(url: str) -> None:
    kiosk, database = open_database("sqlite://"), open_database(url)
    screened = make_screened(identity=make_identity("José", "Núñez"))
    with kiosk.begin() as here, database.begin() as there:
        outbox.add(here, KIOSK, screened, NINE, actor="visitor", visit_id=screened.visit_id)
        sent = outbox.pending(here, KIOSK, 0, 1)
        inbox.receive(there, KIOSK.kiosk_id, KIOSK.epoch, sent, NINE)
    kiosk.close()
    database.close()


def change(url: str, statement: str) -> None:
    database = open_database(url)
    with database.begin() as session:
        session.execute(text(statement))
    database.close()


def hosts_of(url: str) -> list[str]:
    database = open_database(url)
    with database.read() as session:
        name = feed_start.HOSTS.format(site_id=sites.only(session))
        hosts = settings.read(session, name, list[Host]) or []
    database.close()
    return [h.name for h in hosts]


# ---- staff and kiosks ------------------------------------------------------------------------


def test_help_comes_without_loading_a_database_first() -> None:
    ask = "import sys, admin_console.hub.__main__; print('sqlalchemy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_staff_that_were_added_are_listed(hub: Hub) -> None:
    added = hub(
        "staff", "add", "DWhitlock", "--display-name", "Dana Whitlock", "--role", "administrator",
        "--secrets-stdin", typed="invented pass phrase\n482913\n",
    )  # fmt: skip

    assert added[0] == 0
    assert hub("staff", "list") == (0, "dwhitlock  Dana Whitlock  administrator\n")


@pytest.mark.parametrize("typed", ["short\n\n", "invented pass phrase\n12\n"])
def test_weak_password_or_pin_adds_nobody(hub: Hub, url: str, typed: str) -> None:
    status, said = hub("staff", "add", "rosa", "--secrets-stdin", typed=typed)

    assert status == 1
    assert said.rstrip().endswith(".")
    begun(url)
    assert "Nobody may sign in yet" in hub("staff", "list")[1]


def test_pairing_code_is_printed_with_what_to_do(hub: Hub, url: str) -> None:
    begun(url)

    status, said = hub("pair")

    assert status == 0
    assert "vestibule-kiosk --config kiosk.toml pair --hub https://" in said


# ---- standing rules --------------------------------------------------------------------------


def test_policy_is_settled_and_shown(hub: Hub) -> None:
    hub("policy", "--clearance-days", "90", "--denial-words", "Call Officer Reyes.")

    status, said = hub("policy")

    assert status == 0
    assert "holds for 90 days" in said
    assert "visits of 30 days are screened again" in said
    assert said.endswith("Call Officer Reyes.\n")


def test_days_of_the_audit_are_settled_and_taken_back(hub: Hub) -> None:
    assert "The audit is kept for ever." in hub("policy")[1]

    assert "The audit is kept for 730 days." in hub("policy", "--audit-keep-days", "730")[1]
    assert hub("policy", "--audit-keep-days", "30")[0] != 0
    assert "The audit is kept for 730 days." in hub("policy")[1]

    assert "The audit is kept for ever." in hub("policy", "--audit-keep-days", "0")[1]


def test_policy_that_no_desk_can_use_changes_nothing(hub: Hub) -> None:
    status, said = hub("policy", "--denial-words", "x" * 301)

    assert status == 1
    assert said.endswith("Nothing was changed.\n")
    assert "Tell the principal" in hub("policy")[1]


# ---- lists -----------------------------------------------------------------------------------


def test_imported_list_is_in_force(hub: Hub, file: Callable[[str], Path]) -> None:
    status, said = hub("lists", "import", file(LIST), "--name", "Ours", "--category", "trespass")

    assert (status, said) == (0, "Ours, version 1: 2 people (2 added, 0 changed, 0 removed).\n")
    assert "Ours  trespass  version 1  2 people" in hub("lists", "show")[1]


def test_list_that_changes_its_category_says_so(hub: Hub, file: Callable[[str], Path]) -> None:
    hub("lists", "import", file(LIST), "--name", "Ours", "--category", "trespass")

    _, said = hub("lists", "import", file(LIST), "--name", "Ours", "--category", "alert")

    assert "Its category was trespass and is now alert." in said


@pytest.mark.parametrize(
    "wrong", [("--name", ""), ("--name", "  "), ("--max-age-days", "-5"), ("--max-age-days", "0")]
)
def test_list_without_a_name_or_with_an_impossible_age_is_wrong_use(
    hub: Hub, file: Callable[[str], Path], wrong: tuple[str, str]
) -> None:
    status, said = hub(
        "lists", "import", file(LIST), "--name", "Ours", "--category", "alert",
        f"{wrong[0]}={wrong[1]}",
    )  # fmt: skip

    assert status == 2
    assert wrong[0] in said


def test_file_with_only_a_byte_order_mark_is_refused_in_words(
    hub: Hub, file: Callable[[bytes], Path]
) -> None:
    marked = file(b"\xef\xbb\xbf")

    status, said = hub("lists", "import", marked, "--name", "Ours", "--category", "alert")

    assert (status, said) == (1, "The file is empty. Nothing was changed.\n")


# ---- hosts -----------------------------------------------------------------------------------


def test_imported_hosts_can_be_chosen(hub: Hub, url: str, file: Callable[[str], Path]) -> None:
    assert hub("hosts", "import", file(HOSTS)) == (0, "2 hosts; kiosks learn them at once.\n")

    assert hosts_of(url) == ["Mr. Okafor", "Ms. Ada Lind"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"PK\x03\x04 a spreadsheet", "spreadsheet cannot be opened"),
        (b"name,place\n", "no people"),
        (b"person,place\nMr. Okafor,Room 12\n", "No column is called name"),
        (b"name,place\n,Room 12\n", "Line 2 cannot be used: no name"),
        (b"name,place\nMr. Okafor,Room 12,x\n", "Line 2 cannot be used: 3 columns"),
        (b'name,place\n"Mr. Okafor,Room 12\nMs. Lind,"\n', "lines 2 to 3 are one row"),
        (b'name,place\nMr. Okafor,"Room 12\nMs. Lind,Library\n', "damaged near line"),
        (b"name,place\nMr. Ok\xe1for,Room 12\n", "letters lost"),
    ],
)
def test_damaged_hosts_file_leaves_the_hosts_as_they_were(
    hub: Hub, url: str, file: Callable[[str | bytes], Path], content: bytes, why: str
) -> None:
    hub("hosts", "import", file(HOSTS))

    status, said = hub("hosts", "import", file(content))

    assert status == 1
    assert why in said
    assert "Nothing was changed" in said
    assert hosts_of(url) == ["Mr. Okafor", "Ms. Ada Lind"]


# ---- export ----------------------------------------------------------------------------------


def test_exported_table_is_read_right_by_a_spreadsheet(hub: Hub, url: str, tmp_path: Path) -> None:
    add_visit(url)

    assert hub("export", "--csv", tmp_path / "log.csv") == (0, "1 visit.\n")

    content = (tmp_path / "log.csv").read_bytes()
    assert content.startswith("\ufeffvisit,number".encode())
    assert "José Núñez" in content.decode("utf-8-sig")


def test_table_goes_to_standard_output_without_a_file(hub: Hub, url: str) -> None:
    add_visit(url)

    status, said = hub("export", "--csv")

    assert status == 0
    assert "José Núñez" in said


def test_export_goes_into_what_takes_lines_and_is_no_file(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    add_visit(url)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        assert hub("export", "--csv", pipe) == (0, "1 visit.\n")
        assert "Núñez".encode() in reader.communicate(timeout=20)[0]

    assert hub("export", "--csv", "/dev/null") == (0, "1 visit.\n")
    assert Path("/dev/null").is_char_device()


def test_export_that_fails_leaves_the_one_before(hub: Hub, url: str, tmp_path: Path) -> None:
    add_visit(url)
    (tmp_path / "log.csv").write_text("of yesterday", encoding="utf-8")
    change(url, "UPDATE visit SET state = 'unheard of'")

    status, said = hub("export", "--csv", tmp_path / "log.csv")

    assert status == 1
    assert "verify-log" in said
    assert (tmp_path / "log.csv").read_text(encoding="utf-8") == "of yesterday"
    assert not (tmp_path / "log.csv.part").exists()


@pytest.mark.parametrize("place", ["", "nowhere/log.csv", "hub/hub.db/log.csv"])
def test_table_that_cannot_be_written_is_told_in_words(
    hub: Hub, url: str, tmp_path: Path, place: str
) -> None:
    add_visit(url)

    status, said = hub("export", "--csv", tmp_path / place)

    assert status == 1
    assert str(tmp_path) in said


# ---- verify-log ------------------------------------------------------------------------------


def test_whole_log_is_called_whole(hub: Hub, url: str) -> None:
    add_visit(url)

    status, said = hub("verify-log")

    assert status == 0
    assert said == "front-kiosk epoch 1: 1 events, unbroken\nThe log is whole.\n"
    assert json.loads(hub("verify-log", "--json")[1])["good"] is True


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM chain", "The log was changed"),
        ("UPDATE event SET line = CAST(line AS TEXT)", "The log was changed"),
        ("UPDATE visit SET given_name = 'Nobody'", "visits or decisions differ from it in 1"),
    ],
)
def test_changed_log_is_not_called_whole(hub: Hub, url: str, statement: str, why: str) -> None:
    add_visit(url)
    change(url, statement)

    status, said = hub("verify-log")

    assert status == 1
    assert why in said
    assert json.loads(hub("verify-log", "--json")[1])["good"] is False


def test_erased_facts_are_said_and_the_log_is_whole(hub: Hub, url: str) -> None:
    add_visit(url)
    change(url, "DELETE FROM event_body")

    status, said = hub("verify-log")

    assert status == 0
    assert "1 events, the personal facts of 1 were erased, unbroken" in said
    assert "The log is whole. The personal facts of 1 events were erased" in said


def test_log_without_events_is_not_called_whole(hub: Hub, url: str) -> None:
    begun(url)

    status, said = hub("verify-log")

    assert status == 1
    assert "nothing could be checked" in said


# ---- serve -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listen", "why"),
    [("no.such.host.invalid:8470", "No computer is called"), ("nonsense", "HOST:PORT")],
)
def test_address_that_cannot_be_listened_at_is_told_in_words(
    hub: Hub, listen: str, why: str
) -> None:
    status, said = hub("serve", "--listen", listen)

    assert status == 1
    assert why in said


def test_hub_that_runs_already_is_thought_of(hub: Hub) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        status, said = hub("serve", "--listen", f"127.0.0.1:{other.getsockname()[1]}")

    assert status == 1
    assert "Is a hub running there already?" in said


@pytest.mark.parametrize("days", ["0", "-1", "a month"])
def test_photos_are_kept_for_a_day_at_least(hub: Hub, days: str) -> None:
    status, said = hub("serve", f"--photo-keep-days={days}")

    assert status == 2
    assert "is no number of days" in said


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_serving_makes_a_folder_for_photos_that_is_closed_to_others(
    hub: Hub, tmp_path: Path
) -> None:
    hub("serve", "--listen", "no.such.host.invalid:8470")

    assert stat.S_IMODE((tmp_path / "hub" / "photos").stat().st_mode) == 0o700
