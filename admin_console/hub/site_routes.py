"""The sites of the district: which there are, opening one, renaming and closing one."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import site_desk
from admin_console.hub.answers import IfMatch, answer, body_as, expect_same, refuse
from admin_console.hub.context import AskingStaff, StaffContext
from db import sites
from db.domain.errors import ConfigError
from db.domain.sites import KnownSite, SiteDraft, Sites

router = APIRouter(prefix="/v1/sites", tags=["sites"])


@router.get("")
def page(context: StaffContext, _: AskingStaff) -> Response:
    """The sites that this member of staff sees, by name; closed ones last."""
    with context.database.read() as session:
        return answer(Sites(context.now(), tuple(sites.everyone(session))))


@router.post("")
async def add(request: Request, context: StaffContext, asker: AskingStaff) -> Response:
    """Open a site. It has no kiosks, staff and lists of its own yet."""
    draft = await body_as(request, SiteDraft)
    return await _answered(lambda: site_desk.add(context.database, draft, asker.by, context.now()))


@router.put("/{site_id}")
async def change(
    site_id: str,
    request: Request,
    context: StaffContext,
    asker: AskingStaff,
    if_match: IfMatch = None,
) -> Response:
    """Call a site otherwise, or move its clock; its kiosks learn it.

    The tag is that of `GET /v1/sites`: what was looked at are all sites that the asker sees.
    """
    draft = await body_as(request, SiteDraft)

    def expect(known: list[KnownSite]) -> None:
        expect_same(if_match, Sites(context.now(), tuple(known)))

    return await _answered(
        lambda: site_desk.change(
            context.database, site_id, draft, asker.by, context.now(), expect=expect
        )
    )


@router.post("/{site_id}/close")
async def close(site_id: str, context: StaffContext, asker: AskingStaff) -> Response:
    """End a site: its kiosks are revoked. What was there is still told."""
    answered = await _answered(
        lambda: site_desk.close(context.database, site_id, asker.by, context.now())
    )
    context.wake.notify()
    return answered


async def _answered(does: Callable[[], KnownSite]) -> Response:
    try:
        return answer(await run_in_threadpool(does))
    except LookupError as error:
        raise refuse(404, "There is no such site. Nothing was changed.") from error
    except ConfigError as error:
        raise refuse(422, str(error)) from error
