"""``vestibule-hub verify-log`` and ``vestibule-hub log``: the log checked, and handed to others."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from admin_console.hub.commands import existing
from admin_console.hub.writing import write_to
from db import (
    at_restore,
    audit,
    chain,
    codec,
    hub_keys,
    inbox,
    log,
    log_export,
    move,
    pairing,
    replay,
    signing,
)
from db.domain.audit import Deed
from db.domain.errors import ConfigError, StorageError

SHOWN = 20
"""Of what differs from the log, more would hide the verdict."""


def verify_log(url: str, seen: Sequence[str] = (), *, as_json: bool) -> tuple[str, bool]:
    """Recompute every chain and compare what is shown. Returns what to print, and if all is well.

    A log without events is not called whole: it may be the wrong database. `seen` are earlier heads
    (SIZE:ROOT). Raises `ConfigError` when one is none.
    """
    earlier = [_seen(text) for text in seen]
    with existing(url) as database, database.read() as session:
        found = log.verify_log(session)
        is_whole = all(v.is_good for v in found)
        unsigned = [*log.verify_signatures(session), *filter(None, [log.verify_tree(session)])]
        unsigned += filter(None, (log.verify_seen(session, *head) for head in earlier))
        if key := hub_site.signing_key(session):
            unsigned += hub_keys.wrong(session, signing.public_of(key))
        differences = replay.differences(session) if found and is_whole else []
        unapplied = inbox.quarantined(session)
        heard = {v.device_id for v in found}
        kiosks = pairing.all_kiosks(session)
        silent = [k for k in kiosks if k.kiosk_id not in heard and not k.is_revoked]
    is_good = bool(found) and is_whole and not unsigned and not differences
    if as_json:
        told = {
            "good": is_good,
            "chains": [_chain_json(v) for v in found],
            "signatures": unsigned,
            "differences": differences,
            "unapplied": unapplied,
            "silent": [k.kiosk_id for k in silent],
        }
        return codec.to_json(told).decode(), is_good
    lines = [log.words_of(v) for v in found]
    lines += [f"{k.kiosk_id} ({k.name}): paired, nothing was received from it" for k in silent]
    if unapplied:
        lines.append(f"{unapplied} events are kept that this version could not apply")
    lines += unsigned[:SHOWN]
    lines += differences[:SHOWN]
    if len(differences) > SHOWN:
        lines.append(f"... and {len(differences) - SHOWN} more")
    return "\n".join([*lines, _verdict(found, unsigned, differences)]), is_good


def _seen(text: str) -> tuple[int, bytes]:
    """A head as somebody types it from paper, where it stands in groups."""
    size, _, root = "".join(text.split()).partition(":")
    if not re.fullmatch("[0-9]{1,18}", size) or not re.fullmatch("[0-9A-Fa-f]{64}", root):
        raise ConfigError(
            f"--seen {text!r} is not SIZE:ROOT: a number of events, a colon, and 64 digits and "
            "letters a to f, with spaces or without, in quotes. vestibule-hub log head, a printed "
            "report and vestibule-kiosk verify-log say it. Nothing was checked."
        )
    return int(size), bytes.fromhex(root)


def _verdict(found: list[chain.Verification], unsigned: list[str], differences: list[str]) -> str:
    if unsigned:
        return (
            "The log is not the one that the kiosks signed, or not in the order in which the hub "
            "took it in. Keep this database as it is."
        )
    if differences:
        return (
            f"The log is whole, but visits or decisions differ from it in {len(differences)} "
            "places: they were changed outside Vestibule. Keep this database as it is."
        )
    erased = sum(v.erased for v in found)
    if erased and all(v.is_good for v in found):
        return (
            f"The log is whole. The personal facts of {erased} events were erased, so the visits "
            "that they belong to could not be compared with it."
        )
    return log.verdict(found)


def _chain_json(found: chain.Verification) -> dict[str, object]:
    return {
        "device": found.device_id,
        "epoch": found.epoch,
        "events": found.events,
        "erased": found.erased,
        "head": found.head.hex(),
        "broken": found.broken,
    }


def export_log(url: str, target: str, *, is_bare: bool) -> None:
    """Write the log for `packaging/verify_exported_log.py`, to standard output for ``-``."""
    with existing(url) as database:
        said = "without personal facts" if is_bare else "with personal facts"
        with database.begin() as session:
            audit.note(session, audit.TERMINAL, Deed.LOG_EXPORTED, datetime.now(UTC), detail=said)
        with database.read() as session:
            _export(session, target, url, is_bare=is_bare)


def _export(session: Session, target: str, url: str, *, is_bare: bool) -> None:
    key = _signing_key(session)
    head = hub_site.head(session, datetime.now(UTC))
    write_to(target, log_export.lines(session, head, key, is_bare=is_bare), url)


def log_head(url: str) -> str:
    """What an auditor writes down: how many events there are, the root over them, whose it is."""
    with existing(url) as database, database.read() as session:
        head = hub_site.head(session, datetime.now(UTC))
        key = signing.public_of(_signing_key(session))
        before = "".join(
            f"key of the hub until {change.at.isoformat(timespec='seconds')}: {change.old_key}\n"
            for change in reversed(hub_keys.known(session))
        )
    return (
        f"events and root: {head.size}:{head.root.hex()}\nkey of the hub: {key.hex()}\n{before}"
        f"seen at: {head.at.isoformat(timespec='seconds')}"
    )


def begin_anew(url: str, now: datetime) -> str:
    """Begin another log, as `restore` does, in a database that its server's own tools recovered.

    Kiosks then read all anew instead of saying that the hub shows them another past. Raises
    `StorageError`, and changes nothing, when the log that was recovered is not whole.
    """
    with existing(url) as database:
        with database.read() as session:
            move.refuse_moved(session)
            _signing_key(session)
            found = log.verify_log(session)
            wrong = [*log.verify_signatures(session), *filter(None, [log.verify_tree(session)])]
        if wrong or not all(v.is_good for v in found):
            raise StorageError(
                "The log that was recovered is not whole (vestibule-hub verify-log says where), so "
                "nothing was changed. Recover to another moment."
            )
        with database.begin() as session:
            hub_site.begin_new_log(session, now)
            is_in = at_restore.who_is_in(session)
    return (
        f"Another log is begun after {sum(v.events for v in found)} events. Kiosks read all anew "
        f"when they next hear of the hub, and send again what it lacks.\n{is_in}"
    )


def _signing_key(session: Session) -> bytes:
    key = hub_site.signing_key(session)
    if not key:
        raise StorageError(
            "This hub has no key yet: it was never started in this version. Start it once, then "
            "try again. Nothing was written."
        )
    return key
