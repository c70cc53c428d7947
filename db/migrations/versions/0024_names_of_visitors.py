"""SQLite finds visitors whose name few have by their names, each of which stands there once."""

from alembic import op

from db import name_search

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        name_search.make_names(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        name_search.drop_names(op.get_bind())
