"""What each screen is shown with in its picture: invented values, and what was touched before."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from db.domain.screening import Agreement
from db.domain.visit import Host, Visit, VisitDetails, VisitorType, VisitState
from kiosk.badge.content import badge_content
from kiosk.badge.render import badge_picture, render_badge
from kiosk.badge_desk import PICTURE_WIDTH
from kiosk.flow import Step
from kiosk.scan.badge_code import new_badge_token, payload_of
from kiosk.ui import views
from kiosk.ui.camera_picture import cut_photo
from kiosk.ui.window import KioskWindow
from resources.samples.film import Hand, held
from resources.samples.front import licence_front
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import sample_person
from resources.samples.scene import Image, somebody
from tests.makers import OKAFOR, make_identity
from tests.pictures import picture_of_png
from tests.screens.kiosk.acting import NOON, find, touch
from tests.screens.kiosk.service_sights import SERVICE, SERVICE_TROUBLE

LONGEST_NAME = "Maximiliano Bartholomew Quintanilla-Etxeberria de la Fuente Saavedra"

OFFICE = Host("office", "The office")
HOSTS = (
    Host("1", "Mr. Daniel Okafor", "Room 12", "Grade 3"),
    Host("2", "Ms. Hana Okabe", "Library"),
    Host("3", "Dr. Petra Lindqvist", "Room 4", "Principal"),
)
DETAILS = views.DetailsView(
    name="Elena Marlowe",
    types=tuple(VisitorType),
    purposes=(
        "Meet a teacher",
        "Help in a classroom",
        "Have lunch with my child",
        "Drop something off",
        "Something else",
    ),
    hosts=HOSTS,
    office=OFFICE,
)
POLICY = views.PolicyView(
    name="Elena Marlowe",
    rules=(
        "Wear your badge where everyone can see it.",
        "Go only to the person or room you named.",
        "Do not photograph students.",
        "Sign out here when you leave.",
    ),
    full_text="\n\n".join(
        f"{number}. Visitors are welcome at our school. Please follow what staff ask of you, "
        "and tell the office when anything is unclear."
        for number in range(1, 9)
    ),
)
STAFF = views.StaffView(
    staff_name="R. Whitfield",
    number=47,
    waiting_since=NOON - timedelta(seconds=72),
    visitor_heading="Texas driver license",
    list_heading="District no-trespass list, updated 3 days ago",
    lines=tuple(
        views.EvidenceLine(*line)
        for line in (
            ("Last name", "Marlowe", "Marlow", Agreement.DIFFERS, "Differs, one letter"),
            ("First name", "Elena", "Helena", Agreement.DIFFERS, "Differs, one letter"),
            ("Birth date", "04/17/1986", "1979 (year only)", Agreement.DIFFERS, "Differs"),
            ("Middle name", "Not on the ID", "Ruth", Agreement.MISSING, "Missing"),
            ("State", "Texas", "Texas", Agreement.AGREES, "Agrees"),
        )
    ),
    summary="1 field agrees, 3 differ, 1 is missing. No other list has an entry like this. "
    "The decision is yours.",
)
STAFF_LONGEST = replace(
    STAFF,
    lines=(
        views.EvidenceLine(
            "Last name",
            "Quintanilla-Etxeberria Saavedra",
            "Quintanilla Etxeberria",
            Agreement.AGREES,
            "Same, one of two surnames",
        ),
        *STAFF.lines[1:],
        views.EvidenceLine("Sex", "Not known", "F", Agreement.MISSING, "Missing"),
        views.EvidenceLine("ID number", "Not known", "Not known", Agreement.MISSING, "Missing"),
    ),
)


@cache
def card_before_the_camera(glare: float = 0.0) -> Image:
    """An invented licence in a hand, as the kiosk's camera sees it, 1920x1080."""
    elena = sample_person("Elena", "Marlowe", date(1986, 4, 17))
    hand = Hand(width=1010, tilt=3, sway=0, noise=2, glare=glare)
    return list(held(licence_back(aamva_payload(elena)), 8, seed=2, hand=hand))[-1]


@cache
def front_before_the_camera() -> Image:
    """The wrong side of it."""
    elena = sample_person("Elena", "Marlowe", date(1986, 4, 17))
    hand = Hand(width=1010, tilt=3, sway=0, noise=2)
    return next(held(licence_front(elena), 1, seed=2, hand=hand))


@cache
def badge_before_the_camera() -> Image:
    """A badge too far away."""
    label = picture_of_png(badge_png())
    return next(held(np.ascontiguousarray(label), 1, seed=2, hand=Hand(width=300, sway=0)))


@cache
def badge_png() -> bytes:
    """A badge as it is printed."""
    visit = Visit(
        visit_id=UUID(int=47),
        number=47,
        site_id="lincoln",
        kiosk_id="front",
        state=VisitState.ON_SITE,
        identity=make_identity("Elena", "Marlowe"),
        started_at=NOON,
        details=VisitDetails(VisitorType.PARENT, "Meet a teacher", OKAFOR),
        badge_code="47K-29F",
        valid_until=NOON.replace(hour=15, minute=30),
        checked_in_at=NOON,
    )
    content = badge_content(
        visit,
        site_name="Lincoln Elementary School",
        zone=ZoneInfo("America/Chicago"),
        token_payload=payload_of(new_badge_token(bytes(range(10)))),
        photo=cut_photo(somebody()),
    )
    return badge_picture(render_badge(content), PICTURE_WIDTH)


BADGE = views.BadgeView(
    given_name="Elena",
    destination="Room 12",
    host="Mr. Okafor, Grade 3",
    directions="Through the blue doors, then the second door on the left.",
    badge_picture=badge_png(),
    printing=views.Printing.PRINTING,
)
EMERGENCY = views.EmergencyView(
    title="Lockdown",
    subtitle="Cierre de emergencia",
    steps=(
        ("Go into the nearest room", "Entre en el aula más cercana"),
        ("Lock the door, lights off", "Cierre con llave y apague la luz"),
        ("Stay silent, out of sight", "En silencio y fuera de la vista"),
    ),
    sent_at=NOON - timedelta(minutes=1),
)


@dataclass(frozen=True, slots=True)
class Sight:
    """A step, its view, and what happens before the picture is taken."""

    step: Step
    view: views.StepView
    before: Callable[[KioskWindow], object] = lambda _: None


def _held_up(picture: Callable[[], Image], hint: views.Hint) -> Callable[[KioskWindow], object]:
    def before(window: KioskWindow) -> None:
        window.show_frame(picture())
        window.show_hint(hint)

    return before


def _signed(window: KioskWindow) -> None:
    pad = find(window, "signature")
    for x, y in ((220, 200), (280, 120), (340, 210), (430, 130), (520, 200)):
        find_pad = pad.property("strokes")
        call = "begin" if not find_pad else "extend"
        getattr(pad, call)(float(x), float(y))


def _keys(prefix: str, digits: str) -> Callable[[KioskWindow], object]:
    return lambda window: touch(window, *(f"{prefix}_{digit}" for digit in digits))


def _birth_typed(window: KioskWindow) -> None:
    touch(window, "key_a", "key_n", "key_a", "next", "key_r", "key_u", "key_i", "key_z", "next")
    touch(window, *(f"birth_key_{digit}" for digit in "0507199"))


def _chosen(window: KioskWindow) -> None:
    touch(window, "visitor_type_parent", "purpose_0")


def _whom(window: KioskWindow) -> None:
    _chosen(window)
    touch(window, "next", "key_o", "key_k", "key_a", "host_0")


def _focused(window: KioskWindow) -> None:
    """The keyboard goes once around, back to the primary action."""
    QTest.keyClick(window.view, Qt.Key.Key_Tab)
    QTest.keyClick(window.view, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)


def _warned(window: KioskWindow) -> None:
    _chosen(window)
    window.show_timeout_warning(20)
    window.show_timeout_warning(16)


SHINING = _held_up(lambda: card_before_the_camera(0.7), views.Hint.AWAY_FROM_LIGHT)
READ = _held_up(card_before_the_camera, views.Hint.FOUND)
FAR_AWAY = _held_up(badge_before_the_camera, views.Hint.CLOSER)
SIGHTS = {
    "01-welcome": Sight(Step.WELCOME, views.WelcomeView()),
    "01-welcome-notice": Sight(
        Step.WELCOME, views.WelcomeView("The badge printer is out of labels.")
    ),
    "01-what-we-keep": Sight(
        Step.WELCOME, views.WelcomeView(), lambda window: touch(window, "what_we_keep")
    ),
    "02-scan": Sight(
        Step.SCAN_ID,
        views.ScanView(),
        SHINING,
    ),
    "02-scan-found": Sight(Step.SCAN_ID, views.ScanView(), READ),
    "02-scan-front": Sight(
        Step.SCAN_ID, views.ScanView(), _held_up(front_before_the_camera, views.Hint.TURN_OVER)
    ),
    "02-scan-military": Sight(
        Step.SCAN_ID, views.ScanView(), _held_up(card_before_the_camera, views.Hint.MILITARY_ID)
    ),
    "02-scan-no-camera": Sight(Step.SCAN_ID, views.ScanView("The camera does not answer.")),
    "03-type-name": Sight(
        Step.TYPE_NAME, views.TypeNameView(), lambda window: touch(window, "key_a", "key_n")
    ),
    "03-type-birth-date": Sight(Step.TYPE_NAME, views.TypeNameView(), _birth_typed),
    "03-confirm": Sight(
        Step.CONFIRM_IDENTITY,
        views.ConfirmView("Elena Marlowe", 1986, "Driver license, Texas"),
    ),
    "03-confirm-expired": Sight(
        Step.CONFIRM_IDENTITY,
        views.ConfirmView(
            "Elena Marlowe",
            1986,
            "Driver license, Texas",
            "This ID has expired. You can go on; please bring a current one next time.",
        ),
    ),
    "03-confirm-focus": Sight(
        Step.CONFIRM_IDENTITY,
        views.ConfirmView("Elena Marlowe", 1986, "Driver license, Texas"),
        _focused,
    ),
    "03-confirm-longest": Sight(Step.CONFIRM_IDENTITY, views.ConfirmView(LONGEST_NAME, None, "")),
    "04-visit": Sight(Step.VISIT_DETAILS, DETAILS, _chosen),
    "04-visit-where": Sight(Step.VISIT_DETAILS, DETAILS, _whom),
    "05-photo": Sight(
        Step.PHOTO, views.PhotoView(30, 3), lambda window: window.show_frame(somebody())
    ),
    "05-photo-no-camera": Sight(Step.PHOTO, views.PhotoView(30, 3, "The camera does not answer.")),
    "06-policy": Sight(Step.POLICY, POLICY, _signed),
    "06-policy-unsigned": Sight(Step.POLICY, POLICY),
    "06-policy-full-text": Sight(Step.POLICY, POLICY, lambda window: touch(window, "full_text")),
    "06-policy-busy": Sight(Step.CHECKING_IN, POLICY),
    "07-screening": Sight(Step.SCREENING, views.WaitView()),
    "07-wait": Sight(Step.WAIT_FOR_STAFF, views.WaitView(47)),
    "07-wait-called": Sight(Step.WAIT_FOR_STAFF, views.WaitView(47, come_to_desk=True)),
    "08-badge": Sight(Step.BADGE, BADGE),
    "08-badge-escort": Sight(
        Step.BADGE, replace(BADGE, printing=views.Printing.PRINTED, with_escort=True)
    ),
    "09-sign-out": Sight(
        Step.FIND_VISIT,
        views.SignOutView((("T. B.", NOON),)),
        FAR_AWAY,
    ),
    "09-sign-out-name": Sight(
        Step.FIND_VISIT,
        views.SignOutView(not_found="We did not find that name. Please ask the office."),
        lambda window: touch(window, "sign_out_by_name", "key_e"),
    ),
    "09-sign-out-sticker": Sight(
        Step.FIND_VISIT,
        views.SignOutView(),
        lambda window: touch(window, "sign_out_by_sticker", "sticker_key_0", "sticker_key_4"),
    ),
    "10-goodbye": Sight(Step.GOODBYE, views.GoodbyeView("Elena", NOON, views.Farewell.SIGNED_OUT)),
    "10-declined": Sight(
        Step.GOODBYE, views.GoodbyeView("", NOON, views.Farewell.DECLINED, 10, 47)
    ),
    "11-sticker": Sight(
        Step.STICKER,
        views.StickerView("The printer is out of labels.", "Lincoln Elementary School"),
        _keys("sticker_key", "041"),
    ),
    "11-trouble": Sight(
        Step.TROUBLE,
        views.TroubleView(
            "Your visit could not be saved on this kiosk.",
            "The office still has your name.",
            "Please see the office: they sign you in by hand.",
        ),
    ),
    "12-time-out": Sight(Step.VISIT_DETAILS, DETAILS, _warned),
    "16-service-pin": Sight(Step.SERVICE_PIN, views.PinView(is_service=True)),
    "16-service": Sight(Step.SERVICE, SERVICE),
    "16-service-trouble": Sight(Step.SERVICE, SERVICE_TROUBLE),
    "16-staff-decision": Sight(Step.STAFF_DECISION, STAFF),
    "16-staff-decision-longest": Sight(
        Step.STAFF_DECISION,
        STAFF_LONGEST,
        lambda window: touch(window, "decide_deny", "reason_0"),
    ),
    "16-staff-pin": Sight(
        Step.STAFF_PIN,
        views.PinView(wrong="That PIN is not known here."),
        _keys("pin_key", "123"),
    ),
    "17-emergency": Sight(
        Step.WELCOME, views.WelcomeView(), lambda window: window.show_emergency(EMERGENCY)
    ),
}
