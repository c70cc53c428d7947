"""The command ``vestibule-hub``: serve, and what an operator does at a terminal."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from admin_console.hub import (
    backup_parser,
    export_command,
    keys_command,
    kiosk_commands,
    move_command,
    policy_parser,
    report_command,
    serve_command,
    site_parser,
    staff_parser,
    webhook_commands,
)
from admin_console.hub.stopping import STOPPED
from db import faults
from db.domain.desk import ByHand
from db.domain.errors import VestibuleError, words_of_no_rights
from db.domain.watchlist import LONGEST_AGE_DAYS, Category
from resources.folders import data_folder

LONGEST_NAME = 200
FIELD_NAMES = (
    "family", "given", "middle", "suffix", "birth_date", "birth_year", "sex", "aliases",
    "jurisdiction", "reference", "note", "instructions", "valid_from", "valid_until",
)  # fmt: skip
"""Of `db.list_fields.FIELDS`, what somebody may name; said here to keep ``--help`` quick."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status 0 when it did, 1 when it failed, 2 for wrong use."""
    arguments = _parser().parse_args(argv)
    faults.leave_no_core()
    if argv is None:  # this process is the program's alone
        faults.begin_command()
    try:
        status: int = arguments.run(arguments)
    except VestibuleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except PermissionError as error:
        sys.stderr.write(f"{words_of_no_rights(error)}\n")
        return 1
    except EOFError:
        sys.stderr.write("Nothing was typed. Nothing was changed. (Or use --secrets-stdin.)\n")
        return 1
    except BrokenPipeError:  # whoever read the output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        if arguments.stopped:
            sys.stderr.write(f"\n{arguments.stopped}\n")  # a terminal has shown ^C
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vestibule-hub", description="The hub that a school's kiosks and consoles talk to."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve_command.add_to(commands, _command, _days)
    site_parser.add_to(commands, _command)
    kiosk_commands.add_to(commands, _command)
    backup_parser.add_commands(commands, _command)
    keys_command.add_commands(commands, _command)
    webhook_commands.add_to(commands, _command)
    move_command.add_to(commands, _command)
    report_command.add_to(commands, _command)

    staff_parser.add_parsers(commands, _command)
    _list_commands(commands)
    _add_screen(commands)
    calibrate = _command(
        commands, "calibrate", "try out how often chance alone matches each list", _calibrate
    )
    calibrate.add_argument("--visitors", type=_days, default=3_000, metavar="N")

    hosts = commands.add_parser("hosts", help="whom visitors come to see").add_subparsers(
        required=True, metavar="COMMAND"
    )
    from_file = _command(hosts, "import", "replace the hosts by a CSV file", _hosts_import)
    from_file.add_argument("file", type=Path, help="columns: name, place, role, directions")
    site_parser.of_one(from_file)

    policy_parser.add_to(commands, _command, _days)
    export_command.add_to(commands, _command)

    chained = commands.add_parser("log", help="the log itself, for others to check")
    of_log = chained.add_subparsers(required=True, metavar="COMMAND")
    exported = _command(of_log, "export", "write the log to be checked elsewhere", _log_export)
    exported.add_argument("file", metavar="FILE", help="- for standard output")
    exported.add_argument(
        "--bare", action="store_true", help="without names and other personal facts"
    )
    _command(of_log, "head", "say how the log stands, to write it down", _log_head)
    again = "begin another log, after PostgreSQL's own tools recovered an earlier moment"
    _command(of_log, "begin-anew", again, _log_begin_anew)
    verify = _command(commands, "verify-log", "check that nothing was changed", _verify_log)
    verify.add_argument("--json", action="store_true")
    verify.add_argument(
        "--seen", action="append", default=[], metavar="SIZE:ROOT", help="as log head said earlier"
    )
    return parser


def _list_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    lists = commands.add_parser("lists", help="watchlists").add_subparsers(
        required=True, metavar="COMMAND"
    )
    imported = _command(lists, "import", "put a CSV or XLSX file in force as a list", _lists_import)
    imported.add_argument("file", type=Path)
    imported.add_argument("--name", required=True, type=_list_name)
    _column_argument(imported)
    imported.add_argument("--category", required=True, choices=[c.value for c in Category])
    imported.add_argument(
        "--max-age-days",
        type=_age,
        metavar="DAYS",
        help="how old the list may be, or none; as it was when nothing is said",
    )
    imported.add_argument("--skip-bad", action="store_true", help="leave bad rows out")
    imported.add_argument(
        "--by-hand",
        type=ByHand,
        choices=list(ByHand),
        help="keep or undo what people wrote into the list and the file says otherwise",
    )
    site_parser.of_list(imported)
    begun = _command(lists, "new", "begin a list that is kept by hand, without people", _lists_new)
    begun.add_argument("--name", required=True, type=_list_name)
    begun.add_argument("--category", required=True, choices=[c.value for c in Category])
    begun.add_argument("--max-age-days", type=_days, metavar="DAYS")
    site_parser.of_list(begun)
    diff = _command(
        lists, "diff", "say who would be added, changed and removed by an import", _lists_diff
    )
    diff.add_argument("file", type=Path)
    diff.add_argument("--name", required=True, type=_list_name)
    _column_argument(diff)
    site_parser.of_list(diff)
    _command(lists, "show", "the lists in force", _lists_show)
    exported = _command(
        lists, "export", "write a list as a table that imports back to the same list", _lists_export
    )
    exported.add_argument("--name", required=True, type=_list_name)
    exported.add_argument("--csv", default="-", metavar="FILE", nargs="?", const="-")
    site_parser.of_list(exported)
    site_parser.add_share(lists, _command, _list_name)
    rules = _command(lists, "rules", "show or settle who may remove an entry", _lists_rules)
    rules.add_argument(
        "--two-to-remove",
        choices=["yes", "no"],
        help="whether one person asks for a removal and another one confirms it",
    )


def _add_screen(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    screen = commands.add_parser(
        "screen",
        help="compare a file of people with lists",
        description="Compare a file of people with lists, both CSV or XLSX files with the columns "
        "id,given_name,middle_name,family_name,suffix,birth_date,sex (lists also "
        "aliases,category), or with those of the files that lists are imported from or exported "
        "to. A list without a category is compared as a registry. Nothing is stored. Exit status 0 "
        "when every visitor was compared as written, 1 when something of one could not be read "
        "(who is held) or a file was refused; "
        "what cannot be read of a list is told by file and line, and with its matches.",
    )
    screen.set_defaults(run=_screen, stopped=STOPPED)
    screen.add_argument("visitors", type=Path, metavar="VISITORS")
    screen.add_argument("--list", type=Path, action="append", required=True, metavar="LIST")
    screen.add_argument("--json", action="store_true", help="a JSON object for each visitor")
    screen.add_argument(
        "--min-bits", type=float, metavar="B", help="also show matches below every tier down to B"
    )


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    words: str,
    run: object,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    parser.set_defaults(run=run, stopped=STOPPED)
    parser.add_argument(
        "--database",
        default=f"sqlite:///{data_folder('hub') / 'hub.db'}",
        metavar="URL",
        help="sqlite:///PATH or postgresql+psycopg://... (default: %(default)s)",
    )
    return parser


def _column_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--column",
        action="append",
        type=_column,
        metavar="NAME=FIELD",
        help="read the column NAME as a field: " + ", ".join(FIELD_NAMES) + "; nothing after = "
        "leaves the column out. What an import was told is remembered for its list.",
    )


def _column(text: str) -> tuple[str, str]:
    name, is_there, field = text.rpartition("=")
    if not is_there or not name or (field and field not in FIELD_NAMES):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FIELD with a field that is known")
    return name, field


def _list_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"a list's name has 1 to {LONGEST_NAME} characters")
    return name


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_AGE_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days, 1 to {LONGEST_AGE_DAYS}")
    return int(text)


def _age(text: str) -> int:
    return 0 if text == "none" else _days(text)


def _lists_import(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands
    from db.list_import import ListWanted

    wanted = ListWanted(
        arguments.name,
        Category(arguments.category),
        arguments.max_age_days,
        arguments.skip_bad,
        dict(arguments.column) if arguments.column else None,
        "The command line",
        arguments.by_hand,
    )
    try:
        _say(commands.import_list(arguments.database, arguments.file, wanted, arguments.site))
    except KeyboardInterrupt:
        sys.stderr.write("\nThe import was stopped. Nothing was changed.\n")
        return 130
    return 0


def _lists_new(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands
    from admin_console.hub.list_desk import ListStart

    wanted = ListStart(arguments.name, Category(arguments.category), arguments.max_age_days)
    _say(commands.begin_list(arguments.database, wanted, arguments.site))
    return 0


def _lists_diff(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands
    from db.list_import import ListWanted

    columns = dict(arguments.column) if arguments.column else None
    wanted = ListWanted(arguments.name, Category.ALERT, columns=columns)
    for line in commands.diff_list(arguments.database, arguments.file, wanted, arguments.site):
        _say(line)
    return 0


def _lists_export(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands

    said = commands.export_list(
        arguments.database, arguments.name, arguments.csv or "-", arguments.site
    )
    if said:
        _say(said)
    return 0


def _lists_show(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands

    _say(commands.show_lists(arguments.database))
    return 0


def _screen(arguments: argparse.Namespace) -> int:
    from admin_console.hub.screen_command import screen_files

    is_whole = screen_files(
        arguments.list,
        arguments.visitors,
        sys.stdout,
        sys.stderr,
        as_json=arguments.json,
        min_bits=arguments.min_bits,
        today=datetime.now(UTC).date(),
    )
    return 0 if is_whole else 1


def _lists_rules(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands

    asked = arguments.two_to_remove
    _say(commands.list_rules(arguments.database, None if asked is None else asked == "yes"))
    return 0


def _calibrate(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands
    from admin_console.hub.calibrate_command import calibrate_lists

    with commands.existing(arguments.database) as database:
        for line in calibrate_lists(database, arguments.visitors):
            _say(line)
    return 0


def _hosts_import(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands

    _say(commands.import_hosts(arguments.database, arguments.file, arguments.site))
    return 0


def _verify_log(arguments: argparse.Namespace) -> int:
    from admin_console.hub import log_command

    text, is_good = log_command.verify_log(
        arguments.database, arguments.seen, as_json=arguments.json
    )
    _say(text)
    return 0 if is_good else 1


def _log_export(arguments: argparse.Namespace) -> int:
    from admin_console.hub import log_command

    log_command.export_log(arguments.database, arguments.file, is_bare=arguments.bare)
    return 0


def _log_head(arguments: argparse.Namespace) -> int:
    from admin_console.hub import log_command

    _say(log_command.log_head(arguments.database))
    return 0


def _log_begin_anew(arguments: argparse.Namespace) -> int:
    from admin_console.hub import log_command

    _say(log_command.begin_anew(arguments.database, datetime.now(UTC)))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
