"""What guessing costs the guesser, and what it costs the hub."""

from admin_console.hub.throttle import FAILURES, WINDOW_SECONDS, Throttle


def test_sixth_try_within_a_minute_waits_until_the_first_is_a_minute_old() -> None:
    throttle = Throttle()

    waits = [throttle.count_try("desk ann", at) for at in (0, 10, 20, 30, 40, 50)]

    assert waits == [0.0] * FAILURES + [10.0]
    assert throttle.count_try("desk ann", WINDOW_SECONDS) == 0.0


def test_invented_names_are_forgotten_once_their_minute_is_over() -> None:
    throttle = Throttle()
    for number in range(1_000):
        throttle.count_try(f"desk nobody-{number}", number / 100)

    throttle.count_try("desk ann", WINDOW_SECONDS + 5)

    assert throttle.remembered() == 500


def test_who_still_guesses_is_not_forgotten_with_older_names() -> None:
    throttle = Throttle()
    for at in (0, 50, 51, 52, 53, 54):
        throttle.count_try("desk ann", at)
        throttle.count_try("desk bo", 0)

    throttle.count_try("desk cy", WINDOW_SECONDS + 1)

    assert throttle.count_try("desk ann", WINDOW_SECONDS + 1) == 0.0
    assert throttle.count_try("desk ann", WINDOW_SECONDS + 2) > 0


def test_right_password_leaves_nothing_behind() -> None:
    throttle = Throttle()
    throttle.count_try("desk ann", 0)

    throttle.succeeded("desk ann")

    assert throttle.remembered() == 0


def test_tries_under_a_clock_that_was_a_year_ahead_hold_nobody() -> None:
    throttle, year = Throttle(), 365 * 86_400.0
    for number in range(FAILURES + 1):
        throttle.count_try("desk ann", year + number)

    assert throttle.count_try("desk ann", 0.0) == 0.0
