#!/bin/sh
# Sets up Vestibule beside this file's folder: Debian packages, then .venv with the three commands.
# A second run takes a second: the stamp holds the hash of everything that was installed.
set -eu
cd "$(dirname "$0")/.."

SCREENLESS="libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 libzbar0 fonts-inter fonts-noto-core"
SCREEN="libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 libxcb-image0
 libxcb-render-util0 libxcb-randr0 libxcb-sync1 libxcb-xfixes0 libcups2 libbrotli1 libwayland-cursor0 libwayland-egl1"
TESTS="xvfb xauth poppler-utils postgresql cups-daemon cups-client"
PACKAGES="$SCREENLESS $SCREEN python3-venv"
[ "${1:-}" = "--tests" ] && PACKAGES="$PACKAGES $TESTS"

say() { printf '%s\n' "$*"; }

python=""
for candidate in python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "Vestibule needs Python 3.11 or newer, and none was found. Install it, then run this again." >&2
    exit 1
fi

# ---- Debian packages -----------------------------------------------------------------------------
if command -v dpkg-query >/dev/null 2>&1; then
    missing=""
    for package in $PACKAGES; do
        # A Python that does not come from Debian brings its own venv.
        if [ "$package" = python3-venv ] && "$python" -c 'import ensurepip' 2>/dev/null; then continue; fi
        # Debian 13 calls some of them NAMEt64 (their times have 64 bits), and takes either name.
        dpkg-query -W -f '${Status}\n' "$package" "${package}t64" 2>/dev/null | grep -q 'ok installed' ||
            missing="$missing $package"
    done
    if [ -n "$missing" ]; then
        by_hand() {
            say "Debian packages are missing. Install them with this line, then run this again:" >&2
            say "  sudo apt-get install$missing" >&2
            exit 1
        }
        # Without a terminal, sudo could not ask for its password.
        if [ "$(id -u)" = 0 ]; then as_root=""
        elif command -v sudo >/dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then as_root="sudo"
        else by_hand
        fi
        say "Installing Debian packages:$missing"
        if [ -n "$as_root" ]; then sudo -v || by_hand; fi
        $as_root apt-get update -qq
        # shellcheck disable=SC2086  # each name is a word of its own
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    fi
else
    say "This is not Debian. What these Debian packages hold must be there under your system's names:"
    say "  $SCREENLESS" "$SCREEN"
    say "Going on with Python."
fi

# ---- Python --------------------------------------------------------------------------------------
# An environment that was copied or moved here would run the code of another place.
[ "$(cat .venv/.place 2>/dev/null || true)" = "$(pwd)" ] || rm -rf .venv
wanted=$(cat packaging/requirements.lock pyproject.toml packaging/setup.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/.stamp 2>/dev/null || true)" = "$wanted" ] && [ -x .venv/bin/vestibule-kiosk ]; then
    exit 0
fi
say "Setting up .venv (about 170 MB of packages the first time)"
rm -f .venv/.stamp
if command -v uv >/dev/null 2>&1; then
    [ -x .venv/bin/python ] || uv venv -q --python "$python" .venv
    uv pip install -q --compile-bytecode --python .venv/bin/python --require-hashes -r packaging/requirements.lock
    uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
else
    [ -x .venv/bin/pip ] || "$python" -m venv .venv
    # Quiet twice: warnings about the computer's own pip settings stay away, errors do not.
    .venv/bin/pip install -q -q --disable-pip-version-check --require-hashes -r packaging/requirements.lock
    .venv/bin/pip install -q -q --disable-pip-version-check --no-deps --no-build-isolation -e .
fi
# Compiled once here: programs then start in a second wherever they may not write beside their code.
.venv/bin/python -m compileall -q kiosk admin_console db resources >/dev/null || true
pwd >.venv/.place
printf '%s' "$wanted" >.venv/.stamp
say "Ready: .venv/bin/vestibule-kiosk, vestibule-hub and vestibule-console"
