"""The command ``vestibule-kiosk``: run the kiosk, pair it, check it."""

import argparse
import getpass
import logging
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from db import faults
from db.domain.errors import VestibuleError, words_of_no_rights
from kiosk import keys_command
from kiosk.config import KioskConfig, load_config

LOG = logging.getLogger(__name__)
WELCOME_SHOWN = "the welcome screen is shown"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit status 0 when it did, 1 when it failed, 2 for wrong use."""
    arguments = _parser().parse_args(argv)
    faults.leave_no_core()
    if argv is None:  # this process is the program's alone
        faults.begin_command()
    try:
        config = load_config(arguments.config)
        status: int = arguments.run(config, arguments)
    except VestibuleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except PermissionError as error:
        sys.stderr.write(f"{words_of_no_rights(error)}\n")
        return 1
    except EOFError:
        sys.stderr.write("Nothing was typed. Nothing was changed.\n")
        return 1
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vestibule-kiosk", description="The kiosk at a school's front desk."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="see kiosk.example.toml")
    parser.add_argument("--windowed", action="store_true", help="in a window, not full screen")
    parser.set_defaults(run=_run)
    commands = parser.add_subparsers(metavar="COMMAND")
    pair = commands.add_parser("pair", help="let this kiosk talk to a hub")
    pair.add_argument("--hub", metavar="URL", help="default: [hub] url of the configuration")
    pair.set_defaults(run=_pair)
    verify = commands.add_parser("verify-log", help="check that nothing was changed here")
    verify.set_defaults(run=_verify_log)
    read = commands.add_parser("read-id", help="read IDs from pictures, films and payloads")
    read.add_argument("files", nargs="+", type=Path, metavar="FILE")
    read.add_argument("--json", action="store_true", help="an object per file and line")
    read.add_argument("--all-fields", action="store_true", help="with the document's number")
    read.set_defaults(run=_read_id)
    doctor = commands.add_parser("doctor", help="say of every part whether it works")
    doctor.add_argument("--json", action="store_true", help="the page as one object")
    doctor.set_defaults(run=_doctor)
    keys_command.add_commands(commands)
    return parser


def _run(config: KioskConfig, arguments: argparse.Namespace) -> int:
    from db import in_use
    from db.engine import database_file

    with in_use.hold(database_file(config.database_url)):
        return _run_alone(config, arguments)


def _run_alone(config: KioskConfig, arguments: argparse.Namespace) -> int:
    from PySide6.QtCore import Qt  # the other commands need no Qt
    from PySide6.QtGui import QGuiApplication

    from kiosk.app import build_kiosk
    from resources.toolkit.memory import collect_here_only

    begin_log()
    prefer_software_rendering()
    if arguments.windowed:
        config = windowed(config)
    app = QGuiApplication(sys.argv[:1])
    app.setApplicationName("Vestibule kiosk")
    kiosk = build_kiosk(config)
    collect_here_only(app)
    app.installEventFilter(kiosk.lens.wedge)
    # Python sees a signal only when it runs: the collector's timer lets it, once a second.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: app.quit())
    shown = Qt.ConnectionType.SingleShotConnection
    kiosk.window.view.frameSwapped.connect(lambda: LOG.info(WELCOME_SHOWN), shown)
    try:
        kiosk.start()
        return app.exec()
    finally:
        kiosk.stop()


def begin_log() -> None:
    """Write what the kiosk says on standard error, from now on."""
    faults.begin_text()
    # It would tell every request to the hub, twice a minute, with its address.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def prefer_software_rendering() -> None:
    """Without a graphics card the software renderer takes a fifth of OpenGL's time."""
    if not Path("/dev/dri").exists() and sys.platform == "linux":
        os.environ.setdefault("QT_QUICK_BACKEND", "software")


def windowed(config: KioskConfig) -> KioskConfig:
    return replace(config, screen=replace(config.screen, fullscreen=False))


def _pair(config: KioskConfig, arguments: argparse.Namespace) -> int:
    from kiosk.pairing import pair_with_hub  # needs HTTP and the database

    url = arguments.hub or config.hub.url
    if not url:
        sys.stderr.write(_where_hubs_are())
        return 2
    code = getpass.getpass("Pairing code: ") if sys.stdin.isatty() else sys.stdin.readline()
    site = pair_with_hub(config, url, code.strip(), datetime.now(UTC), show=_show_digits)
    sys.stdout.write(f"This kiosk now belongs to {site.name}.\n")
    return 0


def _where_hubs_are() -> str:
    from db.discovery import hubs_here  # needs the network

    found = hubs_here()
    if not found:
        return "Say where the hub is: --hub https://192.168.1.10:8470\n"
    lines = ["These say on this network that they are a hub. Choose yours:"]
    lines += [f"  --hub {hub.url}   ({hub.name})" for hub in found]
    return "\n".join(lines) + "\n"


def _show_digits(digits: str) -> None:
    sys.stdout.write(
        f"This kiosk shows {digits}\nSomebody at the hub has to see the same digits and accept: on "
        f"the console's page Kiosks, or with vestibule-hub kiosks accept {digits}\n"
    )
    sys.stdout.flush()


def _read_id(config: KioskConfig, arguments: argparse.Namespace) -> int:
    from kiosk.scan.read_id import read_files  # needs OpenCV

    return read_files(
        arguments.files,
        sys.stdout,
        sys.stderr,
        as_json=arguments.json,
        all_fields=arguments.all_fields,
        rules=config.documents.rules,
    )


def _doctor(config: KioskConfig, arguments: argparse.Namespace) -> int:
    from kiosk.doctor import examine, report  # needs OpenCV, HTTP and the database

    findings = examine(config, arguments.config)
    return report(findings, sys.stdout, as_json=arguments.json)


def _verify_log(config: KioskConfig, _: argparse.Namespace) -> int:
    """As the hub's command says it; what a kiosk shows is not compared (see `db.replay`).

    Then what this kiosk was shown of the hub's log: it is evidence against who changes that.
    """
    from db import log
    from db.engine import open_existing
    from kiosk.sync import trust

    database = open_existing(config.database_url)
    try:
        with database.read() as session:
            found = log.verify_log(session)
            of_hub, trouble = trust.words_of_logs(session), trust.trouble(session)
    finally:
        database.close()
    lines = [f"This is what {database.engine.url.database} holds:"]
    lines += [*(log.words_of(v) for v in found), log.verdict(found), *of_hub]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0 if found and all(v.is_good for v in found) and trouble is None else 1


if __name__ == "__main__":
    sys.exit(main())
