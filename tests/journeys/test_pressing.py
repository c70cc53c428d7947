"""Whatever is pressed reaches the kiosk: QML and Python agree on what there is to call."""

from PySide6.QtCore import QObject

from kiosk.flow import Step
from tests.journeys.conftest import OpenLobby
from tests.lobby import PRIYA


def test_nothing_is_added_to_what_qml_calls_while_it_runs(open_lobby: OpenLobby) -> None:
    window = open_lobby().kiosk.window
    exposed: tuple[QObject, ...] = (window, window._stage, window._feed, window._theme)

    added = {type(one).__name__: sorted(_methods(one) - _of_class(one)) for one in exposed}

    assert added == {type(one).__name__: [] for one in exposed}


def test_nothing_is_added_in_the_course_of_a_sign_in(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    window = lobby.kiosk.window
    screen = window._screen
    assert screen is not None

    assert _methods(window) == _of_class(window)
    assert _methods(screen) == _of_class(screen)


def _methods(one: QObject) -> set[str]:
    found = one.metaObject()
    return {found.method(n).methodSignature().toStdString() for n in range(found.methodCount())}


def _of_class(one: QObject) -> set[str]:
    found = type(one).staticMetaObject
    return {found.method(n).methodSignature().toStdString() for n in range(found.methodCount())}
