"""The hash chain, as a property: whatever is changed in a log, the check says so."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import chain, codec
from tests.makers import NINE


def make_chain(length: int) -> list[chain.StoredEvent]:
    stored, prev = [], chain.GENESIS
    for seq in range(1, length + 1):
        body, salt = f'{{"n":{seq}}}'.encode(), bytes([seq]) * 16
        envelope = chain.Envelope(
            v=1,
            type="visit.abandoned",
            type_v=1,
            event_id=codec.from_json(f'"00000000-0000-7000-8000-{seq:012}"', UUID),
            district_id="district",
            site_id="lincoln",
            kiosk_id="front-kiosk",
            epoch=1,
            seq=seq,
            occurred_at=NINE,
            clock_offset=0,
            actor="visitor",
            visit_id=None,
            cause_id=None,
            refs=chain.Refs({}),
            body_commit=chain.commit(salt, body),
        )
        line = codec.to_json(envelope)
        digest = chain.link(prev, line)
        event_id = str(envelope.event_id)
        at = "2026-11-23T15:00:00Z"
        stored.append(
            chain.StoredEvent(seq, event_id, envelope.type, None, at, line, digest, salt, body)
        )
        prev = digest
    return stored


def test_untouched_chain_verifies() -> None:
    result = chain.verify("front-kiosk", 1, make_chain(20))

    assert result.is_good
    assert result.events == 20


def test_chain_still_verifies_when_retention_erased_a_body() -> None:
    stored = make_chain(5)
    stored[2] = stored[2]._replace(salt=None, body=None)

    result = chain.verify("front-kiosk", 1, stored)

    assert result.is_good
    assert result.erased == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"event_id": str(UUID(int=9))},
        {"type": "badge.printed"},
        {"visit_id": str(UUID(int=9))},
        {"occurred_at": "2020-11-23T15:00:00Z"},
        {"occurred_at": "never"},
        {"event_id": None},
    ],
)
def test_column_that_says_something_else_than_the_line_is_found(
    changed: dict[str, object],
) -> None:
    stored = make_chain(5)
    stored[2] = stored[2]._replace(**changed)  # type: ignore[arg-type]

    assert "beside event 3" in chain.verify("front-kiosk", 1, stored).broken


@given(st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    stored = make_chain(6)
    place = data.draw(st.integers(0, 5))
    field = data.draw(st.sampled_from(["line", "hash", "salt", "body"]))
    content = bytearray(getattr(stored[place], field))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    stored[place] = stored[place]._replace(**{field: bytes(content)})  # type: ignore[arg-type]

    assert not chain.verify("front-kiosk", 1, stored).is_good


@given(st.integers(0, 4))
def test_a_removed_event_is_found(place: int) -> None:
    stored = make_chain(6)
    del stored[place]

    assert "missing" in chain.verify("front-kiosk", 1, stored).broken


@given(st.integers(0, 4))
def test_two_exchanged_events_are_found(place: int) -> None:
    stored = make_chain(6)
    stored[place], stored[place + 1] = stored[place + 1], stored[place]

    assert not chain.verify("front-kiosk", 1, stored).is_good


@pytest.mark.parametrize("at", ["2026-11-23T15:00:00+00:00", "2026-11-23T09:00:00-06:00"])
def test_moment_in_another_form_is_the_same_moment(at: str) -> None:
    stored = make_chain(2)
    stored[1] = stored[1]._replace(occurred_at=at)

    assert chain.verify("front-kiosk", 1, stored).is_good


def test_a_chain_of_another_kiosk_is_found() -> None:
    assert "another place" in chain.verify("back-kiosk", 1, make_chain(3)).broken
