"""What tests of the staff ask the hub for."""

from typing import Any

import httpx

from tests.hub_of_tests import HubOfTests


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [line["member"]["name"] for line in answer.json()["staff"]]


def add(hub: HubOfTests, head: dict[str, str], **more: Any) -> httpx.Response:
    start = {"name": "nokonkwo", "display_name": "Ngozi Okonkwo", "role": "front_desk"} | more
    return hub.client.post("/v1/staff", json=start, headers=head)
