"""What `doctor` says of the hub and the clock: does it answer, does it know us, what waits for it.

The hub is asked how it is, for a token, and where this kiosk's log stands there. The hub then shows
the kiosk as in touch.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import msgspec

from db import hub_trust, outbox, settings
from db.domain.errors import HubAwayError, HubRefusedError, StorageError
from db.engine import open_existing
from kiosk import own_device
from kiosk.config import KioskConfig
from kiosk.doctor_finding import Finding, Verdict
from kiosk.doctor_kept import has_run
from kiosk.own_device import PAIRING, HubAccess
from kiosk.sync.exchange import HEARD_AT
from kiosk.sync.own_token import OwnKey
from kiosk.sync.proving import get_token

_TIMEOUT = httpx.Timeout(3.0, connect=2.0)
_APART_SECONDS = 60.0
_FIRST_YEAR = 2025
"""A clock that is before this year has lost its time."""


def look(config: KioskConfig) -> Iterator[Finding]:
    """The hub, then the clock, which only the hub can be compared with."""
    access, own, waiting, heard = _kept(config)
    if access is None or own is None:
        if config.hub.url:
            advice = "Pair it: vestibule-kiosk pair"
            yield Finding("hub", Verdict.LOOK, "this kiosk is not paired yet", advice)
        else:
            yield Finding("hub", Verdict.GOOD, "this kiosk stands alone, as configured")
        yield _clock(None)
        return
    where = f"at {_without_secrets(access.url)}"
    facts = {"waiting": waiting}
    wait = _waits(waiting)
    if not hub_trust.is_safe_address(access.url):
        advice = "The hub speaks TLS now. Pair this kiosk again: vestibule-kiosk pair"
        found = f"was paired {where}, where anybody may listen; {wait}; nothing is lost"
        yield Finding("hub", Verdict.BROKEN, found, advice, facts)
        yield _clock(None)
        return
    with httpx.Client(
        base_url=access.url,
        trust_env=False,
        timeout=_TIMEOUT,
        verify=hub_trust.context_at_any_time(access.ca),
    ) as client:
        try:
            health = client.get("/v1/health")
            apart = _apart(health)
            if not _is_hub(health):
                advice = "Check its address, and whether the network wants somebody to sign in."
                found = f"something else than the hub answers {where}; {wait}"
                yield Finding("hub", Verdict.BROKEN, found, advice, facts)
                yield _clock(None)
                return
            token = {"Authorization": f"Bearer {get_token(client, own).text}"}
            head = client.get("/v1/head", params={"epoch": own.epoch}, headers=token)
        except HubRefusedError as error:
            found = f"answers {where}, but does not let this kiosk in; {wait}; nothing is lost"
            yield Finding("hub", Verdict.BROKEN, found, str(error), facts)
            yield _clock(apart)
            return
        except (httpx.HTTPError, HubAwayError) as error:
            why = hub_trust.why_not_trusted(error)
            advice = why or "Check that the hub runs, and the network."
            advice += " Visitors can sign in meanwhile."
            found = "what answers is not trusted" if why else "no answer"
            yield Finding(
                "hub",
                Verdict.BROKEN,
                f"{found} {where}; {heard}; {wait}; nothing is lost",
                advice,
                facts,
            )
            yield _clock(None)
            return
    yield _answer(head, where, wait, facts)
    yield _clock(apart)


def _kept(config: KioskConfig) -> tuple[HubAccess | None, OwnKey | None, int, str]:
    """What this kiosk knows of its hub, how many events wait, and when the hub was last heard.

    A database in trouble: nothing.

    That trouble is told on its own line.
    """
    if not has_run(config):
        return None, None, 0, ""
    with suppress(StorageError):
        database = open_existing(config.database_url)
        try:
            with database.read() as session:
                device = outbox.own(session)
                waiting = outbox.waiting(session, device) if device is not None else 0
                heard = _heard(settings.read(session, HEARD_AT, datetime))
                access = settings.read(session, PAIRING, HubAccess)
                return access, own_device.key_to_show(session), waiting, heard
        finally:
            database.close()
    return None, None, 0, ""


def _heard(at: datetime | None) -> str:
    return "never heard yet" if at is None else f"last heard {at:%Y-%m-%d %H:%M} UTC"


def _answer(head: httpx.Response, where: str, wait: str, facts: dict[str, int]) -> Finding:
    if head.is_success:
        found = f"answers {where} and knows this kiosk; {wait}"
        return Finding("hub", Verdict.GOOD, found, facts=facts)
    found = f"answers {where} with trouble (status {head.status_code}); {wait}; nothing is lost"
    return Finding("hub", Verdict.BROKEN, found, "See what the hub's own log says.", facts)


def _waits(count: int) -> str:
    if not count:
        return "nothing waits for it"
    return "1 event waits for it" if count == 1 else f"{count} events wait for it"


def _is_hub(health: httpx.Response) -> bool:
    with suppress(msgspec.DecodeError, msgspec.ValidationError):
        said = msgspec.json.decode(health.content, type=dict[str, object])
        return "status" in said
    return False


def _apart(answer: httpx.Response) -> float | None:
    """By how many seconds our clock is ahead of the hub's, to about one; None without a date."""
    try:
        there = parsedate_to_datetime(answer.headers.get("Date", ""))
        return (datetime.now(UTC) - there).total_seconds()
    except (ValueError, TypeError):  # no date; one without a zone
        return None


def _clock(apart: float | None) -> Finding:
    now = datetime.now(UTC)
    says = f"says {now:%Y-%m-%d %H:%M} UTC"
    advice = "Let the computer take its time from the network (timedatectl set-ntp true)."
    if now.year < _FIRST_YEAR:
        return Finding("clock", Verdict.BROKEN, f"{says}, which is long past", advice)
    if apart is None:
        found = f"{says}; there is no hub's clock to compare it with"
        return Finding("clock", Verdict.GOOD, found)
    facts = {"seconds_ahead": round(apart, 1)}
    if abs(apart) > _APART_SECONDS:
        way = "ahead of" if apart > 0 else "behind"
        found = f"{says}, {abs(apart):.0f} seconds {way} the hub's"
        return Finding("clock", Verdict.LOOK, found, advice, facts)
    return Finding("clock", Verdict.GOOD, f"{says}, as the hub's does", facts=facts)


def _without_secrets(url: str) -> str:
    """An address may hold a name and a password."""
    parts = httpx.URL(url)
    return str(parts.copy_with(userinfo=b""))
