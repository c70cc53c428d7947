"""How the hub answers: our values as JSON, and refusals in words."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import BinaryIO, TypeVar

import msgspec
from fastapi import HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool

from db import codec

T = TypeVar("T")
MOST_JSON_BYTES = 64 * 1024
"""What anybody may send before it is known who asks."""


def answer(value: object, status: int = 200) -> Response:
    """A value of ours as JSON, by the same codec as everywhere."""
    return Response(codec.to_json(value), status, media_type="application/json")


def refuse(status: int, words: str, headers: dict[str, str] | None = None) -> HTTPException:
    """A refusal whose `detail` may be shown to a person as it is."""
    return HTTPException(status, words, headers)


async def body_as(request: Request, of: type[T]) -> T:
    """The request's JSON as a value; 422 in words when it is not one, 413 when it is too long."""
    content = await body_up_to(request, MOST_JSON_BYTES)
    try:
        return codec.from_json(content, of)
    except msgspec.DecodeError as error:
        raise refuse(422, f"The request cannot be understood: {error}.") from error


async def body_up_to(request: Request, most_bytes: int) -> bytes:
    """The request's bytes; 413 when there are more than that."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > most_bytes:
            raise _too_much(most_bytes)
    return bytes(received)


@asynccontextmanager
async def body_as_file(request: Request, most_bytes: int) -> AsyncIterator[BinaryIO]:
    """The request's bytes on the disk, in a file without a name; 413 when there are too many."""
    with tempfile.TemporaryFile() as file:
        received = 0
        async for chunk in request.stream():
            received += len(chunk)
            if received > most_bytes:
                raise _too_much(most_bytes)
            await run_in_threadpool(file.write, chunk)
        yield file


def _too_much(most_bytes: int) -> HTTPException:
    size = f"{most_bytes >> 20} MB" if most_bytes >> 20 else f"{most_bytes >> 10} KB"
    return refuse(413, f"That is more than {size}. Send less at once.")
