"""The kiosk's configuration: one TOML file, every key with a sensible default.

An error names file, line and key, says what is allowed, and suggests what was probably meant.
"""

import re
import sys
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from db.domain.errors import ConfigError
from db.domain.visit import Host, VisitorType
from db.key_store import Place
from kiosk import config_checks as checks
from kiosk.config_checks import Check
from kiosk.scan import documents
from kiosk.scan.camera_modes import Settings
from kiosk.scan.documents import CardFormat, DocumentRules, Expired, FormatError, Minor
from resources.folders import data_folder


class PhotoRule(StrEnum):
    """Whether visitors are photographed for their badge."""

    ASK = "ask"
    NEVER = "never"


def _key(default: Any, check: Check | None = None) -> Any:
    metadata = {"check": check}
    if isinstance(default, list):
        return field(default_factory=lambda: tuple(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class KioskPart:
    """The table [kiosk]."""

    name: str = _key("Front desk")
    data_folder: str = _key("", checks.path)
    keys: str = _key("auto", checks.one_of(*Place))


@dataclass(frozen=True, slots=True)
class SitePart:
    """The table [site]: Used until the hub says better."""

    name: str = _key("Our school")
    time_zone: str = _key("", lambda v: "" if not v else checks.zone(v))


@dataclass(frozen=True, slots=True)
class HubPart:
    """The table [hub]."""

    url: str = _key("", checks.hub)


@dataclass(frozen=True, slots=True)
class CameraPart:
    """The table [camera]: Which one (see `kiosk.scan.camera.open_camera`), and how it sees."""

    source: str = _key("auto", checks.path)
    focus: str = _key("auto", checks.auto_or_number)
    exposure: str = _key("auto", checks.auto_or_number)

    @property
    def settings(self) -> Settings:
        return Settings(self.focus, self.exposure)


@dataclass(frozen=True, slots=True)
class PrinterPart:
    """The table [printer]."""

    kind: str = _key("cups", checks.one_of("cups", "file", "none"))
    name: str = _key("")
    media: str = _key("Custom.62x100mm")
    folder: str = _key("", checks.path)
    second_name: str = _key("")


@dataclass(frozen=True, slots=True)
class VisitPart:
    """The table [visit]."""

    types: tuple[str, ...] = _key([t.value for t in VisitorType], checks.types)
    purposes: tuple[str, ...] = _key(
        [
            "Meet a teacher",
            "Help in a classroom",
            "Have lunch with my child",
            "Drop something off",
            "Something else",
        ],
        checks.at_most_six,
    )
    valid_until: str = _key("15:30", checks.clock)
    photo: PhotoRule = PhotoRule.ASK
    photo_keep_days: int = _key(30, checks.between(1, 366))
    typed_name: str = _key("hold", checks.one_of("hold", "screen"))
    rules: tuple[str, ...] = _key(
        [
            "Wear your badge where everyone can see it.",
            "Go only to the person or room you named.",
            "Do not photograph students.",
            "Sign out here when you leave.",
        ],
        checks.four,
    )
    rules_text: str = _key("")
    rules_version: str = _key("1")


@dataclass(frozen=True, slots=True)
class DocumentsPart:
    """The table [documents], with a table [[documents.formats]] for each card of one's own."""

    expired: str = _key("warn", checks.one_of(*Expired))
    minor: str = _key("hold", checks.one_of(*Minor))
    adult_age: int = _key(18, checks.between(12, 25))
    formats: tuple[CardFormat, ...] = ()

    @property
    def rules(self) -> DocumentRules:
        return DocumentRules(Expired(self.expired), Minor(self.minor), self.adult_age, self.formats)


@dataclass(frozen=True, slots=True)
class TimesPart:
    """The table [times]: In seconds."""

    idle: int = _key(60, checks.between(20, 600))
    warning: int = _key(20, checks.between(20, 60))
    done: int = _key(15, checks.between(5, 120))
    goodbye: int = _key(10, checks.between(5, 120))
    staff: int = _key(60, checks.between(20, 600))
    wait_minimum: float = _key(3.0, checks.between(0, 10))
    photo_countdown: int = _key(3, checks.between(1, 10))


@dataclass(frozen=True, slots=True)
class ScreenPart:
    """The table [screen]."""

    fullscreen: bool = _key(default=True)
    theme: str = _key("light", checks.one_of("light", "dark", "contrast"))
    speech: bool = _key(default=False)


@dataclass(frozen=True, slots=True)
class KioskConfig:
    """Everything a kiosk can be told. `hosts` stand in until the hub sends some."""

    kiosk: KioskPart = KioskPart()
    site: SitePart = SitePart()
    hub: HubPart = HubPart()
    camera: CameraPart = CameraPart()
    printer: PrinterPart = PrinterPart()
    visit: VisitPart = VisitPart()
    documents: DocumentsPart = DocumentsPart()
    times: TimesPart = TimesPart()
    screen: ScreenPart = ScreenPart()
    hosts: tuple[Host, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the kiosk keeps its database and photos."""
        return Path(self.kiosk.data_folder) if self.kiosk.data_folder else data_folder("kiosk")

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'kiosk.db'}"

    @property
    def keys(self) -> Place:
        """Where the keys of what the kiosk keeps are put when they are made."""
        return Place(self.kiosk.keys)

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.site.time_zone) if self.site.time_zone else None


def default_path() -> Path:
    return data_folder("kiosk") / "kiosk.toml"


def load_config(path: Path | None) -> KioskConfig:
    """Read a configuration; None reads the default place, where no file means defaults.

    Raises `ConfigError` when the file cannot be read or says something that cannot be used.
    """
    source = path or default_path()
    try:
        text = source.read_text(encoding="utf-8-sig")  # Windows' Notepad begins with a mark
    except FileNotFoundError as error:
        if path is None:
            return KioskConfig()
        raise ConfigError(
            f"{source} does not exist. Leave --config out to use defaults."
        ) from error
    except OSError as error:
        raise ConfigError(_unreadable(source, error)) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{source} cannot be read: it must be text in UTF-8.") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{source} is not TOML: {error}. Text stands in quotes, tables in [brackets]."
        ) from error
    return _Reader(source.name, text).config(tables)


def _unreadable(source: Path, error: OSError) -> str:
    # Windows says of a folder that it may not be read.
    if isinstance(error, IsADirectoryError) or (sys.platform == "win32" and source.is_dir()):
        return f"{source} is a folder. Name the file in it, like {source / 'kiosk.toml'}."
    if isinstance(error, PermissionError):
        return f"{source} may not be read by the account that runs the kiosk. Give it the right."
    return f"{source} cannot be read: {error.strerror}. Nothing was started."


class _Reader:
    """Turns tables into values, and knows where in the text each key stands."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._lines = text.split("\n")

    def config(self, tables: Mapping[str, Any]) -> KioskConfig:
        parts = {f.name: f for f in fields(KioskConfig)}
        found: dict[str, Any] = {}
        for name, table in tables.items():
            if name not in parts:
                raise self._error(name, "", f"is not known{_suggest(name, parts)}")
            if name == "hosts":
                found[name] = self._hosts(table)
                continue
            kind = type(parts[name].default)
            if not isinstance(table, dict):
                raise self._error(name, "", f"is a table: write [{name}] on a line of its own")
            found[name] = self._part(name, kind, table)
        return KioskConfig(**found)

    def _part(self, table: str, kind: Any, values: Mapping[str, Any]) -> Any:
        known = {f.name: f for f in fields(kind)}
        types = typing.get_type_hints(kind)
        found: dict[str, Any] = {}
        for key, value in values.items():
            if key not in known:
                raise self._error(table, key, f"is not known{_suggest(key, known)}")
            if types[key] == tuple[CardFormat, ...]:
                found[key] = self._formats(value)
                continue
            check: Check | None = known[key].metadata.get("check")
            found[key] = self._value(table, key, types[key], value)
            if check is checks.path:
                found[key] = _from_home(found[key])
            wrong = check(found[key]) if check is not None else ""
            if wrong:
                raise self._error(table, key, wrong)
        return kind(**found)

    def _value(self, table: str, key: str, kind: Any, value: Any) -> Any:
        if kind is PhotoRule:
            wrong = checks.one_of(*PhotoRule)(value)
            if wrong:
                raise self._error(table, key, wrong)
            return PhotoRule(value)
        if kind is bool or kind is str:
            fits = type(value) is kind
        elif kind is int:
            fits = type(value) is int
        elif kind is float:
            fits = type(value) in (int, float)
        else:
            fits = isinstance(value, list) and all(isinstance(v, str) for v in value)
            value = tuple(value) if fits else value
        if not fits:
            raise self._error(table, key, f"must be {_KINDS.get(kind, 'a list of texts')}")
        return value

    def _hosts(self, tables: Any) -> tuple[Host, ...]:
        if not isinstance(tables, list):
            raise self._error("hosts", "", "is a list: write [[hosts]] before each")
        allowed = {"name", "place", "role", "directions"}
        found: list[Host] = []
        for at, table in enumerate(tables):
            if not isinstance(table, dict):
                raise self._error("hosts", "", "is a list of tables: write [[hosts]] before each")
            for key, value in table.items():
                if key not in allowed:
                    raise self._error("hosts", key, f"is not known{_suggest(key, allowed)}")
                if not isinstance(value, str):
                    raise self._error("hosts", key, "must be a text in quotes")
            if not table.get("name", "").strip():
                raise self._error("hosts", "name", "is missing")
            found.append(Host(host_id=f"config-{at}", **table))
        return tuple(found)

    def _formats(self, tables: Any) -> tuple[CardFormat, ...]:
        place = "documents.formats"
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise self._error("documents", "formats", f"is a list: write [[{place}]] before each")
        found: list[CardFormat] = []
        for at, table in enumerate(tables):
            for key in table:
                if key not in documents.KEYS:
                    what = f"is not known{_suggest(key, set(documents.KEYS))}"
                    raise self._error(place, key, what, at)
            try:
                found.append(documents.card_format(table))
            except FormatError as error:
                raise self._error(place, error.key, error.what, at) from error
        return tuple(found)

    def _error(self, table: str, key: str, what: str, at: int | None = None) -> ConfigError:
        """`at`: of tables that come in a list, which one it is; None for whichever has the key."""
        named = f"{table}.{key}" if key else f"[{table}]"
        return ConfigError(
            f"{self._name}, line {self._line(table, key, at)}: {named} {what}. "
            "Nothing was started; mend that line."
        )

    def _line(self, table: str, key: str, at: int | None = None) -> int:
        """Where the key stands; the table's own line when it stands nowhere (a missing one)."""
        inside, at_table, count = False, 1, -1
        at_key = re.compile(rf'\s*"?{re.escape(key or table)}"?\s*=')
        for number, line in enumerate(self._lines, start=1):
            head = re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]", line)
            if head is not None:
                count += head[1] == table
                inside = head[1] == table and at in (None, count)
                at_table = number if inside else at_table
            elif (inside or not key) and at_key.match(line):
                return number
        return at_table


_KINDS: dict[Any, str] = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def _from_home(path: str) -> str:
    """The path with the home folder for a `~` that begins it; as it is when there is none."""
    try:
        return str(Path(path).expanduser()) if path.startswith("~") else path
    except RuntimeError:
        return path


def _suggest(name: str, known: "Mapping[str, Any] | set[str]") -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; is {close[0]} meant" if close else f". Known: {', '.join(sorted(known))}"
