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
    found = _lint(files) + _unformatted(files)
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


def _unformatted(files: list[Path]) -> int:
    """Format copies of all files at once. Returns how many of them changed."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / file.relative_to(ROOT) for file in files]
        for file, copy in zip(files, copies, strict=True):
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
        subprocess.run([BIN / "pyside6-qmlformat", "-i", *copies], capture_output=True, check=True)
        pairs = zip(files, copies, strict=True)
        changed = [f for f, copy in pairs if copy.read_bytes() != f.read_bytes()]
    for file in changed:
        sys.stdout.write(f"not formatted: {file.relative_to(ROOT)} (pyside6-qmlformat -i)\n")
    return len(changed)


if __name__ == "__main__":
    sys.exit(main())
