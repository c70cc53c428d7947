"""Which columns a file of people has, for ``vestibule-hub screen``."""

from pathlib import Path

from db.domain.errors import ImportRefusedError
from db.list_fields import SEVERAL, fields_of, left_out

COLUMNS = (
    "id",
    "given_name",
    "middle_name",
    "family_name",
    "suffix",
    "birth_date",
    "sex",
    "aliases",
    "category",
)
VISITORS = COLUMNS[:7]
NEEDED = ("given_name", "family_name", "birth_date")
"""A file without one of these has it under another name: most listed people would be missed."""
_OF_LISTS = {
    "id": ("reference", "entry_id"),
    "given_name": ("given",),
    "middle_name": ("middle",),
    "family_name": ("family",),
    "suffix": ("suffix",),
    "birth_date": ("birth_date", "birth_year"),
    "sex": ("sex",),
    "aliases": ("aliases",),
}
"""Where in a list's file our columns are, by `db.list_fields.FIELDS`."""


def _names_of(header: list[str]) -> list[str]:
    return ["_".join(c.strip().casefold().split()) for c in header]


def is_ours(header: list[str]) -> bool:
    """Whether a file has our columns and not those of a list."""
    return set(NEEDED) <= set(_names_of(header))


def _as_ours(header: list[str]) -> list[str]:
    """A list's columns under our names; those that we do not have under their own."""
    names, fields = _names_of(header), fields_of(header)
    for ours, theirs in _OF_LISTS.items():
        at = next((fields.index(field) for field in theirs if field in fields), None)
        if at is not None:
            names[at] = ours
    return names


def columns_of(path: Path, header: list[str]) -> list[tuple[int, ...]]:
    """Where each of `COLUMNS` is: nowhere, or in several places what several columns may be.

    Raises `ImportRefusedError`.
    """
    if not any(header):
        raise ImportRefusedError(f"{path} is empty. Nothing was screened.")
    names = _names_of(header) if is_ours(header) else _as_ours(header)
    absent = [name for name in NEEDED if name not in names]
    if absent:
        raise ImportRefusedError(
            f"{path} has no column {' or '.join(absent)} in its first line. The columns are "
            f"{','.join(VISITORS)}; of lists also aliases,category. The columns of a list's file "
            "are known too. What is not known of somebody is left empty below the column's name. "
            "Nothing was screened."
        )
    several = {
        name: tuple(at for at, field in enumerate(fields_of(header)) if field == name)
        for name in SEVERAL
    }
    return [
        several[name] if name in several else (names.index(name),) if name in names else ()
        for name in COLUMNS
    ]


def twice(header: list[str]) -> list[str]:
    """The columns that are not read because another one says the same of people."""
    if is_ours(header):
        names = _names_of(header)
        return [
            written
            for at, (written, name) in enumerate(zip(header, names, strict=True))
            if name in COLUMNS and name not in SEVERAL and name in names[:at]
        ]
    known = {field for fields in _OF_LISTS.values() for field in fields}
    return [
        name for name in left_out(header, fields_of(header), {}) if {*fields_of([name])} <= known
    ]
