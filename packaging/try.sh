#!/bin/sh
# Sets up, then runs a school morning with the real programs: hub, console and kiosk.
#   sh packaging/try.sh                 windows where there is a screen, otherwise without
#   sh packaging/try.sh --headless      without a screen, driven through the real screens
#   sh packaging/try.sh --keep DIR      keep pictures, badges, log and summary there (a new or empty folder)
#   sh packaging/try.sh --camera 0      play it yourself, with a licence of your own before a real camera
# Exit status: 0 all of it happened, 1 something did not, 2 it cannot be done as asked,
# 3 a person played it, 130 it was stopped.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
sh "$here/packaging/setup.sh"
exec "$here/.venv/bin/python" "$here/packaging/morning" "$@"
