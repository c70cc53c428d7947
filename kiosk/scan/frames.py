"""Frames, and the one-slot mailbox between camera and decoder: the newest frame wins."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Height x width x 3, blue-green-red, or height x width for grey; 0 to 255."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a camera. `taken_at` is `time.monotonic` in seconds."""

    image: Image
    taken_at: float
    number: int


class Mailbox:
    """Holds the newest frame until somebody takes it. Never a queue: an old frame helps nobody."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> None:
        with self._condition:
            self._frame = frame
            self._condition.notify()

    def take(self, timeout_seconds: float) -> Frame | None:
        """Wait for a frame and take it out; None after the time, or when closed."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._frame is not None or self._closed, timeout_seconds
            )
            frame, self._frame = self._frame, None
            return None if self._closed else frame

    def close(self) -> None:
        with self._condition:
            self._closed = True
            self._condition.notify_all()
