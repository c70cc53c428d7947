"""The kiosk's one window: shows the view of a step, says what was touched. Decides nothing.

Start: ``window = KioskWindow(name, settings, now); controller...; window.open()``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QColor, QImage
from PySide6.QtQuick import QQuickView

from kiosk.flow import Step
from kiosk.ui.camera_picture import Feed, Image
from kiosk.ui.screens import PAGES, Screen, ScreenMaker
from kiosk.ui.stage import Stage
from kiosk.ui.views import (
    BadgeView,
    EmergencyView,
    GoodbyeView,
    Hint,
    PolicyAgreement,
    ServiceView,
    StaffChoice,
    StaffView,
    StepView,
    TypedName,
)
from kiosk.ui.wording import LANGUAGE, clock_words, day_words, hint_words
from resources.toolkit.icons import IconProvider
from resources.toolkit.pictures import GivenProvider, SchoolProvider
from resources.toolkit.theme import Look, Theme, colours, prepare_fonts

DESIGN = QSize(1920, 1080)
_TOUCHES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress})
_BUSY = frozenset({Step.CHECKING_IN, Step.CHECKING_OUT})
_ORDER = tuple(Step)


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """How the window looks and behaves."""

    look: Look = Look.LIGHT
    is_still: bool = False
    """Reduced motion: pages and presses change at once."""
    is_full_screen: bool = False
    size: tuple[int, int] = (1920, 1080)
    """Px, when not full screen; the design is scaled into it."""
    hold_seconds: float = 3.0
    """How long the school's mark is pressed to call staff."""


class KioskWindow(QObject):
    """All screens of one kiosk.

    Every signal says what a person did and carries one value or nothing. They are stable: the
    controller connects them once.

    What is connected to a method here is a `Slot` by name: Qt would add it to the class while QML
    uses that, and now and then a press then finds no signal.
    """

    # Anywhere: any touch, click or key, so that no time-out comes. Not while the time-out's own
    # question is shown: that answers by `more_time_chosen` or `left`.
    touched = Signal()
    back_chosen = Signal()  # to the page before
    left = Signal()  # Back from the first screen, Start over, I am finished, Done with a goodbye
    more_time_chosen = Signal()
    help_asked = Signal()  # the screen itself says where help is
    staff_called = Signal()  # the school's mark was held, or Staff in an emergency
    # Welcome
    check_in_chosen = Signal()
    check_out_chosen = Signal()
    # Sign in
    no_id_chosen = Signal()  # type the name instead
    name_typed = Signal(TypedName)
    identity_confirmed = Signal()
    identity_rejected = Signal()
    details_given = Signal(object)  # VisitDetails
    photo_taken = Signal(bytes)  # JPEG, 4:5, at most 480x600 px, not mirrored
    photo_skipped = Signal()
    policy_agreed = Signal(PolicyAgreement)
    wait_cancelled = Signal()
    next_person_chosen = Signal()
    badge_done = Signal()
    badge_trouble_reported = Signal()
    sticker_given = Signal(str)  # its digits; empty when the holder is empty
    # Sign out
    sign_out_named = Signal(TypedName)  # without a birth date
    sticker_sign_out = Signal(str)
    # Staff
    pin_entered = Signal(str)
    staff_decided = Signal(StaffChoice)
    staff_left = Signal()
    # For whoever cannot see the screen: nothing about a person, and nothing in an emergency.
    instructed = Signal(str)  # what the page says aloud; empty to be silent
    hinted = Signal(str)  # the camera's hint that is shown by now; empty for none

    def __init__(
        self,
        site_name: str,
        settings: WindowSettings,
        now: Callable[[], datetime],
    ) -> None:
        """`now` gives an aware moment in the site's own zone: it is what the clock shows."""
        super().__init__()
        self._settings = settings
        self._now = now
        self._step = Step.WELCOME
        self._page = ""
        self._screen: Screen | None = None
        self._feed = Feed(self)
        self._stage = Stage(site_name, settings.hold_seconds, self)
        self._stage.hint_changed.connect(self._tell_hint)
        self._pictures = GivenProvider()
        self._maker = ScreenMaker(self, self._feed, self._pictures, now)
        prepare_fonts()
        self.view = QQuickView()
        self._theme = self._load()
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._tell_time)
        self._clock.start()
        self._tell_time()

    def _load(self) -> Theme:
        engine = self.view.engine()
        engine.addImportPath(str(files("resources").joinpath("qml")))
        engine.addImageProvider("icons", IconProvider())
        engine.addImageProvider("school", SchoolProvider())
        engine.addImageProvider("given", self._pictures)
        theme = engine.singletonInstance("Vestibule.Toolkit", "Theme")
        if not isinstance(theme, Theme):
            raise TypeError("the QML module Vestibule.Toolkit is not this project's")
        theme.show_look(self._settings.look)
        theme.set_still(self._settings.is_still)
        self.view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self.view.setColor(QColor(colours(self._settings.look)["ground"]))
        self.view.setTitle("Vestibule")
        self.view.setInitialProperties({"desk": self, "stage": self._stage, "feed": self._feed})
        self.view.resize(QSize(*self._settings.size))
        self._fit(theme)
        self.view.widthChanged.connect(lambda _: self._fit(theme))
        self.view.heightChanged.connect(lambda _: self._fit(theme))
        theme.look_changed.connect(
            lambda: self.view.setColor(QColor(colours(theme.shown_look)["ground"]))
        )
        self.view.setSource(QUrl.fromLocalFile(str(files("kiosk.ui").joinpath("Main.qml"))))
        if self.view.errors():
            raise RuntimeError("; ".join(error.toString() for error in self.view.errors()))
        self.view.installEventFilter(self)
        return theme

    def _fit(self, theme: Theme) -> None:
        size = self.view.size()
        theme.set_scale(min(size.width() / DESIGN.width(), size.height() / DESIGN.height()) or 1.0)

    @property
    def language(self) -> str:
        """What the screens speak by now, like ``en``."""
        return LANGUAGE

    # ---- shown by the controller -------------------------------------------------------------

    def open(self) -> None:
        """Put the window on the screen."""
        if self._settings.is_full_screen:
            self.view.showFullScreen()
        else:
            self.view.show()

    def close(self) -> None:
        """Take the window away, and what it holds in memory with it: it cannot be opened again."""
        self._clock.stop()
        self._stage.count_down(0)
        self.view.close()
        # QML goes before the models that it reads.
        self.view.setSource(QUrl())
        self.view.deleteLater()
        self.deleteLater()

    def show_step(self, step: Step, view: StepView) -> None:
        """Show a step; the same page again takes over what changed and keeps what is typed."""
        page = PAGES[step]
        if step is Step.WELCOME and self._step is not Step.WELCOME:
            # The next person gets the kiosk as the school set it.
            self._theme.show_look(self._settings.look)
        shown = self._screen
        if page != self._page or shown is None or not self._maker.refresh(shown, view):
            is_back = _ORDER.index(step) < _ORDER.index(self._step)
            self._feed.show(None)
            self._screen = self._maker.make(view)
            self._page = page
            self._stage.turn(page, self._screen, is_back=is_back)
            self._stage.count_down(0)
            if shown is not None:
                shown.deleteLater()
        if _seconds_shown(view) != self._stage.countdown_whole:
            self._stage.count_down(_seconds_shown(view))
        self._step = step
        self._stage.set_busy(step in _BUSY)

    def show_frame(self, image: Image) -> None:
        """The camera's newest picture, height x width x 3, blue-green-red."""
        self._feed.show(image)

    def show_hint(self, hint: Hint) -> None:
        """What to change; each stays readable for a while."""
        thing = "badge" if self._step is Step.FIND_VISIT else "card"
        self._stage.show_hint(*hint_words(hint, thing), is_found=hint is Hint.FOUND)

    @Slot(int)
    def show_timeout_warning(self, seconds_left: int | None) -> None:
        """Ask whether somebody is still there, and blank what is personal; None takes it away."""
        self._theme.set_veiled(seconds_left is not None)
        self._stage.show_warning(seconds_left)

    def show_emergency(self, emergency: EmergencyView | None) -> None:
        """Replace everything at once; None resumes what was."""
        if emergency is None:
            self._stage.show_emergency({})
            return
        zone = self._now().tzinfo
        self._stage.show_emergency(
            {
                "title": emergency.title,
                "subtitle": emergency.subtitle,
                "steps": [{"words": one, "second": two} for one, two in emergency.steps[:3]],
                "sent": f"Sent by the office at {clock_words(emergency.sent_at, zone)}. "
                "This screen stays until the office ends it.",
            }
        )

    def set_busy(self, busy: bool) -> None:
        """Whether the kiosk works on an answer: actions wait, and say so."""
        self._stage.set_busy(busy)

    def grab(self) -> QImage:
        """The window as it is seen."""
        return self.view.grabWindow()

    # ---- said by QML -------------------------------------------------------------------------

    @Slot(str)
    def instruct(self, words: str) -> None:
        """The page has other words to say."""
        self.instructed.emit(words)

    @Slot()
    def turn_contrast(self) -> None:
        """High contrast, and back to the school's own look."""
        is_on = self._theme.shown_look is Look.CONTRAST
        usual = self._settings.look
        other = Look.LIGHT if usual is Look.CONTRAST else usual
        self._theme.show_look(other if is_on else Look.CONTRAST)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """See every touch before the screens do; never swallow one."""
        if event.type() in _TOUCHES and not self._stage.is_warning:
            self._stage.count_anew()
            self.touched.emit()
        return False

    @Slot()
    def _tell_hint(self) -> None:
        if not self._stage.is_warning and not self._stage.is_emergency:
            self.hinted.emit(self._stage.hint_words)

    @Slot()
    def _tell_time(self) -> None:
        now = self._now()
        self._stage.set_clock(day_words(now), clock_words(now))


def _seconds_shown(view: StepView) -> int:
    match view:
        case BadgeView() | GoodbyeView():
            return view.returns_after
        case StaffView() | ServiceView():
            return view.locks_after
        case _:
            return 0
