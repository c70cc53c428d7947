"""JSON of our values: one way for the log, for HTTP and for columns that hold a value.

Frozen dataclasses of `db.domain` go out as objects, moments as RFC 3339 in UTC, ids as text.
Reading ignores fields that it does not know, so that an older program can read a newer one.
"""

import json
from typing import TypeVar

import msgspec

from db.domain.events import TYPES, DomainEvent, type_of

T = TypeVar("T")

MalformedError = msgspec.DecodeError
"""Bytes are not JSON, or not of the type that was asked for (its subclass ValidationError)."""


def to_json(value: object) -> bytes:
    """Compact UTF-8 JSON of any of our values."""
    return msgspec.json.encode(value)


def to_header(value: object) -> str:
    """JSON in ASCII, as a header of HTTP has to be: other signs escaped (RFC 8259, 7)."""
    return json.dumps(msgspec.json.decode(to_json(value)), separators=(",", ":"))


def from_json(content: bytes | str, of: type[T]) -> T:
    """Read a value of the type `of`; raises `MalformedError` with the path of what is wrong."""
    try:
        return msgspec.json.decode(content, type=of)
    except RecursionError as error:  # brackets within brackets, by the thousand
        raise MalformedError("it is nested too deeply") from error


def has_zero_byte(content: bytes) -> bool:
    """Whether a text in this JSON has one (U+0000, RFC 8259, 7). Raises `MalformedError`."""
    if rb"\u0000" not in content:
        return False
    left = [from_json(content, object)]
    while left:
        match left.pop():
            case str(text) if "\0" in text:
                return True
            case dict(parts):
                left += [*parts.keys(), *parts.values()]
            case list(parts):
                left += parts
    return False


def event_to_json(event: DomainEvent) -> tuple[str, bytes]:
    """Wire name and body of an event."""
    return type_of(event), to_json(event)


def event_from_json(name: str, body: bytes | str) -> DomainEvent | None:
    """The event, or None when this version does not know its type."""
    kind = TYPES.get(name)
    return None if kind is None else from_json(body, kind)
