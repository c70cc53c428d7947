"""The line to the hub, against scripted answers of the network."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_console.console.answers import AlreadyDecidedError, OddAnswerError, SessionOverError
from admin_console.console.client import ListFile, VisitFilter
from admin_console.console.http_hub import HttpHub
from admin_console.console.known_hubs import KnownHubs
from db import codec
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import ByHand
from db.domain.errors import HubAwayError, HubError, HubRefusedError
from db.domain.visit import VisitorType, VisitState
from db.domain.watchlist import Category
from tests.console import invented, records

URL = "http://hub.invalid:8470"


def hub_that(answers: Callable[[httpx.Request], httpx.Response]) -> HttpHub:
    return HttpHub(URL, httpx.MockTransport(answers))


def answering(value: object, status: int = 200) -> HttpHub:
    return hub_that(lambda _request: httpx.Response(status, content=codec.to_json(value)))


def test_token_of_the_sign_in_goes_with_everything_after() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization", ""))
        value = invented.make_signed_in() if request.method == "POST" else invented.make_desk()
        return httpx.Response(200, content=codec.to_json(value))

    hub = hub_that(answer)

    hub.sign_in("dwhitlock", "open sesame")
    desk = hub.desk()

    assert desk == invented.make_desk()
    assert seen == ["", "Bearer not-a-real-token"]


def test_device_that_the_hub_gave_goes_with_the_next_sign_in_of_that_name(tmp_path: Path) -> None:
    seen: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        given = replace(invented.make_signed_in(), device="given by the hub")
        return httpx.Response(200, content=codec.to_json(given))

    for name in ("dwhitlock", "rbegaye", " DWhitlock"):  # each time the console is started anew
        known = KnownHubs(tmp_path / "hubs.json")
        HttpHub(URL, httpx.MockTransport(answer), known).sign_in(name, "open sesame")

    assert [asked.get("device", "") for asked in seen] == ["", "", "given by the hub"]
    assert "dwhitlock" not in (tmp_path / "hubs.json").read_text().casefold()


def test_token_is_forgotten_at_sign_out() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization", ""))
        return httpx.Response(200, content=codec.to_json(invented.make_signed_in()))

    hub = hub_that(answer)

    hub.sign_in("dwhitlock", "open sesame")
    hub.sign_out()
    hub.sign_in("dwhitlock", "open sesame")

    assert seen[-1] == ""


def test_wrong_password_is_a_refusal_and_no_session_that_is_over() -> None:
    hub = answering({"detail": "Name and password do not fit together."}, 401)

    with pytest.raises(HubRefusedError, match="do not fit") as caught:
        hub.sign_in("dwhitlock", "wrong")

    assert not isinstance(caught.value, SessionOverError)


def test_refused_token_means_that_the_session_is_over() -> None:
    with pytest.raises(SessionOverError, match="Sign in again"):
        answering({"detail": "Sign in again."}, 401).desk()


def test_second_decision_carries_the_first() -> None:
    first = Decision(
        invented.make_id(1),
        invented.make_id(2),
        Verdict.DENY,
        "Known to the office.",
        "Priya Raghunathan",
        invented.NOW,
        DecidedAt.KIOSK,
    )
    hub = answering({"detail": "Priya Raghunathan decided first.", "decision": first}, 409)

    with pytest.raises(AlreadyDecidedError) as caught:
        hub.decide(first.visit_id, Verdict.APPROVE, "Known to the office.")

    assert caught.value.decision == first


def test_visit_that_is_out_already_is_refused_in_the_hubs_words() -> None:
    with pytest.raises(HubRefusedError, match="left at 10:31"):
        answering({"detail": "Grace Kim left at 10:31."}, 409).check_out(invented.make_id(1))


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("half an answer"),
    ],
)
def test_every_silence_of_the_network_is_a_hub_away(error: Exception) -> None:
    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(HubAwayError, match="Nothing is lost"):
        hub_that(fail).desk()


def test_hub_in_trouble_counts_as_away() -> None:
    with pytest.raises(HubAwayError, match="trouble"):
        answering({"detail": "Traceback of something private"}, 500).desk()


def test_answer_of_something_else_at_that_address_is_told_apart() -> None:
    def page(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>router</html>")

    with pytest.raises(HubAwayError, match="not a Vestibule hub"):
        hub_that(page).desk()


@pytest.mark.parametrize("status", [200, 301, 401, 404, 501])
def test_web_server_of_somebody_else_is_no_hub(status: int) -> None:
    def page(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, html="<h1>Printer of room 4</h1>")

    with pytest.raises(OddAnswerError, match="not a Vestibule hub"):
        hub_that(page).sign_in("dwhitlock", "open sesame")


def test_closed_line_is_a_hub_away() -> None:
    hub = answering(invented.make_desk())
    hub.close()

    with pytest.raises(HubAwayError):
        hub.desk()


@given(st.binary(), st.integers(200, 599))
def test_any_bytes_end_in_an_answer_or_one_of_our_errors(content: bytes, status: int) -> None:
    hub = hub_that(lambda _request: httpx.Response(status, content=content))

    with pytest.raises(HubError):
        hub.desk()


def test_filter_asks_for_what_it_says() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, content=codec.to_json(records.make_page()))

    wanted = VisitFilter(
        " kim ",
        VisitorType.PARENT,
        VisitState.DENIED,
        date(2026, 11, 9),
        date(2026, 11, 13),
    )

    hub_that(answer).visits(wanted, "next")

    assert dict(asked[0].params) == {
        "q": "kim",
        "visitor_type": "parent",
        "state": "denied",
        "from": "2026-11-09",
        "to": "2026-11-13",
        "limit": "200",
        "page": "next",
    }


def test_live_question_waits_and_hears_the_version() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url.params))
        return httpx.Response(200, json={"version": 7})

    assert hub_that(answer).wait_for_change(-1, 10) == 7
    assert asked == ["since=-1&wait=10"]


def test_export_writes_the_file_and_tells_how_far_it_is(tmp_path: Path) -> None:
    table = "Name\r\nGrace Kim\r\nRosa Begaye\r\n"
    hub = hub_that(lambda _request: httpx.Response(200, text=table))
    told: list[int] = []

    count = hub.export(VisitFilter(), tmp_path / "visits.csv", told.append)

    assert (tmp_path / "visits.csv").read_bytes() == table.encode()
    assert count == told[-1] == 2


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_export_is_for_this_account_alone(tmp_path: Path) -> None:
    hub_that(lambda _request: httpx.Response(200, content=b"Name\n")).export(
        VisitFilter(), tmp_path / "visits.csv", lambda _count: None
    )

    assert (tmp_path / "visits.csv").stat().st_mode & 0o777 == 0o600


def test_export_that_breaks_off_leaves_the_file_before_it(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("of yesterday", encoding="utf-8")

    def broken(_request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone")

    with pytest.raises(HubAwayError):
        hub_that(broken).export(VisitFilter(), tmp_path / "visits.csv", lambda _count: None)

    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]
    assert (tmp_path / "visits.csv").read_text(encoding="utf-8") == "of yesterday"


def test_export_that_is_refused_writes_nothing(tmp_path: Path) -> None:
    hub = answering({"detail": "Only administrators export."}, 403)

    with pytest.raises(HubRefusedError, match="Only administrators"):
        hub.export(VisitFilter(), tmp_path / "visits.csv", lambda _count: None)

    assert list(tmp_path.iterdir()) == []


def test_lists_file_goes_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    path.write_bytes(b"LNAME,FNAME\nTzul Ixcoy,Luis\n\xff")
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, content=codec.to_json(records.make_lists().lists[0]))

    file = ListFile(path, "State registry extract", Category.REGISTRY, 14)
    seen = replace(file, max_age_days=None, by_hand=ByHand.KEEP, seen_version=41)

    hub_that(answer).import_list(file, skip_bad=True)
    hub_that(answer).import_list(seen, skip_bad=False)

    assert sent[0].content == path.read_bytes()
    assert dict(sent[0].url.params) == {
        "name": "State registry extract",
        "category": "registry",
        "max_age_days": "14",
        "skip_bad": "true",
    }
    assert dict(sent[1].url.params) == {
        "name": "State registry extract",
        "category": "registry",
        "max_age_days": "0",
        "by_hand": "keep",
        "current_version": "41",
    }


def test_refused_list_says_what_the_hub_says(tmp_path: Path) -> None:
    path = tmp_path / "registry.csv"
    path.write_bytes(b"")
    file = ListFile(path, "State registry extract", Category.REGISTRY)

    with pytest.raises(HubRefusedError, match="nothing was changed"):
        answering({"detail": "The file is empty; nothing was changed."}, 422).preview(file, uuid4())


class Tagging:
    """A hub that tags what it says, and says 304 to who knows it."""

    def __init__(self) -> None:
        self.value: object = invented.make_desk()
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        known = request.headers.get("If-None-Match", "")
        self.asked.append(known)
        if request.method == "POST":
            return httpx.Response(200, content=codec.to_json(invented.make_signed_in()))
        tag = f'W/"{sha256(codec.to_json(self.value)).hexdigest()}"'
        headers = {"ETag": tag, "Date": "Tue, 17 Nov 2026 17:00:00 GMT"}
        if known == tag:
            return httpx.Response(304, headers=headers)
        return httpx.Response(200, headers=headers, content=codec.to_json(self.value))


def test_desk_that_is_the_same_is_not_sent_again() -> None:
    answers = Tagging()
    hub = hub_that(answers)
    first = hub.desk()

    again = hub.desk()

    assert answers.asked[0] == ""
    assert answers.asked[1].startswith('W/"')
    assert again.holds is first.holds
    assert again == replace(first, as_of=datetime(2026, 11, 17, 17, tzinfo=UTC))


def test_desk_that_changed_is_read_anew() -> None:
    answers = Tagging()
    hub = hub_that(answers)
    hub.desk()
    answers.value = replace(invented.make_desk(), unread_notices=9)

    assert hub.desk().unread_notices == 9


@pytest.mark.parametrize("forgets", ["sign_in", "choose_site", "sign_out"])
def test_what_is_known_is_forgotten_with_who_asks(forgets: str) -> None:
    answers = Tagging()
    hub = hub_that(answers)
    hub.desk()

    if forgets == "sign_in":
        hub.sign_in("dwhitlock", "open sesame")
    elif forgets == "choose_site":
        hub.choose_site("another")
    else:
        hub.sign_out()
    hub.desk()

    assert answers.asked[-1] == ""


def test_answer_without_a_date_keeps_its_moment() -> None:
    desk = invented.make_desk()
    answers = iter((200, 304))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers), headers={"ETag": '"1"'}, content=codec.to_json(desk))

    hub = hub_that(answer)

    assert hub.desk() == hub.desk()
