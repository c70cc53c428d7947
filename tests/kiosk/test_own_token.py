"""When a kiosk asks for a token, and with which one it goes on: any hub, any course of a day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.errors import HubAwayError, HubError, HubRefusedError
from kiosk.sync.own_token import AGAIN_SECONDS, OwnToken, Token

HOUR = 3600.0


class Hub:
    """Gives tokens that are good for an hour of its time, or gives none."""

    def __init__(self) -> None:
        self.at, self.given, self.is_there = 0.0, 0, True
        self.asked: list[float] = []

    def get(self) -> Token:
        self.asked.append(self.at)
        if not self.is_there:
            raise HubAwayError("away")
        self.given += 1
        return Token(f"token {self.given}", HOUR)


@pytest.fixture
def hub() -> Hub:
    return Hub()


def token_of(hub: Hub, part: float = 0.5) -> OwnToken:
    return OwnToken(hub.get, clock=lambda: hub.at, spread=lambda *_: part)


def test_nothing_is_asked_before_there_is_something_to_say(hub: Hub) -> None:
    token_of(hub)

    assert hub.asked == []


def test_token_is_used_for_half_its_time_and_renewed_ahead(hub: Hub) -> None:
    token = token_of(hub)
    said = []
    for minute in range(0, 120, 10):
        hub.at = minute * 60.0
        said.append(token.headers()["Authorization"])

    assert hub.asked == [0.0, 1800.0, 3600.0, 5400.0]
    assert said[:6] == ["Bearer token 1"] * 3 + ["Bearer token 2"] * 3


def test_refused_token_is_replaced_at_once(hub: Hub) -> None:
    token = token_of(hub)

    token.refused(token.headers())

    assert token.headers()["Authorization"] == "Bearer token 2"


def test_what_another_thread_has_renewed_meanwhile_stays(hub: Hub) -> None:
    token = token_of(hub)
    old = token.headers()
    token.refused(old)
    new = token.headers()

    token.refused(old)  # the second thread's answer came late

    assert token.headers() == new


def test_hub_that_is_away_at_half_time_takes_nothing_away(hub: Hub) -> None:
    token = token_of(hub)
    first = token.headers()
    hub.is_there = False
    hub.at = 0.6 * HOUR

    assert token.headers() == token.headers() == first
    assert len(hub.asked) == 2, "not again for each request"
    hub.at += AGAIN_SECONDS
    hub.is_there = True
    assert token.headers() != first


def test_token_is_not_used_beyond_its_end(hub: Hub) -> None:
    token = token_of(hub)
    token.headers()
    hub.is_there = False
    hub.at = HOUR

    with pytest.raises(HubAwayError):
        token.headers()


def test_kiosks_that_started_together_do_not_ask_together() -> None:
    again = set()
    for _ in range(30):
        hub = Hub()
        token = OwnToken(hub.get, clock=lambda hub=hub: hub.at)
        token.headers()
        while len(hub.asked) < 2:
            hub.at += 10.0
            token.headers()
        again.add(hub.asked[1])

    assert len(again) > 10
    assert all(0.35 * HOUR < at < 0.65 * HOUR for at in again)


def test_token_is_not_told_by_what_is_printed(hub: Hub) -> None:
    assert "secret" not in repr(Token("secret", 1.0))
    token = token_of(hub)
    token.headers()

    assert "token 1" not in repr(token) + repr(token._held)


@given(
    course=st.lists(
        st.tuples(st.floats(0, 2 * HOUR), st.sampled_from(["there", "away", "refuses"])),
        max_size=40,
    ),
    part=st.floats(0.4, 0.6),
)
def test_no_course_of_a_day_uses_a_dead_token_or_keeps_a_living_one_back(
    course: list[tuple[float, str]], part: float
) -> None:
    hub = Hub()
    token = token_of(hub, part)
    got_at: dict[str, float] = {}
    for passes, what in course:
        hub.at += passes
        hub.is_there = what != "away"
        before = hub.given
        try:
            headers = token.headers()
        except HubError:
            assert not hub.is_there, "a hub that is there gives a token"
            assert all(hub.at - at >= HOUR for at in got_at.values())
            continue
        said = headers["Authorization"]
        if hub.given > before:
            got_at = {said: hub.at}  # the one before is not used again
        assert hub.at - got_at[said] < HOUR
        if what == "refuses":
            token.refused(headers)
            got_at.pop(said)


def test_refusal_of_a_first_token_says_why(hub: Hub) -> None:
    def refuse() -> Token:
        raise HubRefusedError("Pair this kiosk again.")

    with pytest.raises(HubRefusedError, match="Pair"):
        OwnToken(refuse, clock=lambda: hub.at).headers()
