"""Messages for other programs: put down with what they tell, kept until they have arrived.

Events are taken from the hub's order of all events (`EventRow.leaf_index`), so that none is told
twice and none is left out, whatever took it in. Each address has its messages in that order, one
at a time: a door must not hear of a leaving before the coming.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from db import applying, chain, codec, districts, tree, webhook_tries
from db.desk_models import NoticeRow
from db.domain.errors import ConfigError
from db.domain.webhook import (
    KINDS,
    NOTICE_TOLD,
    Aside,
    Fact,
    Webhook,
    facts_of,
    message_id,
)
from db.hub_models import WebhookMessageRow, WebhookRow
from db.ids import new_id
from db.log_models import EventBodyRow, EventRow
from db.scopes import EVERY_SITE

SECRET_BYTES = 32
AT_ONCE = 500
"""Events that are looked at in one transaction."""
_NAT64, _COMPATIBLE = IPv6Network("64:ff9b::/96"), IPv6Network("::/96")
_KEYS_OF_A_PROVIDER = IPv6Address("fd00:ec2::254")
"""Amazon's instance metadata service over IPv6."""
_NOTICES = "webhooks.notices"
"""Of a session: by their ids, what is to be put down before its commit."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def add(session: Session, url: str, kinds: Sequence[str], now: datetime) -> tuple[Webhook, bytes]:
    """Tell an address of these kinds from now on. Returns it and the secret that signs.

    Raises ConfigError, in words, for an address or a kind that cannot be.
    """
    check_url(url)
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        said = f'"{unknown[0]}" is nothing that happens here' if unknown else "nothing was named"
        raise ConfigError(f"{said}. These are: {', '.join(KINDS)}. Nothing was changed.")
    row = WebhookRow(
        webhook_id=new_id(now),
        url=url,
        secret=secrets.token_bytes(SECRET_BYTES),
        kinds=codec.to_json(tuple(dict.fromkeys(kinds))).decode(),
        made_at=now,
        next_leaf=tree.frontier(session).size,
        due_at=now,
    )
    session.add(row)
    session.flush()
    return _value(session, row), row.secret


def check_url(url: str) -> None:
    """Only HTTPS leaves this computer, and no password stands in an address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    is_clean = url.isprintable() and " " not in url  # urlsplit leaves out what is not, silently
    if not is_clean or not host or port == 0 or parts.scheme not in ("https", "http"):
        raise ConfigError("This is no address: write https://host/path. Nothing was changed.")
    if parts.username is not None or parts.fragment:
        raise ConfigError(
            "An address holds no password and no #: messages are signed. Nothing was changed."
        )
    if is_forbidden(host):
        raise ConfigError(
            "That address is told to no program: it is of no computer in particular, or one that "
            "computers give themselves, which at some providers hands out their keys. Nothing was "
            "changed."
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ConfigError(
            "Only https:// leaves this computer, http:// is for programs on it. Nothing changed."
        )


def is_forbidden(host: str) -> bool:
    """Whether it is an address that no program is told at, as no other computer has it for itself.

    Link-local, unspecified and multicast (RFC 3927; RFC 4291, clauses 2.5.2, 2.5.6 and 2.7), and
    the one of its own range at which a provider hands out keys. Where a name leads is looked at
    when it is told something.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = _ipv4_in(address) or address
    is_nobodys = address.is_link_local or address.is_unspecified or address.is_multicast
    return is_nobodys or address == _KEYS_OF_A_PROVIDER


def _ipv4_in(address: IPv6Address) -> IPv4Address | None:
    """Where an address leads that has an older one in it (RFC 4291, 2.5.5; RFC 3056; RFC 6052)."""
    if address in _NAT64 or address in _COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def everyone(session: Session) -> list[Webhook]:
    """Every address, oldest first."""
    rows = session.scalars(select(WebhookRow).order_by(WebhookRow.webhook_id))
    return [_value(session, row) for row in rows]


def remove(session: Session, webhook_id: UUID) -> None:
    """Tell it nothing more; what had not arrived is dropped. Raises LookupError."""
    row = _row(session, webhook_id)
    webhook_tries.drop(session, webhook_id)
    session.delete(row)
    session.flush()


def resume(session: Session, webhook_id: UUID, now: datetime) -> Webhook:
    """Tell it again, at once what waits or stands aside.

    One that had ended hears what happens from now on.
    """
    row = _row(session, webhook_id)
    if row.ended_at is not None:
        row.next_leaf = tree.frontier(session).size
    row.ended_at, row.due_at = None, now
    webhook_tries.begin_anew(row)
    session.execute(
        update(WebhookMessageRow)
        .where(WebhookMessageRow.webhook_id == webhook_id)
        .values(refusals=0, refused="")
    )
    session.flush()
    return _value(session, row)


def renew(session: Session, webhook_id: UUID, now: datetime) -> bytes:
    """Sign with another secret from now on, and for a day with the one before too.

    Returns the new one. Raises LookupError.
    """
    row = _row(session, webhook_id)
    row.secret_before, row.secret = row.secret, secrets.token_bytes(SECRET_BYTES)
    row.renewed_at = now
    session.flush()
    return row.secret


def tell_of_notice(
    session: Session, now: datetime, kind: str, notice_id: UUID, about: Mapping[str, Fact]
) -> None:
    """Have a notice put down for whoever wants notices; sent once the transaction is committed.

    Its kind and the ids that it is about: its words name staff, kiosks and lists.
    """
    body = _body(NOTICE_TOLD, now, {"notice_id": str(notice_id), "kind": kind, **about})
    session.info.setdefault(_NOTICES, {})[notice_id] = body


def put_down_notices(session: Session) -> None:
    """Before a commit, as its last step: whoever holds an address waits for nothing else then.

    Some tell of a notice before they change a list or the log, and some behind it: held from then
    on, of two of them neither could go on.
    """
    if session.in_nested_transaction():
        return  # a savepoint ends, and not the transaction
    told: dict[UUID, str] = session.info.pop(_NOTICES, {})
    if not told:
        return
    known = select(NoticeRow.notice_id).where(NoticeRow.notice_id.in_(told))
    stands = set(session.scalars(known.execution_options(**{EVERY_SITE: True})))
    bodies = [body for notice_id, body in told.items() if notice_id in stands]  # no savepoint's
    rows = select(WebhookRow).where(WebhookRow.ended_at.is_(None))
    for row in session.scalars(rows.order_by(WebhookRow.webhook_id)):  # as `hold_all` has them
        if NOTICE_TOLD in _kinds(row):
            held = _row(session, row.webhook_id)
            for body in bodies:
                _put(session, held, body)


def hold_all(session: Session) -> None:
    """Nobody else changes an address until this transaction ends.

    For who changes one and may tell of it: each that wants notices is locked for that, and of two
    who began with different ones neither could go on.
    """
    order = select(WebhookRow.webhook_id).order_by(WebhookRow.webhook_id)
    session.execute(order.with_for_update())


def is_any(session: Session) -> bool:
    """Whether anybody is to be told of anything."""
    found = session.scalar(select(exists().where(WebhookRow.ended_at.is_(None))))
    return bool(found)


def collect(session: Session) -> bool:
    """Put down messages for events that came since. Returns whether there may be more.

    An address that takes nothing has a few waiting; the others stay in the log until it does. So do
    events that were not applied yet: what cannot be applied is not told.
    """
    size, is_more = applying.settled(session), False
    rows = session.scalars(
        select(WebhookRow)
        .where(WebhookRow.ended_at.is_(None), WebhookRow.next_leaf < size)
        .with_for_update(skip_locked=True)
    )
    for row in rows:
        if _waiting(session, row.webhook_id) >= AT_ONCE:
            continue
        end = min(size, row.next_leaf + AT_ONCE)
        events = session.execute(
            select(EventRow.line, EventBodyRow.body)
            .outerjoin(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
            .where(
                EventRow.leaf_index >= row.next_leaf,
                EventRow.leaf_index < end,
                EventRow.event_type.in_(_kinds(row)),
                EventRow.parked.is_(None),
            )
            .order_by(EventRow.leaf_index)
        )
        for line, body in events:
            _put(session, row, _of_event(line, body))
        row.next_leaf = end
        is_more |= end < size
    session.flush()
    return is_more


def _of_event(line: bytes, body: bytes | None) -> str:
    envelope = codec.from_json(line, chain.Envelope)
    event = None if body is None else codec.event_from_json(envelope.type, body)
    data: dict[str, Fact] = {
        "event_id": str(envelope.event_id),
        "site_id": str(envelope.site_id),
        "kiosk_id": envelope.kiosk_id,
    }
    if envelope.visit_id is not None:
        data["visit_id"] = str(envelope.visit_id)
    return _body(envelope.type, envelope.occurred_at, data | facts_of(event))


def _body(kind: str, at: datetime, data: Mapping[str, Fact]) -> str:
    return codec.to_json({"type": kind, "timestamp": at, "data": data}).decode()


def _put(session: Session, row: WebhookRow, body: str) -> None:
    row.last_place += 1
    session.add(WebhookMessageRow(webhook_id=row.webhook_id, place=row.last_place, body=body))


def _waiting(session: Session, webhook_id: UUID) -> int:
    query = select(func.count()).where(
        WebhookMessageRow.webhook_id == webhook_id, WebhookMessageRow.refused == ""
    )
    return session.scalar(query) or 0


def _aside(session: Session, webhook_id: UUID) -> tuple[Aside, ...]:
    query = (
        select(WebhookMessageRow.place, WebhookMessageRow.refused)
        .where(WebhookMessageRow.webhook_id == webhook_id, WebhookMessageRow.refused != "")
        .order_by(WebhookMessageRow.place)
    )
    return tuple(Aside(message_id(webhook_id, place), why) for place, why in session.execute(query))


def _row(session: Session, webhook_id: UUID) -> WebhookRow:
    row = districts.get(session, WebhookRow, webhook_id, with_for_update=True)
    if row is None:
        raise LookupError(f"no webhook {webhook_id}")
    return row


def _kinds(row: WebhookRow) -> tuple[str, ...]:
    return codec.from_json(row.kinds, tuple[str, ...])


def _value(session: Session, row: WebhookRow) -> Webhook:
    return Webhook(
        webhook_id=row.webhook_id,
        url=row.url,
        kinds=_kinds(row),
        waiting=_waiting(session, row.webhook_id),
        heard_at=row.heard_at,
        problem=row.problem,
        ended_at=row.ended_at,
        failing_since=row.failing_since,
        aside=_aside(session, row.webhook_id),
    )
