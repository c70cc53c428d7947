#!/bin/sh
# Sets up, then runs every check and test: what CI and pre-commit call, and nothing else does.
#   sh packaging/test.sh            everything
#   sh packaging/test.sh checks     without the tests (pre-commit)
set -eu
cd "$(dirname "$0")/.."
sh packaging/setup.sh --tests
bin=.venv/bin
step() { printf '\n== %s\n' "$1"; }

step "format";           "$bin/ruff" format --check --quiet . && echo "as it should be"
step "lint";             "$bin/ruff" check --quiet . && echo "nothing found"
step "types";            "$bin/mypy"
step "import contracts"; "$bin/lint-imports" --no-cache
step "QML";              "$bin/python" packaging/check_qml.py
[ "${1:-}" = checks ] && exit 0
step "tests"
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}" QT_QUICK_BACKEND="${QT_QUICK_BACKEND:-software}"
# Two at a time, a file to each: what a file sets up (servers, windows) serves all its tests.
exec "$bin/pytest" -q -n 2 --dist loadfile
