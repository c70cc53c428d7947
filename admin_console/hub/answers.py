"""How the hub answers: our values as JSON, and refusals in words (RFC 9457)."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from typing import BinaryIO, TypeVar

import msgspec
from fastapi import HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from db import codec

T = TypeVar("T")
MOST_JSON_BYTES = 64 * 1024
"""What anybody may send before it is known who asks."""
PATIENCE_SECONDS = 30.0
SLOWEST_BYTES_PER_SECOND = 8 * 1024
"""A body may take its time, and as much longer as its bytes so far need at this pace. Whoever sends
a byte now and then would else hold a connection for ever."""
READ_ON_BYTES = 16 * 1024 * 1024
"""How much of a body that is too large is read and thrown away: whoever still sends would not hear
the answer when the connection ends."""
JSON = "application/json"
NDJSON = "application/x-ndjson"
JPEG = "image/jpeg"
PROBLEM = "application/problem+json"


def answer(value: object, status: int = 200) -> Response:
    """A value of ours as JSON, by the same codec as everywhere."""
    return Response(codec.to_json(value), status, media_type=JSON)


def problem(
    status: int, words: str, headers: dict[str, str] | None = None, **more: object
) -> Response:
    """What went wrong, as RFC 9457 writes it: `detail` may be shown to a person as it is.

    `more` is for programs, under names of its own.
    """
    told = {"title": HTTPStatus(status).phrase, "status": status, "detail": words, **more}
    return Response(codec.to_json(told), status, headers, media_type=PROBLEM)


def refuse(status: int, words: str, headers: dict[str, str] | None = None) -> HTTPException:
    """A refusal whose `detail` may be shown to a person as it is."""
    return HTTPException(status, words, headers)


async def body_as(request: Request, of: type[T]) -> T:
    """The request's JSON as a value.

    Raises 422 in words when it is not one, 413 when it is too long, 415 when it says itself that it
    is something else, 408 when it does not come.
    """
    expect(request, JSON)
    content = await body_up_to(request, MOST_JSON_BYTES)
    try:
        return codec.from_json(content, of)
    except msgspec.DecodeError as error:
        raise refuse(422, f"The request cannot be understood: {error}.") from error


def expect(request: Request, media_type: str) -> None:
    """415 when the body is said to be of another kind; one that says nothing is believed."""
    said = request.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if said not in ("", media_type):
        raise refuse(415, f"This takes {media_type} only. Nothing was changed.")


async def body_up_to(request: Request, most_bytes: int) -> bytes:
    """The request's bytes; 413 when there are more than that, 408 when they do not come."""
    received = bytearray()
    async with aclosing(_chunks(request, most_bytes)) as chunks:
        async for chunk in chunks:
            received += chunk
    return bytes(received)


@asynccontextmanager
async def body_as_file(request: Request, most_bytes: int) -> AsyncIterator[BinaryIO]:
    """The request's bytes on the disk, in a file without a name; refused like `body_up_to`."""
    with tempfile.TemporaryFile() as file:
        async with aclosing(_chunks(request, most_bytes)) as chunks:
            async for chunk in chunks:
                await run_in_threadpool(file.write, chunk)
        yield file


async def _chunks(request: Request, most_bytes: int) -> AsyncGenerator[bytes]:
    stream, received = aiter(request.stream()), 0
    # The loop's own clock: one that an administrator sets back must not prolong the wait.
    began = asyncio.get_running_loop().time()
    if int(request.headers.get("Content-Length", "0")) > most_bytes + READ_ON_BYTES:
        raise _too_much(most_bytes)
    while True:
        until = began + PATIENCE_SECONDS + received / SLOWEST_BYTES_PER_SECOND
        try:
            async with asyncio.timeout_at(until):
                chunk = await anext(stream)
        except StopAsyncIteration:
            break
        except TimeoutError as error:
            raise refuse(
                408, "The request came too slowly. Nothing was changed.", {"Connection": "close"}
            ) from error
        except ClientDisconnect as error:
            raise refuse(400, "The request broke off. Nothing was changed.") from error
        received += len(chunk)
        if received > most_bytes + READ_ON_BYTES:
            break
        if received <= most_bytes:
            yield chunk
    if received > most_bytes:
        raise _too_much(most_bytes)


def _too_much(most_bytes: int) -> HTTPException:
    size = f"{most_bytes >> 20} MB" if most_bytes >> 20 else f"{most_bytes >> 10} KB"
    return refuse(413, f"That is more than {size}. Send less at once.")
