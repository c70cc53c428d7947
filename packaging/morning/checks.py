"""What must be true of a morning, one rule after the other, read from what summary.json tells."""

from collections.abc import Mapping
from typing import Any

EXPECTED_COUNTS = {"visits": 3, "badges": 2, "denials": 1, "sign_outs_by_badge": 1}
EXPECTED_VISITS = (
    ("Priya Raghunathan", "departed"),
    ("Marcus Fennimore", "denied"),
    ("Helen Marlowe", "on_site"),
)
READINGS = 3
"""IDs that are shown to the camera."""
READING_MS = 500.0
SMALLEST_PICTURE = 5_000
"""Bytes: an empty page has fewer, every page of ours has more."""
SMALLEST_FILE = 300


def problems(told: Mapping[str, Any]) -> list[str]:
    """In sentences, what is not as it should be; empty when all of it happened."""
    return [
        *_counts(told["counts"]),
        *_visits(told["visits"]),
        *_events(told["events"]),
        *_verification(told["verification"]),
        *_reading(told["readings"], told["milliseconds"]["median_first_frame_to_identity"]),
        *_files(told["files"]),
    ]


def _counts(counts: Mapping[str, int]) -> list[str]:
    return [
        f"{counts[name]} {name.replace('_', ' ')} instead of {value}"
        for name, value in EXPECTED_COUNTS.items()
        if counts[name] != value
    ]


def _visits(visits: list[Mapping[str, Any]]) -> list[str]:
    found = []
    if tuple((visit["name"], visit["outcome"]) for visit in visits) != EXPECTED_VISITS:
        found.append("the visits are not those of the story")
    found += [
        f"how long the steps of visit {visit['number']} took is not known"
        for visit in visits
        if not visit["ms_per_step"]
    ]
    return found


def _events(events: Mapping[str, int]) -> list[str]:
    found = []
    if events["on_the_kiosk"] == 0:
        found.append("the kiosk has kept no events")
    if events["missing"]:
        found.append(f"events of the kiosk that the hub does not hold: {events['missing']}")
    if events["doubled"]:
        found.append(f"events of the kiosk that the hub holds twice: {events['doubled']}")
    if events["unknown"]:
        found.append(f"events at the hub that the kiosk never wrote: {events['unknown']}")
    return found


def _verification(verification: Mapping[str, bool]) -> list[str]:
    found = [
        f"the log of the {who} was changed" for who in ("kiosk", "hub") if not verification[who]
    ]
    if not verification["kiosk_and_hub_agree"]:
        found.append("kiosk and hub tell the same visit differently")
    return found


def _reading(readings: int, median_ms: float | None) -> list[str]:
    found = []
    if readings != READINGS:
        found.append(f"{readings} IDs were read instead of {READINGS}")
    if median_ms is not None and median_ms >= READING_MS:
        found.append("an ID took half a second or more to be read")
    return found


def _files(files: Mapping[str, int]) -> list[str]:
    return [
        f"{name} is missing or as good as empty"
        for name, size in files.items()
        if size < (SMALLEST_PICTURE if name.startswith("pictures/") else SMALLEST_FILE)
    ]
