"""What is said in the log can be read again, also by a program of another age."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import codec
from db.domain import events
from db.domain.decision import Decision
from tests.makers import make_identity

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
dates = st.dates(date(1900, 1, 1), date(2100, 1, 1))
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the strategy adds the zone

st.register_type_strategy(str, texts)
st.register_type_strategy(date, dates)
st.register_type_strategy(datetime, moments)
st.register_type_strategy(UUID, st.uuids())
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
words = texts.filter(str.strip)
decisions = st.builds(Decision, reason=words, decided_by=words)
st.register_type_strategy(Decision, decisions)


@pytest.mark.parametrize("kind", events.TYPES.values(), ids=events.TYPES.keys())
def test_event_survives_json(kind: type[events.DomainEvent]) -> None:
    @settings(max_examples=30)  # of each kind; they share most of their fields
    @given(st.from_type(kind))
    def survives(event: events.DomainEvent) -> None:
        name, body = codec.event_to_json(event)

        assert codec.event_from_json(name, body) == event

    survives()


def test_field_of_a_newer_program_is_passed_over() -> None:
    event = events.VisitAbandoned(UUID(int=7))
    name, body = codec.event_to_json(event)
    newer = json.dumps(json.loads(body) | {"why": "left the lobby"})

    assert codec.event_from_json(name, newer) == event


def test_event_of_a_newer_program_is_none_and_no_error() -> None:
    assert codec.event_from_json("student.picked_up", b"{}") is None


def test_number_of_an_id_is_not_in_the_words_for_a_person() -> None:
    assert "D1234567" not in repr(make_identity(number="D1234567"))
