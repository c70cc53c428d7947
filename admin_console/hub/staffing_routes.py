"""Keeping the staff at the console: who may sign in, what for, where, and with what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from admin_console.hub import guessing, pin_desk, staff_desk
from admin_console.hub.answers import IfMatch, answer, body_as, expect_same, refuse
from admin_console.hub.context import Asker, AskingStaff, Context, StaffContext
from admin_console.hub.pin_desk import ComparedPin
from admin_console.hub.staff_desk import BeyondPowerError, Keeper
from admin_console.hub.turns import Turns
from db import first_passwords, staff, staff_list
from db.domain.rights import Power
from db.domain.staffing import (
    FirstPassword,
    KnownStaff,
    NewPin,
    StaffAdded,
    StaffDraft,
    StaffStart,
)
from db.staff import NameTakenError, NewPassword, StaffError

T = TypeVar("T")
LONGEST_TEXT = 100
_MANY_TAKEN = (
    "Too many names in a row were taken, here or at another school. Wait a minute, then choose one "
    "that is the person's alone."
)
_NOBODY = "There is no such member of staff at your schools. Nothing was changed."

router = APIRouter(prefix="/v1/staff", tags=["staff"])


@router.get("")
def page(
    context: StaffContext,
    asker: AskingStaff,
    q: Annotated[str, Query(description="Part of a name.")] = "",
    page: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = staff_list.PAGE,
    *,
    signed_in: Annotated[bool, Query(description="Only who is so now.")] = False,
) -> Response:
    """Who may sign in at the schools that are looked at, by name, a page at a time."""
    keeper = _keeper(asker)
    with context.database.read() as session:
        try:
            found = staff_list.page(
                session,
                context.now(),
                text=q[:LONGEST_TEXT],
                after=page,
                limit=limit,
                is_signed_in=signed_in,
            )
        except ValueError as error:
            raise refuse(422, "That page is not there any more: begin with the first.") from error
        whys = staff_desk.why_not(session, keeper, [line.member for line in found.staff])
        lines = tuple(
            replace(line, why_not=why) for line, why in zip(found.staff, whys, strict=True)
        )
    return answer(replace(found, staff=lines))


@router.post("")
async def add(request: Request, context: StaffContext, asker: AskingStaff) -> Response:
    """Let somebody sign in. The first password is in the answer and nowhere else."""
    asked = await body_as(request, StaffStart)
    who, is_taken = f"names taken {asker.staff_id}", False

    def let_in(session: Session, password: NewPassword) -> KnownStaff:
        nonlocal is_taken
        try:
            member = staff_desk.add(
                session, _keeper(asker), asked, password, context.now(), must_choose=True
            )
        except NameTakenError:  # it may be another school's, of which nobody here is to learn
            is_taken = True
            raise
        return staff_list.get(session, member.staff_id)

    await run_in_threadpool(guessing.count_try, context, who, _MANY_TAKEN)
    try:
        known, password = await _with_first_password(request, context, asker, let_in)
    finally:
        if not is_taken:
            await run_in_threadpool(guessing.take_back, context, who)
    return answer(StaffAdded(known, password))


@router.get("/{staff_id}")
def one(staff_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """One of the staff, as was settled for them."""
    with _refusing(), context.within(asker.limits).database.read() as session:
        return answer(staff_list.get(session, staff_id))


@router.put("/{staff_id}")
async def change(
    staff_id: UUID,
    request: Request,
    context: StaffContext,
    asker: AskingStaff,
    if_match: IfMatch = None,
) -> Response:
    """Settle what somebody is called, what they may do and where. They sign in anew for that."""
    asked = await body_as(request, StaffDraft)

    def settle(session: Session) -> KnownStaff:
        keeper = _keeper(asker)
        staff_desk.check_still(session, keeper)  # first: until then it may yet be changed
        expect_same(if_match, staff_list.get(session, staff_id))
        staff_desk.change(session, keeper, staff_id, asked, context.now())
        return staff_list.get(session, staff_id)

    return answer(await run_in_threadpool(_do, context, asker, settle))


@router.delete("/{staff_id}")
def remove(staff_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Let somebody in no more, at once. What they did keeps their name."""
    _do(context, asker, lambda s: staff_desk.remove(s, _keeper(asker), staff_id, context.now()))
    return Response(status_code=204)


@router.post("/{staff_id}/first-password")
async def new_password(
    staff_id: UUID, request: Request, context: StaffContext, asker: AskingStaff
) -> Response:
    """A first password for who forgot theirs. They are signed out, and choose their own with it."""

    def give(session: Session, password: NewPassword) -> None:
        staff_desk.set_password(
            session, _keeper(asker), staff_id, password, context.now(), must_choose=True
        )

    _, password = await _with_first_password(request, context, asker, give)
    return answer(FirstPassword(password))


@router.post("/{staff_id}/pin")
async def new_pin(
    staff_id: UUID, request: Request, context: StaffContext, asker: AskingStaff
) -> Response:
    """A PIN for the kiosks, in place of any before. It is in the answer and nowhere else."""
    limited = context.within(asker.limits)

    def others(session: Session) -> frozenset[str]:
        return pin_desk.beside(session, staff_list.get(session, staff_id))

    def give(session: Session, pin: ComparedPin) -> None:
        staff_desk.set_pin(session, _keeper(asker), staff_id, pin, context.now())

    def make() -> str:
        with _refusing():
            return pin_desk.put_in_force(limited.database, others, give)[1]

    turns: Turns = request.app.state.sign_ins
    async with turns.of(asker.actor):
        pin = await run_in_threadpool(make)
    context.wake.notify()
    return answer(NewPin(pin))


@router.delete("/{staff_id}/pin")
def end_pin(staff_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Let somebody decide at kiosks no more."""
    _do(
        context,
        asker,
        lambda s: staff_desk.set_pin(s, _keeper(asker), staff_id, None, context.now()),
    )
    return Response(status_code=204)


@router.delete("/{staff_id}/second-factor")
def end_second_factor(staff_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Ask somebody for no codes any more who lost the telephone, and sign them out everywhere.

    They begin anew themselves.
    """
    _do(
        context,
        asker,
        lambda s: staff_desk.end_second_factor(s, _keeper(asker), staff_id, context.now()),
    )
    return Response(status_code=204)


@router.delete("/{staff_id}/sign-ins")
def sign_out(staff_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Sign somebody out everywhere."""
    _do(context, asker, lambda s: staff_desk.sign_out(s, _keeper(asker), staff_id, context.now()))
    return Response(status_code=204)


def _keeper(asker: Asker) -> Keeper:
    """As far as they may at all: the school that they look at just now limits what is shown."""
    return Keeper(asker.by, asker.staff_id, Power(asker.role, asker.limits))


async def _with_first_password(
    request: Request, context: Context, asker: Asker, deed: Callable[[Session, NewPassword], T]
) -> tuple[T, str]:
    """Do something with a first password, and tell it. To hash it takes a sign-in's memory."""
    password = first_passwords.new()
    turns: Turns = request.app.state.sign_ins
    async with turns.of(asker.actor):
        hashed = await run_in_threadpool(staff.hashed, password)
    done = await run_in_threadpool(_do, context, asker, lambda session: deed(session, hashed))
    return done, password


def _do(context: Context, asker: Asker, deed: Callable[[Session], T]) -> T:
    """One transaction, at every school of whoever asks; kiosks and consoles hear of it."""
    with _refusing(), context.within(asker.limits).database.begin() as session:
        done = deed(session)
    context.wake.notify()
    return done


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except LookupError as error:
        raise refuse(404, _NOBODY) from error
    except BeyondPowerError as error:
        raise refuse(403, str(error)) from error
    except StaffError as error:
        raise refuse(422, str(error)) from error
