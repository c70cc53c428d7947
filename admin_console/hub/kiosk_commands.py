"""``vestibule-hub pair`` and ``kiosks``: letting kiosks in and out without a console."""

import argparse
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime

from admin_console.hub import folders, site_parser
from db.domain.audit import About, Deed
from db.domain.errors import VestibuleError
from db.domain.kiosks import Kiosk, LastUse

Add = Callable[..., argparse.ArgumentParser]
BY = "The command line"


class KioskError(VestibuleError):
    """A kiosk cannot be let in or out like that; nothing was changed."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Add the commands; `add` makes one that has ``--database``."""
    pair = add(
        commands, "pair", "print a one-time code with which a kiosk asks to be let in", _pair
    )
    site_parser.of_one(pair)
    fingerprint = add(commands, "fingerprint", "print by what consoles know this hub", _fingerprint)
    folders.add_to(fingerprint)
    kiosks = commands.add_parser("kiosks", help="which kiosks may talk to this hub")
    of_kiosks = kiosks.add_subparsers(required=True, metavar="COMMAND")
    add(of_kiosks, "list", "the kiosks, and those that wait to be let in", _list)
    accept = add(of_kiosks, "accept", "let in the kiosk that shows these six digits", _accept)
    accept.add_argument("digits", nargs="+", metavar="DIGITS", help='e.g. "123 456"')
    accept.add_argument(
        "--replace", action="store_true", help="and revoke the kiosk of the same name"
    )
    reject = add(of_kiosks, "reject", "turn away the kiosk that shows these digits", _reject)
    reject.add_argument("digits", nargs="+", metavar="DIGITS")
    revoke = add(of_kiosks, "revoke", "end a kiosk's tokens at once; its log stays", _revoke)
    revoke.add_argument("name", help="its name, or its id when several have that name")
    revoke.add_argument(
        "--end-cleared-since",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="it was stolen: whom it cleared with a PIN since that day is held once more",
    )


def _pair(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import one_site, set_up
    from db import audit, pairing_requests

    with set_up(arguments.database) as database, database.begin() as session:
        site_id = one_site(session, arguments.site)
        code = pairing_requests.new_code(session, _now(), site_id)
        audit.note(session, audit.TERMINAL, Deed.PAIRING_CODE_MADE, _now(), site_id=site_id)
    _say(
        f"{code}\nType this code at one kiosk within ten minutes, after\n"
        "vestibule-kiosk --config kiosk.toml pair --hub https://ADDRESS\n"
        "with the address that this hub says when it starts. Then compare the digits that it "
        "shows, and accept it: vestibule-hub kiosks accept DIGITS"
    )
    return 0


def _fingerprint(arguments: argparse.Namespace) -> int:
    from admin_console.hub.authority import CA_FILE, FOLDER, open_authority
    from db import hub_trust, restoring

    folder = folders.beside(arguments.database, arguments.data_folder)
    restoring.refuse_halfway(folder)
    if not (folder / FOLDER / CA_FILE).exists():
        raise KioskError(
            f"There is no number of a hub in {folder / FOLDER}, and none was made: a hub makes it "
            "at its first start, and none behind a reverse proxy. Check what --database or "
            "--data-folder says, and as which account the hub runs."
        )
    authority = open_authority(folder / FOLDER, _now())
    _say(hub_trust.digits_to_compare(authority.ca))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import existing
    from db import kiosk_states, pairing, pairing_requests, quarantine, sites

    now = _now()
    with existing(arguments.database) as database, database.read() as session:
        known = sites.everyone(session)
        kiosks = kiosk_states.of_kiosks(session, pairing.kiosks(session))
        waiting = pairing_requests.waiting(session, now)
        parked = quarantine.parked(session)
    lines, of_site = [], {s.site_id: f"  {s.name}" for s in known if len(known) > 1}
    for kiosk in kiosks:
        seen = kiosk.last_seen_at
        heard = f"last heard {seen:%Y-%m-%d %H:%M} UTC" if seen else "not heard yet"
        if kiosk.revoked_at is not None:
            heard = f"revoked {kiosk.revoked_at:%Y-%m-%d %H:%M} UTC"
        elif kiosk.fork is not None:
            heard += f"; FORKED, pair it again: {kiosk.fork}"
        elif kiosk.old_token_until is not None:
            heard += f"; UPDATE it before {kiosk.old_token_until:%Y-%m-%d}"
        if kiosk.lacks_authority:
            heard += "; does not know the hub's next authority"
        said = _said(kiosk) if kiosk.revoked_at is None else ""
        whose = of_site.get(kiosk.site_id, "")
        lines.append(f"{kiosk.name}{whose}  {kiosk.kiosk_id}  {heard}{said}")
    for request in waiting:
        replaces = "; a kiosk of that name is there already" if request.replaces else ""
        whose = of_site.get(request.site_id, "")
        lines.append(f"{request.name}{whose} waits to be let in: {request.short_string}{replaces}")
    names = {kiosk.kiosk_id: kiosk.name for kiosk in kiosks}
    lines += [
        f"look: of {names[group.kiosk_id]} are kept and not applied {group.count}, since "
        f"{group.since:%Y-%m-%d %H:%M} UTC: {group.why}. {group.to_do}"
        for group in parked
    ]
    _say("\n".join(lines) or "There are no kiosks yet: vestibule-hub pair")
    return 0


def _said(kiosk: Kiosk) -> str:
    """What it said of itself, with the moment."""
    state = kiosk.state
    if state is None:
        return ""
    others = [known.name for known in state.lists if known.version != known.newest]
    lists = f"not the hub's newest of {', '.join(others)}" if others else "the newest lists"
    if not state.has_all_lists:
        lists = "not all lists yet"
    wait = "1 event waits" if state.waiting == 1 else f"{state.waiting} events wait"
    return (
        f"; as of {state.said_at:%Y-%m-%d %H:%M} UTC: {wait} there, {lists}, "
        f"software {state.version}{_used('camera', state.camera)}{_used('printer', state.printer)}"
    )


def _used(what: str, last: LastUse | None) -> str:
    """How it did when it was last used; nothing where that is not known."""
    if last is None:
        return ""
    at = f"{last.at:%Y-%m-%d %H:%M} UTC"
    if last.trouble:
        return f"; LOOK at its {what}, last tried {at}: {last.trouble.rstrip('.')}"
    return f"; {what} worked {at}"


def _accept(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import set_up
    from db import audit, pairing_requests

    now, digits = _now(), _digits(arguments.digits)
    with set_up(arguments.database) as database, database.begin() as session:
        found = [r for r in pairing_requests.waiting(session, now) if r.short_string == digits]
        if len(found) != 1:
            raise KioskError(_nobody(digits))
        request = found[0]
        if arguments.replace and request.replaces is None:
            raise KioskError(
                f"There is no other kiosk called {request.name}. Nothing was changed: accept it "
                "without --replace."
            )
        pairing_requests.accept(session, request.request_id, BY, now, is_replaced=arguments.replace)
        audit.note(
            session,
            audit.TERMINAL,
            Deed.KIOSK_ACCEPTED,
            now,
            about=About.KIOSK,
            about_id=request.kiosk_id,
            site_id=request.site_id,
        )
    said = f"{request.name} is let in."
    if arguments.replace:
        said += " The kiosk that had this name is revoked once the new one is in."
    _say(said)
    return 0


def _reject(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import set_up
    from db import audit, pairing_requests

    now, digits = _now(), _digits(arguments.digits)
    with set_up(arguments.database) as database, database.begin() as session:
        found = [r for r in pairing_requests.waiting(session, now) if r.short_string == digits]
        if not found:
            raise KioskError(_nobody(digits))
        for request in found:
            pairing_requests.reject(session, request.request_id, BY, now)
            audit.note(
                session,
                audit.TERMINAL,
                Deed.KIOSK_REJECTED,
                now,
                about=About.KIOSK,
                about_id=request.kiosk_id,
                site_id=request.site_id,
            )
    _say(f"{found[0].name} was turned away.")
    return 0


def _revoke(arguments: argparse.Namespace) -> int:
    from admin_console.hub import revoking
    from admin_console.hub.commands import set_up
    from db import audit, pairing

    since, by = arguments.end_cleared_since, revoking.Revoker(audit.TERMINAL, BY, "hub")
    with set_up(arguments.database) as database, database.begin() as session:
        known = [k for k in pairing.kiosks(session) if arguments.name in (k.name, k.kiosk_id)]
        found = [k for k in known if k.revoked_at is None]
        if since is not None and not found:
            found = known  # revoked at once, and now it is known what it was
        if not found:
            raise KioskError(
                f"There is no kiosk called {arguments.name}: see vestibule-hub kiosks list. "
                "Nothing was changed."
            )
        if len(found) > 1:
            raise KioskError(
                f"{len(found)} kiosks are called {arguments.name}. Nothing was changed: give the "
                "id of one, as vestibule-hub kiosks list shows it."
            )
        revoked = revoking.revoke(session, found[0].kiosk_id, by, _now(), since)
    _say(f"{revoked.name} may not talk to this hub any more. What it sent stays.")
    if since is not None:
        _say(_ended(revoked.ended_clearances, since))
    if revoked.knew_pins_of:
        _say(
            f"If it was stolen, give another PIN to {', '.join(revoked.knew_pins_of)} "
            "(vestibule-hub staff pin NAME): whoever has it can find out theirs. Then change the "
            "key for ID numbers: vestibule-hub keys rotate-numbers"
        )
    return 0


def _ended(count: int, since: date) -> str:
    """What became of whom it cleared."""
    if not count:
        return f"It has cleared nobody since {since} who would pass."
    if count == 1:
        return f"1 clearance is ended that was given there since {since}: who had it is held again."
    return f"{count} clearances are ended that were given there since {since}: who had one is held."


def _digits(words: list[str]) -> str:
    """The digits as a kiosk shows them. Raises `KioskError` for what are none."""
    digits = "".join("".join(words).split())
    if not re.fullmatch("[0-9]{6}", digits):
        raise KioskError(
            f"{' '.join(words)} is not six digits, as the kiosk shows them. Nothing was changed."
        )
    return f"{digits[:3]} {digits[3:]}"


def _nobody(digits: str) -> str:
    return (
        f"No kiosk that shows {digits} waits. Nothing was changed. Compare the digits: if the "
        "kiosk shows them all the same, it does not talk to this hub."
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
