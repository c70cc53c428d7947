"""View model of the rules, and the pad that a signature is drawn on."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtQml import QmlElement
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

from kiosk.ui.views import PolicyAgreement, PolicyView

if TYPE_CHECKING:
    from typing import Any

QML_IMPORT_NAME = "Vestibule.Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

RULE_ICONS = ("badge", "place", "camera-off", "sign-out")
INK_WIDTH = 6
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")


class PolicyScreen(QObject):
    """Agree with a signature, or without one.

    Signals:
        agreed: a `PolicyAgreement`.
    """

    facts_changed = Signal()
    agreed = Signal(PolicyAgreement)

    def __init__(self, view: PolicyView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view

    def show(self, view: PolicyView) -> None:
        """The signature stays."""
        if view != self._view:
            self._view = view
            self.facts_changed.emit()

    @Slot("QVariantList")
    def agree(self, strokes: list[list[QPointF]]) -> None:
        """With the strokes of a signature, or none."""
        self.agreed.emit(
            PolicyAgreement(
                tuple(tuple((point.x(), point.y()) for point in stroke) for stroke in strokes)
            )
        )

    def _facts(self) -> "dict[str, Any]":
        rules = self._view.rules[: len(RULE_ICONS)]
        count = _NUMBERS[len(rules)]
        return {
            "title": f"Please agree to {count} {'rule' if len(rules) == 1 else 'rules'}",
            "name": self._view.name,
            "rules": [
                {"words": words, "icon": icon}
                for words, icon in zip(rules, RULE_ICONS, strict=False)
            ],
            "fullText": [part.strip() for part in self._view.full_text.split("\n") if part.strip()],
        }

    facts = Property(dict, _facts, notify=facts_changed)


@QmlElement
class SignaturePad(QQuickPaintedItem):
    """Ink that follows a finger. QML tells where it is."""

    changed = Signal()

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self._strokes: list[list[QPointF]] = []
        self._ink = QColor("black")
        self.setAntialiasing(True)

    @Slot(float, float)
    def begin(self, x: float, y: float) -> None:
        self._strokes.append([QPointF(x, y)])
        self._inked()

    @Slot(float, float)
    def extend(self, x: float, y: float) -> None:
        if self._strokes:
            self._strokes[-1].append(QPointF(x, y))
            self.update()

    @Slot()
    def clear(self) -> None:
        self._strokes = []
        self._inked()

    def paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._ink, INK_WIDTH)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for stroke in self._strokes:
            if len(stroke) == 1:
                painter.drawPoint(stroke[0])
            else:
                painter.drawPolyline(QPolygonF(stroke))

    def _inked(self) -> None:
        self.update()
        self.changed.emit()

    def _set_ink(self, ink: QColor) -> None:
        self._ink = ink
        self.update()

    ink = Property(QColor, lambda self: self._ink, _set_ink, notify=changed)
    strokes = Property(list, lambda self: self._strokes, notify=changed)
    isSigned = Property(bool, lambda self: bool(self._strokes), notify=changed)  # noqa: N815
