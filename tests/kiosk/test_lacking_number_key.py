"""A kiosk to which the newest key for ID numbers does not open says so until it is paired again."""

from contextlib import closing
from pathlib import Path

from sqlalchemy.orm import Session

from db import number_keys
from db.engine import open_database
from db.number_keys import SealedKey
from db.outbox import Device
from kiosk import doctor_kept, standing
from kiosk.doctor_finding import Verdict
from kiosk.sync.worker import HubState, Reach
from tests.makers import KIOSK, NINE
from tests.signed_log import kiosk_config

SEALED_FOR_OTHERS = SealedKey("an id", "00" * 64, NINE)


def test_key_that_does_not_open_is_told_by_doctor_and_to_staff(tmp_path: Path) -> None:
    config = kiosk_config(tmp_path)
    with closing(open_database(config.database_url)) as database:
        with database.begin() as session:
            number_keys.make(session)
            assert not number_keys.learn(session, (SEALED_FOR_OTHERS,))

        assert doctors_verdict(tmp_path) is Verdict.LOOK
        with database.read() as session:
            assert "The newest key for ID numbers is missing" in titles(session, KIOSK)

        with database.begin() as session:  # as pairing again does
            number_keys.take(session, ())

        assert doctors_verdict(tmp_path) is None
        with database.read() as session:
            assert "The newest key for ID numbers is missing" not in titles(session, KIOSK)


def doctors_verdict(folder: Path) -> Verdict | None:
    found = doctor_kept.look(kiosk_config(folder), NINE)
    return next((f.verdict for f in found if f.topic == "number key"), None)


def titles(session: Session, device: Device) -> list[str]:
    kept = standing.read(session, device)
    view = standing.view(kept, HubState(Reach.IN_TOUCH), "Dana", NINE, are_lists_loaded=True)
    return [line.title for line in view.lines]
