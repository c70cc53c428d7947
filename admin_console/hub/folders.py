"""Where the hub keeps what is no row of its database: photos, its certificates, and keys."""

import argparse
from pathlib import Path

from db.domain.errors import ConfigError
from resources.folders import data_folder


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add ``--data-folder``. Imports little, for `--help`."""
    parser.add_argument(
        "--data-folder",
        type=Path,
        metavar="FOLDER",
        help="with PostgreSQL: where photos, tls and keys are, the same for every hub of the "
        f"district (default: {data_folder('hub')}); with SQLite they are beside its file",
    )


def beside(url: str, wanted: Path | None = None) -> Path:
    """The folder of a SQLite file; for a server's database the one that is wanted, or the hub's.

    Raises `ConfigError` when another one than that of the SQLite file is wanted.
    """
    from db.engine import database_file

    path = database_file(url)
    if path is None:
        return wanted or data_folder("hub")
    if wanted is not None and wanted.absolute() != path.parent.absolute():
        raise ConfigError(
            f"With SQLite photos, tls and keys are beside the database, in {path.parent}. Nothing "
            "was changed. Leave --data-folder out, or put the file there with --database."
        )
    return path.parent
