"""Lints and format-checks every QML file of the project; exit status 1 when anything is found."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent


def main() -> int:
    files = sorted(p for place in ("kiosk", "resources") for p in (ROOT / place).rglob("*.qml"))
    if not files:
        sys.stderr.write("no QML file was found: is this the project's folder?\n")
        return 1
    found = _lint(files) + sum(_is_unformatted(file) for file in files)
    sys.stdout.write(f"{len(files)} files, {'nothing found' if not found else 'see above'}\n")
    return 1 if found else 0


def _lint(files: list[Path]) -> int:
    """Run qmllint over all files. Returns 1 when it says anything."""
    command = [BIN / "pyside6-qmllint", "-I", ROOT / "resources" / "qml", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).strip()
    if said:
        sys.stdout.write(said + "\n")
    return 1 if said or done.returncode else 0


def _is_unformatted(file: Path) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        copy.write_bytes(file.read_bytes())
        subprocess.run([BIN / "pyside6-qmlformat", "-i", copy], capture_output=True, check=True)
        if copy.read_bytes() == file.read_bytes():
            return False
    sys.stdout.write(f"not formatted: {file.relative_to(ROOT)} (pyside6-qmlformat -i)\n")
    return True


if __name__ == "__main__":
    sys.exit(main())
