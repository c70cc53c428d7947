"""Entries of lists as the console's editor sees and changes them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import entry_photos, list_desk
from admin_console.hub.answers import IfMatch, answer, body_as, body_over, body_up_to, refuse
from admin_console.hub.context import AskingStaff, StaffContext
from admin_console.hub.list_desk import ListSettings, ListStart
from db import entry_deeds, list_asking, list_editing, list_search, watchlists
from db.columns import LARGEST_INTEGER
from db.domain.audit import Deed
from db.domain.entry_history import EntryDraft, EntryFile
from db.domain.errors import EntryRefusedError, PhotoError
from db.domain.watchlist import LONGEST_AGE_DAYS, Watchlist
from db.list_fields import clean

LONGEST_NAME = 200

router = APIRouter(prefix="/v1/watchlists", tags=["list entries"])


@dataclass(frozen=True, slots=True)
class Removal:
    """Why an entry is to be removed; to confirm what another person asked it may be empty."""

    version: int
    reason: str = ""


@router.post("/new")
async def add_list(request: Request, context: StaffContext, asker: AskingStaff) -> Response:
    """Begin a list that is kept by hand."""
    asked = await body_as(request, ListStart)
    name = clean(asked.name)
    age = asked.max_age_days
    if not 0 < len(name) <= LONGEST_NAME or (age is not None and not 1 <= age <= LONGEST_AGE_DAYS):
        raise refuse(
            422, "A list needs a name of at most 200 characters, and an age of 1 to 36500 days."
        )
    wanted = ListStart(name, asked.category, age)
    return await _answered(lambda: list_desk.add_list(context, wanted, asker))


@router.get("/settings")
def read_settings(context: StaffContext, _: AskingStaff) -> Response:
    """How lists may be changed by hand."""
    with context.database.read() as session:
        return answer(ListSettings(list_asking.needs_two(session)))


@router.put("/settings")
async def write_settings(
    request: Request, context: StaffContext, asker: AskingStaff, if_match: IfMatch = None
) -> Response:
    """Say how lists may be changed by hand."""
    asked = await body_as(request, ListSettings)

    await run_in_threadpool(
        list_desk.set_two_to_remove,
        context.database,
        asker.by,
        context.now(),
        is_on=asked.two_to_remove,
        if_match=if_match,
    )
    return answer(asked)


@dataclass(frozen=True, slots=True)
class PhotoTaken:
    """A photo that the hub has; it is kept for good once an entry is saved with it."""

    photo: str


@router.post("/photos")
async def take_photo(request: Request, context: StaffContext, _: AskingStaff) -> Response:
    """Take in a picture for an entry that is being written."""
    content = await body_up_to(request, entry_photos.LARGEST_BYTES)

    def take() -> str:
        context.database.check()
        return entry_photos.take(context.photos, content)

    try:
        taken = await run_in_threadpool(take)
    except PhotoError as error:
        raise refuse(422, str(error)) from error
    return answer(PhotoTaken(taken))


@router.get("/{list_id}/people")
def people(
    list_id: UUID,
    context: StaffContext,
    asker: AskingStaff,
    words: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Entries of a list by name, a page at a time."""
    with context.database.read() as session:
        if watchlists.get(session, list_id) is None:
            raise _gone()
        try:
            found = list_search.page(session, list_id, words, page, context.now())
        except ValueError as error:
            raise refuse(
                422, "The list has changed, and this page is not there any more. Search again."
            ) from error
    list_desk.note_view(context, asker, Deed.ENTRIES_VIEWED, list_id)
    return answer(found)


@router.get("/{list_id}/people/{entry_id}")
def entry(list_id: UUID, entry_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """One entry with all that happened to it by hand."""
    zone = context.zone()
    try:
        with context.database.read() as session:
            found = list_editing.file_of(session, list_id, entry_id, zone, context.now())
    except LookupError as error:
        raise _gone() from error
    list_desk.note_view(context, asker, Deed.ENTRY_VIEWED, list_id, entry_id)
    return answer(found)


@router.get("/{list_id}/people/{entry_id}/deeds")
def deeds(list_id: UUID, entry_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Whom the entry held, and what staff decided then."""
    zone = context.zone()
    with context.database.read() as session:
        if watchlists.get(session, list_id) is None:
            raise _gone()
        found = entry_deeds.of_entry(session, list_id, entry_id, zone, context.now())
    list_desk.note_view(context, asker, Deed.ENTRY_VIEWED, list_id, entry_id)
    return answer(found)


@router.post("/{list_id}/people")
async def add(
    list_id: UUID, request: Request, context: StaffContext, asker: AskingStaff
) -> Response:
    """Put somebody on a list."""
    draft = await body_as(request, EntryDraft)
    return await _answered(lambda: list_desk.add_entry(context, list_id, draft, asker))


@router.put("/{list_id}/people/{entry_id}")
async def change(
    list_id: UUID,
    entry_id: UUID,
    request: Request,
    context: StaffContext,
    asker: AskingStaff,
    *,
    version: Annotated[int, Query(ge=1, le=LARGEST_INTEGER)],
    if_match: IfMatch = None,
) -> Response:
    """Change what an entry says; `version` is the one that was looked at.

    What is left out stays as it is. Where the entry has another version, 409 says so; with
    `If-Match` 412 says it of all that its GET tells, also of who was cleared and of a removal that
    somebody asked for.
    """
    over = await body_over(request, EntryDraft)
    return await _answered(
        lambda: list_desk.change_entry(
            context,
            list_id,
            entry_id,
            over,
            version=version,
            asker=asker,
            if_match=if_match,
        )
    )


@router.post("/{list_id}/people/{entry_id}/removal")
async def remove(
    list_id: UUID,
    entry_id: UUID,
    request: Request,
    context: StaffContext,
    asker: AskingStaff,
) -> Response:
    """Ask that an entry be removed, or confirm what another person asked."""
    asked = await body_as(request, Removal)
    return await _answered(
        lambda: list_desk.remove_entry(
            context, list_id, entry_id, asked.reason, version=asked.version, asker=asker
        )
    )


@router.delete("/{list_id}/people/{entry_id}/removal")
async def keep(
    list_id: UUID, entry_id: UUID, context: StaffContext, asker: AskingStaff
) -> Response:
    """Take the wish to remove an entry back."""
    return await _answered(lambda: list_desk.keep_entry(context, list_id, entry_id, asker))


async def _answered(does: Callable[[], EntryFile | Watchlist]) -> Response:
    try:
        return answer(await run_in_threadpool(does))
    except LookupError as error:
        raise _gone() from error
    except EntryRefusedError as error:
        raise refuse(409, str(error)) from error


def _gone() -> Exception:
    return refuse(404, "That entry or list is not there any more. Nothing was changed.")
