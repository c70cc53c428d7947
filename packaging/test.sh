#!/bin/sh
# Sets up, then runs every check and test: what CI and pre-commit call, and nothing else does.
#   sh packaging/test.sh            everything
#   sh packaging/test.sh checks     without the tests (pre-commit)
set -eu
cd "$(dirname "$0")/.."
sh packaging/setup.sh --tests
bin=.venv/bin
step() { printf '\n== %s\n' "$1"; }

# These two take longest and each has one core only: they run beside all that follows.
said=$(mktemp -d)
"$bin/mypy" >"$said/types" 2>&1 & types=$!
"$bin/python" packaging/check_qml.py >"$said/qml" 2>&1 & qml=$!
trap 'kill $types $qml 2>/dev/null || true; rm -rf "$said"' EXIT
trap 'exit 130' INT TERM

step "format";           "$bin/ruff" format --check --quiet . && echo "as it should be"
step "lint";             "$bin/ruff" check --quiet . && echo "nothing found"
step "import contracts"; "$bin/lint-imports" --no-cache
status=0
if [ "${1:-}" != checks ]; then
    step "tests"
    export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}" QT_QUICK_BACKEND="${QT_QUICK_BACKEND:-software}"
    # Some containers keep no bytecode: tests, and each program that they start, would be compiled
    # anew.
    unset PYTHONDONTWRITEBYTECODE
    # Three at a time, a file to each: what a file sets up (servers, windows) serves all its tests,
    # and as long as one waits for a program that it started, two cores have two others.
    # A worker that falls ends the run: with one in its place xdist waits for ever
    # (pytest-dev/pytest-xdist, issue 1378).
    "$bin/pytest" -q -n 3 --dist loadfile --max-worker-restart 0 || status=$?
fi
step "types"; wait "$types" || status=$?; cat "$said/types"
step "QML";   wait "$qml" || status=$?;   cat "$said/qml"
exit "$status"
