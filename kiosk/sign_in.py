"""Signing in: from a name to a badge, or to the office. A part of `VisitController`."""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from db.domain.events import BadgeFailed, BadgePrinted
from db.domain.people import Identity, PersonName
from db.domain.screening import Outcome
from db.domain.visit import Visit, VisitDetails
from kiosk import presenting
from kiosk.answer import NoAnswerError
from kiosk.badge.content import badge_code
from kiosk.badge_desk import Badge, BadgeDesk, PrintResult
from kiosk.controller import StepChange, VisitController
from kiosk.flow import Event, Step
from kiosk.front_desk import FrontDesk, words_of
from kiosk.presenting import SiteWords
from kiosk.reception import NewBadge, ScreenedVisit
from kiosk.scan.badge_code import TOKEN_BYTES, new_badge_token
from kiosk.scan.presentable import presentable
from kiosk.ui import views

ABANDONABLE = frozenset({Step.VISIT_DETAILS, Step.PHOTO, Step.POLICY})


class SignIn(QObject):
    """Everything between CONFIRM_IDENTITY and the badge in the visitor's hand."""

    def __init__(
        self,
        visit: VisitController,
        front_desk: FrontDesk,
        badge_desk: BadgeDesk,
        words: SiteWords,
        wait_minimum_seconds: float,
    ) -> None:
        super().__init__(visit)
        self._visit = visit
        self._front_desk = front_desk
        self._badge_desk = badge_desk
        self.words = words
        self._wait_minimum_ms = int(wait_minimum_seconds * 1000)
        self._printing = views.Printing.PRINTING
        self._badge: Badge | None = None
        self._print_trouble = ""
        self._offer_views()
        window = visit.window
        window.no_id_chosen.connect(lambda: visit.on_event(Event.NO_ID))
        window.name_typed.connect(self._on_name_typed)
        window.identity_confirmed.connect(lambda: visit.on_event(Event.IDENTITY_CONFIRMED))
        window.identity_rejected.connect(lambda: visit.on_event(Event.IDENTITY_WRONG))
        window.details_given.connect(self._on_details_given)
        window.photo_taken.connect(self._on_photo_settled)
        window.photo_skipped.connect(lambda: self._on_photo_settled(b""))
        window.policy_agreed.connect(self._on_policy_agreed)
        window.back_chosen.connect(self._on_back_chosen)
        window.badge_done.connect(lambda: visit.on_event(Event.BADGE_TAKEN))
        window.badge_trouble_reported.connect(self._on_badge_trouble_reported)
        window.sticker_given.connect(self._on_sticker_given)
        # Before the flow's own slot would drop the draft: give up the visit in the log as well.
        visit.leaving.connect(self._on_leaving)
        visit.step_changed.connect(self._on_step_changed)

    def identified(self, identity: Identity) -> None:
        """An ID was read; the lens calls this. Licences print capitals, people do not."""
        shown = replace(identity, name=presentable(identity.name))
        self._visit.draft = self._visit.draft.with_identity(shown)
        self._visit.on_event(Event.ID_READ)

    def _offer_views(self) -> None:
        visit = self._visit
        visit.offers(Step.TYPE_NAME, views.TypeNameView)
        visit.offers(Step.CONFIRM_IDENTITY, self._confirm_view)
        visit.offers(Step.SCREENING, views.WaitView)
        visit.offers(Step.VISIT_DETAILS, self._details_view)
        visit.offers(Step.POLICY, lambda: self.words.policy_view(self._shown_name()))
        visit.offers(Step.CHECKING_IN, lambda: self.words.policy_view(self._shown_name()))
        visit.offers(Step.BADGE, self._badge_view)
        visit.offers(Step.STICKER, lambda: self.words.sticker_view(self._print_trouble))

    # ---- what screens say --------------------------------------------------------------------

    def _on_name_typed(self, typed: views.TypedName) -> None:
        name = PersonName(given=typed.given_name.strip(), family=typed.family_name.strip())
        identity = Identity(name, birth_date=typed.birth_date)
        if self._visit.step is Step.TYPE_NAME:
            self._visit.draft = self._visit.draft.with_identity(identity)
            self._visit.on_event(Event.NAME_TYPED)

    def _on_details_given(self, details: VisitDetails) -> None:
        if self._visit.step is not Step.VISIT_DETAILS:  # late, from a screen that is gone
            return
        self._visit.draft = self._visit.draft.with_details(details)
        takes_photos = self.words.takes_photos
        self._visit.on_event(Event.DETAILS_GIVEN if takes_photos else Event.DETAILS_SUFFICE)

    def _on_back_chosen(self) -> None:
        is_over_photo = self._visit.step is Step.POLICY and not self.words.takes_photos
        self._visit.on_event(Event.BACK_TO_DETAILS if is_over_photo else Event.BACK)

    def _on_photo_settled(self, jpeg: bytes) -> None:
        if self._visit.step is not Step.PHOTO:
            return
        self._visit.draft = self._visit.draft.with_photo(jpeg)
        self._visit.on_event(Event.PHOTO_SETTLED)

    def _on_policy_agreed(self, agreement: views.PolicyAgreement) -> None:
        if self._visit.step is not Step.POLICY:
            return
        self._visit.draft = self._visit.draft.with_agreement(signed=bool(agreement.signature))
        self._visit.on_event(Event.POLICY_AGREED)

    def _on_badge_trouble_reported(self) -> None:
        self._print_trouble = "The badge did not come out."
        self._visit.on_event(Event.BADGE_FAILED)

    def _on_sticker_given(self, number: str) -> None:
        checked_in = self._visit.draft.visit
        if checked_in is not None and number:
            self._front_desk.settle_badge(
                BadgeFailed(checked_in.visit_id, "", self._print_trouble, sticker=number)
            )
        self._visit.on_event(Event.STICKER_TAKEN)

    def _on_leaving(self, step: Step) -> None:
        # A hold, and what staff decided on one, outlives its screen: the visitor may come back.
        visit, screening = self._visit.draft.visit, self._visit.draft.screening
        is_clear = screening is not None and screening.outcome is Outcome.CLEAR
        if step in ABANDONABLE and visit is not None and is_clear:
            self._front_desk.abandon(visit.visit_id)

    # ---- what the kiosk then does ------------------------------------------------------------

    def _on_step_changed(self, change: StepChange) -> None:
        if change.step is Step.SCREENING:
            self._screen()
        elif change.step is Step.CHECKING_IN:
            self._check_in()
        elif change.step is Step.WELCOME:
            self._badge, self._print_trouble = None, ""

    def _screen(self) -> None:
        began = time.monotonic()  # no clock that somebody may set

        def screened(result: ScreenedVisit) -> None:
            # Everybody sees the same page for the same time, whatever the lists say.
            passed = int((time.monotonic() - began) * 1000)
            show = self._visit.of_this_sitting(self._on_screened)
            QTimer.singleShot(max(0, self._wait_minimum_ms - passed), lambda: show(result))

        self._front_desk.screen(
            self._identity(),
            self._visit.of_this_sitting(screened),
            self._fails(
                "Nothing of this sign-in was kept.", "The office may have your name by now."
            ),
        )

    def _on_screened(self, result: ScreenedVisit) -> None:
        self._visit.draft = self._visit.draft.with_visit(result.visit, result.screening)
        if result.decision is not None:
            admits = result.decision.verdict.admits
            self._visit.advance(Event.STAFF_APPROVED if admits else Event.STAFF_DENIED)
        elif result.screening.outcome is Outcome.CLEAR:
            self._visit.advance(Event.CLEAR)
        else:
            self._visit.advance(Event.HOLD)

    def _check_in(self) -> None:
        now = self._visit.now()
        badge = NewBadge(
            token=new_badge_token(secrets.token_bytes(TOKEN_BYTES)),
            code=badge_code(secrets.token_bytes(8)),
            valid_until=self.words.badge_valid_until(now),
        )
        draft = self._visit.draft
        show_trouble = self._fails(
            "The office still has your name.", "You may be signed in already: the office sees it."
        )

        def failed(error: Exception) -> None:
            # After a check-in that is only late, this comes behind it, and changes nothing.
            if draft.visit is not None:
                self._front_desk.abandon(draft.visit.visit_id)
            show_trouble(error)

        def checked_in(visit: Visit) -> None:
            self._visit.draft = replace(self._visit.draft, visit=visit)
            self._badge, self._printing = None, views.Printing.PRINTING
            self._visit.advance(Event.CHECKED_IN)
            self._badge_desk.print(
                visit,
                badge.token,
                draft.photo,
                ready=self._visit.of_this_sitting(self._on_badge_ready),
                done=self._printed(self._visit.of_this_sitting(self._on_printed)),
            )

        self._front_desk.check_in(
            draft,
            badge,
            self._visit.of_this_sitting(checked_in),
            failed,
        )

    def _on_badge_ready(self, badge: Badge) -> None:
        self._badge = badge
        if self._visit.step is Step.BADGE:
            self._visit.refresh()

    def _printed(self, show: Callable[[PrintResult], None]) -> Callable[[PrintResult], None]:
        """Keep how the print went, whether or not somebody still looks at the screen."""

        def settled(result: PrintResult) -> None:
            visit_id = result.visit.visit_id
            self._front_desk.settle_badge(
                BadgeFailed(visit_id, result.printer, result.trouble)
                if result.trouble
                else BadgePrinted(visit_id, result.printer)
            )
            show(result)

        return settled

    def _on_printed(self, result: PrintResult) -> None:
        if self._visit.step is not Step.BADGE:
            return
        if result.trouble:
            self._print_trouble = result.trouble
            self._visit.advance(Event.BADGE_FAILED)
        else:
            self._printing = views.Printing.PRINTED
            self._visit.refresh()
            self._visit.wait(self._visit.times.done)

    def _fails(self, what_was_kept: str, what_may_be: str) -> Callable[[Exception], None]:
        """`what_may_be`: kept, when there was no answer in time, and it may still be done."""

        def failed(error: Exception) -> None:
            kept = what_may_be if isinstance(error, NoAnswerError) else what_was_kept
            self._visit.trouble = views.TroubleView(words_of(error), kept, "Please see the office.")
            self._visit.advance(Event.FAILED)

        return self._visit.of_this_sitting(failed)

    def _confirm_view(self) -> views.ConfirmView:
        return self.words.confirm_view(self._identity(), self._front_desk.document_days())

    def _details_view(self) -> views.DetailsView:
        return self.words.details_view(self._shown_name(), self._visit.draft.details)

    def _badge_view(self) -> views.BadgeView:
        visit = self._visit.draft.visit
        details = None if visit is None else visit.details
        where, host = ("", "") if details is None else presenting.destination(details)
        is_printed = self._printing is views.Printing.PRINTED
        return views.BadgeView(
            given_name=presenting.given_name(self._identity()),
            destination=where,
            host=host,
            directions=details.host.directions if details and details.host else "",
            badge_picture=b"" if self._badge is None else self._badge.picture,
            printing=self._printing,
            with_escort=visit is not None and visit.with_escort,
            returns_after=self._visit.times.done if is_printed else 0,
        )

    def _identity(self) -> Identity:
        return self._visit.draft.identity or Identity(PersonName("", ""))

    def _shown_name(self) -> str:
        return presenting.shown_name(self._identity())
