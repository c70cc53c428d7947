"""Files that unpack hugely are refused over HTTP, in words, and the lists stay as they were."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from db import list_sheet_apart
from tests.db.test_list_sheet import PEOPLE, sheet
from tests.hub_of_tests import HubOfTests, hub_at

LISTS = {"name": "Ours", "category": "trespass"}
LIST_CSV = b"LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n"
UNPACKED = 100 << 20


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        running.client.post(
            "/v1/watchlists", params=LISTS, content=LIST_CSV, headers=running.sign_in()
        ).raise_for_status()
        yield running


def of_shared_texts() -> bytes:
    return sheet(PEOPLE, sharedStrings=bytes(UNPACKED)).getvalue()


def of_rows() -> bytes:
    """Rows that are all the same, as a sheet's own part."""
    row = "<row><c t='inlineStr'><is><t>" + "A" * 4000 + "</t></is></c></row>"
    return sheet(row * (UNPACKED // len(row))).getvalue()


def of_many_files() -> bytes:
    """One small file, named again and again."""
    file = sheet(PEOPLE)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        for number in range(2000):
            packed.writestr(f"xl/media/{number}.xml", bytes(50_000))
    return file.getvalue()


def of_a_far_cell() -> bytes:
    """All rows up to it are held by a reader that does not look first, and its program ends."""
    return sheet(PEOPLE + '<row r="999999999"><c r="Z999999999"><v>1</v></c></row>').getvalue()


def of_a_far_cell_in_small_letters() -> bytes:
    return sheet(PEOPLE + '<row\nr="1048576"><c\nr="xfd1048576"><v>1</v></c></row>').getvalue()


def of_a_zip_in_a_zip() -> bytes:
    inner, outer = of_shared_texts(), io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(44):
            packed.writestr(f"{number}.xlsx", inner)
    return outer.getvalue()


@pytest.mark.parametrize(
    ("make", "path"),
    [
        (of_shared_texts, "/v1/watchlists"),
        (of_rows, "/v1/watchlists"),
        (of_many_files, "/v1/watchlists"),
        (of_a_zip_in_a_zip, "/v1/watchlists"),
        (of_rows, "/v1/watchlists/preview"),
        (of_a_far_cell, "/v1/watchlists/preview"),
        (of_a_far_cell_in_small_letters, "/v1/watchlists/preview"),
    ],
    ids=["texts", "rows", "files", "zips", "rows of a preview", "far", "far in small letters"],
)
def test_file_that_unpacks_hugely_is_refused_and_changes_nothing(
    hub: HubOfTests, make: Callable[[], bytes], path: str
) -> None:
    content = make()
    assert len(content) < 2 << 20

    tracemalloc.start()
    answer = hub.client.post(path, params=LISTS, content=content, headers=hub.sign_in())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code == 422, answer.text
    assert "Nothing was changed" in json.loads(answer.content)["detail"]
    assert most < UNPACKED // 4
    (known,) = hub.client.get("/v1/watchlists", headers=hub.sign_in()).json()["lists"]
    assert (known["version"], known["entry_count"]) == (1, 1)


def test_hub_serves_others_while_forty_four_spreadsheets_wait_to_be_read(hub: HubOfTests) -> None:
    headers, content = hub.sign_in(), sheet(PEOPLE).getvalue()

    def preview(_: int) -> int:
        path = "/v1/watchlists/preview"
        return hub.client.post(
            path, params=LISTS, content=content, headers=headers, timeout=120
        ).status_code

    with ThreadPoolExecutor(44) as pool:
        with list_sheet_apart._ONE:
            asked = [pool.submit(preview, number) for number in range(44)]
            done, _ = wait(asked, timeout=3)
            answer = hub.client.get("/v1/watchlists", headers=headers, timeout=10)

        assert (answer.status_code, len(done)) == (200, 0)
        assert {one.result() for one in asked} == {200}


def test_packed_body_is_not_unpacked(hub: HubOfTests) -> None:
    """Content-Encoding: the hub takes files as they are, whatever the header says."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("list.csv", LIST_CSV * 1000)
    headers = {**hub.sign_in(), "Content-Encoding": "deflate"}

    answer = hub.client.post(
        "/v1/watchlists", params=LISTS, content=packed.getvalue(), headers=headers
    )

    assert answer.status_code == 422
