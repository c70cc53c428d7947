#!/bin/sh
# Sets up, then runs a school morning with the real programs: hub, console and kiosk.
#   sh packaging/try.sh                 windows where there is a screen, otherwise without
#   sh packaging/try.sh --headless      without a screen, driven through the real screens
#   sh packaging/try.sh --keep DIR      keep pictures, badges, log and summary there
#   sh packaging/try.sh --camera 0      show an own licence to a real camera
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
sh "$here/packaging/setup.sh"
exec "$here/.venv/bin/python" "$here/packaging/morning" "$@"
