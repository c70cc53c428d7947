"""A database below what the product does with it: for what tests put in, and look at, by SQL."""

from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url

from db import encryption, engine


def raw_engine(url: str) -> Engine:
    """SQLite in clear as versions before wrote it, or with its key when it is encrypted."""
    path = engine.database_file(url)
    is_there = path is not None and path.is_file()
    key = encryption.key_to_open(path) if path is not None and is_there else None
    return create_engine(url) if key is None else engine._new_engine(make_url(url), key)


def text_in(folder: Path, text: str) -> list[str]:
    """The names of the files below a folder that hold a text in clear."""
    wanted = text.encode()
    return sorted(
        path.name for path in folder.rglob("*") if path.is_file() and wanted in path.read_bytes()
    )
