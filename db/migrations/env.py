"""Alembic's entry: runs on the connection that `db.engine` (or a developer) hands over."""

from alembic import context
from sqlalchemy import Connection, create_engine

from db import partitions
from db.columns import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        include_object=partitions.is_compared,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if isinstance(handed_over, Connection):
    run(handed_over)
else:
    # For `alembic -c db/migrations/alembic.ini revision --autogenerate` by a developer.
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        raise SystemExit("Give sqlalchemy.url: which database shall be compared with the models?")
    with create_engine(url).begin() as own:
        run(own)
