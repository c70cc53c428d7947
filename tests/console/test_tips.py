"""Tool tips show what others wrote sign by sign: no pictures, no lines in the hub's voice."""

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import Qt as Gui
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from admin_console.console.models.evidence import EvidenceModel
from admin_console.console.models.happenings import HappeningsModel
from admin_console.console.models.history import HistoryModel
from admin_console.console.models.on_site import OnSiteModel
from admin_console.console.models.plain import Columns, PlainModel
from admin_console.console.models.queue import QueueModel
from admin_console.console.parts.button import Button
from admin_console.console.parts.labels import Words
from admin_console.console.theme import load_theme
from admin_console.console.tips import tip
from db.domain.people import PersonName
from tests.console import invented

CHICAGO = ZoneInfo("America/Chicago")
HOSTILE = 'Marlow<br>Decided: approved<img src="file:///etc/hostname">&lt;'
pytestmark = pytest.mark.usefixtures("qapp")


def shown(text: str) -> str:
    """A tool tip as a person sees it; a picture is one sign that nothing else is."""
    if not Gui.mightBeRichText(text):  # type: ignore[attr-defined]
        return text
    document = QTextDocument()
    document.setHtml(text)
    return document.toPlainText()


def plain() -> PlainModel:
    model = PlainModel(Columns(("Name", "Reason")))
    model.show_rows(((HOSTILE, f"\n{HOSTILE}"), ("Grace Kim", "Smith & Sons")))
    return model


def evidence() -> EvidenceModel:
    model, match = EvidenceModel(), invented.make_match()
    rows = tuple(replace(e, visitor=HOSTILE, entry=HOSTILE, words=HOSTILE) for e in match.evidence)
    model.show_match(replace(match, evidence=rows))
    return model


def queue() -> QueueModel:
    model = QueueModel(CHICAGO, site_of=lambda _: HOSTILE)
    holds = []
    for hold in invented.make_holds():
        identity = replace(hold.visit.identity, name=PersonName(family=HOSTILE, given=HOSTILE))
        holds.append(replace(hold, visit=replace(hold.visit, identity=identity)))
    model.show_holds(tuple(holds), invented.NOW, is_live=True)
    return model


MODELS = (
    plain,
    evidence,
    queue,
    lambda: HappeningsModel(CHICAGO),
    lambda: HistoryModel(CHICAGO),
    lambda: OnSiteModel(CHICAGO),
)


def every_kind(base: type) -> Iterator[type]:
    for kind in base.__subclasses__():
        yield kind
        yield from every_kind(kind)


def test_tool_tips_of_every_model_show_what_is_in_them_sign_by_sign() -> None:
    models = [make() for make in MODELS]
    of_console = {k for k in every_kind(QAbstractItemModel) if k.__module__.startswith("admin_c")}
    assert {type(model) for model in models} == of_console

    seen = 0
    for model in models:
        columns = 1 if isinstance(model, QueueModel) else model.columnCount()
        for row in range(model.rowCount()):
            for column in range(columns):
                text = model.data(model.index(row, column), Qt.ItemDataRole.ToolTipRole)
                if isinstance(text, str) and "Marlow" in text:
                    seen += 1
                    assert HOSTILE in shown(text)
                    assert "\ufffc" not in shown(text)
    assert seen > 20


def test_ends_of_lines_in_a_tool_tip_are_no_lines_of_their_own() -> None:
    assert "\n" not in tip("Marlow\nDecided: approved\u2028by the hub")


@given(st.text() | st.text("<>&;lt!b/ \n?xm"))
def test_tool_tip_shows_any_text_as_it_is(text: str) -> None:
    said = " ".join(text.replace("\0", "").split())

    assert " ".join(shown(tip(said)).split()) == said


def test_cut_label_and_button_that_is_off_show_markup_as_text(qtbot: QtBot) -> None:
    theme = load_theme(dark=False)
    label, button = Words(theme, HOSTILE), Button(theme, "Apply", name="apply")
    for widget in (label, button):
        qtbot.addWidget(widget)
    label.resize(60, 20)
    label.show()
    button.set_off(HOSTILE)

    assert shown(label.toolTip()) == HOSTILE
    assert shown(button.toolTip()) == HOSTILE
