"""Which webcam is meant: by number, path or name, or the best of all; and why it is none."""

import sys

from db.domain.errors import CameraError
from kiosk.scan.camera_modes import Mode, Node, Settings, System, nodes_of, why_not
from kiosk.scan.webcam import NO_CAMERA, WANTED, OpenCapture, Webcam

AUTO = "auto"
LAST_NUMBER = 99
"""No computer has more cameras: a longer number is a slip, and OpenCV breaks over a huge one."""
_UNNAMED = 4
"""Where the system does not tell its cameras, so many numbers are tried."""
TOO_SMALL = (
    "this is less than 1280x720, so licences will hardly be read. Use a camera with 1920x1080"
)


def open_webcam(
    source: str, settings: Settings | None, system: System, open_capture: OpenCapture
) -> Webcam:
    """Open the webcam that `source` names; raises `CameraError` in words when it cannot be."""
    nodes = nodes_of(system)
    if source == AUTO:
        return _best([n for n in nodes if n.gives_pictures], settings, system, open_capture)
    node = _named(source, nodes)
    if isinstance(node, int):
        return Webcam(node, settings, open_capture)
    return _open(node, settings, system, open_capture)


def _best(
    nodes: list[Node], settings: Settings | None, system: System, open_capture: OpenCapture
) -> Webcam:
    """The first camera with the most px; cameras that give no picture are left out."""
    numbers = [n.number for n in nodes] or ([] if sys.platform == "linux" else range(_UNNAMED))
    by_number = {n.number: n for n in nodes}
    most, best, trouble = Mode(0, 0), -1, ""
    for number in numbers:
        try:
            camera = _open(by_number.get(number, number), settings, system, open_capture)
        except CameraError as error:
            trouble = trouble or str(error)
            continue
        if len(numbers) == 1 or camera.got.px >= WANTED.px:  # none is asked for more
            return camera
        camera.close()  # two cameras rarely fit on one USB bus
        if camera.got.px > most.px:
            most, best = camera.got, number
    if best < 0:
        raise CameraError(trouble or NO_CAMERA)
    return _open(by_number.get(best, best), settings, system, open_capture)


def _open(
    node: Node | int, settings: Settings | None, system: System, open_capture: OpenCapture
) -> Webcam:
    if isinstance(node, int):
        return Webcam(node, settings, open_capture)
    try:
        return Webcam(node.number, settings, open_capture)
    except CameraError as error:
        raise CameraError(why_not(system, node) or str(error)) from error


def _named(source: str, nodes: list[Node]) -> Node | int:
    """The node that is meant; only its number where the system does not tell its cameras."""
    if source.isdecimal():
        # Python itself refuses to read thousands of digits.
        number = int(source) if len(source) <= len(str(LAST_NUMBER)) else LAST_NUMBER + 1
        if number > LAST_NUMBER:
            raise CameraError(
                f"There is no camera {source[:20]}: [camera] source is a number from 0 to "
                f"{LAST_NUMBER}, a camera's name or path, auto, none, or the path of a film."
            )
        meant = [n for n in nodes if n.number == number]
        if not nodes and sys.platform != "linux":
            return number
    else:
        wanted = source.strip().casefold()
        meant = [n for n in nodes if source in (str(n.path), str(n.lasting_path))]
        meant = meant or [n for n in nodes if wanted and n.name.casefold() == wanted]
        meant = meant or [n for n in nodes if wanted and wanted in n.name.casefold()]
    # A webcam's second node has the same name and gives no pictures.
    for node in sorted(meant, key=lambda n: not n.gives_pictures):
        if node.gives_pictures:
            return node
        other = next((n for n in nodes if n.name == node.name and n.gives_pictures), None)
        advice = f" Its pictures come from {other.path}." if other else ""
        raise CameraError(
            f"{node.path} of the camera {node.name} gives no pictures.{advice} "
            "Check [camera] source."
        )
    there = ", ".join(str(n) for n in nodes if n.gives_pictures)
    known = f" Cameras here: {there}." if there else " No camera is connected."
    raise CameraError(
        f"There is no camera or film {source[:80]!r}.{known} Check its cable and [camera] source."
    )
