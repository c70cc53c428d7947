"""A kiosk that was away while the hub forgot what it had told goes on where it was."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from admin_console.hub import commands
from db import retention, settings
from db.domain.visit import Host
from db.hub_models import ChangeRow
from kiosk.sync.exchange import CURSOR, HOSTS
from tests.hub_of_tests import HubOfTests
from tests.makers import NINE
from tests.sync_of_tests import KioskOfTests, decide


def import_hosts(hub: HubOfTests, folder: Path, name: str) -> None:
    file = folder / "hosts.csv"
    file.write_text(f"name,place\n{name},Room 12\n", encoding="utf-8")
    url = hub.database.engine.url.render_as_string(hide_password=False)
    commands.import_hosts(url, file, "")


def hosts(kiosk: KioskOfTests) -> list[str]:
    with kiosk.database.read() as session:
        return [h.name for h in settings.read(session, HOSTS, list[Host]) or ()]


def cursor(kiosk: KioskOfTests) -> int:
    with kiosk.database.read() as session:
        return settings.read(session, CURSOR, int) or 0


def test_kiosk_that_was_away_learns_the_newest_and_begins_nothing_anew(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    import_hosts(hub, tmp_path, "Ruth Abernathy")
    kiosk.pull_all()
    assert hosts(kiosk) == ["Ruth Abernathy"]
    at = cursor(kiosk)

    for name in ("Clive Okafor", "Ines Lindqvist"):
        import_hosts(hub, tmp_path, name)
    retention.forget_old_visits(hub.database, NINE + timedelta(days=1), is_kiosk=False)
    with caplog.at_level(logging.WARNING):
        kiosk.pull_all()

    assert hosts(kiosk) == ["Ines Lindqvist"]
    assert cursor(kiosk) == at + 2
    assert "restored" not in caplog.text


def test_kiosk_that_stands_at_an_old_decision_goes_on_though_it_was_forgotten(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    held = kiosk.visitor_comes(held=True)
    kiosk.push()
    decide(hub, held)
    kiosk.pull_all()
    at = cursor(kiosk)

    retention.forget_old_visits(hub.database, NINE + timedelta(days=400), is_kiosk=False)
    with hub.database.read() as session:
        told = "\n".join(session.scalars(select(ChangeRow.body)))
    import_hosts(hub, tmp_path, "Ruth Abernathy")
    with caplog.at_level(logging.WARNING):
        kiosk.pull_all()

    assert "Order in force" not in told
    assert (cursor(kiosk), hosts(kiosk)) == (at + 1, ["Ruth Abernathy"])
    assert "restored" not in caplog.text
