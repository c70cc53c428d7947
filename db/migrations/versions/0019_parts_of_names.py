"""SQLite finds visitors by any part of a name; on PostgreSQL a running hub makes what it needs."""

from alembic import op

from db import name_search

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        name_search.make_parts(op.get_bind())


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        name_search.drop_parts(connection)
    else:
        op.execute(f"DROP INDEX IF EXISTS {name_search.INDEX}")
