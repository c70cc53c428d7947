"""Wrong staff PINs lock the kiosk, through a restart and whatever its clock says."""

from datetime import timedelta

from db.engine import Database
from kiosk import pin_lock
from kiosk.pin_lock import LOCKED_FOR, LONGEST_LOCKED, TRIES, PinLock
from tests.makers import NINE


def wrong(database: Database, tries: int) -> PinLock:
    lock = PinLock()
    for _ in range(tries):
        with database.begin() as session:
            lock = pin_lock.count_wrong(session, NINE)
    return lock


def test_fifth_wrong_pin_locks_and_the_fourth_does_not(database: Database) -> None:
    assert wrong(database, TRIES - 1).seconds_left(NINE) == 0

    assert wrong(database, 1).seconds_left(NINE) == LOCKED_FOR.total_seconds()


def test_lock_is_known_after_a_restart(database: Database) -> None:
    wrong(database, TRIES)

    with database.read() as session:
        lock = pin_lock.read(session)

    assert lock.seconds_left(NINE + timedelta(seconds=20)) == 40
    assert lock.seconds_left(NINE + LOCKED_FOR) == 0


def test_every_five_more_lock_twice_as_long_up_to_an_hour(database: Database) -> None:
    minutes = [wrong(database, TRIES).seconds_left(NINE) / 60 for _ in range(8)]

    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


def test_clock_that_was_set_back_locks_for_no_more_than_the_longest(database: Database) -> None:
    lock = wrong(database, TRIES)

    assert lock.seconds_left(NINE - timedelta(days=300)) == LONGEST_LOCKED.total_seconds()


def test_right_pin_begins_anew(database: Database) -> None:
    wrong(database, TRIES + 4)

    with database.begin() as session:
        pin_lock.forget(session)

    assert wrong(database, 1).wrong_tries == 1
