"""Signing out: by badge, ID, name or sticker. A part of `VisitController`."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from db.domain.people import Identity, PersonName
from db.domain.visit import CheckOutWay, Visit
from kiosk import presenting
from kiosk.answer import NoAnswerError
from kiosk.controller import StepChange, VisitController
from kiosk.flow import Event, Step
from kiosk.front_desk import FrontDesk, words_of
from kiosk.ui import views

JUST_LEFT_SHOWN = 3


class SignOut(QObject):
    """FIND_VISIT, CHECKING_OUT and GOODBYE."""

    def __init__(self, visit: VisitController, front_desk: FrontDesk) -> None:
        super().__init__(visit)
        self._visit = visit
        self._front_desk = front_desk
        self._not_found = ""
        self._found: Visit | None = None
        self._way = CheckOutWay.BADGE
        self._just_left: tuple[tuple[str, datetime], ...] = ()
        self.camera_trouble = ""
        visit.offers(Step.FIND_VISIT, self._find_view)
        visit.offers(Step.CHECKING_OUT, self._find_view)
        visit.offers(Step.GOODBYE, self._goodbye_view)
        window = visit.window
        window.sign_out_named.connect(self._on_name_typed)
        window.sticker_sign_out.connect(self._on_sticker_typed)
        visit.step_changed.connect(self._on_step_changed)

    def badge_shown(self, token: str) -> None:
        """A badge was before the camera; the lens calls this."""
        self._look_up(
            lambda found: self._front_desk.find_by_badge(token, found, self._failed()),
            CheckOutWay.BADGE,
            "This badge is not signed in here today.",
        )

    def id_shown(self, identity: Identity) -> None:
        """An ID was before the camera while signing out."""
        self._look_up(
            lambda found: self._front_desk.find_by_identity(
                identity, lambda many: found(_latest_of_one_person(many)), self._failed()
            ),
            CheckOutWay.IDENTITY,
            "Nobody with this ID is signed in here.",
        )

    def _on_name_typed(self, typed: views.TypedName) -> None:
        name = PersonName(typed.given_name.strip(), typed.family_name.strip())
        self._look_up(
            lambda found: self._front_desk.find_by_name(
                name, lambda many: found(_latest_of_one_person(many)), self._failed()
            ),
            CheckOutWay.NAME,
            "We did not find one visit by that name. Please ask the office.",
        )

    def _on_sticker_typed(self, number: str) -> None:
        self._look_up(
            lambda found: self._front_desk.find_by_sticker(number, found, self._failed()),
            CheckOutWay.BADGE,
            "We did not find that number. Please ask the office.",
        )

    def _look_up(
        self,
        ask: Callable[[Callable[[Visit | None], None]], None],
        way: CheckOutWay,
        not_found: str,
    ) -> None:
        if self._visit.step is not Step.FIND_VISIT:
            return

        def found(visit: Visit | None) -> None:
            if self._visit.step is not Step.FIND_VISIT:
                return
            if visit is None:
                self._not_found = not_found
                self._visit.refresh()
                return
            self._visit.window.show_hint(views.Hint.FOUND)
            self._found, self._way = visit, way
            self._visit.advance(Event.VISIT_FOUND)

        ask(self._visit.of_this_sitting(found))

    def _on_step_changed(self, change: StepChange) -> None:
        if change.step is Step.FIND_VISIT:
            self._not_found = ""
        elif change.step is Step.WELCOME:
            self._found = None
        elif change.step is Step.CHECKING_OUT and self._found is not None:
            self._front_desk.check_out(
                self._found.visit_id,
                self._way,
                self._visit.of_this_sitting(self._on_checked_out),
                self._failed(),
            )

    def _on_checked_out(self, visit: Visit) -> None:
        self._found = visit
        left_at = visit.checked_out_at or self._visit.now()
        self._just_left = ((visit.identity.name.initials, left_at), *self._just_left)
        self._just_left = self._just_left[:JUST_LEFT_SHOWN]
        self._visit.advance(Event.CHECKED_OUT)

    def _failed(self) -> Callable[[Exception], None]:
        return self._visit.of_this_sitting(self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self._not_found = "That did not work just now. Please ask the office to sign you out."
        is_late = isinstance(error, NoAnswerError)
        kept = "You may be signed out already." if is_late else "You are still signed in."
        self._visit.trouble = views.TroubleView(
            words_of(error), kept, "Please ask the office to sign you out."
        )
        if self._visit.step is Step.CHECKING_OUT:
            self._visit.advance(Event.FAILED)
        elif self._visit.step is Step.FIND_VISIT:
            self._visit.refresh()

    def _find_view(self) -> views.SignOutView:
        return views.SignOutView(
            just_left=self._just_left,
            camera_trouble=self.camera_trouble,
            not_found=self._not_found,
        )

    def _goodbye_view(self) -> views.GoodbyeView:
        now, seconds = self._visit.now(), self._visit.times.goodbye
        if self._found is not None:
            name = presenting.given_name(self._found.identity)
            return views.GoodbyeView(name, now, views.Farewell.SIGNED_OUT, seconds)
        held = self._visit.draft.visit
        number = None if held is None else held.number
        return views.GoodbyeView("", now, views.Farewell.DECLINED, seconds, number)


def _latest_of_one_person(visits: list[Visit]) -> Visit | None:
    """Whose visit ends now; two people of one name are for the office.

    An earlier visit of the same person stays as it is: when that one ended, nobody saw.
    """
    people = {(v.identity.name.short.casefold(), v.identity.birth_date) for v in visits}
    return visits[0] if len(people) == 1 else None
