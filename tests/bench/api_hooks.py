"""What schemathesis cannot guess of the hub that it asks: ids that are there.

Schemathesis loads it (see `tests.bench.api`). The file that `VESTIBULE_SEEDS` names has them.
"""

import json
import os
from pathlib import Path
from typing import Any

import schemathesis

_seeds = json.loads(Path(os.environ["VESTIBULE_SEEDS"]).read_text())
_sign_outs = iter(_seeds["sign-outs"])
LONGEST_WAIT_SECONDS = 25
WAIT_SECONDS = 0.02
_turn = 0


@schemathesis.hook
def before_call(_context: object, case: Any, _kwargs: dict[str, Any]) -> None:
    """Two of three good requests are about what is there, and none waits long for news."""
    global _turn  # noqa: PLW0603  schemathesis knows functions only
    _turn += 1
    wait = (case.query or {}).get("wait")
    if isinstance(wait, int | float) and WAIT_SECONDS < wait <= LONGEST_WAIT_SECONDS:
        case.query["wait"] = WAIT_SECONDS
    if case.meta is None or not case.meta.generation.mode.is_positive or not _turn % 3:
        return
    for name in case.path_parameters or ():
        if name == "visit_id":
            case.path_parameters[name] = _seeds["visits"][_turn % 3 - 1]
        elif name in _seeds["ids"]:
            case.path_parameters[name] = _seeds["ids"][name]


@schemathesis.serializer("application/x-ndjson")
def lines(_context: object, value: Any) -> bytes:
    """A batch of one event."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


class SignedIn:
    """Each sign-out ends a sign-in of its own: all else is asked with one that lasts."""

    def get(self, case: Any, _context: object) -> str:
        is_last = (case.method.upper(), case.operation.path) == ("DELETE", "/v1/session")
        return next(_sign_outs, "") if is_last else str(_seeds["token"])

    def set(self, case: Any, token: str, _context: object) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


if _seeds["token"]:
    schemathesis.auth(refresh_interval=None)(SignedIn)
