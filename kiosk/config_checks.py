"""What may stand in a configuration: each check says what is wrong with a value, or nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from db.domain.visit import VisitorType

Check = Callable[[Any], str]


def between(low: float, high: float) -> Check:
    return lambda v: "" if low <= v <= high else f"must be from {low:g} to {high:g}"


def one_of(*allowed: str) -> Check:
    return lambda v: "" if v in allowed else f"must be one of {', '.join(allowed)}"


def zone(value: str) -> str:
    return "" if value in available_timezones() else "must be like America/Chicago"


def clock(value: str) -> str:
    return "" if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) else "must be like 15:30"


def types(value: list[str]) -> str:
    wrong = [v for v in value if v not in set(VisitorType)]
    return f"has no visitor type {wrong[0]!r}" if wrong else "" if value else "must not be empty"


def at_most_six(value: list[str]) -> str:
    if not 1 <= len(value) <= 6:
        return "must have one to six purposes; the last is the free one"
    return no_empty(value, "purpose")


def four(value: list[str]) -> str:
    return no_empty(value, "rule") if 1 <= len(value) <= 4 else "must have one to four rules"


def no_empty(value: list[str], thing: str) -> str:
    return "" if all(v.strip() for v in value) else f'must not have an empty {thing} ("")'


def path(value: str) -> str:
    """Keys with this check are paths: by now `~` was made the home folder, if there is one."""
    return f"must be a path; there is no {Path(value).parts[0]} here" if value[:1] == "~" else ""


def hub(value: str) -> str:
    fits = not value or re.fullmatch(r"https?://[^\s/]+/?", value)
    return "" if fits else "must be like https://192.168.1.10:8470, or empty"


def auto_or_number(value: str) -> str:
    fits = value == "auto" or re.fullmatch(r"-?\d{1,5}", value, re.ASCII)
    return "" if fits else 'must be "auto", or a number in quotes, like "40"'
