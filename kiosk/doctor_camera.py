"""What `doctor` says of cameras: which there are, what the configured one gives, how good that is.

The camera is opened as the kiosk opens it, for about two seconds.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np

from db.domain.errors import CameraError
from kiosk.config import CameraPart
from kiosk.doctor_finding import Finding, Verdict, shown
from kiosk.scan.camera import NONE, Camera, open_camera
from kiosk.scan.camera_choice import AUTO
from kiosk.scan.camera_modes import Mode, Node, System, modes_of, nodes_of, why_not
from kiosk.scan.decode import grey_of
from kiosk.scan.frames import Image
from kiosk.scan.webcam import FLUID_RATE, WANTED, OpenCapture, Webcam, is_too_small, open_capture

TOPIC = "camera"
LOOK_SECONDS = 2.0
_MODES_TOLD = 5
_LEAST_SHARPNESS = 10.0
"""Variance of the Laplacian. An ID in focus has hundreds, an empty desk next to nothing."""
_DARK, _BRIGHT = 45.0, 215.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pictures of some seconds were like; sizes in px."""

    width: int
    height: int
    rate: float
    """Pictures a second."""
    sharpness: float
    """Variance of the Laplacian."""
    brightness: float
    """0 to 255."""


def look(
    part: CameraPart, system: System, open_capture: OpenCapture = open_capture
) -> Iterator[Finding]:
    """Every camera here, then the configured one."""
    nodes = [node for node in nodes_of(system) if node.gives_pictures]
    for node in nodes:
        yield _told(node, system)
    if part.source == NONE:
        yield Finding(TOPIC, Verdict.GOOD, "this kiosk has none, as configured")
        return
    try:
        with closing(open_camera(part.source, part.settings, system, open_capture)) as camera:
            yield judged(part, camera, see(camera))
    except CameraError as error:
        yield Finding(
            TOPIC,
            Verdict.BROKEN,
            f"[camera] source = {shown(part.source)!r} gives no picture",
            str(error),
        )


def see(camera: Camera) -> Seen:
    """Look at the camera's pictures for `LOOK_SECONDS`; raises `CameraError` when none come."""
    first = last = camera.read()
    began = time.monotonic()
    sharp, bright = [], []
    while time.monotonic() - began < LOOK_SECONDS:
        last = camera.read()
        grey = grey_of(last.image)
        sharp.append(sharpness(grey))
        bright.append(float(grey.mean()))
    height, width = last.image.shape[:2]
    spent = last.taken_at - first.taken_at
    rate = (last.number - first.number) / spent if spent > 0 else 0.0
    return Seen(width, height, rate, float(np.median(sharp)), float(np.median(bright)))


def sharpness(grey: Image) -> float:
    return float(cv2.Laplacian(grey, cv2.CV_16S).var())


def judged(part: CameraPart, camera: Camera, seen: Seen) -> Finding:
    """What is worth doing about such pictures; the worst comes first."""
    advice = list(_advice(camera, seen))
    name = f"number {camera.number}" if part.source == AUTO and isinstance(camera, Webcam) else ""
    refused = f"; it sets no {', no '.join(_refused(camera))}" if _refused(camera) else ""
    return Finding(
        TOPIC,
        Verdict.LOOK if advice else Verdict.GOOD,
        f"{name or shown(part.source)}: {camera.describe()}; reached {seen.width}x{seen.height} at "
        f"{seen.rate:.1f} a second, sharpness {seen.sharpness:.0f}, brightness "
        f"{seen.brightness:.0f} of 255{refused}",
        " ".join(advice),
        {
            "width": seen.width,
            "height": seen.height,
            "pictures_a_second": round(seen.rate, 1),
            "sharpness": round(seen.sharpness, 1),
            "brightness": round(seen.brightness, 1),
        },
    )


def _advice(camera: Camera, seen: Seen) -> Iterator[str]:
    got = Mode(seen.width, seen.height)
    if is_too_small(got):
        yield (
            "The picture is smaller than 1280x720, so licences will hardly be read. Use a camera "
            "with 1920x1080."
        )
    elif got.px < WANTED.px:
        yield (
            "The picture is smaller than 1920x1080, so IDs are read only near to the camera. A "
            "camera with 1920x1080 reads better."
        )
    if seen.rate < FLUID_RATE:
        yield (
            "Pictures come too slowly. Make it brighter there, and plug the camera into the "
            "computer itself."
        )
    if seen.brightness < _DARK:
        yield "It is too dark before the camera: take a cover off the lens, or switch on a light."
    elif seen.brightness > _BRIGHT:
        yield "The picture is too bright: turn the camera away from the window or the lamp."
    elif seen.sharpness < _LEAST_SHARPNESS:
        yield (
            "There is nothing sharp in the picture: wipe the lens, hold an ID before the camera, "
            "and run doctor again."
        )
    if "focus" in _refused(camera) or "exposure" in _refused(camera):
        yield 'The camera cannot be set so: write "auto" in [camera] for what it does not set.'


def _refused(camera: Camera) -> tuple[str, ...]:
    return camera.refused if isinstance(camera, Webcam) else ()


def _told(node: Node, system: System) -> Finding:
    """A camera as its driver tells it; it is not opened for pictures."""
    modes = modes_of(system, node)
    known = f"{node}" + (f", lasting path {node.lasting_path}" if node.lasting_path else "")
    if not modes:
        why = why_not(system, node)
        return Finding(TOPIC, Verdict.LOOK, f"{known} does not say what it can give", why)
    told = ", ".join(str(mode) for mode in modes[:_MODES_TOLD])
    more = f" and {len(modes) - _MODES_TOLD} more" if len(modes) > _MODES_TOLD else ""
    if is_too_small(modes[0]):
        advice = "It is too small for licences; it will do for badges and photos."
        return Finding(TOPIC, Verdict.LOOK, f"{known} can give {told}{more}", advice)
    return Finding(TOPIC, Verdict.GOOD, f"{known} can give {told}{more}")
