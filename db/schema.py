"""The schema: one history for SQLite and PostgreSQL, and how a database gets to its end.

A new SQLite file is made from the models at once, which takes a fifth of the time; every other
database goes the way of the migrations. Tests hold that both ways lead to the same.
"""

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError

from db import desk_models, estimates, hub_models, list_models, log_models, models, name_search
from db.columns import Base
from db.domain.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0026"
"""The newest revision in `migrations/versions`; a test compares the two."""
NEWER = (
    "This database was written by a newer version of Vestibule. It was not changed. Install that "
    "version on this computer, then try again."
)
MODELS = (models, log_models, hub_models, desk_models, list_models)
"""Where all tables are: `Base.metadata` knows those of the modules that were imported."""
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_SECONDS = 2.0
"""So long a change of the tables waits for one, and whoever comes behind waits with it."""
LOCK_PAUSE_SECONDS = 1.0
"""So long they pass before it is tried again."""
LOCK_TRIES = 60
IN_USE = (
    "The database must be changed for this version of Vestibule, and something has used its tables "
    "for minutes: a dump, or a long question at a terminal. Nothing was changed, and other hubs go "
    "on. Start this hub again when that has ended."
)
_IN_THE_WAY = ("55P03", "40P01")
"""PostgreSQL's codes for a lock that did not come in time, and for two that wait for each other."""
_MIGRATING = 0x5645_5354
"""Any number, the same for every hub: PostgreSQL's lock while a database is brought up to date."""
LOG = logging.getLogger(__name__)
logging.getLogger("alembic").setLevel(logging.WARNING)  # it would tell of every start


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables, or change them to what this version needs: all of it, or nothing.

    On a server others go on meanwhile. Whoever waits for a table keeps everybody out who comes
    behind, so the change waits shortly, lets them pass, and is tried again.

    Raises `StorageError` when the database is of a newer version, or in use for too long.
    """
    for tries in range(1, LOCK_TRIES + 1):
        try:
            _bring_up_to_date(engine)
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY:
                raise
            if tries == LOCK_TRIES:
                raise StorageError(IN_USE) from error
            LOG.warning("somebody uses a table that is to be changed: it is tried again soon")
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return


def _bring_up_to_date(engine: Engine) -> None:
    with engine.begin() as connection:
        if revision_of(connection) == HEAD:
            return
        if connection.dialect.name == "postgresql":
            # Several hubs may start at once: one brings the database up to date, the others wait.
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
            longest = f"{int(LOCK_SECONDS * 1000)}ms"
            connection.execute(select(func.set_config("lock_timeout", longest, True)))
        elif not inspect(connection).get_table_names():
            _make(connection)
            return
        # Alembic takes a quarter of a second to load: only where there is something to migrate.
        from alembic import command
        from alembic.util import CommandError

        config = alembic_config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StorageError(NEWER) from error
        if connection.dialect.name == "sqlite":
            estimates.tell(connection)


def alembic_config() -> "Config":
    """Alembic's settings for our one history; `attributes["connection"]` is set by the caller."""
    from alembic.config import Config  # see bring_up_to_date

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def is_older(revision: str) -> bool:
    """Whether this version's history knows the revision."""
    from alembic.script import ScriptDirectory  # see bring_up_to_date

    known = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    return revision in {script.revision for script in known}


def revision_of(connection: Connection) -> str | None:
    """Which revision a database is of; None when it is none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _make(connection: Connection) -> None:
    Base.metadata.create_all(connection)
    name_search.make_parts(connection)
    name_search.make_names(connection)
    estimates.tell(connection)
    connection.execute(insert(models.DistrictRow).values(district_id=uuid4()))
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
