"""Whatever is pressed reaches the kiosk: QML and Python agree on what there is to call."""

import ast
from importlib.resources import files
from pathlib import Path

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


def test_every_method_of_a_screen_that_is_connected_is_a_slot() -> None:
    bare = [
        f"{path.name}: {one.name}.{method.name}"
        for path in sorted(Path(str(files("kiosk.ui"))).glob("*.py"))
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.ClassDef)
        for method in one.body
        if isinstance(method, ast.FunctionDef)
        and f".connect(self.{method.name})" in ast.unparse(one)
        and not any("Slot" in ast.unparse(d) for d in method.decorator_list)
    ]

    assert bare == []


def _methods(one: QObject) -> set[str]:
    found = one.metaObject()
    return {found.method(n).methodSignature().toStdString() for n in range(found.methodCount())}


def _of_class(one: QObject) -> set[str]:
    found = type(one).staticMetaObject
    return {found.method(n).methodSignature().toStdString() for n in range(found.methodCount())}
