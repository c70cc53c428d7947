"""Which page shows a step, and which view model it gets. Knows views, no rules."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from kiosk.flow import Step
from kiosk.ui.camera_picture import Feed
from kiosk.ui.details_screen import DetailsScreen
from kiosk.ui.entry_screens import PinScreen, SignOutScreen, StickerScreen, TypeNameScreen
from kiosk.ui.photo_screen import PhotoScreen
from kiosk.ui.plain_screen import PlainScreen, PlainView
from kiosk.ui.policy_screen import PolicyScreen
from kiosk.ui.staff_screen import StaffScreen
from kiosk.ui.views import (
    DetailsView,
    PhotoView,
    PinView,
    PolicyView,
    SignOutView,
    StaffView,
    StepView,
    StickerView,
    TypeNameView,
)
from resources.toolkit.pictures import GivenProvider

if TYPE_CHECKING:
    from kiosk.ui.window import KioskWindow

PAGES = {
    Step.WELCOME: "WelcomeScreen",
    Step.SCAN_ID: "ScanScreen",
    Step.TYPE_NAME: "TypeNameScreen",
    Step.CONFIRM_IDENTITY: "ConfirmScreen",
    # One page for everybody who waits: nothing tells for what.
    Step.SCREENING: "WaitScreen",
    Step.WAIT_FOR_STAFF: "WaitScreen",
    Step.RECORDING_DECISION: "WaitScreen",
    Step.STAFF_PIN: "StaffPinScreen",
    Step.STAFF_DECISION: "StaffDecisionScreen",
    Step.VISIT_DETAILS: "VisitDetailsScreen",
    Step.PHOTO: "PhotoScreen",
    Step.POLICY: "PolicyScreen",
    Step.CHECKING_IN: "PolicyScreen",
    Step.BADGE: "BadgeScreen",
    Step.STICKER: "StickerScreen",
    Step.FIND_VISIT: "SignOutScreen",
    Step.CHECKING_OUT: "SignOutScreen",
    Step.GOODBYE: "GoodbyeScreen",
    Step.TROUBLE: "TroubleScreen",
    Step.SERVICE_PIN: "StaffPinScreen",
    Step.SERVICE: "ServiceScreen",
}

Screen = (
    PlainScreen
    | TypeNameScreen
    | DetailsScreen
    | PhotoScreen
    | PolicyScreen
    | StickerScreen
    | SignOutScreen
    | PinScreen
    | StaffScreen
)


class ScreenMaker:
    """Makes view models and connects what they say with the window's signals."""

    def __init__(
        self,
        window: "KioskWindow",
        feed: Feed,
        pictures: GivenProvider,
        now: Callable[[], datetime],
    ) -> None:
        self._window = window
        self._pictures = pictures
        self._feed = feed
        self._now = now

    def make(self, view: StepView) -> Screen:
        window, now = self._window, self._now
        match view:
            case TypeNameView():
                naming = TypeNameScreen(now, window)
                naming.names.entered.connect(window.name_typed)
                return naming
            case DetailsView():
                details = DetailsScreen(view, window)
                details.given.connect(window.details_given)
                return details
            case PhotoView():
                photo = PhotoScreen(view, self._feed, window)
                photo.taken.connect(window.photo_taken)
                photo.skipped.connect(window.photo_skipped)
                return photo
            case PolicyView():
                policy = PolicyScreen(view, window)
                policy.agreed.connect(window.policy_agreed)
                return policy
            case StickerView():
                sticker = StickerScreen(view, window)
                sticker.digits.entered.connect(window.sticker_given)
                return sticker
            case SignOutView():
                leaving = SignOutScreen(view, now, window)
                leaving.names.entered.connect(window.sign_out_named)
                leaving.digits.entered.connect(window.sticker_sign_out)
                return leaving
            case PinView():
                pin = PinScreen(view, now, window)
                pin.digits.entered.connect(window.pin_entered)
                return pin
            case StaffView():
                staff = StaffScreen(view, now, window)
                staff.decided.connect(window.staff_decided)
                return staff
            case _:
                return PlainScreen(view, now().tzinfo, self._pictures, window)

    def refresh(self, screen: Screen, view: StepView) -> bool:
        """Give a shown screen its view anew; False when the view belongs to another one."""
        match screen, view:
            case (
                (TypeNameScreen(), TypeNameView())
                | (DetailsScreen(), DetailsView())
                | (PhotoScreen(), PhotoView())
                | (PolicyScreen(), PolicyView())
                | (StickerScreen(), StickerView())
                | (SignOutScreen(), SignOutView())
                | (PinScreen(), PinView())
                | (StaffScreen(), StaffView())
            ):
                screen.show(view)  # type: ignore[arg-type]  # each pair above fits
                return True
            case PlainScreen(), _ if isinstance(view, PlainView):
                screen.show(view)
                return True
            case _:
                return False
