"""How the hub answers: our values as JSON with an entity tag, and refusals in words (RFC 9457)."""

import asyncio
import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, BinaryIO, TypeVar

import msgspec
from fastapi import Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from db import codec

T = TypeVar("T")
NO_NEWS = ("as_of", "list_version")
"""The moment, and the version of the list around an entry, which every other entry changes."""
_TAGS = re.compile(r'"[^"]*"')
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
ZERO_BYTE = "The request has a zero byte in a text. Nothing was changed. Leave it out."
"""PostgreSQL keeps no such text, and nobody types one."""
IfMatch = Annotated[
    str | None,
    Header(description="The ETag of what was looked at: 412 if it was changed meanwhile."),
]


class Tagged(Response):
    """An answer that a GET need not be sent twice: whoever names its tag hears 304 (RFC 9110, 13).

    Other methods are answered without the tag, which would be that of what a GET says (9.3.4).
    """

    def __init__(self, content: bytes, status: int, media_type: str, tag: str) -> None:
        super().__init__(content, status, media_type=media_type)
        self._tag = tag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET" or self.status_code != HTTPStatus.OK:
            await super().__call__(scope, receive, send)
            return
        known = ", ".join(Headers(scope=scope).getlist("If-None-Match"))
        if _names(known, self._tag):
            unchanged = Response(None, HTTPStatus.NOT_MODIFIED, {"ETag": self._tag})
            await unchanged(scope, receive, send)
        else:
            self.headers["ETag"] = self._tag
            await super().__call__(scope, receive, send)


def answer(value: object, status: int = 200) -> Response:
    """A value of ours as JSON, by the same codec as everywhere."""
    return Tagged(codec.to_json(value), status, JSON, tag_of(value))


def photo(jpeg: bytes, sha256: str) -> Response:
    """A photo, which never changes under its name; nobody but who asked for it is to keep it."""
    return Tagged(jpeg, HTTPStatus.OK, JPEG, f'"{sha256}"')


def tag_of(value: object) -> str:
    """The entity tag of a value (RFC 9110, 8.8.3): it is another one when the value is.

    Weak for a value that says of which moment it is: `NO_NEWS` alone are not worth an answer.
    """
    if is_dataclass(value) and not isinstance(value, type) and hasattr(value, "as_of"):
        told = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in NO_NEWS}
        return f"W/{_tag(codec.to_json(told))}"
    return _tag(codec.to_json(value))


def expect_same(if_match: str | None, value: object) -> None:
    """412 unless `If-Match`, where there is one, names the tag of `value`, as it now is.

    RFC 9110, 13.1.1, compares strong tags only. Ours are weak for a moment that nobody can have
    changed, so that they are compared by their text.
    """
    if if_match is not None and not _names(if_match, tag_of(value)):
        raise refuse(412, "Somebody changed this meanwhile. Nothing was changed: look at it again.")


def _tag(content: bytes) -> str:
    return f'"{sha256(content).hexdigest()[:32]}"'


def _names(said: str, tag: str) -> bool:
    """Whether a list of tags, or the asterisk for any, names this one (weak comparison)."""
    return said.strip() == "*" or tag.removeprefix("W/") in _TAGS.findall(said)


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
    return _read(await _json_of(request), of)


async def body_over(request: Request, of: type[T]) -> Callable[[T], T]:
    """The request's JSON as what it makes of a known value: what it leaves out stays as it is.

    Raises like `body_as`.
    """
    content = await _json_of(request)
    wanted, given = _read(content, of), _read(content, dict[str, object])
    # Whoever calls hands a dataclass over, which the codec's `T` cannot say.
    names = [f.name for f in fields(of) if f.name in given]  # type: ignore[arg-type]

    def over(known: T) -> T:
        return replace(known, **{name: getattr(wanted, name) for name in names})  # type: ignore[type-var]

    return over


async def _json_of(request: Request) -> bytes:
    expect(request, JSON)
    return await body_up_to(request, MOST_JSON_BYTES)


def _read(content: bytes, of: type[T]) -> T:
    try:
        if codec.has_zero_byte(content):
            raise refuse(422, ZERO_BYTE)
        return codec.from_json(content, of)
    except msgspec.DecodeError as error:
        raise refuse(422, f"The request cannot be understood: {error}.") from error


def expect(request: Request, media_type: str, *, is_said: bool = False) -> None:
    """415 when the body is said to be of another kind.

    One that says nothing is believed unless it has to be said: what a page that somebody has open
    in a browser sends to other addresses unasked is never said to be JSON (Fetch, 2.2.2).
    """
    said = request.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if said != media_type and (said or is_said):
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
