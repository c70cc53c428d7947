"""Who may read the school's own figures over HTTP, and for which days."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from db import codec
from db.domain.figures import ScreeningFigures
from tests.hub_of_tests import HubOfTests, hub_at

PATH = "/v1/screening/figures"
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as running:
        yield running


def test_administrator_reads_the_figures_of_a_month(hub: HubOfTests) -> None:
    answer = hub.client.get(PATH, params=NOVEMBER, headers=hub.sign_in())

    found = codec.from_json(answer.content, ScreeningFigures)
    assert (found.first_day, found.last_day) == (date(2026, 11, 1), date(2026, 11, 30))
    assert len(found.months) == 1


def test_front_desk_may_not_read_them(hub: HubOfTests) -> None:
    answer = hub.client.get(PATH, params=NOVEMBER, headers=hub.sign_in("rbegaye"))

    assert answer.status_code == 403
    assert "Only administrators" in answer.json()["detail"]


def test_nobody_reads_them_without_signing_in(hub: HubOfTests) -> None:
    assert hub.client.get(PATH, params=NOVEMBER).status_code == 401


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-11-02", "2026-11-01"),
        ("2020-01-01", "2026-11-01"),
        ("0001-01-01", "0001-02-01"),
        ("9999-12-01", "9999-12-31"),
        ("soon", "2026-11-01"),
    ],
)
def test_odd_span_is_refused_in_words(hub: HubOfTests, first: str, last: str) -> None:
    answer = hub.client.get(PATH, params={"from": first, "to": last}, headers=hub.sign_in())

    assert answer.status_code == 422
    assert answer.json()["detail"]
