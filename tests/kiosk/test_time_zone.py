"""A kiosk that nobody told its time zone takes the computer's."""

import logging
from pathlib import Path

import pytest

from db.domain.desk import Site
from kiosk.app import _zone
from kiosk.config import KioskConfig, SitePart
from kiosk.time_zone import system_zone, zone_named

CHICAGO = "America/Chicago"


def make_folder(tmp_path: Path, *, link: str = "", file: str = "") -> Path:
    """What /etc holds: the link `localtime`, the file `timezone`, or neither."""
    if link:
        (tmp_path / "localtime").symlink_to(link)
    if file:
        (tmp_path / "timezone").write_text(file, encoding="utf-8")
    return tmp_path


def make_site(time_zone: str) -> Site:
    return Site("d", "Lincoln district", "s", "Lincoln", time_zone)


@pytest.mark.parametrize("told", [CHICAGO, f":{CHICAGO}", f"/usr/share/zoneinfo/{CHICAGO}"])
def test_variable_tz_is_asked_first(tmp_path: Path, told: str) -> None:
    folder = make_folder(tmp_path, link="/usr/share/zoneinfo/Europe/Paris")

    assert system_zone({"TZ": told}, folder).key == CHICAGO


@pytest.mark.parametrize(
    "link",
    [
        f"/usr/share/zoneinfo/{CHICAGO}",
        f"../usr/share/zoneinfo/{CHICAGO}",
        f"/var/db/timezone/zoneinfo/{CHICAGO}",
    ],
)
def test_link_names_the_zone(tmp_path: Path, link: str) -> None:
    folder = make_folder(tmp_path, link=link, file="Europe/Paris\n")

    assert system_zone({}, folder).key == CHICAGO


def test_file_names_the_zone_when_there_is_no_link(tmp_path: Path) -> None:
    assert system_zone({}, make_folder(tmp_path, file=f"{CHICAGO}\n")).key == CHICAGO


def test_copy_instead_of_a_link_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "localtime").write_bytes(b"TZif2")

    assert system_zone({}, make_folder(tmp_path, file=CHICAGO)).key == CHICAGO


@pytest.mark.parametrize(
    "told", ["", "Mars/Olympus", "../etc", "America", "CST6CDT,M3.2.0,M11.1.0"]
)
def test_variable_that_names_no_zone_gives_way_to_the_link(tmp_path: Path, told: str) -> None:
    folder = make_folder(tmp_path, link=f"/usr/share/zoneinfo/{CHICAGO}")

    assert system_zone({"TZ": told}, folder).key == CHICAGO


@pytest.mark.parametrize("file", ["", "nonsense", "\n"])
def test_bare_computer_lives_in_utc(tmp_path: Path, file: str) -> None:
    assert system_zone({}, make_folder(tmp_path, file=file)).key == "UTC"


def test_unknown_zone_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert zone_named("Mars/Olympus") is None

    assert "no time zone 'Mars/Olympus'" in caplog.text


def test_kiosk_takes_the_hubs_zone_before_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    config = KioskConfig(site=SitePart(time_zone="Europe/Paris"))

    assert _zone(config, make_site(CHICAGO)).key == CHICAGO
    assert _zone(config, None).key == "Europe/Paris"
    assert _zone(KioskConfig(), None).key == "Asia/Tokyo"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "/etc/passwd", "America", "a\0b"])
def test_bad_zone_from_the_hub_does_not_stop_the_kiosk(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    assert _zone(KioskConfig(), make_site(name)).key == "Asia/Tokyo"
