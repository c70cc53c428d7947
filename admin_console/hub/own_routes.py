"""What everybody changes of their own sign-in: the password, and the second factor."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from admin_console.hub import guessing, own_password
from admin_console.hub.answers import answer, body_as, refuse
from admin_console.hub.context import Asker, AskingStaff, Context, StaffContext, bearer
from admin_console.hub.session_routes import TOO_OFTEN
from admin_console.hub.turns import Turns
from db import audit, second_factor, staff, totp
from db.domain.audit import About, Deed
from db.domain.staffing import FactorStanding, FactorStart, RecoveryCodes
from db.staff import StaffError

T = TypeVar("T")
_NOT_YOURS = "That is not the password that you have now. Nothing was changed."
_FIRST_ONE = (
    "That password was made for you, and somebody else knew it. Choose one of your own first. "
    "Nothing was changed."
)

router = APIRouter(prefix="/v1/session", tags=["sign-in"])


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """The password that somebody has, and the one that they want."""

    password: str = field(repr=False)
    new_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorConfirmed:
    """The key as it was told, and the code that the telephone shows for it."""

    password: str = field(repr=False)
    key: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorEnded:
    """That it is their owner who ends a second factor."""

    password: str = field(repr=False)


@router.put("/password")
async def change_password(request: Request, context: StaffContext, asker: AskingStaff) -> Response:
    """Change the own password. All other sign-ins of whoever asks end."""
    asked = await body_as(request, OwnPassword)
    token = bearer(request)

    def change() -> Callable[[Session], None]:
        wanted = staff.hashed(asked.new_password)
        return lambda session: own_password.choose(
            session,
            asker.member,
            asked.password,
            wanted,
            now=context.now(),
            by=asker.by,
            but=token,
        )

    await _as_owner(request, context, asker, asked.password, change, is_choice=True)
    return Response(status_code=204)


@router.get("/second-factor")
def factor_standing(context: StaffContext, asker: AskingStaff) -> Response:
    """How the own second factor stands."""
    with context.database.read() as session:
        is_on = second_factor.is_on(session, asker.staff_id)
        left = second_factor.recovery_codes_left(session, asker.staff_id)
    return answer(FactorStanding(is_on, left))


@router.post("/second-factor")
async def begin_second_factor(_: StaffContext, asker: AskingStaff) -> Response:
    """A key for the own telephone. It is in force once its first code was given (PUT)."""
    key = totp.new_key()
    return answer(FactorStart(key, totp.address(key, asker.member.name, "Vestibule")))


@router.put("/second-factor")
async def confirm_second_factor(
    request: Request, context: StaffContext, asker: AskingStaff
) -> Response:
    """Be asked for codes of this key from now on. All other sign-ins of whoever asks end."""
    asked = await body_as(request, FactorConfirmed)
    if not totp.is_key(asked.key):
        raise refuse(422, "That is no key that this hub made. Nothing was changed: begin again.")
    token = bearer(request)

    def confirm(session: Session) -> RecoveryCodes:
        try:
            codes = second_factor.begin(
                session, asker.staff_id, asked.key, asked.code, context.now()
            )
        except StaffError as error:
            raise refuse(422, str(error)) from error
        staff.close_sessions(session, asker.staff_id, but=token)
        _note(session, asker, context, "on")
        return RecoveryCodes(codes)

    return answer(await _as_owner(request, context, asker, asked.password, lambda: confirm))


@router.post("/second-factor/end")
async def end_second_factor(
    request: Request, context: StaffContext, asker: AskingStaff
) -> Response:
    """Be asked for no codes any more. All other sign-ins of whoever asks end."""
    asked = await body_as(request, FactorEnded)
    token = bearer(request)

    def end(session: Session) -> None:
        second_factor.end(session, asker.staff_id)
        staff.close_sessions(session, asker.staff_id, but=token)
        _note(session, asker, context, "off")

    await _as_owner(request, context, asker, asked.password, lambda: end)
    return Response(status_code=204)


async def _as_owner(
    request: Request,
    context: Context,
    asker: Asker,
    password: str,
    prepare: Callable[[], Callable[[Session], T]],
    *,
    is_choice: bool = False,
) -> T:
    """Do something for whom the password is; whoever finds an open console guesses slowly.

    Once it was found right `prepare` says what is done, outside of any transaction.

    A first password is for nothing but the choice of an own one, also where somebody came in with
    the district's account: whoever made it knows it.
    """
    who = f"own-password {asker.staff_id}"
    await run_in_threadpool(guessing.count_try, context, who, TOO_OFTEN)
    turns: Turns = request.app.state.sign_ins

    def do() -> T:
        verified = staff.verify(context.database, asker.member.name, password)
        if verified is None or verified.member.staff_id != asker.staff_id:
            raise _refusal(context, asker)
        deed = prepare()
        with context.database.begin() as session:
            is_held = staff.hold(session, verified) is not None
            if is_held and (is_choice or not staff.must_choose(session, asker.staff_id)):
                return deed(session)
        raise refuse(403, _FIRST_ONE) if is_held else _refusal(context, asker)

    async with turns.of(who):
        done = await run_in_threadpool(do)
    await run_in_threadpool(guessing.succeeded, context, who)
    return done


def _refusal(context: Context, asker: Asker) -> HTTPException:
    """The answer to a password that is not in force; the audit has it, as of a sign-in."""
    with context.database.begin() as session:
        detail = "their own password, while signed in"
        audit.note_refusal(session, asker.by, context.now(), asker.member, detail=detail)
    return refuse(403, _NOT_YOURS)


def _note(session: Session, asker: Asker, context: Context, detail: str) -> None:
    audit.note(
        session,
        asker.by,
        Deed.SECOND_FACTOR_CHANGED,
        context.now(),
        about=About.STAFF,
        about_id=asker.staff_id,
        detail=detail,
    )
