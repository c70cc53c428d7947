"""What is kept of people, for who oversees the school: the inventory with the school's own days."""

from fastapi import APIRouter, Response

from admin_console.hub.answers import answer
from admin_console.hub.context import AskingStaff, StaffContext
from db import inventory, policy, retention
from db.domain.inventory import Inventory

router = APIRouter(prefix="/v1", tags=["audit"])


@router.get("/inventory")
def kept(context: StaffContext, _: AskingStaff) -> Response:
    """Which facts are kept of people, where, for how long, who can see them, how protected."""
    now = context.now()
    with context.database.read() as session:
        rules = policy.of(session)
        visits, oldest_at = retention.kept(session)
    days = retention.days_of(rules)
    own = inventory.Days(
        days,
        context.photo_keep_days,
        context.backups_kept,
        rules.audit_keep_days,
        is_encrypted=context.database.engine.dialect.name == "sqlite",
    )
    return answer(Inventory(now, days, visits, oldest_at, inventory.facts(own)))
