"""Other names as text: what is read, that it survives being written, and that all read alike."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_console.hub.roster import read_roster
from db import list_editing
from db.aliases import alias_as_said, aliases_as_text, aliases_from
from db.domain.entry_history import EntryDraft
from db.domain.people import PersonName
from db.domain.watchlist import Category
from db.engine import open_database
from db.ids import new_id
from db.list_editing import Editor
from db.list_file import read_list_file

NAME = PersonName("Darnell", "Ortega")
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "aliases"),
    [
        ("", []),
        ("Ruiz, Dan", [PersonName("Dan", "Ruiz")]),
        ("Ruiz, Dan Lee", [PersonName("Dan Lee", "Ruiz")]),
        ("Ruiz, Dan, Lee", [PersonName("Dan", "Ruiz", "Lee")]),
        ("Ruiz, Dan, Jr.", [PersonName("Dan", "Ruiz", "", "Jr.")]),
        ("Ruiz, Dan, Lee, Esq", [PersonName("Dan", "Ruiz", "Lee", "Esq")]),
        ("Dan Ruiz", [PersonName("Dan", "Ruiz")]),
        ("Dan Ruiz Jr", [PersonName("Dan", "Ruiz", "", "Jr")]),
        ("Dee", [PersonName("Dee", "Ortega"), PersonName("Darnell", "Dee")]),
        (
            "Dan Ruiz Vega",
            [PersonName("Dan", "Vega", "Ruiz"), PersonName("Dan", "Ruiz Vega")],
        ),
        ("Dan Ruiz | Dan Vega;", [PersonName("Dan", "Ruiz"), PersonName("Dan", "Vega")]),
        ("Dan Ruiz; Ruiz, Dan", [PersonName("Dan", "Ruiz")]),
        ("none; N/A; --; ;", []),
        ("Иван Петров", [PersonName("Иван", "Петров")]),
    ],
)
def test_other_names_are_read_in_every_way_they_can_be_meant(
    text: str, aliases: list[PersonName]
) -> None:
    assert list(aliases_from(text, NAME)) == aliases


WORDS = st.text(st.sampled_from("abĐéЖ '-."), min_size=1, max_size=9).map(
    lambda text: " ".join(text.split())
)
PART = st.one_of(st.just(""), WORDS, st.sampled_from(["Jr", "III", "Mary Ann", "de la Cruz"]))
ALIASES = st.lists(
    st.builds(PersonName, st.just("Ana"), st.just("Ek"), PART, PART)
    | st.builds(PersonName, PART, st.just("Ruiz"), PART, PART)
    | st.builds(PersonName, st.just("Dan"), PART, PART, PART),
    max_size=4,
    unique=True,
)


@given(ALIASES)
def test_written_names_read_exactly_the_same_again(aliases: list[PersonName]) -> None:
    assert aliases_from(aliases_as_text(aliases), NAME) == tuple(aliases)


def test_signs_that_part_names_do_not_part_one_that_holds_them() -> None:
    alias = PersonName("Dan; Dee", "Ruiz, Vega|Poe")

    assert aliases_from(aliases_as_text([alias]), NAME) == (PersonName("Dan Dee", "Ruiz Vega Poe"),)


def test_name_in_parts_is_said_as_people_say_it() -> None:
    assert alias_as_said("Van der Pool, Roderick, , Jr") == "Roderick Van der Pool Jr"
    assert alias_as_said("Roderick Van der Pool") == "Roderick Van der Pool"


@pytest.mark.parametrize(
    "text", ["Dee", "Dan Ruiz Vega", "Dan Ruiz | Dan Vega", "Ruiz, Dan, Lee", "none; Dan Ruiz Jr"]
)
def test_an_import_a_form_and_the_command_line_read_the_same_names(
    text: str, tmp_path: Path
) -> None:
    imported = f'LAST,FIRST,AKA\n{NAME.family},{NAME.given},"{text}"\n'.encode()
    (tmp_path / "list.csv").write_text(
        f'id,given_name,family_name,birth_date,aliases\n1,{NAME.given},{NAME.family},,"{text}"\n',
        encoding="utf-8",
    )
    database = open_database(f"sqlite:///{tmp_path / 'hub.db'}")
    editor = Editor(new_id(NOW), "Dana Whitlock", NOW)

    with database.begin() as session:
        ours = list_editing.add_list(session, "Ours", Category.ALERT, None, NOW)
        draft = EntryDraft(NAME.family, NAME.given, aliases=text)
        typed = list_editing.add(session, ours.list_id, draft, editor).entry
    database.close()
    with read_list_file(imported, date(2026, 3, 4)) as file:
        (read,) = file.entries()
    (screened,) = read_roster(tmp_path / "list.csv").rows()

    assert typed.aliases == read.aliases == screened.aliases == aliases_from(text, NAME)
