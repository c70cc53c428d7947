"""Bytes go through an encrypted stream and come back, or it is said that they do not."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.sealed_stream import PIECE, Opening, SealedStreamError, Sealing

KEY = bytes(range(32))
HEAD, SEALED = 11, PIECE + 16


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
    with pytest.raises(SealedStreamError, match="its key is another one"):
        opened(sealed(b"who came"), bytes(32))


def test_the_same_bytes_never_look_the_same() -> None:
    assert sealed(b"who came") != sealed(b"who came")
