"""A kiosk that is paired as real ones are, so that it signs; and a hub that writes another past."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import delete, select, update

from db import chain, merkle
from db.engine import Database, open_database
from db.log_models import ChainRow, EventRow, SignedHeadRow, TreeNodeRow, TreeRow
from kiosk import own_device
from kiosk.config import KioskConfig, KioskPart
from kiosk.pairing import pair_with_hub
from kiosk.sync.http import connect
from kiosk.sync.proving import own_token
from tests.hub_of_tests import HubOfTests
from tests.makers import NINE
from tests.pairing_of_tests import accepts, new_code
from tests.sync_of_tests import KioskOfTests


def kiosk_config(folder: Path) -> KioskConfig:
    return KioskConfig(kiosk=KioskPart("Front kiosk", str(folder)))


@contextmanager
def signing_kiosk(hub: HubOfTests, folder: Path) -> Iterator[KioskOfTests]:
    """A kiosk with its own key, known to the hub."""
    config = kiosk_config(folder)
    url = str(hub.client.base_url)
    pair_with_hub(config, url, new_code(hub), NINE, show=accepts(hub))
    database = open_database(config.database_url)
    with database.begin() as session:
        own = own_device.read(session, NINE)
    token = own_token(url, own.own_key)
    client = connect(url, token, known=own.known_hub)
    yield KioskOfTests(database, client, own.device, token, own.own_key)
    client.close()
    database.close()


@contextmanager
def went_on(hub: HubOfTests, folder: Path, before: KioskOfTests) -> Iterator[KioskOfTests]:
    """A kiosk that was paired with the hub before it was restored, and knows of nothing."""
    assert before.own_key is not None
    token = own_token(str(hub.client.base_url), before.own_key)
    with (
        closing(open_database(kiosk_config(folder).database_url)) as database,
        closing(connect(str(hub.client.base_url), token)) as client,
    ):
        yield KioskOfTests(database, client, before.device, token, before.own_key)


def write_another_past(
    hub: Database, seq: int, device_id: str, *, with_heads: bool = False
) -> None:
    """Change one event and everything that hangs on it, so that the hub agrees with itself.

    `with_heads` also changes what the kiosk's signatures stand beside.
    """
    with hub.begin() as session:
        heads: dict[tuple[str, int], bytes] = {}
        leaves = []
        events = session.scalars(
            select(EventRow).where(EventRow.leaf_index.is_not(None)).order_by(EventRow.leaf_index)
        )
        for event in events:
            place = (event.device_id, event.epoch)
            if (event.device_id, event.seq) == (device_id, seq):
                event.line = event.line.replace(b'"actor":"visitor"', b'"actor":"kiosk"')
            event.hash = chain.link(heads.get(place, chain.GENESIS), event.line)
            heads[place] = event.hash
            leaves.append(event.hash)
            if with_heads:
                session.execute(
                    update(SignedHeadRow)
                    .where(
                        SignedHeadRow.device_id == event.device_id, SignedHeadRow.seq == event.seq
                    )
                    .values(hash=event.hash)
                )
        for (device, epoch), head in heads.items():
            session.execute(
                update(ChainRow)
                .where(ChainRow.device_id == device, ChainRow.epoch == epoch)
                .values(head_hash=head)
            )
        grown = merkle.grow(merkle.Frontier(), leaves)
        session.execute(delete(TreeNodeRow))
        session.add_all(
            TreeNodeRow(level=level, place=place, hash=digest)
            for level, place, digest in grown.nodes
            if level == 8
        )
        roots = b"".join(grown.frontier.roots)
        session.execute(update(TreeRow).values(size=grown.frontier.size, roots=roots))
