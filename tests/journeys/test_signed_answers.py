"""Lists, decisions and PINs come signed: whoever sits between hub and kiosk cannot change them.

What sits between here ends the connection and passes on what it likes, as a reverse proxy could, or
somebody who has the hub's certificate.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import msgspec
import pytest
from pytestqt.qtbot import QtBot

from db import changes, signing, watchlists
from db.domain.watchlist import WatchlistEntry
from db.engine import Database
from kiosk.doctor_finding import Verdict
from kiosk.doctor_kept import look
from kiosk.sync import list_pull
from kiosk.sync.exchange import Learned
from kiosk.sync.http import HttpHub
from kiosk.sync.known_hub import HubUntrueError
from kiosk.sync.worker import HubState, Reach, SyncWorker
from tests.hub_of_tests import HubOfTests, hub_at, known_hub
from tests.makers import NINE
from tests.signed_log import kiosk_config, signing_kiosk
from tests.sync_of_tests import KioskOfTests, decide, device_of

Answer = bytes
Forge = Callable[[Answer], Answer]
OTHER = "019378a0-0000-7000-8000-00000000f499"
DRAFT = {"family": "Quillfeather", "given": "Daniel"}


class Between(httpx.HTTPTransport):
    """Passes on what the hub answers, changed by `forge` where the path contains `where`."""

    where = "/entries"
    forge: Forge | None = None
    asks_with: dict[str, str] | None = None
    """Other query parameters than those that the kiosk asks with."""
    is_signed = True
    status: int | None = None
    """Another status than the hub's."""
    replayed: httpx.Response | None = None
    last: httpx.Response | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        is_meant = self.where in request.url.path
        if is_meant and self.replayed is not None:
            return self.replayed
        if is_meant and self.asks_with is not None:
            url = request.url.copy_merge_params(self.asks_with)
            request = httpx.Request(request.method, url, headers=request.headers)
        answer = super().handle_request(request)
        content = answer.read()
        headers = dict(answer.headers)
        if is_meant:
            content = self.forge(content) if self.forge is not None else content
            headers |= {"content-length": str(len(content))}
            if not self.is_signed:
                del headers[signing.SIGNATURE_HEADER.lower()]
        status = self.status if is_meant and self.status else answer.status_code
        self.last = httpx.Response(status, headers=headers, content=content)
        return self.last


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub") as running:
        yield running


@pytest.fixture
def between() -> Between:
    return Between()


@pytest.fixture
def kiosk(hub: HubOfTests, database: Database, between: Between) -> Iterator[KioskOfTests]:
    given = hub.pair()
    client = httpx.Client(base_url=hub.client.base_url, transport=between)
    token = hub.own_token(given)
    with closing(HttpHub(client, token, known_hub(given))) as talks:
        kiosk = KioskOfTests(database, talks, device_of(given), token)
        kiosk.pull_all()
        yield kiosk


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_pull, "PAGE", 10)


def put(hub: HubOfTests, people: int) -> None:
    rows = "".join(f"Marlow{n},Helena\n" for n in range(people))
    hub.client.post(
        "/v1/watchlists",
        params={"name": "Registry", "category": "registry"},
        content=f"LAST,FIRST\n{rows}".encode(),
        headers=hub.sign_in(),
    ).raise_for_status()


def add_somebody(hub: HubOfTests) -> None:
    with hub.database.read() as session:
        (known,) = watchlists.all_lists(session)
    hub.client.post(
        f"/v1/watchlists/{known.list_id}/people", json=DRAFT, headers=hub.sign_in()
    ).raise_for_status()


def in_force(database: Database) -> list[WatchlistEntry]:
    with database.read() as session:
        return [
            entry
            for known in watchlists.all_lists(session)
            for entry in watchlists.entries_of(session, known.list_id)
        ]


def renamed(page: Answer) -> Answer:
    return page.replace(b'"Marlow1"', b'"Nobody1"')


def shorter(page: Answer) -> Answer:
    return b"\n".join(page.split(b"\n")[1:])


def with_swapped_ids(page: Answer) -> Answer:
    """What each entry says stays as it is; a clearance of one would be one of the other."""
    one, two, *others = (msgspec.json.decode(line) for line in page.split(b"\n"))
    one["entry_id"], two["entry_id"] = two["entry_id"], one["entry_id"]
    return b"\n".join(msgspec.json.encode(entry) for entry in (one, two, *others))


def with_fields_run_together(page: Answer) -> Answer:
    """The name in one field with the separator in it: it hashes as before and matches nobody."""
    first, *others = page.split(b"\n")
    entry = msgspec.json.decode(first)
    name = entry["name"]
    name["given"] = f"{name['given']}\x1f\x1f{name['family']}"
    name["family"] = ""
    return b"\n".join([msgspec.json.encode(entry), *others])


def with_newer_versions(page: Answer) -> Answer:
    """Whoever was cleared of an entry would be held again."""
    return page.replace(b'"version":1', b'"version":2')


@pytest.mark.parametrize(
    "forge", [renamed, shorter, with_swapped_ids, with_fields_run_together, with_newer_versions]
)
def test_list_that_was_changed_on_its_way_is_not_put_in_force(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between, forge: Forge
) -> None:
    put(hub, 5)
    kiosk.pull_all()
    before = in_force(kiosk.database)
    put(hub, 25)

    between.forge = forge
    with pytest.raises(HubUntrueError, match="nothing of it was taken"):
        kiosk.pull_all()
    assert in_force(kiosk.database) == before

    between.forge = None
    kiosk.pull_all()
    assert in_force(kiosk.database) == in_force(hub.database)


def test_page_that_was_not_asked_for_is_not_taken(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between
) -> None:
    put(hub, 25)
    with hub.database.read() as session:
        (known,) = watchlists.all_lists(session)
        third = watchlists.page(session, known.list_id, None, 3)[-1]

    between.asks_with = {"after": str(third.entry_id)}
    with pytest.raises(HubUntrueError):
        kiosk.pull_all()

    assert kiosk.lists() == []


def test_changes_may_not_be_skipped(hub: HubOfTests, kiosk: KioskOfTests, between: Between) -> None:
    put(hub, 5)
    with hub.database.read() as session:
        newest = str(changes.version(session))

    between.where, between.asks_with = "/changes", {"cursor": newest, "mark": ""}
    with pytest.raises(HubUntrueError):
        kiosk.pull()


def test_entry_that_travels_alone_may_not_be_changed_either(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between
) -> None:
    put(hub, 5)
    kiosk.pull_all()
    add_somebody(hub)

    between.where = "/changes"
    between.forge = lambda answer: answer.replace(b"Quillfeather", b"Nobody")
    with pytest.raises(HubUntrueError):
        kiosk.pull()
    assert len(in_force(kiosk.database)) == 5

    between.forge = None
    kiosk.pull_all()
    assert in_force(kiosk.database) == in_force(hub.database)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b'"category":"registry"', b'"category":"alert"'),
        (b'"entry_count":5', b'"entry_count":4'),
        (b'"max_age_days":null', b'"max_age_days":9999'),
        (b'"kind":"watchlist"', b'"kind":"unheard_of"'),
    ],
)
def test_what_is_said_of_a_list_may_not_be_changed(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between, was: bytes, becomes: bytes
) -> None:
    put(hub, 5)

    between.where = "/changes"
    between.forge = lambda answer: answer.replace(was, becomes)
    with pytest.raises(HubUntrueError):
        kiosk.pull()

    assert kiosk.lists() == []


def test_decision_that_nobody_made_lets_nobody_in(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between
) -> None:
    visit_id = kiosk.visitor_comes(held=True)
    kiosk.push()
    decide(hub, visit_id)

    between.where = "/changes"
    between.forge = lambda answer: answer.replace(b'"deny"', b'"approve"')
    with pytest.raises(HubUntrueError):
        kiosk.pull()

    between.forge = None
    assert [each.decision.verdict for each in kiosk.pull() if each.decision] == ["deny"]


def test_answer_of_yesterday_is_no_answer(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between
) -> None:
    between.where = "/changes"
    kiosk.pull()
    between.replayed = between.last

    put(hub, 5)

    with pytest.raises(HubUntrueError):
        kiosk.pull()


def test_answer_to_another_kiosk_is_no_answer(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    token = hub.pair(OTHER, "Side door").token

    class WithItsToken(Between):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.headers["Authorization"] = f"Bearer {token}"
            return super().handle_request(request)

    client = httpx.Client(base_url=hub.client.base_url, transport=WithItsToken())
    with closing(HttpHub(client, kiosk.token, kiosk.hub._known)) as talks:
        kiosk.hub = talks
        with pytest.raises(HubUntrueError):
            kiosk.pull()


def test_answer_without_a_signature_is_not_taken(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between
) -> None:
    put(hub, 5)

    between.is_signed = False
    with pytest.raises(HubUntrueError):
        kiosk.pull_all()

    assert kiosk.lists() == []


@pytest.mark.parametrize("forge", [None, lambda _: b'{"status":410}'], ids=["page", "words"])
def test_list_is_not_passed_over_because_somebody_else_says_that_it_is_gone(
    hub: HubOfTests, kiosk: KioskOfTests, between: Between, forge: Forge | None
) -> None:
    put(hub, people=3)
    between.status, between.forge = 410, forge

    with pytest.raises(HubUntrueError):
        kiosk.pull_all()
    between.status, between.forge = None, None
    kiosk.pull_all()

    assert len(in_force(kiosk.database)) == 3


def test_version_that_a_newer_one_follows_is_passed_over_at_the_hubs_word(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    put(hub, people=3)
    put(hub, people=4)

    kiosk.pull_all()

    assert len(in_force(kiosk.database)) == 4


def test_hub_signs_only_for_who_asks_with_a_nonce(hub: HubOfTests) -> None:
    headers = {"Authorization": f"Bearer {hub.pair().token}"}

    def ask(nonce: str) -> httpx.Response:
        more = {signing.NONCE_HEADER: nonce} if nonce else {}
        return hub.client.get("/v1/changes", headers=headers | more)

    assert signing.SIGNATURE_HEADER not in ask("").headers
    assert len(ask("0123456789abcdef").headers[signing.SIGNATURE_HEADER]) == 128
    assert ask("no hex").status_code == 422
    assert ask("0" * 65).status_code == 422


def test_statement_of_an_answer_says_all_that_it_is_about() -> None:
    key = signing.new_key()
    told = {"kiosk_id": "k", "question": "/v1/changes?cursor=1", "nonce": "ab", "sha256": "cd"}
    signature = signing.sign(key, signing.Answer(**told))

    assert signing.is_signed(signing.public_of(key), signing.Answer(**told), signature)
    for field in told:
        other = signing.Answer(**{**told, field: "another"})
        assert not signing.is_signed(signing.public_of(key), other, signature), field


def test_hub_that_is_not_the_own_one_is_said_at_the_kiosk(
    hub: HubOfTests, tmp_path: Path, qtbot: QtBot
) -> None:
    put(hub, 25)
    states: list[HubState] = []
    learned: list[Learned] = []

    def connect() -> HttpHub:
        between = Between()
        between.forge = renamed
        client = httpx.Client(base_url=hub.client.base_url, transport=between)
        return HttpHub(client, kiosk.token, kiosk.hub._known)

    with signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        worker = SyncWorker(
            kiosk.database,
            kiosk.device,
            connect=connect,
            photos=tmp_path / "photos",
            learned=learned.append,
            state_changed=states.append,
            listen_seconds=0.1,
        )
        worker.start()
        qtbot.waitUntil(lambda: bool(states) and states[-1].reach is Reach.UNTRUE, timeout=10_000)
        worker.stop()

    (found,) = (f for f in look(kiosk_config(tmp_path / "kiosk"), NINE) if f.topic == "hub's word")
    assert found.verdict is Verdict.LOOK
    assert "not signed by it" in found.found
    assert "Tell your IT staff" in states[-1].words
