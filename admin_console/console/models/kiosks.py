"""How kiosks stand, in words. No clock, no widgets, no hub.

`now` is the hub's clock everywhere. What a kiosk said of itself is shown as of now only while it
was said a moment ago; else the moment stands with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from admin_console.console import words
from admin_console.console.painting import Tone
from db.domain.kiosks import Kiosk, KioskList, KioskState, LastUse, ParkedEvents, RevokedKiosk

IN_TOUCH_SECONDS = 120.0
SAME_CLOCK_SECONDS = 5.0
"""What a slow line may make of two clocks that agree."""
FAR_CLOCK_SECONDS = 60.0
LONG_STAY_SECONDS = 48 * 3600
UNKNOWN = "not known"
_GOES_ON = (
    "It keeps what happens there, and sends it when it is back. See whether it is switched on and "
    "in the network."
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is known of a kiosk; `tone` only where somebody should look."""

    label: str
    words: str
    tone: Tone = Tone.NEUTRAL


def is_now(at: datetime | None, now: datetime) -> bool:
    """Whether what was heard then still holds."""
    return at is not None and (now - at).total_seconds() < IN_TOUCH_SECONDS


def standing(kiosk: Kiosk, now: datetime) -> tuple[str, Tone]:
    """How a kiosk stands, in a few words."""
    if kiosk.revoked_at is not None:
        return "Revoked", Tone.NEUTRAL
    if kiosk.fork is not None:
        return "Forked: pair again", Tone.ALARM
    if kiosk.last_seen_at is None:
        return "Not heard yet", Tone.CAUTION
    if is_now(kiosk.last_seen_at, now):
        what = _out_of_order(kiosk.state)
        return (f"Look at its {what}", Tone.CAUTION) if what else ("In touch", Tone.POSITIVE)
    return f"Silent for {_silence(kiosk.last_seen_at, now)}", Tone.CAUTION


def _out_of_order(state: KioskState | None) -> str:
    """What of it did not work when it was last used; nothing when all did."""
    if state is None:
        return ""
    uses = (("camera", state.camera), ("printer", state.printer))
    return next((what for what, last in uses if last is not None and last.trouble), "")


def by_need(kiosks: Sequence[Kiosk], now: datetime) -> tuple[Kiosk, ...]:
    """Those that somebody should look at first, then the others, then the revoked, as they were."""

    def need(kiosk: Kiosk) -> int:
        if kiosk.revoked_at is not None:
            return 2
        is_well = kiosk.fork is None and is_now(kiosk.last_seen_at, now)
        return 1 if is_well and not _out_of_order(kiosk.state) else 0

    return tuple(sorted(kiosks, key=need))


def counts(kiosks: Sequence[Kiosk], now: datetime) -> str:
    """How many are paired, and how many of them somebody should look at."""
    live = [k for k in kiosks if k.revoked_at is None]
    forked = sum(k.fork is not None for k in live)
    silent = sum(k.fork is None and not is_now(k.last_seen_at, now) for k in live)
    said = f"{words.plural(len(live), 'kiosk', 'kiosks')} paired"
    said += f", {silent} silent" if silent else ""
    return said + (f", {forked} forked" if forked else "")


def waiting(kiosk: Kiosk, now: datetime, zone: ZoneInfo) -> Fact:
    """How many events wait on a kiosk; with the moment when that was said a while ago."""
    state = kiosk.state
    if state is None:
        return Fact("Waits there", UNKNOWN)
    many = words.plural(state.waiting, "event", "events") if state.waiting else "nothing"
    tone = Tone.CAUTION if state.waiting and not is_now(state.said_at, now) else Tone.NEUTRAL
    return Fact("Waits there", f"{many}{_as_of(state, now, zone)}", tone)


def lists(kiosk: Kiosk, now: datetime, zone: ZoneInfo) -> Fact:
    """Whether a kiosk screens by the hub's newest lists, and how old they are."""
    state = kiosk.state
    if state is None:
        return Fact("Lists", UNKNOWN)
    as_of = _as_of(state, now, zone)
    if not state.has_all_lists:
        return Fact("Lists", f"not all there yet{as_of}", Tone.CAUTION)
    if not state.lists:
        return Fact("Lists", f"none{as_of}")
    others = [known for known in state.lists if known.version != known.newest]
    if others:
        late = any(not is_now(known.behind_since, now) for known in others)
        how = "behind" if all(k.version < k.newest for k in others) else "unlike the hub's"
        told = f"{len(others)} of {len(state.lists)} {how}{as_of}"
        return Fact("Lists", told, Tone.CAUTION if late else Tone.NEUTRAL)
    oldest = min(known.newest_at for known in state.lists)
    return Fact("Lists", f"newest, {_days(oldest, now)}{as_of}")


def facts(kiosk: Kiosk, now: datetime, zone: ZoneInfo, hub_version: str) -> tuple[Fact, ...]:
    """All that is known of a kiosk, a line each."""
    found = [_heard(kiosk, now, zone)]
    if kiosk.old_token_until is not None:
        until = words.day(kiosk.old_token_until.astimezone(zone).date())
        told = f"with what an older version was given. It ends {until}: update Vestibule there."
        found.append(Fact("Comes in", told, Tone.CAUTION))
    if kiosk.lacks_authority:
        told = (
            "not the hub's newest. Switch it on, and update it, before the hub goes by that; "
            "once the hub does, pair it again."
        )
        found.append(Fact("Knows the hub by", told, Tone.CAUTION))
    state = kiosk.state
    if state is None:
        found.append(
            Fact("Of itself", "it has said nothing since it was paired; older versions never do")
        )
    else:
        found += [waiting(kiosk, now, zone), *_each_list(state, now, zone)]
        found += [
            _used("Camera", state.camera, now, zone),
            _used("Printer", state.printer, now, zone),
        ]
        found += [_version(state, hub_version), _clock(state)]
    found.append(Fact("Paired", words.day(kiosk.paired_at.astimezone(zone).date())))
    return tuple(found)


def left_to_do(kiosk: RevokedKiosk) -> str:
    """What was ended with it, and what there is still to do if it was stolen."""
    ended = kiosk.ended_clearances
    many = words.plural(ended, "clearance", "clearances")
    held = f"{many} ended that were given there: whom they let pass is held again." if ended else ""
    names = words.listed(list(kiosk.knew_pins_of))
    pins = f"give another PIN to {names}, since it knew theirs, and " if names else ""
    key = (
        f"If it was stolen, {pins}change the key for ID numbers: vestibule-hub keys rotate-numbers"
    )
    return " ".join(filter(None, (held, key)))


def parked(group: ParkedEvents, kiosk_name: str, zone: ZoneInfo) -> tuple[str, str]:
    """Which events are parked since when; and why, with what to do."""
    many = words.plural(group.count, "event", "events")
    why = f"{group.why[:1].upper()}{group.why[1:]}."
    since = words.day_and_clock(group.since, zone)
    return f"{kiosk_name}: {many} since {since}", f"{why} {group.to_do}"


def _heard(kiosk: Kiosk, now: datetime, zone: ZoneInfo) -> Fact:
    seen = kiosk.last_seen_at
    if kiosk.revoked_at is not None:
        at = words.day_and_clock(kiosk.revoked_at, zone)
        return Fact("Revoked", f"{at}. What it sent stays.")
    if kiosk.fork is not None:
        return Fact(
            "Forked",
            f"Two disks speak for this kiosk: {kiosk.fork}. Nothing of it is taken in until it is "
            "paired again.",
            Tone.ALARM,
        )
    if seen is None:
        return Fact("Last heard", "never since it was let in", Tone.CAUTION)
    if is_now(seen, now):
        return Fact("Last heard", f"{words.age((now - seen).total_seconds())} ago")
    at = words.day_and_clock(seen, zone)
    return Fact("Last heard", f"{at}: silent for {_silence(seen, now)}. {_GOES_ON}", Tone.CAUTION)


def _each_list(state: KioskState, now: datetime, zone: ZoneInfo) -> list[Fact]:
    if not state.has_all_lists:
        told = f"not all have come yet{_as_of(state, now, zone)}: it holds every visitor"
        return [Fact("Lists", told, Tone.CAUTION)]
    if not state.lists:
        return [Fact("Lists", f"none{_as_of(state, now, zone)}: it compares nobody")]
    return [_list(known, state, now, zone) for known in state.lists]


def _list(known: KioskList, state: KioskState, now: datetime, zone: ZoneInfo) -> Fact:
    as_of = _as_of(state, now, zone)
    if known.version > known.newest:
        told = f"version {known.version}{as_of}; the hub has {known.newest}, of a backup"
        return Fact(known.name, told, Tone.CAUTION)
    if known.behind_since is None:
        age = _days(known.newest_at, now)
        return Fact(known.name, f"version {known.version}, the newest, {age}{as_of}")
    since = words.day_and_clock(known.behind_since, zone)
    tone = Tone.NEUTRAL if is_now(known.behind_since, now) else Tone.CAUTION
    if known.imported_at is None:
        return Fact(known.name, f"not there{as_of}; the hub has it since {since}", tone)
    of = words.short_day(known.imported_at.astimezone(zone).date())
    told = f"version {known.version}, imported {of}{as_of}; behind since {since}"
    return Fact(known.name, f"{told}: the hub has version {known.newest}", tone)


def _used(label: str, last: LastUse | None, now: datetime, zone: ZoneInfo) -> Fact:
    """How it did when it was last used: a camera looks only while somebody signs in or out."""
    if last is None:
        return Fact(label, UNKNOWN)  # not used, none there, or an older version
    at = words.clock_or_day(last.at, now, zone)
    if last.trouble:
        return Fact(label, f"{last.trouble} Last tried {at}.", Tone.CAUTION)
    return Fact(label, f"worked when it was last used, {at}")


def _version(state: KioskState, hub_version: str) -> Fact:
    if hub_version in ("", state.version):
        return Fact("Software", state.version)
    return Fact("Software", f"{state.version}; the hub has {hub_version}")


def _clock(state: KioskState) -> Fact:
    apart = state.clock_ahead_seconds
    if abs(apart) < SAME_CLOCK_SECONDS:
        return Fact("Clock", "as the hub's")
    way = "ahead of" if apart > 0 else "behind"
    told = f"{words.long_age(abs(apart))} {way} the hub's"
    return Fact("Clock", told, Tone.CAUTION if abs(apart) > FAR_CLOCK_SECONDS else Tone.NEUTRAL)


def _as_of(state: KioskState, now: datetime, zone: ZoneInfo) -> str:
    """Nothing for what was said just now."""
    if is_now(state.said_at, now):
        return ""
    return f", as of {words.clock_or_day(state.said_at, now, zone)}"


def _silence(since: datetime, now: datetime) -> str:
    seconds = (now - since).total_seconds()
    return words.age(seconds) if seconds >= LONG_STAY_SECONDS else words.stay(seconds)


def _days(imported_at: datetime, now: datetime) -> str:
    days = (now - imported_at).days
    return f"{words.plural(days, 'day', 'days')} old" if days > 0 else "of today"
