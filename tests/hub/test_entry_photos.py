"""Photos of list entries: nothing but pixels is kept, and only while an entry has them."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from admin_console.hub import entry_photos
from db import codec, photos, watchlists
from db.domain.entry_history import EntryFile
from db.domain.errors import PhotoError
from db.domain.watchlist import Watchlist
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE

GPS, ORIENTATION = 0x8825, 0x0112


def picture(kind: str = "JPEG", size: tuple[int, int] = (900, 1200), **more: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    content = BytesIO()
    image.save(content, kind, **more)  # type: ignore[arg-type]
    return content.getvalue()


def told(**values: object) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif[ORIENTATION] = values.get("orientation", 1)
    return exif


def kept(folder: Path, content: bytes) -> Image.Image:
    name = entry_photos.take(folder, content)
    return Image.open(BytesIO(entry_photos.read(folder, name) or b""))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path / 'hub.db'}", tmp_path) as running:
        yield running


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_picture_becomes_a_small_jpeg(tmp_path: Path, kind: str) -> None:
    image = kept(tmp_path, picture(kind))

    assert (image.format, image.size) == ("JPEG", (480, 640))


def test_small_picture_keeps_its_size(tmp_path: Path) -> None:
    assert kept(tmp_path, picture(size=(90, 120))).size == (90, 120)


def test_nothing_but_pixels_survives(tmp_path: Path) -> None:
    content = picture(exif=told(), comment=b"taken at home")
    assert b"Camera of somebody" in content

    name = entry_photos.take(tmp_path, content)

    small = entry_photos.read(tmp_path, name) or b""
    assert b"Camera of somebody" not in small
    assert b"taken at home" not in small
    assert not Image.open(BytesIO(small)).getexif()


def test_picture_of_a_turned_camera_stands_upright(tmp_path: Path) -> None:
    image = kept(tmp_path, picture(exif=told(orientation=6))).convert("RGB")

    assert image.size == (640, 480)
    red, _, blue = image.getpixel((320, 20))  # type: ignore[misc]  # of RGB it is three
    assert red > blue + 150


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "neither a JPEG nor a PNG"),
        (b"GIF89a" + b"\0" * 100, "neither a JPEG nor a PNG"),
        (b"%PDF-1.7", "neither a JPEG nor a PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "neither a JPEG nor a PNG"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x00\x00\x00\x00", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (picture("PNG")[:60], "damaged"),
    ],
)
def test_other_content_is_refused_in_words(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(PhotoError, match=why):
        entry_photos.take(tmp_path, content)

    assert not [*tmp_path.rglob("*.photo"), *tmp_path.rglob("*.jpg")]


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_picture_that_unpacks_hugely_is_not_unpacked(tmp_path: Path, kind: str) -> None:
    content = bytearray(picture(kind, size=(16, 16)))
    if kind == "PNG":
        content[16:24] = (60_000).to_bytes(4) * 2
    else:
        frame = content.index(b"\xff\xc0")
        content[frame + 5 : frame + 9] = (60_000).to_bytes(2) * 2

    with pytest.raises(PhotoError, match="60000 x 60000 pixels"):
        entry_photos.take(tmp_path, bytes(content))


def add(hub: HubOfTests, headers: dict[str, str], photo: str) -> tuple[str, EntryFile]:
    begun = hub.client.post(
        "/v1/watchlists/new", json={"name": "Alerts", "category": "alert"}, headers=headers
    )
    address = f"/v1/watchlists/{codec.from_json(begun.content, Watchlist).list_id}/people"
    answer = hub.client.post(address, json={"family": "Marlow", "photo": photo}, headers=headers)
    assert answer.is_success, answer.text
    return address, codec.from_json(answer.content, EntryFile)


def test_photo_goes_to_the_entry_and_to_the_front_desk(hub: HubOfTests) -> None:
    dana = hub.sign_in()
    sent = hub.client.post("/v1/watchlists/photos", content=picture(), headers=dana)

    _, found = add(hub, dana, sent.json()["photo"])

    assert found.entry is not None
    shown = hub.client.get(f"/v1/blobs/{found.entry.photo}", headers=hub.sign_in("rbegaye"))
    assert shown.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(shown.content)).size == (480, 640)


def test_front_desk_gives_no_photo_and_no_picture_is_refused(hub: HubOfTests) -> None:
    def send(who: str, content: bytes) -> tuple[int, str]:
        answer = hub.client.post("/v1/watchlists/photos", content=content, headers=hub.sign_in(who))
        return answer.status_code, answer.text

    assert send("rbegaye", picture())[0] == 403
    status, words = send("dwhitlock", b"no picture")
    assert status == 422
    assert "neither a JPEG nor a PNG" in words
    assert send("dwhitlock", b"\xff\xd8\xff" + b"\0" * entry_photos.LARGEST_BYTES)[0] == 413


def test_photo_that_the_hub_does_not_have_is_not_saved(hub: HubOfTests) -> None:
    dana = hub.sign_in()
    address, _ = add(hub, dana, "")

    refused = hub.client.post(address, json={"family": "Finch", "photo": "0" * 64}, headers=dana)

    assert refused.status_code == 409
    assert "does not have that photo" in refused.text


def test_photo_without_an_entry_goes_after_a_day(hub: HubOfTests) -> None:
    dana = hub.sign_in()
    used, unused = (entry_photos.take(hub.photos, picture(size=(n, n))) for n in (40, 50))
    add(hub, dana, used)
    for name in (used, unused):
        taken = (NINE - timedelta(hours=12)).timestamp()
        os.utime(photos.path_of(hub.photos, name, entry_photos.FOLDER), (taken, taken))

    def sweep(hours: int) -> int:
        with hub.database.read() as session:
            return entry_photos.sweep(session, hub.photos, NINE + timedelta(hours=hours))

    assert sweep(11) == 0
    assert sweep(13) == 1
    assert entry_photos.is_kept(hub.photos, used)
    with hub.database.read() as session:
        (watchlist,) = watchlists.all_lists(session)
        (entry,) = watchlists.entries_of(session, watchlist.list_id)
    assert entry.photo == used


def test_photo_that_another_hub_has_just_deleted_does_not_end_the_sweep(
    hub: HubOfTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"  # not the running hub's own, whose upkeep sweeps too
    gone, left = (entry_photos.take(kept, picture(size=(n, n))) for n in (40, 50))
    files = photos.files

    def seen_before(folder: Path) -> list[Path]:
        seen = sorted(files(folder), key=lambda path: path.stem != gone)
        if folder == kept / entry_photos.FOLDER:
            photos.path_of(kept, gone, entry_photos.FOLDER).unlink()
        return seen

    monkeypatch.setattr(photos, "files", seen_before)
    with hub.database.read() as session:
        assert entry_photos.sweep(session, kept, datetime.now(UTC) + timedelta(days=9)) == 1

    assert not entry_photos.is_kept(kept, left)
