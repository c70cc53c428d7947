"""A list in three versions, the father whom the second names, and what a hub then does."""

from datetime import date
from uuid import UUID

from admin_console.hub.context import Context
from admin_console.hub.rescreen import Rescreening
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import codec
from db.domain.notice import Notice, Notices
from db.domain.people import Identity
from tests.district import District, QuietKiosk
from tests.makers import make_identity

FIRST = b"LNAME,FNAME,DOB,CASE_NO\nMarlow,Helena,04/17/1986,T-2\n"
SECOND = FIRST + b"Quillfeather,Daniel,03/07/1984,T-1\n"
THIRD = SECOND + b"Szczepanska,Ludmila,12/09/1966,T-3\n"
WITH_INSTRUCTIONS = (
    b"LNAME,FNAME,DOB,CASE_NO,INSTRUCTIONS\n"
    b"Quillfeather,Daniel,03/07/1984,T-1,Call Officer Reyes.\n"
)
FATHER = make_identity("Daniel", "Quillfeather", number="88211", birth_date=date(1984, 3, 7))


def settle(district: District) -> None:
    """Until the hub has compared every visit with every list."""
    hub = district.hub
    work = Rescreening(Context(hub.database, hub.photos, hub.clock, Wake(), Throttle()))
    while work.step():
        pass


def come_in(kiosk: QuietKiosk, identity: Identity = FATHER) -> UUID:
    visit_id = kiosk.check_in(kiosk.screen(identity)).visit_id
    kiosk.push()
    return visit_id


def told(district: District, who: str = "dwhitlock") -> list[Notice]:
    answer = district.ask("GET", "/v1/notices", who)
    return list(codec.from_json(answer.content, Notices).notices)
