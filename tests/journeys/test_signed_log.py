"""Kiosk and hub sign for each other: neither changes what it once showed without being found."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from admin_console.hub.site import LOG_ID
from db import log, outbox, settings, signing
from db.domain.errors import HubAwayError, HubRefusedError
from db.inbox import MOST_AT_ONCE
from kiosk import standing
from kiosk.__main__ import main
from kiosk.doctor_finding import Finding, Verdict
from kiosk.doctor_kept import look
from kiosk.own_device import HUB_KEY, SIGNING_KEY
from kiosk.sync import exchange, sending, trust
from kiosk.sync.http import HttpHub
from kiosk.sync.worker import HubState, Reach
from kiosk.ui.views import ServiceLine, Standing
from tests.hub_of_tests import HubOfTests, hub_at
from tests.makers import NINE, make_screened
from tests.signed_log import kiosk_config, signing_kiosk, write_another_past
from tests.sync_of_tests import KioskOfTests, decide, import_list


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, tmp_path: Path) -> Iterator[KioskOfTests]:
    with signing_kiosk(hub, tmp_path / "kiosk") as made:
        yield made


def visitors(kiosk: KioskOfTests, count: int) -> None:
    for _ in range(count):
        kiosk.visitor_comes()
    kiosk.push()


def words(kiosk: KioskOfTests) -> str:
    return exchange.pull(kiosk.database, kiosk.hub, 0)


def doctor(folder: Path, now: datetime = NINE) -> Finding:
    """What the kiosk's doctor says of the hub's log."""
    (found,) = (f for f in look(kiosk_config(folder), now) if f.topic == "hub's log")
    return found


def wrong_at(hub: HubOfTests) -> list[str]:
    with hub.database.read() as session:
        chains = [v.broken for v in log.verify_log(session) if v.broken]
        return [*chains, *log.verify_signatures(session), *filter(None, [log.verify_tree(session)])]


def test_what_a_kiosk_sends_is_signed_and_signed_for(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    visitors(kiosk, 3)

    assert words(kiosk) == ""
    assert wrong_at(hub) == []
    with kiosk.database.read() as session:
        receipt = trust.receipt(session, kiosk.device.epoch)
        head = settings.read(session, trust.LOG_HEAD, trust.LogHead)
    assert receipt is not None
    assert head is not None
    assert (receipt.acked_seq, head.size) == (3, 3)


def test_log_that_only_grows_is_the_same_log(hub: HubOfTests, kiosk: KioskOfTests) -> None:
    for count in (1, 2, MOST_AT_ONCE + 10, 9, 15):
        visitors(kiosk, count)

        assert words(kiosk) == ""

    assert wrong_at(hub) == []


def test_hub_that_writes_another_past_is_found_and_serves_on(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path
) -> None:
    visitors(kiosk, 3)
    words(kiosk)
    assert doctor(tmp_path / "kiosk").verdict is Verdict.GOOD

    write_another_past(hub.database, 2, kiosk.device.kiosk_id)
    said = words(kiosk)

    assert "not the one that it showed before" in said
    assert "not the one that it showed before" in words(kiosk), "it is said until IT has looked"
    with kiosk.database.read() as session:
        found = trust.trouble(session)
    assert found is not None
    assert found.seen_before.root != found.shown_now.root
    assert doctor(tmp_path / "kiosk").verdict is Verdict.BROKEN
    import_list(hub, "Of today")
    kiosk.pull_all()
    assert kiosk.lists() == ["Of today"], "what the hub says still arrives"


def test_proof_that_the_log_grew_comes_with_what_is_new(
    hub: HubOfTests, kiosk: KioskOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ask = list[int](), kiosk.hub.log_proof

    def ask_for_proof(since: int, size: int) -> tuple[bytes, ...]:
        asked.append(since)
        return ask(since, size)

    monkeypatch.setattr(kiosk.hub, "log_proof", ask_for_proof)
    visitors(kiosk, 3)
    words(kiosk)
    asked.clear()

    visit_id = kiosk.visitor_comes(held=True)
    kiosk.push()
    decide(hub, visit_id)

    assert words(kiosk) == ""
    assert asked == []
    with kiosk.database.read() as session:
        head = trust.log_head(session)
    assert head is not None
    assert head.size == 5


def test_hub_is_asked_for_a_proof_where_the_one_that_came_shows_nothing(
    kiosk: KioskOfTests,
) -> None:
    for proof in ((), ("00" * 32,), ("no hex",)):
        visitors(kiosk, 2)
        shown = kiosk.hub.changes(0, "", 0).log_head

        assert trust.check_log(kiosk.database, kiosk.hub, shown, proof, now=NINE) == ""
        with kiosk.database.read() as session:
            assert trust.log_head(session) == shown


def test_another_past_is_found_where_a_proof_comes_with_what_is_new(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    visitors(kiosk, 3)
    words(kiosk)

    write_another_past(hub.database, 2, kiosk.device.kiosk_id)
    import_list(hub, "Of today")

    assert "not the one that it showed before" in words(kiosk)


def test_verify_log_finds_another_past_by_what_the_kiosk_signed(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    visitors(kiosk, 3)

    write_another_past(hub.database, 2, kiosk.device.kiosk_id)
    by_place = wrong_at(hub)
    write_another_past(hub.database, 1, kiosk.device.kiosk_id, with_heads=True)
    by_signature = wrong_at(hub)

    assert "is not the one that the kiosk signed" in by_place[0]
    assert "is not the kiosk's" in by_signature[0]


def test_batch_that_is_not_signed_by_the_kiosk_is_refused(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    kiosk.visitor_comes()
    with kiosk.database.begin() as session:
        settings.write(session, SIGNING_KEY, signing.new_key().hex())

    with pytest.raises(HubRefusedError, match="not signed with the key"):
        kiosk.push()

    assert kiosk.waiting() == 1
    with hub.database.read() as session:
        assert log.count(session) == 0


def test_receipt_of_another_hub_counts_for_nothing(kiosk: KioskOfTests) -> None:
    kiosk.visitor_comes()
    with kiosk.database.begin() as session:
        other = signing.public_of(signing.new_key())
        settings.write(session, HUB_KEY, other.hex())

    with pytest.raises(HubRefusedError, match="not signed by the hub"):
        kiosk.push()
    with pytest.raises(HubRefusedError, match="nothing of it was taken"):
        words(kiosk)

    assert kiosk.waiting() == 1


class LosingAnswers:
    """A network that brings each batch to the hub and loses what it answers."""

    def __init__(self, hub: HttpHub) -> None:
        self._hub = hub

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)

    def push(self, *batch: Any) -> None:
        self._hub.push(*batch)
        raise HubAwayError("the answer was lost")


def test_answer_to_the_last_batch_that_was_lost_is_signed_for_at_the_next_contact(
    kiosk: KioskOfTests,
) -> None:
    kiosk.visitor_comes()
    with pytest.raises(HubAwayError):
        sending.push(kiosk.database, kiosk.device, LosingAnswers(kiosk.hub))  # type: ignore[arg-type]
    assert kiosk.waiting() == 1

    kiosk.push()

    assert kiosk.waiting() == 0
    with kiosk.database.read() as session:
        receipt = trust.receipt(session, kiosk.device.epoch)
    assert receipt is not None
    assert receipt.acked_seq == 1


def test_head_that_another_hub_signed_counts_for_nothing(kiosk: KioskOfTests) -> None:
    kiosk.visitor_comes()
    with pytest.raises(HubAwayError):
        sending.push(kiosk.database, kiosk.device, LosingAnswers(kiosk.hub))  # type: ignore[arg-type]
    with kiosk.database.begin() as session:
        settings.write(session, HUB_KEY, signing.public_of(signing.new_key()).hex())

    with pytest.raises(HubRefusedError, match="not signed by the hub"):
        kiosk.push()

    assert kiosk.waiting() == 1


def test_hub_that_began_a_new_log_is_told_and_believed(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    visitors(kiosk, 2)
    words(kiosk)
    begin_log(hub, "another")

    with caplog.at_level(logging.WARNING):
        said = words(kiosk)

    assert said == ""
    assert "began a new log" in caplog.text
    assert lines_of_log(kiosk) == [], "it begins with all that was seen: nothing of it is lost"
    assert doctor(tmp_path / "kiosk").verdict is Verdict.GOOD


def begin_log(hub: HubOfTests, log_id: str) -> None:
    with hub.database.begin() as session:
        settings.write(session, LOG_ID, log_id)


def lines_of_log(kiosk: KioskOfTests, after: timedelta = timedelta()) -> list[ServiceLine]:
    """What staff read at the kiosk of a new log."""
    with kiosk.database.read() as session:
        kept = standing.read(session, kiosk.device)
    now = datetime.now(UTC) + after
    view = standing.view(kept, HubState(Reach.IN_TOUCH), "", now, are_lists_loaded=True)
    return [line for line in view.lines if line.title == "The hub began a new log"]


def verify_log(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """`vestibule-kiosk verify-log`: its exit status, and what it says."""
    file = folder.with_suffix(".toml")
    file.write_text(f"[kiosk]\ndata_folder = '{folder}'\n", encoding="utf-8")
    status = main(["--config", str(file), "verify-log"])
    return status, capsys.readouterr().out


def test_new_log_with_another_past_is_told_to_staff_and_the_head_of_before_stays(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visitors(kiosk, 3)
    words(kiosk)
    with kiosk.database.read() as session:
        seen = trust.log_head(session)
    assert seen is not None

    write_another_past(hub.database, 2, kiosk.device.kiosk_id)
    begin_log(hub, "another")
    words(kiosk)

    (line,) = lines_of_log(kiosk)
    assert line.standing is Standing.LOOK
    assert "If nobody restored it" in line.words
    assert lines_of_log(kiosk, timedelta(days=31)) == []
    assert doctor(tmp_path / "kiosk", datetime.now(UTC)).verdict is Verdict.LOOK
    _, said = verify_log(tmp_path / "kiosk", capsys)
    assert f"{seen.size}:{seen.root}" in said
    assert "does not begin with it" in said
    with hub.database.read() as session:
        assert log.verify_seen(session, seen.size, bytes.fromhex(seen.root)) != ""


def test_log_that_comes_back_after_another_with_another_past_is_found(
    hub: HubOfTests, kiosk: KioskOfTests, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visitors(kiosk, 3)
    words(kiosk)
    with hub.database.read() as session:
        first = settings.read(session, LOG_ID, str) or ""
    begin_log(hub, "another")
    words(kiosk)

    write_another_past(hub.database, 2, kiosk.device.kiosk_id)
    begin_log(hub, first)

    assert "not the one that it showed before" in words(kiosk)
    status, said = verify_log(tmp_path / "kiosk", capsys)
    assert status == 1
    assert "not the one that it showed before" in said
    import_list(hub, "Of Thursday")
    for _ in range(5):
        kiosk.pull()
    assert kiosk.lists() == ["Of Thursday"]
    assert "not the one that it showed before" in words(kiosk)


def test_hub_that_begins_logs_without_end_pushes_out_none_of_the_first(
    hub: HubOfTests, kiosk: KioskOfTests
) -> None:
    visitors(kiosk, 2)
    words(kiosk)
    with hub.database.read() as session:
        first = settings.read(session, LOG_ID, str) or ""

    for number in range(20):
        begin_log(hub, f"another {number}")
        words(kiosk)
        if number in (12, 18):  # one that ends again stays among the first
            begin_log(hub, first)
            words(kiosk)

    with kiosk.database.read() as session:
        kept = [one.head.log_id for one in trust.earlier_logs(session)]
    assert kept == [
        first,
        *(f"another {number}" for number in range(7)),
        *(f"another {number}" for number in range(11, 19)),
    ]


def test_places_are_without_gaps_in_the_order_of_commits(hub: HubOfTests) -> None:
    device = outbox.Device("district", "lincoln", "hub")

    def dies() -> None:
        with hub.database.begin() as session:
            outbox.add(session, device, make_screened(), NINE, actor="hub")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        dies()
    for number in range(3):
        with hub.database.begin() as session:
            outbox.add(session, device, make_screened(number=number), NINE, actor="hub")

    with hub.database.read() as session:
        places = list(session.scalars(text("SELECT leaf_index FROM event ORDER BY seq")))
    assert places == [0, 1, 2]
