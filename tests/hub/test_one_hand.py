"""Two people means two: whoever let somebody in does not confirm with them what takes two."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from db import staff
from db.domain.desk import Role
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at

Headers = dict[str, str]


class Office:
    """A list with one man on it, whom two people have to take off it."""

    def __init__(self, hub: HubOfTests, clock: Clock) -> None:
        self.hub, self.clock = hub, clock
        self.dana = hub.sign_in()
        started = {"name": "Orders", "category": "custody"}
        list_id = self.ask("POST", "/v1/watchlists/new", self.dana, started).json()["list_id"]
        self.people = f"/v1/watchlists/{list_id}/people"
        draft = {"family": "Quillfeather", "given": "Daniel", "birth_date": "1984-03-07"}
        entry = self.ask("POST", self.people, self.dana, draft).json()["entry"]
        self.entry_id = entry["entry_id"]

    def ask(self, method: str, path: str, who: Headers, wanted: object) -> httpx.Response:
        answer = self.hub.client.request(method, path, headers=who, json=wanted)
        assert answer.is_success, answer.text
        return answer

    def add(self, by: Headers, name: str) -> Headers:
        """Somebody new, whose first password is used by whoever got it."""
        start = {"name": name, "display_name": name.title(), "role": "administrator"}
        added = self.ask("POST", "/v1/staff", by, start).json()
        return self.first_sign_in(name, added["first_password"])

    def give_password(self, by: Headers, name: str) -> Headers:
        with self.hub.database.read() as session:
            staff_id = staff.named(session, name).staff_id
        given = self.ask("POST", f"/v1/staff/{staff_id}/first-password", by, None).json()
        return self.first_sign_in(name, given["first_password"])

    def first_sign_in(self, name: str, password: str) -> Headers:
        said = {"name": name, "password": password, "new_password": PASSWORD}
        answer = self.hub.client.post("/v1/session", json=said)
        assert answer.is_success, answer.text
        return {"Authorization": f"Bearer {answer.json()['token']}"}

    def removal(self, who: Headers) -> httpx.Response:
        wish = {"version": 1, "reason": "Order withdrawn"}
        path = f"{self.people}/{self.entry_id}/removal"
        return self.hub.client.post(path, headers=who, json=wish)


@pytest.fixture
def office(any_url: str, tmp_path: Path) -> Iterator[Office]:
    clock = Clock()
    with hub_at(any_url, tmp_path, clock) as hub:
        yield Office(hub, clock)


def both_are_new(office: Office) -> tuple[Headers, Headers]:
    return office.add(office.dana, "ghost"), office.add(office.dana, "spook")


def added(office: Office) -> tuple[Headers, Headers]:
    return office.dana, office.add(office.dana, "ghost")


def added_by_who_was_added(office: Office) -> tuple[Headers, Headers]:
    return office.dana, office.add(office.add(office.dana, "ghost"), "spook")


def given_a_password(office: Office) -> tuple[Headers, Headers]:
    office.hub.add_staff("jortega", Role.ADMINISTRATOR)
    return office.dana, office.give_password(office.dana, "jortega")


ONE_HAND = [added, both_are_new, added_by_who_was_added, given_a_password]


@pytest.mark.parametrize("is_asked_by_the_new_one", [False, True])
@pytest.mark.parametrize("pair", ONE_HAND)
def test_one_administrator_is_not_two_people_by_letting_somebody_in(
    office: Office,
    pair: Callable[[Office], tuple[Headers, Headers]],
    is_asked_by_the_new_one: bool,
) -> None:
    asks, confirms = reversed(pair(office)) if is_asked_by_the_new_one else pair(office)
    assert office.removal(asks).is_success

    refused = office.removal(confirms)

    assert refused.status_code == 409
    assert "by the same hand within 30 days" in refused.json()["detail"]
    assert "Another person has to confirm it. The entry still counts." in refused.json()["detail"]


def test_who_came_by_another_hand_confirms_what_a_new_one_asked(office: Office) -> None:
    office.hub.add_staff("jortega", Role.ADMINISTRATOR)
    assert office.removal(office.add(office.dana, "ghost")).is_success

    assert office.removal(office.hub.token_of("jortega")).is_success


def test_who_has_been_there_for_longer_confirms_whoever_let_them_in(office: Office) -> None:
    office.add(office.dana, "ghost")
    office.clock.at += timedelta(days=31)
    assert office.removal(office.hub.sign_in()).is_success

    assert office.removal(office.hub.token_of("ghost")).is_success
