"""``vestibule-hub keys rotate-ca``, and what ``keys show`` says of the hub's authority."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from admin_console.hub import folders

if TYPE_CHECKING:  # `--help` does not wait for it
    from admin_console.hub.authority_change import Found

Command = Callable[..., argparse.ArgumentParser]


def add_to(
    of_keys: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command
) -> None:
    changed = command(
        of_keys,
        "rotate-ca",
        "make the authority anew by which kiosks and consoles know this hub; the hub may run",
        _rotate,
    )
    folders.add_to(changed)
    how = changed.add_mutually_exclusive_group()
    how.add_argument(
        "--now",
        action="store_true",
        help="go by the one that kiosks were told of, whoever does not know it yet",
    )
    how.add_argument(
        "--another",
        action="store_true",
        help="in place of the one that kiosks were told of, as when that was stolen too",
    )


def shown(url: str, folder: Path) -> Iterator[str]:
    """What there is to say of the authority in this folder, without its key."""
    from admin_console.hub import authority, authority_change
    from admin_console.hub.commands import existing
    from db import authorities
    from db.domain.errors import StorageError

    try:
        own = authority.in_use(folder / authority.FOLDER)
    except StorageError as error:
        yield str(error)
        return
    if own is None:
        yield "The hub's authority: none yet; a hub behind a reverse proxy has none."
        return
    yield (
        f"The hub's authority: in a file that only this account can read, in "
        f"{folder / authority.FOLDER}, good until {own.certificate.not_valid_after_utc:%Y-%m-%d}."
    )
    try:
        with existing(url) as database, database.read() as session:
            found = authority_change.find(session, folder / authority.FOLDER)
            is_proxied = authorities.is_proxied(session)
    except StorageError:
        return
    if is_proxied:
        yield "It is not used: the hub was started last behind a reverse proxy."
        return
    if found is not None:
        yield from _stands(found)


def _rotate(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from admin_console.hub import authority_change, backup_command
    from admin_console.hub.authority import FOLDER
    from admin_console.hub.commands import set_up
    from db import key_store
    from db.engine import database_file

    now, file = datetime.now(UTC), database_file(arguments.database)
    folder = folders.beside(arguments.database, arguments.data_folder)
    key_store.refuse_root(folder)  # the hub's account could not read what root writes
    tls = folder / FOLDER
    with set_up(arguments.database) as database:
        if arguments.now and authority_change.is_new(database, tls):
            _say(_NEW)
            return 0
        if arguments.now:
            _say(_used(authority_change.use_now(database, tls, now)))
        else:
            found = authority_change.begin(database, tls, now, is_another=arguments.another)
            _say("\n".join(_stands(found)))
            if arguments.another:
                _say(_ANOTHER)
    if file is not None:
        path, _ = backup_command.make(arguments.database, None, datetime.now(UTC))
        _say(f"A hub that is restored from before is not known any more. A backup: {path}")
    else:
        _say(_COPY)
    return 0


_ANOTHER = (
    "A console where somebody signed in since the one before was told knows that one and learns no "
    "other: once the hub goes by this one, start it once with --trust and the number."
)
_COPY = "Copy the folder tls anew once it is used: a hub with an older copy is not known any more."
_NEW = "It is new: in some minutes kiosks know the hub by it alone."


def _used(before: "Found") -> str:
    said = (
        "The hub goes by its new authority within a minute, and kiosks that know it follow by "
        "themselves. A console where nobody signed in lately refuses it: start it once with "
        "--trust and the number that vestibule-hub fingerprint says."
    )
    if not before.lacking:
        return f"{said} Every kiosk knows it."
    from admin_console.hub.authority_change import names_of

    return (
        f"{said}\nNot known to {names_of(before.lacking)}: pair each again, with vestibule-kiosk "
        "pair there. Visitors sign in meanwhile, and all that waits there is kept and sent then."
    )


def _stands(found: "Found") -> Iterator[str]:
    from admin_console.hub.authority_change import CONSOLES_HEAR, names_of, used_at_last
    from db import hub_trust

    if found.told.pems and found.own.pem() not in found.told.pems:
        yield (
            "Look: kiosks were told of another one, by which they know the hub now. Put the folder "
            "back as it was after the change; or else start the hub, and pair each kiosk again."
        )
    if found.following is None:
        if len(found.told.pems) > 1:
            yield _NEW
        return
    number, told_at = hub_trust.digits_to_compare(found.following.pem()), found.told.at
    yield f"A new one follows it, with the number {number}."
    latest = used_at_last(found)
    if told_at is not None:
        once_known = told_at + CONSOLES_HEAR
        said = f"from {once_known:%Y-%m-%d} on, once every kiosk knows it, and "
        yield (
            f"The hub goes by that {said if once_known < latest else ''}"
            f"from {latest:%Y-%m-%d} on in any case; keys rotate-ca --now does not wait."
        )
    if found.lacking:
        count = "1 kiosk does" if len(found.lacking) == 1 else f"{len(found.lacking)} kiosks do"
        yield (
            f"{count} not know it yet: {names_of(found.lacking)}. One that is on hears of it "
            "within a minute; one that never does has to be paired again, or revoked."
        )
    else:
        yield "Every kiosk knows it."


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
