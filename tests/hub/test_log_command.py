"""``vestibule-hub log``: the log handed to somebody who checks it with the stand-alone file."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from admin_console.hub import site as hub_site
from admin_console.hub.__main__ import main
from db import log_export, retention, signing
from db.domain.visit import VisitState
from db.engine import open_database
from db.models import VisitRow
from tests.hub_of_tests import hub_at
from tests.makers import NINE
from tests.signed_log import signing_kiosk, write_another_past

VERIFIER = Path(__file__).parents[2] / "packaging" / "verify_exported_log.py"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A hub with two days of one kiosk, and somebody's note of how the log stood between them."""
    folder = tmp_path_factory.mktemp("hub")
    database_url = f"sqlite:///{folder}/hub.db"
    with hub_at(database_url, folder) as hub, signing_kiosk(hub, folder / "kiosk") as kiosk:
        for day in range(2):
            for _ in range(4):
                kiosk.visitor_comes()
            kiosk.push()
            if day == 0:
                (folder / "note").write_text(seen(database_url, folder), encoding="utf-8")
        yield database_url


def seen(url: str, folder: Path) -> str:
    """What ``log head`` says of the log, as the verifier takes it."""
    done = subprocess.run(
        [sys.executable, "-m", "admin_console.hub", "log", "head", "--database", url],
        check=True, capture_output=True, text=True, cwd=VERIFIER.parents[1],
    )  # fmt: skip
    (folder / "key").write_text(re.findall(r"key of the hub: (\w+)", done.stdout)[0])
    found: str = re.findall(r"events and root: (\S+)", done.stdout)[0]
    return found


@pytest.fixture
def exported(url: str, tmp_path: Path) -> Path:
    assert main(["log", "export", str(tmp_path / "log"), "--database", url]) == 0
    return tmp_path / "log"


def check(file: Path, *more: str) -> tuple[int, str]:
    """The verifier in a Python that sees nothing of Vestibule."""
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(file), *more],
        check=False, capture_output=True, text=True, cwd=file.parent,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def folder_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///")).parent


def test_exported_log_is_whole_for_who_knows_the_hub_and_an_earlier_head(
    url: str, exported: Path
) -> None:
    folder = folder_of(url)

    status, said = check(
        exported, "--hub-key", (folder / "key").read_text(), "--seen", (folder / "note").read_text()
    )

    assert status == 0
    assert "8 events, signed by the kiosk" in said
    assert said.endswith("The log is whole.\n")


def test_bare_log_has_no_personal_facts_and_is_whole(url: str, tmp_path: Path) -> None:
    main(["log", "export", str(tmp_path / "log"), "--bare", "--database", url])

    status, said = check(tmp_path / "log")

    assert status == 0
    assert "8 events, their personal facts left out of this file, signed by the kiosk" in said
    assert "erased" not in said
    assert b"Daniel" not in (tmp_path / "log").read_bytes()


def test_bare_log_of_a_version_before_is_whole_and_so_is_ours_to_its_verifier(
    url: str, tmp_path: Path
) -> None:
    """A bare log said only that the facts of all its events were erased."""
    with closing(open_database(url)) as database, database.read() as session:
        key = hub_site.signing_key(session)
        head = hub_site.head(session, NINE)
        first, *rows = log_export.lines(session, head, key, is_bare=True)
    told = json.loads(first.partition(b"\t")[0])
    assert told["erased"] == told["tree"]["size"] == 8
    assert told.pop("bare") is True
    header = json.dumps(told, separators=(",", ":")).encode()
    signature = signing.sign(key, signing.Exported(sha256(header).hexdigest())).hex().encode()
    (tmp_path / "log").write_bytes(b"".join([b"%s\t%s\n" % (header, signature), *rows]))

    status, said = check(tmp_path / "log")

    assert status == 0
    assert "the personal facts of 8 were erased" in said


def test_log_whose_old_visits_were_forgotten_is_whole_here_and_elsewhere(
    url: str, tmp_path: Path
) -> None:
    shutil.copytree(folder_of(url), tmp_path / "hub")
    copy = f"sqlite:///{tmp_path}/hub/hub.db"
    with closing(open_database(copy)) as database:
        with database.begin() as session:
            session.execute(update(VisitRow).values(state=VisitState.ABANDONED))
        later = NINE + timedelta(days=366)
        assert retention.forget_old_visits(database, later, is_kiosk=False) == 8
    main(["log", "export", str(tmp_path / "log"), "--database", copy])

    status, said = check(tmp_path / "log")

    assert status == 0
    assert "the personal facts of 8 were erased" in said
    assert b"Daniel" not in (tmp_path / "log").read_bytes()
    assert main(["verify-log", "--database", copy]) == 0


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("a line", "not the one that the kiosk signed"),
        ("a body", "personal facts are not those"),
        ("a removed event", "was expected"),
        ("a cut end", "is not here"),
        ("exchanged events", "was expected"),
        ("a signature left out", "not the one that the hub signed"),
        ("erased facts", "are gone where the hub had erased"),
        ("the last byte", "only a part of one"),
    ],
)
def test_changed_export_is_broken(exported: Path, what: str, why: str) -> None:
    rows = exported.read_bytes().splitlines(keepends=True)
    match what:
        case "a line":
            rows[3] = rows[3].replace(b'"actor":"visitor"', b'"actor":"kiosk"')
        case "a body":
            rows[3] = rows[3][:-20] + rows[3][-20:].swapcase()
        case "a removed event":
            del rows[3]
        case "a cut end":
            del rows[-1]
        case "a signature left out":
            rows[0] = re.sub(rb'"signed_heads":\[\{[^}]*\},', b'"signed_heads":[', rows[0])
        case "erased facts":
            rows[3] = rows[3].partition(b"\t")[0] + b"\t\t\n"
        case "the last byte":
            rows[-1] = rows[-1][:-1]
        case _:
            rows[3], rows[4] = rows[4], rows[3]
    exported.write_bytes(b"".join(rows))

    status, said = check(exported)

    assert status == 1
    assert why in said


def test_log_of_another_hub_is_found_by_its_key(exported: Path) -> None:
    assert check(exported, "--hub-key", "00" * 32)[0] == 1


def test_log_shorter_than_one_seen_before_is_broken(exported: Path) -> None:
    status, said = check(exported, "--seen", f"9:{'00' * 32}")

    assert status == 1
    assert "9 events were seen before" in said


def test_database_is_held_against_an_earlier_head(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    note = (folder_of(url) / "note").read_text(encoding="utf-8")
    size = note.partition(":")[0]

    assert main(["verify-log", "--database", url, "--seen", note]) == 0
    assert main(["verify-log", "--database", url, "--seen", f"{size}:{'00' * 32}"]) == 1
    assert "not those that were seen before" in capsys.readouterr().out
    assert main(["verify-log", "--database", url, "--seen", "yesterday"]) == 1
    assert "SIZE:ROOT" in capsys.readouterr().err


def test_past_written_anew_with_the_hubs_own_key_is_found_by_an_earlier_head(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with hub_at(url, tmp_path) as hub, signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        kiosk.visitor_comes()
        kiosk.push()
        note = seen(url, tmp_path)
        write_another_past(hub.database, 1, kiosk.device.kiosk_id, with_heads=True)
    main(["log", "export", str(tmp_path / "log"), "--database", url])

    status, said = check(tmp_path / "log", "--seen", note)

    assert status == 1
    assert "not those that were seen before" in said


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"{}\n", b'{"vestibule_log":1}\n', b"\xff\xfe"]
)
def test_file_that_is_no_log_is_told_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log").write_bytes(content)

    status, said = check(tmp_path / "log")

    assert status == 2
    assert "Traceback" not in said


def test_auditors_verifier_needs_nothing_but_python_and_cryptography() -> None:
    source = VERIFIER.read_text(encoding="utf-8")
    named = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            named.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Import):
            named |= {alias.name.partition(".")[0] for alias in node.names}

    assert named - sys.stdlib_module_names == {"cryptography"}
    assert len(source.splitlines()) < 400  # what somebody reads in ten minutes
