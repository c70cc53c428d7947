"""Bytes go through an encrypted stream and come back, or it is said that they do not."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.sealed_stream import PIECE, Opening, SealedStreamError, Sealing, name_needed, name_of

KEY = bytes(range(32))
HEAD, SEALED = 19, PIECE + 16
# Made by version 0.1, whose files do not say which key opens them.
OLD = bytes.fromhex("56424b316e9c365bd608994b1fc5d47367b8bc91e0b24331d00efbdc7a8e411e57d2e7")


def sealed(content: bytes, step: int = PIECE) -> bytes:
    file = io.BytesIO()
    sealing = Sealing(file, KEY)
    for at in range(0, len(content), step):
        sealing.write(content[at : at + step])
    sealing.finish()
    return file.getvalue()


def opened(file: bytes, key: bytes = KEY) -> bytes:
    return io.BufferedReader(Opening(io.BytesIO(file), key)).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5])
@pytest.mark.parametrize("step", [300_001, PIECE, 3 * PIECE])
def test_what_was_written_comes_back(size: int, step: int) -> None:
    content = bytes(range(251)) * (size // 251 + 1)

    assert opened(sealed(content[:size], step)) == content[:size]


WHOLE = sealed(bytes(2 * PIECE + 100))
FIRST, SECOND = WHOLE[HEAD : HEAD + SEALED], WHOLE[HEAD + SEALED : HEAD + 2 * SEALED]
LAST = WHOLE[HEAD + 2 * SEALED :]
CHANGED = {
    "cut": WHOLE[:-1],
    "cut after a piece": WHOLE[:HEAD] + FIRST,
    "without the last": WHOLE[:HEAD] + FIRST + SECOND,
    "without any": WHOLE[:HEAD],
    "without the first": WHOLE[:HEAD] + SECOND + LAST,
    "longer": WHOLE + b"\0",
    "one twice": WHOLE[:HEAD] + FIRST + FIRST + SECOND + LAST,
    "the last twice": WHOLE + LAST,
    "exchanged": WHOLE[:HEAD] + SECOND + FIRST + LAST,
}


@pytest.mark.parametrize("change", CHANGED)
def test_pieces_that_are_cut_left_out_added_or_exchanged_are_found(change: str) -> None:
    with pytest.raises(SealedStreamError):
        opened(CHANGED[change])


@given(st.binary(max_size=100), st.integers(min_value=0), st.integers(1, 255))
def test_any_changed_byte_is_found(content: bytes, at: int, change: int) -> None:
    whole = bytearray(sealed(content))
    whole[at % len(whole)] ^= change

    with pytest.raises(SealedStreamError):
        opened(bytes(whole))


@given(st.binary(max_size=200))
def test_any_other_file_is_refused(content: bytes) -> None:
    with pytest.raises(SealedStreamError):
        opened(content)


def test_another_key_opens_nothing() -> None:
    named = f"it needs the one named {name_of(KEY)}, and that is {name_of(bytes(32))}"
    with pytest.raises(SealedStreamError, match=f"its key is another one: {named}"):
        opened(sealed(b"who came"), bytes(32))


def test_file_says_which_key_it_needs_and_what_is_damaged_is_not_taken_for_another_key() -> None:
    file = sealed(b"who came")

    assert name_needed(io.BytesIO(file)) == name_of(KEY)
    assert KEY[:4] not in file
    with pytest.raises(SealedStreamError, match=r"^it is not whole$"):
        opened(file[:-1])


def test_file_of_a_version_before_opens_and_does_not_say_which_key_it_needs() -> None:
    assert opened(OLD) == b"who came"
    assert name_needed(io.BytesIO(OLD)) is None
    with pytest.raises(SealedStreamError, match="its key is another one, or it is not whole"):
        opened(OLD, bytes(32))


def test_the_same_bytes_never_look_the_same() -> None:
    assert sealed(b"who came") != sealed(b"who came")
