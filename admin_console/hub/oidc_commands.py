"""``vestibule-hub oidc``: with which accounts of the district staff may sign in."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from db.domain.errors import ConfigError

if TYPE_CHECKING:
    from db.oidc import Provider

Add = Callable[..., argparse.ArgumentParser]
_MOST_SECRET = 1024


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Add the commands; `add` makes one that has ``--database``."""
    of_oidc = commands.add_parser("oidc", help="the district's own sign-in").add_subparsers(
        required=True, metavar="COMMAND"
    )
    new = add(of_oidc, "set", "let staff sign in with an OpenID provider, asked at once", _set)
    new.add_argument("--issuer", required=True, help="the provider's https:// address")
    new.add_argument("--client-id", required=True, help="as whom it knows this hub")
    new.add_argument("--name", default="the district's account", help="as staff call it")
    secret = new.add_mutually_exclusive_group()
    secret.add_argument("--secret-stdin", action="store_true", help="read the secret from there")
    secret.add_argument("--secret-file", type=Path, metavar="FILE", help="or from a file")
    new.add_argument(
        "--asks-second-factor", action="store_true",
        help="it asks everybody for a second factor, also where its tokens do not say so",
    )  # fmt: skip
    add(of_oidc, "show", "which provider it is; never its secret", _show)
    add(of_oidc, "off", "let staff sign in by password only", _off)


def _set(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import set_up
    from admin_console.hub.oidc_provider import discover
    from db import audit, oidc
    from db.domain.audit import Deed

    name, secret = arguments.name.strip(), _secret(arguments)
    if not name or not arguments.client_id.strip():
        raise ConfigError("A provider needs a name and a client id. Nothing was changed.")
    provider = oidc.Provider(
        name=name[:60],
        issuer=arguments.issuer,
        client_id=arguments.client_id.strip(),
        client_secret=secret,
        asks_second_factor=arguments.asks_second_factor,
        **asyncio.run(discover(arguments.issuer)),
    )
    with set_up(arguments.database) as database, database.begin() as session:
        oidc.name_provider(session, provider)
        audit.note(session, audit.TERMINAL, Deed.OIDC_CHANGED, datetime.now(UTC), detail="set")
    _say(
        f"{_told(provider)}\nPasswords still work. Who may sign in with an account is linked: "
        "vestibule-hub staff link NAME --subject SUBJECT"
    )
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import existing
    from db import oidc

    with existing(arguments.database) as database, database.read() as session:
        provider = oidc.provider(session)
    _say("Staff sign in by password only." if provider is None else _told(provider))
    return 0


def _off(arguments: argparse.Namespace) -> int:
    from admin_console.hub.commands import set_up
    from db import audit, oidc
    from db.domain.audit import Deed

    with set_up(arguments.database) as database, database.begin() as session:
        if oidc.forget_provider(session):
            audit.note(session, audit.TERMINAL, Deed.OIDC_CHANGED, datetime.now(UTC), detail="off")
    _say(
        "Staff sign in by password only. Who is signed in stays so for twelve hours at most; links "
        "are kept."
    )
    return 0


def _secret(arguments: argparse.Namespace) -> str:
    """Never from the command line, which other accounts of this computer may read."""
    if arguments.secret_stdin:
        text = sys.stdin.readline(_MOST_SECRET + 1)
    elif arguments.secret_file is not None:
        try:
            with arguments.secret_file.open(encoding="utf-8") as file:
                text = file.read(_MOST_SECRET + 1)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{arguments.secret_file} cannot be read. Nothing was changed."
            ) from error
    else:
        return ""
    if not text.strip() or len(text) > _MOST_SECRET:
        raise ConfigError("That is no secret of a client. Nothing was changed.")
    return text.strip()


def _told(provider: "Provider") -> str:
    factor = "asks everybody for one" if provider.asks_second_factor else "as its tokens say"
    return "\n".join(
        [
            f"Sign in with {provider.name}",
            f"  issuer         {provider.issuer}",
            f"  client id      {provider.client_id}",
            f"  secret         {'kept' if provider.client_secret else 'none'}",
            f"  second factor  {factor}",
            f"  browsers go to {provider.authorization_url}",
            f"  the hub asks   {provider.token_url}",
            f"                 {provider.keys_url}",
            "  redirect       http://127.0.0.1 (any port, path /)",
        ]
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
