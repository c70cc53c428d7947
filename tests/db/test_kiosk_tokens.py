"""Challenges, proofs and tokens of kiosks, on SQLite and PostgreSQL."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import func, select

from db import kiosk_tokens, pairing, signing
from db.engine import Database, open_database
from db.hub_models import DeviceChallengeRow, DeviceTokenRow
from db.kiosk_tokens import CHALLENGE_FOR, TOKEN_FOR, Refusal
from db.signing import KeyProof
from tests.makers import NINE

KIOSK, OTHER = str(UUID(int=7)), str(UUID(int=8))
HUB, OTHER_HUB = "aa" * 32, "bb" * 32
KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
SECOND = timedelta(seconds=1)


def let_in(database: Database, kiosk_id: str = KIOSK, key: bytes = KEY) -> int:
    """Returns the epoch."""
    with database.begin() as session:
        public = signing.public_of(key) if key else b""
        return pairing.let_in(session, kiosk_id, "Front", NINE, public_key=public).epoch


def challenge(database: Database, now: object = NINE, kiosk_id: str = KIOSK) -> KeyProof:
    with database.begin() as session:
        nonce = kiosk_tokens.challenge(session, kiosk_id, now)  # type: ignore[arg-type]
    return KeyProof(HUB, kiosk_id, 1, nonce)


def prove(
    database: Database, proof: KeyProof, signature: bytes | None = None, now: object = NINE
) -> str | Refusal:
    signature = signing.sign(KEY, proof) if signature is None else signature
    with database.begin() as session:
        return kiosk_tokens.prove(session, proof, signature, now)  # type: ignore[arg-type]


def knows(database: Database, token: object, now: object = NINE) -> str | None:
    with database.read() as session:
        kiosk = kiosk_tokens.kiosk_with(session, str(token), now)  # type: ignore[arg-type]
    return None if kiosk is None else kiosk.kiosk_id


def count(database: Database, kind: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def test_kiosk_that_proves_its_key_is_known_for_an_hour(any_database: Database) -> None:
    let_in(any_database)

    token = prove(any_database, challenge(any_database))

    assert knows(any_database, token) == KIOSK
    assert knows(any_database, token, NINE + TOKEN_FOR - SECOND) == KIOSK
    assert knows(any_database, token, NINE + TOKEN_FOR) is None


def test_challenge_is_answered_once(any_database: Database) -> None:
    let_in(any_database)
    proof = challenge(any_database)
    assert isinstance(prove(any_database, proof), str)

    assert prove(any_database, proof) is Refusal.NOT_FRESH


def test_wrong_answer_uses_the_challenge_up(any_database: Database) -> None:
    let_in(any_database)
    proof = challenge(any_database)
    assert prove(any_database, proof, bytes(64)) is Refusal.WRONG_KEY

    assert prove(any_database, proof) is Refusal.NOT_FRESH


def test_challenge_is_good_for_a_minute(any_database: Database) -> None:
    let_in(any_database)
    in_time, late = challenge(any_database), challenge(any_database)

    assert isinstance(prove(any_database, in_time, now=NINE + CHALLENGE_FOR - SECOND), str)
    assert prove(any_database, late, now=NINE + CHALLENGE_FOR) is Refusal.NOT_FRESH


def test_of_many_who_answer_one_challenge_at_once_one_gets_a_token(any_database: Database) -> None:
    let_in(any_database)
    proof = challenge(any_database)
    together, got = threading.Barrier(6), []

    def answer() -> None:
        together.wait(30)
        got.append(prove(any_database, proof))

    threads = [threading.Thread(target=answer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sum(isinstance(one, str) for one in got) == 1
    assert got.count(Refusal.NOT_FRESH) == 5


def test_challenge_of_another_kiosk_is_none_of_ours(any_database: Database) -> None:
    let_in(any_database)
    let_in(any_database, OTHER, OTHER_KEY)

    stolen = replace(challenge(any_database, kiosk_id=OTHER), kiosk_id=KIOSK)

    assert prove(any_database, stolen) is Refusal.NOT_FRESH


@pytest.mark.parametrize("key", [KEY, b""])
def test_revoked_kiosk_is_out_at_once(any_database: Database, key: bytes) -> None:
    let_in(any_database, key=key)
    with any_database.begin() as session:
        token = kiosk_tokens.issue(session, KIOSK, 1, NINE)
    proof = challenge(any_database)
    assert knows(any_database, token) == KIOSK

    with any_database.begin() as session:
        pairing.revoke(session, KIOSK, NINE)

    assert knows(any_database, token) is None
    assert isinstance(prove(any_database, proof), Refusal)
    with any_database.begin() as session:
        assert kiosk_tokens.why_not(session, KIOSK, 1) is Refusal.NOT_PAIRED
        late = kiosk_tokens.issue(session, KIOSK, 1, NINE)  # as by who had begun before
    assert knows(any_database, late) is None


def test_pairing_again_ends_what_the_old_disk_has(any_database: Database) -> None:
    let_in(any_database)
    token, proof = prove(any_database, challenge(any_database)), challenge(any_database)

    assert let_in(any_database, key=OTHER_KEY) == 2

    assert knows(any_database, token) is None
    assert isinstance(prove(any_database, proof), Refusal)
    with any_database.begin() as session:
        assert kiosk_tokens.why_not(session, KIOSK, 1) is Refusal.OTHER_PAIRING
    lying = replace(challenge(any_database), epoch=2)
    assert prove(any_database, lying) is Refusal.WRONG_KEY


def test_kiosk_without_a_key_gets_no_token(any_database: Database) -> None:
    let_in(any_database, key=b"")

    assert prove(any_database, challenge(any_database)) is Refusal.NO_KEY


def test_token_from_pairing_ends_with_the_first_proof(any_database: Database) -> None:
    let_in(any_database)
    with any_database.begin() as session:
        old = kiosk_tokens.issue(session, KIOSK, 1, NINE)
        (row,) = session.scalars(select(DeviceTokenRow))
        row.is_of_pairing, row.expires_at = True, NINE + timedelta(days=90)
    late = NINE + timedelta(days=89)
    assert knows(any_database, old, late) == KIOSK
    with any_database.read() as session:
        (told,) = pairing.kiosks(session)
    assert told.old_token_until == NINE + timedelta(days=90)

    prove(any_database, challenge(any_database))

    assert knows(any_database, old) is None
    with any_database.read() as session:
        (told,) = pairing.kiosks(session)
    assert told.old_token_until is None


def test_what_is_over_is_deleted(any_database: Database) -> None:
    let_in(any_database)
    for hours in range(5):
        now = NINE + hours * TOKEN_FOR
        challenge(any_database, now)
        assert isinstance(prove(any_database, challenge(any_database, now), now=now), str)

    assert count(any_database, DeviceTokenRow) == 1
    assert count(any_database, DeviceChallengeRow) == 1


def test_hub_keeps_no_token(any_database: Database) -> None:
    let_in(any_database)
    token = prove(any_database, challenge(any_database))

    with any_database.read() as session:
        (row,) = session.scalars(select(DeviceTokenRow))

    assert isinstance(token, str)
    assert token not in str(vars(row))
    assert len(token) == 43, "256 bits"


TEXTS = st.text(max_size=80) | st.sampled_from(["", "\0", KIOSK.upper(), "0" * 64, "é" * 64])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(kiosk_id=TEXTS, epoch=st.integers(), nonce=TEXTS, signature=st.binary(max_size=70))
def test_whatever_a_stranger_sends_is_refused(
    any_database: Database, kiosk_id: str, epoch: int, nonce: str, signature: bytes
) -> None:
    with any_database.begin() as session:
        assert isinstance(kiosk_tokens.why_not(session, kiosk_id, epoch), Refusal)
    proof = KeyProof(HUB, kiosk_id, epoch, nonce)

    assert isinstance(prove(any_database, proof, signature), Refusal)


@given(
    hub=st.sampled_from([HUB, OTHER_HUB]),
    kiosk=st.sampled_from([KIOSK, OTHER]),
    epoch=st.integers(1, 3),
    nonce=st.sampled_from(["00" * 32, "01" * 32]),
)
def test_signature_is_good_for_exactly_what_was_signed(
    hub: str, kiosk: str, epoch: int, nonce: str
) -> None:
    asked = KeyProof(HUB, KIOSK, 1, "00" * 32)
    signed = KeyProof(hub, kiosk, epoch, nonce)

    is_good = signing.is_signed(signing.public_of(KEY), asked, signing.sign(KEY, signed))

    assert is_good is (signed == asked)


def test_no_other_statement_of_a_kiosk_passes_for_a_proof(any_database: Database) -> None:
    let_in(any_database)
    proof = challenge(any_database)
    others = (
        signing.ChainHead(KIOSK, 1, 1, bytes.fromhex(proof.nonce)),
        signing.Answer(KIOSK, HUB, proof.nonce, "00"),
        signing.Exported(proof.nonce),
    )

    for other in others:
        again = replace(proof, nonce=challenge(any_database).nonce)
        assert prove(any_database, again, signing.sign(KEY, other)) is Refusal.WRONG_KEY
    assert isinstance(prove(any_database, proof), str)


class Tokens(RuleBasedStateMachine):
    """A hub whose clock is set as nobody should, and what its kiosk may then do.

    The model says when a token or a challenge must not count; nothing may keep the kiosk from
    getting another token by its key.
    """

    def __init__(self) -> None:
        super().__init__()
        self.database = open_database("sqlite://")
        self.now, self.epoch, self.is_in = NINE, 0, False
        self.tokens: dict[str, tuple[object, int]] = {}
        self.asked: dict[str, object] = {}
        self.used: set[str] = set()

    def teardown(self) -> None:
        self.database.close()

    @initialize()
    def begin(self) -> None:
        self.pair()

    @rule()
    def pair(self) -> None:
        self.epoch, self.is_in = let_in(self.database), True

    @rule()
    def revoke(self) -> None:
        with self.database.begin() as session:
            pairing.revoke(session, KIOSK, self.now)
        self.is_in = False

    @rule(seconds=st.integers(-100_000, 100_000) | st.integers(-130, 130))
    def clock_moves(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def asks(self) -> None:
        proof = challenge(self.database, self.now)
        self.asked[proof.nonce] = self.now

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), is_right=st.booleans())
    def answers(self, data: st.DataObject, is_right: bool) -> None:
        nonce = data.draw(st.sampled_from(sorted(self.asked)))
        proof = KeyProof(HUB, KIOSK, self.epoch, nonce)
        signature = signing.sign(KEY if is_right else OTHER_KEY, proof)
        got = prove(self.database, proof, signature, self.now)
        age = self.now - self.asked[nonce]  # type: ignore[operator]
        is_fresh = -kiosk_tokens.APART <= age < CHALLENGE_FOR and nonce not in self.used
        self.used.add(nonce)
        if not (is_right and is_fresh and self.is_in):
            assert isinstance(got, Refusal)
        if isinstance(got, str):
            self.tokens[got] = (self.now, self.epoch)

    @rule()
    def key_opens_whatever_the_clock_says(self) -> None:
        proof = replace(challenge(self.database, self.now), epoch=self.epoch)
        got = prove(self.database, proof, now=self.now)
        assert isinstance(got, str) is self.is_in
        if isinstance(got, str):
            assert knows(self.database, got, self.now) == KIOSK
            self.tokens[got] = (self.now, self.epoch)

    @rule()
    def no_token_outlives_its_hour(self) -> None:
        for token, (made_at, epoch) in self.tokens.items():
            age = self.now - made_at  # type: ignore[operator]
            is_good = -kiosk_tokens.APART <= age < TOKEN_FOR and epoch == self.epoch and self.is_in
            if not is_good:
                assert knows(self.database, token, self.now) is None


TestTokens = Tokens.TestCase
TestTokens.settings = settings(max_examples=25, stateful_step_count=25)
