"""What a program leaves behind that ends over a fault."""

import subprocess
import sys

import pytest

_ASK = """
import resource, sys
from {module} import main
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
main({command})
sys.stdout.write(f"core {{resource.getrlimit(resource.RLIMIT_CORE)[0]}}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("admin_console.hub.__main__", ["verify-log", "--database", "sqlite:///none.db"]),
        ("kiosk.__main__", ["--config", "none.toml", "verify-log"]),
    ],
)
def test_program_that_crashes_leaves_no_picture_of_its_memory(
    module: str, command: list[str]
) -> None:
    asked = _ASK.format(module=module, command=command)

    said = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=False, timeout=120
    )

    assert said.stdout.endswith("core 0"), said.stderr
