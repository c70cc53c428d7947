"""Keeps the log of the kiosk's database short, whoever wrote into it: visits, sync, or upkeep.

So no visitor waits for what `Database.write_back` does meanwhile.
"""

from PySide6.QtCore import QObject, QTimer, Signal

from db.engine import Database
from resources.toolkit.jobs import Jobs


class WriteBack(QObject):
    """Writes back soon after a commit, on the thread of `jobs`."""

    _committed = Signal()

    def __init__(self, database: Database, jobs: Jobs, wait_ms: int) -> None:
        super().__init__()
        self._database, self._jobs = database, jobs
        self._soon = QTimer(self, singleShot=True, interval=wait_ms)
        self._soon.timeout.connect(self._on_due)
        self._committed.connect(self._on_committed)
        self._forget = database.when_committed(self._committed.emit)

    def close(self) -> None:
        """To be called once nobody writes any more; what is in the log stays there, and is safe."""
        self._forget()
        self._soon.stop()
        self._committed.disconnect(self._on_committed)

    def _on_committed(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _on_due(self) -> None:
        self._jobs.run(self._database.write_back, lambda _: None)
