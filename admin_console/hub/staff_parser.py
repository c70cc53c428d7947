"""``vestibule-hub staff`` and ``audit``: what can be said. Imports little, as `--help` is quick."""

import argparse
import sys
from collections.abc import Callable

from admin_console.hub import oidc_commands
from admin_console.hub.typed import secret
from db.domain.desk import Role

Command = Callable[..., argparse.ArgumentParser]
"""`admin_console.hub.__main__._command`."""


def add_parsers(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command
) -> None:
    """Add both to the hub's commands, and ``oidc`` beside them."""
    oidc_commands.add_to(commands, command)
    people = commands.add_parser("staff", help="who may sign in").add_subparsers(
        required=True, metavar="COMMAND"
    )
    add = command(people, "add", "let somebody sign in to the console", _add)
    _name(add)
    add.add_argument("--display-name", help="the name that the log shows")
    add.add_argument("--role", choices=[r.value for r in Role], default=Role.FRONT_DESK.value)
    _sites(add)
    add.add_argument(
        "--secrets-stdin",
        action="store_true",
        help="read the password, and on a second line a six-digit PIN, from standard input",
    )
    command(people, "list", "who may sign in", _list)
    _name(command(people, "remove", "let somebody sign in and decide no more, at once", _remove))
    password = command(people, "password", "give somebody another password", _password)
    _name(password)
    password.add_argument(
        "--secrets-stdin", action="store_true", help="read the password from standard input"
    )
    pin = command(people, "pin", "give somebody another PIN for the kiosks, or none", _pin)
    _name(pin)
    pin.add_argument(
        "--secrets-stdin", action="store_true", help="read the PIN from standard input"
    )
    role = command(people, "role", "let somebody do more or less", _role)
    _name(role)
    role.add_argument("role", choices=[r.value for r in Role])

    limited = command(people, "sites", "let somebody see these sites and no others", _sites_only)
    _name(limited)
    _sites(limited)

    factor = command(
        people, "second-factor", "ask somebody for a code of their telephone too", _second_factor
    )
    _name(factor)
    factor.add_argument("--off", action="store_true", help="ask for it no more")

    link = command(
        people, "link", "let an account of the district's provider sign in as somebody", _link
    )
    _name(link)
    link.add_argument("--subject", required=True, help="as the refusal at the sign-in shows it")
    _name(command(people, "unlink", "let no account sign in as somebody any more", _unlink))

    audit = command(commands, "audit", "who looked at what, and who changed what", _audit)
    audit.add_argument("--csv", default="", metavar="FILE", nargs="?", const="-")
    audit.add_argument("--about", default="", metavar="ID", help="only what was done to this one")


def _name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="the name to sign in with")


def _sites(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--site",
        action="append",
        default=[],
        metavar="NAME",
        help="a site that they see; again for each of several (the district and auditors see all)",
    )


def _add(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    if arguments.secrets_stdin:
        password, pin = _typed(), _typed()
    else:
        password = secret("Password: ")
        pin = secret("PIN for the kiosk, six digits (Enter for none): ")
    name = arguments.name
    wanted = staff_command.NewStaff(
        name, arguments.display_name or name, Role(arguments.role), tuple(arguments.site)
    )
    return _say(staff_command.add(arguments.database, wanted, password, pin))


def _list(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    return _say(staff_command.everybody(arguments.database))


def _remove(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    return _say(staff_command.remove(arguments.database, arguments.name))


def _password(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    password = _typed() if arguments.secrets_stdin else secret("New password: ")
    return _say(staff_command.set_password(arguments.database, arguments.name, password))


def _pin(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    asked = "New PIN for the kiosk, six digits (Enter for none): "
    pin = _typed() if arguments.secrets_stdin else secret(asked)
    return _say(staff_command.set_pin(arguments.database, arguments.name, pin))


def _role(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    role = Role(arguments.role)
    return _say(staff_command.set_role(arguments.database, arguments.name, role))


def _sites_only(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    return _say(staff_command.set_sites(arguments.database, arguments.name, arguments.site))


def _second_factor(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    if arguments.off:
        return _say(staff_command.end_second_factor(arguments.database, arguments.name))
    return _say(staff_command.begin_second_factor(arguments.database, arguments.name, _ask_code))


def _link(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    return _say(staff_command.link(arguments.database, arguments.name, arguments.subject))


def _unlink(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    return _say(staff_command.unlink(arguments.database, arguments.name))


def _ask_code(address: str) -> str:
    import segno

    segno.make(address, micro=False).terminal(sys.stdout, compact=True)
    _say(f"Read this with an authenticator application, or type its key there:\n{address}")
    return input("The code that it shows: ")


def _audit(arguments: argparse.Namespace) -> int:
    from admin_console.hub import staff_command

    if arguments.csv:
        staff_command.audit_csv(arguments.database, arguments.csv)
    else:
        for line in staff_command.audit_lines(arguments.database, arguments.about):
            _say(line)
    return 0


def _typed() -> str:
    return sys.stdin.readline().rstrip("\n")


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0
