"""Programs at one PostgreSQL database hear of each other's changes when they are committed."""

import subprocess
import sys
from contextlib import closing

from db import changes, news
from db.engine import open_database

ANOTHER_PROGRAM = """
import sys
from db import changes
from db.engine import open_database
database = open_database(sys.argv[1])
with database.begin() as session:
    changes.add(session, "hosts", [])
database.close()
"""


def test_change_of_another_program_is_heard_and_ones_own_is_not(postgres_url: str) -> None:
    database = open_database(postgres_url)
    with closing(news.hear(database.engine, database.district_id, 0.2)) as heard:
        quiet = next(heard)
        with database.begin() as session:
            changes.add(session, "hosts", [])
        own = next(heard)
        subprocess.run([sys.executable, "-c", ANOTHER_PROGRAM, postgres_url], check=True)
        others = next(heard)
    database.close()

    assert (quiet, own, others) == (False, False, True)
