"""Sign-in: a name and a password, and the truth when it does not work. It keeps neither."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from admin_console.console.navigation import Logo
from admin_console.console.pages.account_part import AccountPart, AtBrowser, NotLinked
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.fields import Field
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight


class SignInPage(Panel):
    """A card in the middle of the window.

    Signals:
        asked: sign in with this name, password, code and new password; the last two are empty
            unless the hub asks.
        account_asked: sign in with the district's account of this name.
        browser_asked: show the browser once more.
        browser_left: stop waiting for the browser.
        compared: the number that is shown is the hub's.
    """

    asked = Signal(str, str, str, str)
    account_asked = Signal(str)
    browser_asked = Signal()
    browser_left = Signal()
    compared = Signal()

    def __init__(self, theme: Theme, hub_address: str) -> None:
        super().__init__(theme.colours.ground)
        self._theme = theme
        self.setObjectName("signInPage")
        self._name = Field(theme, name="signInName", label="Name", height=36)
        self._password = self._secret("signInPassword", "Password")
        self._own = self._secret("ownPassword", "Your own password, at least 8 characters")
        self._again = self._secret("ownPasswordAgain", "The same once more")
        self._own_rows = self._secrets(self._own, self._again)
        self._own_rows.hide()
        self._code = Field(theme, name="signInCode", label="Code", height=36)
        self._code_row = QWidget()
        code = QVBoxLayout(self._code_row)
        code.setContentsMargins(0, 0, 0, 16)
        code.setSpacing(4)
        code.addWidget(Words(theme, "Code", weight=Weight.LABEL))
        code.addWidget(self._code)
        self._code_row.hide()
        self._go = Button(theme, "Sign in", name="signIn", kind=Kind.PRIMARY, key="Enter")
        self._go.clicked.connect(self._on_go)
        self._name.returnPressed.connect(self._password.setFocus)
        self._password.returnPressed.connect(self._on_go)
        self._code.returnPressed.connect(self._on_go)
        self._own.returnPressed.connect(self._again.setFocus)
        self._again.returnPressed.connect(self._on_go)
        self._said = Words(theme, "", colour=theme.colours.alarm, wrap=True, name="signInError")
        self._alarm = QWidget()
        alarm = QHBoxLayout(self._alarm)
        alarm.setContentsMargins(0, 8, 0, 0)
        alarm.setSpacing(8)
        alarm.addWidget(Icon(theme, "alarm", theme.colours.alarm), 0, Qt.AlignmentFlag.AlignTop)
        alarm.addWidget(self._said, 1)
        self._alarm.hide()
        self._account = AccountPart(theme)
        self._account.asked.connect(self._on_account_asked)
        self._at_browser = AtBrowser(theme)
        self._at_browser.again.connect(self.browser_asked)
        self._at_browser.left.connect(self.browser_left)
        self._not_linked = NotLinked(theme)
        self._typed = QWidget()
        self._first = self._first_contact()
        self._first.hide()
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._card(hub_address))
        middle.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(middle)
        column.addStretch(3)

    def start(self, name: str = "", said: str = "") -> None:
        """Be ready for somebody; the password is never kept."""
        if name:
            self._name.setText(name)
        self.forget()
        self._code_row.hide()
        self._show(said)
        self._first.hide()
        self._show_form()
        self.set_busy(busy=False)
        (self._password if self._name.text() else self._name).setFocus()

    def forget(self) -> None:
        """Somebody is in: nothing that they typed but the name waits here."""
        self._password.clear()
        self._code.clear()
        self._forget_own()

    def fail(self, said: str) -> None:
        """Say why it did not work; the name stays, the password goes."""
        self.start(said=said)

    def offer_account(self, account: str) -> None:
        """Offer to sign in with an account of this name; with an empty one only the password."""
        self._account.offer(account)

    def wait_for_browser(self, account: str, minutes: int) -> None:
        """Somebody signs in there now."""
        self._show("")
        self._typed.hide()
        self._account.hide()
        self._at_browser.wait(account, minutes)

    def finish(self) -> None:
        """The browser came back, and the hub is asked."""
        self._show_form()
        self.set_busy(busy=True)

    def tell_not_linked(self, subject: str) -> None:
        """The account is nobody's here."""
        self.start(said="This account is not linked with anybody here yet.")
        self._not_linked.tell(subject)

    def ask_code(self, said: str) -> None:
        """Ask for the code of the second factor; name and password stay meanwhile."""
        self._code.clear()
        self._code_row.show()
        self._show(said)
        self.set_busy(busy=False)
        self._code.setFocus()

    @property
    def is_choosing(self) -> bool:
        """Whether somebody is asked for a password of their own."""
        return not self._own_rows.isHidden()

    def ask_own_password(self, said: str) -> None:
        """Ask for a password in place of the first one; what else was typed stays meanwhile."""
        self._forget_own()
        self._own_rows.show()
        self._show(said)
        self.set_busy(busy=False)
        self._own.setFocus()

    def ask_to_compare(self, digits: str) -> None:
        """The first contact: is it the hub that has this number? What was typed stays."""
        self.set_busy(busy=False)
        self._go.set_off("Compare the number first.")
        self._number.setText(digits)
        self._first.show()
        self._same.setFocus()

    def go_on(self) -> None:
        """The hub is known now: ask it with what was typed."""
        self._first.hide()
        self.set_busy(busy=False)
        if self._name.text().strip() and self._password.text():
            self._on_go()
        else:
            self._name.setFocus()

    def set_busy(self, *, busy: bool) -> None:
        self._go.set_off("The hub is asked." if busy else "")
        self._go.set_words("Signing in" if busy else "Sign in")
        self._account.set_busy(busy=busy)
        for field in (self._name, self._password, self._code, self._own, self._again):
            field.setEnabled(not busy)

    def _forget_own(self) -> None:
        self._own_rows.hide()
        self._own.clear()
        self._again.clear()

    def _show_form(self) -> None:
        self._at_browser.hide()
        self._not_linked.hide()
        self._typed.show()
        self._account.offer(self._account.account)

    def _show(self, said: str) -> None:
        self._said.setText(said)
        self._said.setAccessibleName(said)
        self._alarm.setVisible(bool(said))

    def _on_go(self) -> None:
        name, password = self._name.text().strip(), self._password.text()
        if not name or not password:
            self._show("Type your name and your password.")
            (self._password if name else self._name).setFocus()
            return
        own = self._own.text() if self.is_choosing else ""
        if self.is_choosing and (not own or own != self._again.text()):
            self._show("Type your own password twice, the same both times.")
            (self._again if own else self._own).setFocus()
            return
        if self._go.isEnabled():
            self._show("")
            self.set_busy(busy=True)
            self.asked.emit(name, password, self._code.text().strip(), own)

    def _on_account_asked(self) -> None:
        self._show("")
        self._not_linked.hide()
        self._password.clear()
        self.set_busy(busy=True)
        self.account_asked.emit(self._account.account)

    def _secret(self, name: str, label: str) -> Field:
        field = Field(self._theme, name=name, label=label, height=36)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData)
        return field

    def _secrets(self, *fields: Field) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for field in fields:
            column.addWidget(Words(self._theme, field.accessibleName(), weight=Weight.LABEL))
            column.addWidget(field)
            column.addSpacing(12)
        return part

    def _first_contact(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        told = (
            "This computer meets this hub for the first time. Compare its number with the one that "
            "the hub says when it starts (vestibule-hub fingerprint). If they differ, somebody "
            "else answers: do not go on."
        )
        self._number = Words(theme, "", Text.SECTION, Weight.STRONG, name="hubNumber", whole=True)
        self._same = Button(theme, "It is the same number", name="sameNumber")
        self._same.clicked.connect(self.compared)
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 16, 4, 4)  # room for the ring of the focus
        column.setSpacing(8)
        column.addWidget(Words(theme, told, colour=c.muted, wrap=True))
        column.addWidget(self._number)
        column.addWidget(self._same, 0, Qt.AlignmentFlag.AlignRight)
        return part

    def _card(self, hub_address: str) -> Card:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="signInCard", margins=(40, 40, 40, 32))
        card.setFixedWidth(400)
        body = card.body
        body.addWidget(Logo(theme, 40))
        body.addSpacing(20)
        body.addWidget(Words(theme, "Sign in to Vestibule", Text.PAGE, Weight.STRONG))
        body.addSpacing(4)
        body.addWidget(
            Words(theme, "The desk, the history and the lists of your school.", colour=c.muted)
        )
        body.addSpacing(24)
        typed = QVBoxLayout(self._typed)
        typed.setContentsMargins(0, 0, 0, 0)
        typed.setSpacing(0)
        for label, field in (("Name", self._name), ("Password", self._password)):
            typed.addWidget(Words(theme, label, weight=Weight.LABEL))
            typed.addSpacing(4)
            typed.addWidget(field)
            typed.addSpacing(16)
        typed.addWidget(self._own_rows)
        typed.addWidget(self._code_row)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._go)
        typed.addLayout(row)
        body.addWidget(self._typed)
        body.addWidget(self._at_browser)
        body.addWidget(self._alarm)
        body.addWidget(self._not_linked)
        body.addWidget(self._account)
        body.addWidget(self._first)
        body.addSpacing(20)
        body.addWidget(Words(theme, f"Hub at {hub_address}", Text.CAPTION, colour=c.faint))
        return card
