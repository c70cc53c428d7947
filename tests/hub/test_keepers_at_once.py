"""Two keep the staff at the same time, one at the console and one at the hub's terminal."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from admin_console.hub import staff_desk
from admin_console.hub.staff_desk import TERMINAL
from db import staff
from db.domain.desk import Role
from tests.db.test_number_keys import wait_until_somebody_waits
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE

ROSA = {"name": "rbegaye", "display_name": "Rosa Begaye", "role": "front_desk"}


@pytest.fixture
def hub(postgres_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(postgres_url, tmp_path) as running:
        yield running


def test_change_that_waited_for_one_at_the_terminal_is_refused(hub: HubOfTests) -> None:
    head = hub.token_of("dwhitlock")
    with hub.database.read() as session:
        path = f"/v1/staff/{staff.named(session, 'rbegaye').staff_id}"
    tagged = head | {"If-Match": hub.client.get(path, headers=head).headers["ETag"]}
    late = list[httpx.Response]()
    later = Thread(target=lambda: late.append(hub.client.put(path, json=ROSA, headers=tagged)))

    with hub.database.begin() as session:
        staff_desk.check_still(session, TERMINAL)
        rosa = staff.named(session, "rbegaye")
        staff_desk.set_role(session, TERMINAL, rosa, Role.AUDITOR, NINE)
        later.start()
        wait_until_somebody_waits(hub.database)
    later.join(30)

    assert [answer.status_code for answer in late] == [412]
