"""The address of a database: what is wrong with one is told without what stands in it."""

import pytest

from db.domain.errors import StorageError
from db.engine import database_file, is_server

SERVER = "postgresql+psycopg://vestibule"


@pytest.mark.parametrize(
    "address",
    [
        f"{SERVER}:p:Quill@fea:ther@127.0.0.1:15999/vestibule",
        f"{SERVER}:p@Quill/feather@127.0.0.1/vestibule",
        f"{SERVER}:p@Quill?feather@127.0.0.1/vestibule",
        f"{SERVER}:p@Quillfeather@127.0.0.1/vestibule",
        f"{SERVER}@127.0.0.1:Quillfeather/vestibule",
        "Quillfeather",
        "postgresql+psycopg//vestibule:Quillfeather@127.0.0.1/vestibule",
    ],
)
def test_password_that_spoils_an_address_is_not_told(address: str) -> None:
    with pytest.raises(StorageError) as caught:
        is_server(address)

    assert "The database's address cannot be understood" in str(caught.value)
    assert "~/.pgpass" in str(caught.value)
    assert "Quill" not in str(caught.value)
    assert "feather" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "address",
    [
        f"{SERVER}:p%40Quill%3Afeather@127.0.0.1:15999/vestibule",
        f"{SERVER}:p:Quill/feather@127.0.0.1/vestibule",
        f"{SERVER}@/vestibule?host=db1.example:5432&host=db2.example&password=p@ss",
        f"{SERVER}@[::1]/vestibule",
    ],
)
def test_address_whose_parts_are_clear_is_a_servers(address: str) -> None:
    assert is_server(address)


def test_file_may_have_an_at_sign_in_its_name() -> None:
    assert database_file("sqlite:////srv/a@b@c/hub.db?mode=rw") is not None
