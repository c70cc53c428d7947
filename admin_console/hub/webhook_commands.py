"""``vestibule-hub webhooks``: which other programs are told what happens."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from db.domain.errors import VestibuleError

SHOWN = 5
"""Of refused messages, more would hide the others."""
Add = Callable[..., argparse.ArgumentParser]


class WebhookError(VestibuleError):
    """There is no such webhook; nothing was changed."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Add the commands; `add` makes one that has ``--database``."""
    webhooks = commands.add_parser("webhooks", help="other programs that are told what happens")
    of_webhooks = webhooks.add_subparsers(required=True, metavar="COMMAND")
    new = add(of_webhooks, "add", "tell an address, and print the secret that signs", _add)
    new.add_argument("url", help="https://host/path; http:// only for this computer")
    new.add_argument(
        "--event", action="append", default=[], metavar="TYPE", required=True,
        help="what to tell, again for each: visit.checked_in, decision.made, notice.told, ...",
    )  # fmt: skip
    add(of_webhooks, "list", "who is told what, what waits, and why", _list)
    for name, words, run in (
        ("remove", "tell an address nothing more; what waits is dropped", _remove),
        (
            "resume",
            "try at once what waits or was refused; begin again with one that ended",
            _resume,
        ),
        ("renew", "sign with another secret, and for a day with the one before too", _renew),
    ):
        one = add(of_webhooks, name, words, run)
        one.add_argument("id", help="as `list` shows it")


def _add(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import set_up
    from admin_console.hub.webhook_sender import secret_as_text
    from db import audit, webhooks
    from db.domain.audit import About, Deed

    now = datetime.now(UTC)
    with set_up(arguments.database) as database, database.begin() as session:
        webhook, secret = webhooks.add(session, arguments.url, arguments.event, now)
        audit.note(
            session, audit.TERMINAL, Deed.WEBHOOK_ADDED, now,
            about=About.WEBHOOK, about_id=webhook.webhook_id,
        )  # fmt: skip
    _say(
        f"{webhook.webhook_id}\nSigned with {secret_as_text(secret)}\nThis secret is shown only "
        "now: give it to the receiver, which checks every message with it."
    )
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import existing
    from db import webhooks

    with existing(arguments.database) as database, database.read() as session:
        found = webhooks.everyone(session)
    lines = []
    for webhook in found:
        heard = webhook.heard_at
        state = f"last told {heard:%Y-%m-%d %H:%M} UTC" if heard else "told nothing yet"
        if webhook.waiting:
            state += f"; {webhook.waiting} waiting"
        if webhook.failing_since is not None:
            state += f"; failing since {webhook.failing_since:%Y-%m-%d %H:%M} UTC"
        if webhook.problem:
            state += f": {webhook.problem}"
        if webhook.ended_at is not None:
            state = f"ENDED {webhook.ended_at:%Y-%m-%d %H:%M} UTC: {webhook.problem}"
        lines += [f"{webhook.webhook_id}  {webhook.url}", f"  {', '.join(webhook.kinds)}; {state}"]
        if webhook.aside:
            lines.append(
                f"  {len(webhook.aside)} REFUSED and sent no more; mend the receiver, then: "
                f"vestibule-hub webhooks resume {webhook.webhook_id}"
            )
        lines += [f"    {one.message_id}: {one.why}" for one in webhook.aside[:SHOWN]]
        if len(webhook.aside) > SHOWN:
            lines.append(f"    ... and {len(webhook.aside) - SHOWN} more")
    _say("\n".join(lines) or "No other program is told anything: vestibule-hub webhooks add URL")
    return 0


def _remove(arguments: argparse.Namespace) -> int:
    _change(arguments, "WEBHOOK_REMOVED")
    _say("It is told nothing more.")
    return 0


def _resume(arguments: argparse.Namespace) -> int:
    _change(arguments, "WEBHOOK_RESUMED")
    _say("It is told again.")
    return 0


def _renew(arguments: argparse.Namespace) -> int:
    from admin_console.hub.webhook_sender import secret_as_text

    secret = _change(arguments, "WEBHOOK_RENEWED")
    _say(
        f"Signed with {secret_as_text(secret)}\nThis secret is shown only now: give it to the "
        "receiver within a day. So long each message is signed with both, and the receiver needs "
        "to find one that it knows."
    )
    return 0


def _change(arguments: argparse.Namespace, name: str) -> bytes:
    """Do the deed of that name to a webhook, and note it. Returns the new secret if there is one.

    Raises `WebhookError` in words.
    """
    from admin_console.hub.commands import set_up
    from db import audit, webhooks
    from db.domain.audit import About, Deed

    now, deed, secret = datetime.now(UTC), Deed[name], b""
    try:
        webhook_id = UUID(arguments.id)
        with set_up(arguments.database) as database, database.begin() as session:
            if deed is Deed.WEBHOOK_REMOVED:
                webhooks.remove(session, webhook_id)
            elif deed is Deed.WEBHOOK_RENEWED:
                secret = webhooks.renew(session, webhook_id, now)
            else:
                webhooks.resume(session, webhook_id, now)
            audit.note(session, audit.TERMINAL, deed, now, about=About.WEBHOOK, about_id=webhook_id)
    except (LookupError, ValueError) as error:
        raise WebhookError(
            f'There is no webhook "{arguments.id}": vestibule-hub webhooks list. Nothing was '
            "changed."
        ) from error
    return secret


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
