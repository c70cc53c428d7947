"""Making and printing one badge after the other, off the GUI thread.

A failed print never undoes a check-in: what comes back is a value that says how it went.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from db.domain.errors import PhotoError, PrinterError
from db.domain.visit import Visit
from kiosk.badge.content import badge_content
from kiosk.badge.printer import BadgePrinter
from kiosk.scan.badge_code import payload_of
from resources.toolkit.jobs import Jobs

LOG = logging.getLogger(__name__)
PICTURE_WIDTH = 366
"""Width of the badge on the screen in px, half of the label's dots."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge ready for paper: PDF, and its picture (PNG) for the screen."""

    visit: Visit
    pdf: bytes
    picture: bytes


@dataclass(frozen=True, slots=True)
class PrintResult:
    """How a print went; `trouble` is empty when the badge came out."""

    visit: Visit
    printer: str
    trouble: str = ""
    first_trouble: str = ""
    """What kept the first printer from it, where the second one put it on paper."""


class BadgeDesk:
    """One printer thread, and what it needs to know of the site.

    `told` hears on the GUI thread how each print went.
    """

    def __init__(
        self,
        jobs: Jobs,
        printer: BadgePrinter,
        site_name: str,
        zone: ZoneInfo,
        told: Callable[[PrintResult], object],
    ) -> None:
        self._jobs = jobs
        self._told = told
        self._printer = printer
        self._site_name = site_name
        self._zone = zone

    def make(self, visit: Visit, token: str, photo: bytes) -> Badge:
        """Render a badge; with a photo that cannot be drawn, the badge goes without."""
        try:
            return self._make(visit, token, photo)
        except PhotoError:
            return self._make(visit, token, b"")

    def print(
        self,
        visit: Visit,
        token: str,
        photo: bytes,
        *,
        ready: Callable[[Badge], object],
        done: Callable[[PrintResult], object],
    ) -> None:
        """Render, show (`ready`), print, and tell how it went (`done`); both on the GUI thread."""

        def to_paper(badge: Badge) -> None:
            ready(badge)
            self._jobs.run(lambda: self._put_on_paper(badge), settled, not_made)

        def settled(result: PrintResult) -> None:
            self._told(result)
            done(result)

        def not_made(error: Exception) -> None:
            LOG.error("a badge was not made", exc_info=error)
            done(PrintResult(visit, self._printer.describe(), "The badge could not be made."))

        self._jobs.run(lambda: self.make(visit, token, photo), to_paper, not_made)

    def _put_on_paper(self, badge: Badge) -> PrintResult:
        name = self._printer.describe()
        try:
            first_trouble = self._printer.print(badge.pdf, f"Visit {badge.visit.number}")
        except PrinterError as error:
            return PrintResult(badge.visit, name, str(error))
        return PrintResult(badge.visit, name, first_trouble=first_trouble)

    def _make(self, visit: Visit, token: str, photo: bytes) -> Badge:
        # Fonts and PDF take a third of a second to load: the first screen does not wait for it.
        from kiosk.badge.render import badge_picture, render_badge

        content = badge_content(
            visit,
            site_name=self._site_name,
            zone=self._zone,
            token_payload=payload_of(token),
            photo=photo or None,
        )
        pdf = render_badge(content)
        return Badge(visit, pdf, badge_picture(pdf, PICTURE_WIDTH))
