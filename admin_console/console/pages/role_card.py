"""What each role may do, as the hub's table of rights has it."""

from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.models.staff import HEADS, NO, role_rows
from admin_console.console.parts.card import Card, card_head
from admin_console.console.parts.labels import Words
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.theme import Theme

HEAD, ROW = 36, 32
_NOTE = (
    "Front office and administrators at the schools that they were given. Rules hold for every "
    "school: where there are several, only the district settles them."
)


class RoleCard(Card):
    """A table that nobody chooses in."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, name="roleCard", margins=(1, 1, 1, 1))
        self._theme = theme
        self._rows = role_rows()
        model = PlainModel(Columns(("May", *HEADS.values())), self)
        model.show_rows(self._rows)
        table = RowTable(
            theme,
            model,
            PlainDelegate(theme, self._look),
            name="roleTable",
            label="What each role may do",
            row=ROW,
            head=HEAD,
        )
        table.setSelectionMode(RowTable.SelectionMode.NoSelection)
        table.setFocusPolicy(table.focusPolicy().NoFocus)
        table.set_widths((200, 64, 68, 76, 78), (0,))
        table.setFixedHeight(HEAD + ROW * len(self._rows))
        head = card_head(theme, "What each role may do")
        head.setContentsMargins(16, 7, 16, 8)
        self.body.addLayout(head)
        self.body.addWidget(table)
        note = Words(theme, _NOTE, colour=theme.colours.muted, wrap=True)
        note.setContentsMargins(0, 0, 0, 0)
        self.body.addSpacing(8)
        holder = Card(theme, margins=(16, 0, 16, 11), line=theme.colours.surface)
        holder.body.addWidget(note)
        self.body.addWidget(holder)
        TableCardMask(theme, self)

    def _look(self, row: int, column: int) -> Look:
        c = self._theme.colours
        if column == 0:
            return Look(c.ink)
        if self._rows[row][column] == NO:
            return Look(c.muted)
        return Look(c.primary, icon="check")
