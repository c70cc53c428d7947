"""Files of lists, read on an invented day."""

from datetime import date

from db.list_file import ListFile, read_list_file

TODAY = date(2026, 11, 23)
_open: list[ListFile] = []


def read(text: str | bytes, columns: dict[str, str] | None = None) -> ListFile:
    """What the file says; `close_all` closes it."""
    content = text.encode() if isinstance(text, str) else text
    file = read_list_file(content, TODAY, columns)
    _open.append(file)
    return file


def close_all() -> None:
    while _open:
        _open.pop().spool.close()
