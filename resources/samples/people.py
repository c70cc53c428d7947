"""Invented people: nobody here exists. The same seed always gives the same people."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

_GIVEN = (
    ("Elena", "F"), ("Ruth", "F"), ("Priya", "F"), ("Wei-Ling", "F"), ("Ana Lucía", "F"),
    ("Thandiwe", "F"), ("Siobhán", "F"), ("Maryam", "F"), ("Haruka", "F"), ("Beatriz", "F"),
    ("Kofi", "M"), ("Tomasz", "M"), ("Daniel", "M"), ("Oleksandr", "M"), ("Ravi", "M"),
    ("Giorgos", "M"), ("Marcus", "M"), ("Luis Fernando", "M"), ("Björn", "M"), ("Clive", "M"),
)  # fmt: skip
_FAMILY = (
    "Marlowe", "Abernathy", "Raghunathan", "Tsai", "Wójcik", "Nkosi", "Ní Bhriain", "al-Rashidi",
    "Minamoto", "Carvalho", "Mensah-Bonsu", "Wróblewski", "Quillfeather", "Melnyk", "Subramanian",
    "Papadopoulos", "Fennimore", "Tzul Ixcoy", "Hallström", "Ardwick",
)  # fmt: skip
_MIDDLE = ("", "", "", "Lee", "Ruth", "Omar", "Ines", "T")


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """Somebody invented, with what a licence would say of them."""

    given_name: str
    middle_name: str
    family_name: str
    birth_date: date
    sex: str
    """``F`` or ``M``."""
    number: str
    issued_on: date
    expires_on: date


def sample_person(
    given_name: str,
    family_name: str,
    birth_date: date,
    *,
    middle_name: str = "",
    sex: str = "F",
    number: str = "",
) -> SamplePerson:
    """Somebody of this name, with a number and dates that follow from the name."""
    chance = random.Random(f"{given_name} {family_name} {birth_date}")  # noqa: S311  no secret
    return SamplePerson(
        given_name,
        middle_name,
        family_name,
        birth_date,
        sex,
        number or f"{chance.randrange(10**7, 10**8)}",
        issued_on=date(2023, birth_date.month, min(birth_date.day, 28)),
        expires_on=date(2031, birth_date.month, min(birth_date.day, 28)),
    )


def sample_people(count: int, seed: int) -> list[SamplePerson]:
    """That many people from a seed."""
    chance = random.Random(seed)  # noqa: S311  no secret
    people = []
    for _ in range(count):
        given, sex = chance.choice(_GIVEN)
        born = date(1950, 1, 1) + timedelta(days=chance.randrange(19_000))
        people.append(
            sample_person(
                given,
                chance.choice(_FAMILY),
                born,
                middle_name=chance.choice(_MIDDLE),
                sex=sex,
                number=f"{chance.randrange(10**7, 10**8)}",
            )
        )
    return people
