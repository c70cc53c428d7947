"""The photo of an entry: where it is shown, and how to give it another."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout

from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card
from admin_console.console.parts.labels import Words
from admin_console.console.parts.photo import PhotoBox
from admin_console.console.photos import PhotoStore
from admin_console.console.theme import Text, Theme, Weight

_SHOWN = "Shown beside the visitor on the match card, nowhere else. No kiosk gets it."
_NONE = "A JPEG or PNG of up to 10 MB. It is shown beside the visitor on the match card."
_COMES = "The photo goes to the hub."


class PhotoCard(Card):
    """One photo, or none.

    Signals:
        chosen: a file, as a `Path`.
        taken_out: the entry shall have none.
    """

    chosen = Signal(object)
    taken_out = Signal()

    def __init__(self, theme: Theme, photos: PhotoStore) -> None:
        super().__init__(theme, name="entryPhotoCard", margins=(16, 8, 16, 8))
        self._photos = photos
        self._shown = ""
        self._box = PhotoBox(theme, 48, 60, 6, "entryFormPhoto")
        self._words = Words(theme, "", colour=theme.colours.muted, wrap=True, name="photoWords")
        self._choose = Button(theme, "Choose", name="choosePhoto")
        self._choose.clicked.connect(self._on_choose)
        self._remove = Button(theme, "Remove", name="removePhoto", kind=Kind.DESTRUCTIVE)
        self._remove.clicked.connect(self.taken_out)
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(Words(theme, "Photo", Text.SECTION, Weight.STRONG))
        said.addWidget(self._words)
        said.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._box)
        row.addLayout(said, 1)
        row.addWidget(self._choose)
        row.addWidget(self._remove)
        self.body.addLayout(row)
        photos.came.connect(self._on_came)

    def show_photo(self, sha256: str, off: str = "") -> None:
        """Show this one; `off` says why it cannot be changed just now."""
        self._shown = sha256
        self._box.show_photo(self._photos.photo(sha256), "None" if not sha256 else "Comes")
        self._words.setText(_SHOWN if sha256 else _NONE)
        self._choose.set_words("Replace" if sha256 else "Choose")
        self._remove.setVisible(bool(sha256))
        for button in (self._choose, self._remove):
            button.set_off(off)

    def show_sending(self) -> None:
        """One is on its way to the hub."""
        self._words.setText(_COMES)
        for button in (self._choose, self._remove):
            button.set_off(_COMES)

    def _on_came(self, sha256: str) -> None:
        if sha256 == self._shown:
            self._box.show_photo(self._photos.photo(sha256))

    def _on_choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "A photo of this person", "", "Picture (*.jpg *.jpeg *.png)"
        )
        if chosen:
            self.chosen.emit(Path(chosen))
