"""The cameras that Linux shows: their names, lasting paths and modes, and why one cannot be used.

Read from sysfs and asked of V4L2 (videodev2.h of the kernel's user interface). Nothing is changed,
and no picture is taken. On other systems there are no nodes: cameras have numbers only.
"""

import errno
import os
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import fcntl

Ask = Callable[[int, bytes], bytes]
"""A question (an ioctl) to a driver: its number and its packed fields; raises OSError."""
OpenDriver = Callable[[Path], AbstractContextManager[Ask]]

_GIVES_PICTURES = 0x1 | 0x1000  # V4L2_CAP_VIDEO_CAPTURE, _MPLANE
_HAS_OWN = 0x80000000  # V4L2_CAP_DEVICE_CAPS
_CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
_MAPPED = 1  # V4L2_MEMORY_MMAP
_DISCRETE = 1  # the same number for sizes and intervals
_MOST = 64
"""No driver has more formats, sizes or rates; one that never ends its list is stopped here."""


def _question(direction: int, number: int, size: int) -> int:
    """_IOC of the kernel's asm-generic/ioctl.h; V4L2's letter is V."""
    return direction << 30 | size << 16 | ord("V") << 8 | number


QUERYCAP = _question(2, 0, 104)
ENUM_FMT = _question(3, 2, 64)
REQBUFS = _question(3, 8, 20)
ENUM_FRAMESIZES = _question(3, 74, 44)
ENUM_FRAMEINTERVALS = _question(3, 75, 52)


@contextmanager
def open_driver(path: Path) -> Iterator[Ask]:
    """Ask the driver behind a node; raises OSError as opening it does."""
    number = os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0))

    def ask(question: int, packed: bytes) -> bytes:
        if sys.platform == "win32":
            raise OSError(errno.ENOTTY, "no V4L2 here")
        return fcntl.ioctl(number, question, packed)

    try:
        yield ask
    finally:
        os.close(number)


@dataclass(frozen=True, slots=True)
class System:
    """Where Linux shows its cameras; a test shows others."""

    devices: Path = Path("/dev")
    nodes: Path = Path("/sys/class/video4linux")
    programs: Path = Path("/proc")
    open_driver: OpenDriver = open_driver


@dataclass(frozen=True, slots=True)
class Mode:
    """What a camera gives, in px."""

    width: int
    height: int
    fourcc: str = ""
    """How pictures are packed, as four letters, e.g. MJPG; empty when unknown."""
    rate: float = 0.0
    """Pictures a second; 0 when unknown."""

    @property
    def px(self) -> int:
        return self.width * self.height

    def __str__(self) -> str:
        size = f"{self.width}x{self.height} {self.fourcc}".strip()
        return f"{size} at {self.rate:.3g} a second" if self.rate else size


@dataclass(frozen=True, slots=True)
class Settings:
    """How a camera sees: ``auto``, or a number in the driver's own unit."""

    focus: str = "auto"
    exposure: str = "auto"


@dataclass(frozen=True, slots=True)
class Node:
    """A device node, e.g. /dev/video0. A webcam often has two: one for pictures, one for notes."""

    number: int
    name: str
    path: Path
    gives_pictures: bool = True
    lasting_path: Path | None = None
    """Of /dev/v4l/by-id: the same whichever plug the camera is in and whichever woke first."""

    def __str__(self) -> str:
        return f"{self.name} ({self.path})"


def nodes_of(system: System) -> list[Node]:
    """Every node, the lowest number first; those that give no pictures too."""
    try:
        folders = list(system.nodes.iterdir())
    except OSError:
        return []
    lasting = _lasting_paths(system)
    found = []
    for folder in folders:
        number = folder.name.removeprefix("video")
        if number.isdecimal() and folder.name.startswith("video"):
            path = system.devices / folder.name
            name = _line(folder / "name") or folder.name
            gives = _gives_pictures(system, folder, path)
            found.append(Node(int(number), name, path, gives, lasting.get(folder.name)))
    return sorted(found, key=lambda node: node.number)


def modes_of(system: System, node: Node) -> list[Mode]:
    """What the driver says the camera can give, the most px first; nothing when it does not say."""
    found: list[Mode] = []
    # An OSError ends each of the lists: EINVAL is how a driver says that there is no further one.
    with suppress(OSError), system.open_driver(node.path) as ask:
        for fourcc in _formats(ask):
            for width, height in _sizes(ask, fourcc):
                name = fourcc.to_bytes(4, "little").decode("latin-1").strip()
                found.append(Mode(width, height, name, _rate(ask, fourcc, width, height)))
    return sorted(found, key=lambda mode: (-mode.px, -mode.rate, mode.fourcc))


def why_not(system: System, node: Node) -> str:
    """Why a camera that is there gives no picture, in words; empty when nothing can be told."""
    try:
        with system.open_driver(node.path) as ask:
            is_busy = _is_busy(ask)
    except FileNotFoundError:
        return f"The camera {node.name} is not connected any more. Check its cable."
    except PermissionError:
        return (
            f"This account may not use the camera {node}. Add it to the group video "
            "(sudo usermod -aG video NAME), then sign in to the computer again."
        )
    except OSError as error:
        if error.errno in (errno.ENODEV, errno.ENXIO):
            return f"The camera {node.name} is not connected any more. Check its cable."
        is_busy = error.errno == errno.EBUSY
    program = _who_uses(system, node)
    if program or is_busy:
        who = f"The program {program}" if program else "Another program"
        return f"{who} uses the camera {node.name}. Close it; two cannot use one camera."
    return ""


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _lasting_paths(system: System) -> dict[str, Path]:
    found: dict[str, Path] = {}
    with suppress(OSError):
        for link in sorted((system.devices / "v4l" / "by-id").iterdir()):
            found.setdefault(link.resolve().name, link)
    return found


def _gives_pictures(system: System, folder: Path, path: Path) -> bool:
    try:
        with system.open_driver(path) as ask:
            answer = ask(QUERYCAP, bytes(104))
    except OSError:
        # The first node of a camera is the one for pictures; the driver would know better.
        return _line(folder / "index") in ("", "0")
    whole, own = struct.unpack_from("=84xII", answer)
    return bool((own if whole & _HAS_OWN else whole) & _GIVES_PICTURES)


def _formats(ask: Ask) -> Iterator[int]:
    with suppress(OSError):
        for at in range(_MOST):
            answer = ask(ENUM_FMT, struct.pack("=II56x", at, _CAPTURE))
            yield struct.unpack_from("=44xI", answer)[0]


def _sizes(ask: Ask, fourcc: int) -> Iterator[tuple[int, int]]:
    with suppress(OSError):
        for at in range(_MOST):
            answer = ask(ENUM_FRAMESIZES, struct.pack("=II36x", at, fourcc))
            kind, first, second, _, _, greatest = struct.unpack_from("=8xI5I", answer)
            if kind != _DISCRETE:  # from, to, step for both: the greatest is what matters
                yield second, greatest
                return
            yield first, second


def _rate(ask: Ask, fourcc: int, width: int, height: int) -> float:
    """The most pictures a second in that size; 0 when the driver does not say."""
    best = 0.0
    with suppress(OSError):
        for at in range(_MOST):
            asked = struct.pack("=4I36x", at, fourcc, width, height)
            answer = ask(ENUM_FRAMEINTERVALS, asked)
            kind, over, under = struct.unpack_from("=16xIII", answer)
            best = max(best, under / over if over else 0.0)
            if kind != _DISCRETE:  # the shortest interval comes first
                break
    return best


def _is_busy(ask: Ask) -> bool:
    """Whether somebody else takes pictures: then not even no buffers can be had."""
    try:
        ask(REQBUFS, struct.pack("=III8x", 0, _CAPTURE, _MAPPED))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False


def _who_uses(system: System, node: Node) -> str:
    """The other program that has the node open, as far as this account may see."""
    own = str(os.getpid())
    for folder in system.programs.glob("[0-9]*"):
        if folder.name == own:
            continue
        with suppress(OSError):
            if any(_is_link_to(link, node.path) for link in (folder / "fd").iterdir()):
                return _line(folder / "comm") or folder.name
    return ""


def _is_link_to(link: Path, path: Path) -> bool:
    try:
        return link.readlink() == path
    except OSError:
        return False
