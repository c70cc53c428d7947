"""What staff read of how their kiosk stands."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from db import settings
from db.domain.kiosks import LastUse
from db.domain.watchlist import Category, Watchlist
from db.engine import open_database
from kiosk import doctor_kept, standing
from kiosk.doctor_finding import Verdict
from kiosk.standing import Kept
from kiosk.sync.exchange import PARKED
from kiosk.sync.worker import HubState, Reach
from kiosk.ui.plain_screen import facts_of
from kiosk.ui.views import ServiceLine, Standing
from tests.makers import NINE
from tests.signed_log import kiosk_config

HERE = NINE.astimezone(ZoneInfo("America/Chicago"))
IN_TOUCH = HubState(Reach.IN_TOUCH)


def make_list(name: str = "Custody orders", **more: object) -> Watchlist:
    made = Watchlist(UUID(int=7), name, Category.CUSTODY, 3, NINE - timedelta(days=2), 812)
    return replace(made, **more)  # type: ignore[arg-type]  what a test changes of it


KEPT = Kept(
    is_paired=True,
    heard_at=NINE - timedelta(seconds=40),
    waiting=0,
    photos=0,
    has_all_lists=True,
    lists=(make_list(),),
    has_other_log=False,
    untrue=0,
)


def lines(kept: Kept = KEPT, hub: HubState = IN_TOUCH, *, loaded: bool = True) -> list[ServiceLine]:
    view = standing.view(kept, hub, "R. Whitfield", HERE, are_lists_loaded=loaded)
    return [*view.lines, *view.lists]


def test_kiosk_that_is_as_it_should_be_says_so() -> None:
    hub, waiting, orders = lines()

    assert {line.standing for line in (hub, waiting, orders)} == {Standing.GOOD}
    assert hub == ServiceLine(
        Standing.GOOD, "In touch with the hub", "Last heard at 8:59 AM, just now."
    )
    assert waiting.title == "Nothing waits to be sent"
    assert orders.words == "Version 3, 812 people, imported 2 days ago."


def test_hub_that_is_away_is_told_with_when_it_was_heard_and_what_waits() -> None:
    kept = replace(KEPT, heard_at=NINE - timedelta(minutes=35), waiting=12, photos=1)

    hub, waiting, _ = lines(kept, HubState(Reach.AWAY, "The hub does not answer."))

    assert (hub.standing, hub.title) == (Standing.LOOK, "The hub does not answer")
    assert hub.words.startswith("Last heard at 8:25 AM, 35 minutes ago.")
    assert (waiting.standing, waiting.title) == (
        Standing.LOOK,
        "12 events and 1 photo wait to be sent",
    )


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(hours=5), "Last heard at 4:00 AM, 5 hours ago."),
        (timedelta(hours=26), "Last heard on Sun, Nov 22 at 7:00 AM, 26 hours ago."),
        (timedelta(days=9), "Last heard on Sat, Nov 14 at 9:00 AM, 9 days ago."),
        (timedelta(minutes=-30), "Last heard at 9:30 AM."),
    ],
)
def test_moment_of_last_contact_is_told_as_far_as_the_clock_knows(
    passed: timedelta, words: str
) -> None:
    hub = lines(replace(KEPT, heard_at=NINE - passed), HubState(Reach.AWAY))[0]

    assert hub.words.startswith(words)


def test_contact_that_is_long_past_is_not_called_being_in_touch() -> None:
    hub = lines(replace(KEPT, heard_at=NINE - timedelta(minutes=6)))[0]

    assert (hub.standing, hub.title) == (Standing.LOOK, "The hub was not heard lately")


@pytest.mark.parametrize(
    ("reach", "title"),
    [
        (Reach.REFUSED, "The hub refuses this kiosk"),
        (Reach.STRANGER, "What answers is not the hub that it knows"),
        (Reach.UNTRUE, "What answers is not signed by the hub"),
        (Reach.FORKED, "This kiosk and the hub disagree"),
        (Reach.UNPAIRED, "This kiosk was revoked or replaced"),
    ],
)
def test_trouble_with_the_hub_is_named(reach: Reach, title: str) -> None:
    hub = lines(hub=HubState(reach, "Why."))[0]

    assert (hub.standing, hub.title) == (Standing.BROKEN, title)
    assert hub.words


@pytest.mark.parametrize("reach", [Reach.STRANGER, Reach.FORKED, Reach.UNPAIRED])
def test_what_waits_and_cannot_go_out_is_not_called_well(reach: Reach) -> None:
    waiting = lines(replace(KEPT, waiting=1), HubState(reach, "Why."))[1]

    assert (waiting.standing, waiting.title) == (Standing.BROKEN, "1 event waits to be sent")
    assert "vestibule-kiosk pair" in waiting.words


def test_every_reach_of_the_hub_has_words() -> None:
    for reach in Reach:
        assert lines(hub=HubState(reach, "Why."))[0].title


def test_kiosk_that_stands_alone_says_so() -> None:
    kept = replace(KEPT, is_paired=False, heard_at=None, waiting=3)

    hub, waiting, _ = lines(kept, HubState(Reach.UNKNOWN))

    assert hub.title == "This kiosk is paired with no hub"
    assert waiting.words == "They are kept here until it has a hub."


def test_old_list_stands_first_and_says_how_old_it_may_be() -> None:
    old = make_list("State registry", imported_at=NINE - timedelta(days=41), max_age_days=30)

    found = lines(replace(KEPT, lists=(make_list(), old)))[2:]

    assert [line.title for line in found] == ["State registry", "Custody orders"]
    assert found[0].standing is Standing.LOOK
    assert found[0].words.endswith(
        "imported 41 days ago. It should be imported anew every 30 days."
    )


@pytest.mark.parametrize(
    ("kept", "loaded", "title"),
    [
        (replace(KEPT, has_all_lists=False), False, "The hub's lists have not all come yet"),
        (KEPT, False, "The lists are not loaded"),
        (replace(KEPT, lists=()), True, "There are no lists here"),
    ],
)
def test_it_is_told_when_visitors_are_held_or_compared_with_nothing(
    kept: Kept, loaded: bool, title: str
) -> None:
    first = lines(kept, loaded=loaded)[2]

    assert first.title == title
    assert first.standing is not Standing.GOOD


def test_list_that_names_nobody_is_told() -> None:
    empty = lines(replace(KEPT, lists=(make_list(entry_count=0),)))[2]

    assert (empty.standing, empty.words) == (
        Standing.LOOK,
        "Version 3, 0 people, imported 2 days ago. It finds nobody.",
    )


def test_hub_with_another_past_and_answers_of_others_are_told() -> None:
    found = lines(replace(KEPT, has_other_log=True, untrue=3))[2:4]

    assert [line.title for line in found] == [
        "The hub shows another past",
        "Something spoke in the hub's name",
    ]
    assert "3 answers were not taken" in found[1].words


@pytest.mark.parametrize("is_old", [False, True])
def test_lists_for_which_the_page_has_no_room_are_counted_with_their_state(is_old: bool) -> None:
    many = tuple(make_list(f"List {n:02}", max_age_days=1 if is_old else None) for n in range(20))
    view = standing.view(
        replace(KEPT, lists=many), IN_TOUCH, "R. Whitfield", HERE, are_lists_loaded=True
    )

    facts = facts_of(view, HERE.tzinfo)

    last = facts["lines"][-1]
    assert len(facts["lines"]) == 8
    assert last["title"] == "15 more lists"
    assert last["isGood"] is not is_old
    assert last["words"].startswith("15 of them need a look" if is_old else "All of them")


def test_camera_and_printer_that_did_not_work_are_told_and_others_not() -> None:
    jammed = LastUse(NINE, "A label is stuck in the printer.")
    view = standing.view(
        KEPT,
        IN_TOUCH,
        "R. Whitfield",
        HERE,
        are_lists_loaded=True,
        camera=LastUse(NINE),
        printer=jammed,
    )

    _, _, only = view.lines

    assert only == ServiceLine(
        Standing.LOOK, "The printer did not work when it was last used", jammed.trouble
    )


@pytest.mark.parametrize(
    ("clock_ms", "title"),
    [
        (366 * 86_400_000, "This computer's clock is 366 days behind"),
        (-61_000, "This computer's clock is 1 minute ahead"),
        (45_000, "This computer's clock is 45 seconds behind"),
    ],
)
def test_clock_that_is_wrong_is_told(clock_ms: int, title: str) -> None:
    _, _, clock, _ = lines(replace(KEPT, clock_ms=clock_ms))

    assert (clock.standing, clock.title) == (Standing.LOOK, title)
    assert "takes its time from the network" in clock.words


def test_doctor_says_what_the_hub_could_not_use(tmp_path: Path) -> None:
    config = kiosk_config(tmp_path)
    with closing(open_database(config.database_url)) as database, database.begin() as session:
        settings.write(session, PARKED, 1)

    (found,) = [f for f in doctor_kept.look(config, NINE) if f.topic == "events"]

    assert (found.verdict, found.facts) == (Verdict.LOOK, {"parked": 1})
    assert "the hub keeps 1 event of this kiosk" in found.found


def test_what_the_hub_could_not_use_is_told_with_where_to_look() -> None:
    _, waiting, parked, _ = lines(replace(KEPT, parked=1204))

    assert waiting.words == "The hub has everything."
    assert (parked.standing, parked.title) == (
        Standing.LOOK,
        "The hub could not use 1,204 events of this kiosk",
    )
    assert "nothing is lost" in parked.words
    assert "page Kiosks" in parked.words


def test_list_that_cannot_be_read_here_is_told_before_all_others() -> None:
    *_, first, orders = lines(replace(KEPT, unread=frozenset({"watchlist"})), loaded=False)

    assert first.standing is Standing.BROKEN
    assert first.words == "Every visitor waits for the office. Update Vestibule on this kiosk."
    assert orders.title == "Custody orders"


def test_what_else_cannot_be_read_here_is_told_with_what_it_means() -> None:
    found = lines(replace(KEPT, unread=frozenset({"policy", "staff_pins"})))

    (told,) = [line for line in found if line.title == "Something of the hub cannot be read here"]
    assert told.standing is Standing.LOOK
    assert told.words.startswith("PINs are those of before. The desk's rules are those of before.")
