"""Listening to the hub, and asking it without getting in one's own way."""

import threading
import weakref

from pytestqt.qtbot import QtBot

from admin_console.console.client import HubClient
from admin_console.console.live import PAUSES, LiveWatch, Missed
from admin_console.console.session import Connection, Fetch, HubSession
from db.domain.desk import Desk
from tests.console import invented
from tests.console.fake_hub import FakeHub
from tests.console.windows import Clock


def open_session(hub: FakeHub) -> HubSession:
    return HubSession(hub, invented.make_signed_in(), Clock())


def test_watch_hears_a_change_at_once(qtbot: QtBot) -> None:
    hub = FakeHub()
    watch = LiveWatch(hub)
    with qtbot.waitSignal(watch.heard):
        watch.start()

    with qtbot.waitSignal(watch.heard, timeout=1000) as heard:
        hub.change()

    assert heard.args == [2]
    watch.stop()
    hub.close()


def test_watch_counts_its_tries_and_comes_back_by_itself(qtbot: QtBot) -> None:
    hub = FakeHub(is_away=True)
    watch = LiveWatch(hub)
    with qtbot.waitSignal(watch.missed) as missed:
        watch.start()

    hub.come_back()
    with qtbot.waitSignal(watch.heard):
        watch.try_now()

    assert missed.args == [Missed(1, PAUSES[0])]
    watch.stop()
    hub.close()


def test_watch_stops_when_the_session_is_over(qtbot: QtBot) -> None:
    watch = LiveWatch(FakeHub(is_over=True))

    with qtbot.waitSignal(watch.ended) as ended:
        watch.start()

    assert ended.args == ["Your session is over. Sign in again."]


def test_watch_that_was_stopped_ends_in_the_gui_thread(qtbot: QtBot) -> None:
    hub = FakeHub()
    watch = LiveWatch(hub)
    ended_in: list[str] = []
    weakref.finalize(watch, lambda: ended_in.append(threading.current_thread().name))
    with qtbot.waitSignal(watch.heard):
        watch.start()
    thread = watch._thread

    watch.stop()
    del watch
    hub.change()  # which ends the question that it still asked
    thread.join()
    assert ended_in == []
    LiveWatch(hub).stop()

    assert ended_in == ["MainThread"]
    hub.close()


def test_failed_question_makes_the_hub_away(qtbot: QtBot) -> None:
    hub = FakeHub(is_away=True)
    session = open_session(hub)

    with qtbot.waitSignal(session.connection_changed) as changed:
        session.ask(lambda line: line.desk(), lambda _desk: None, lambda _error: None)

    connection = changed.args[0]
    assert isinstance(connection, Connection)
    assert not connection.is_up
    assert connection.heard_at == invented.NOW
    session.close()


def test_hub_that_comes_back_asks_everybody_to_look_again(qtbot: QtBot) -> None:
    hub = FakeHub(is_away=True)
    session = open_session(hub)
    with qtbot.waitSignal(session.connection_changed):
        session.start()

    hub.come_back()
    with qtbot.waitSignal(session.changed):
        session.try_now()

    assert session.connection.is_up
    session.close()
    hub.close()


def test_question_asked_many_times_at_once_is_asked_twice(qtbot: QtBot) -> None:
    hub, asked = FakeHub(), list[int]()
    session = open_session(hub)
    answers: list[Desk] = []

    def question(line: HubClient) -> Desk:
        asked.append(1)
        return line.desk()

    fetch = Fetch(session, question, answers.append, lambda _error: None)

    for _ in range(20):
        fetch.ask()
    qtbot.waitUntil(lambda: len(answers) == 2)

    assert len(asked) == 2
    session.close()


def test_answer_that_comes_when_somebody_has_left_is_told_to_nobody(qtbot: QtBot) -> None:
    session, told = open_session(FakeHub()), list[object]()
    session.ask(lambda line: line.desk(), told.append, told.append)

    session.close()
    later = open_session(FakeHub())
    answers: list[Desk] = []
    later.ask(lambda line: line.desk(), answers.append, told.append)
    qtbot.waitUntil(lambda: len(answers) == 1)

    assert told == []
    later.close()
