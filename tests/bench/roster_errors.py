"""What happens to a name or a birth date between a list and the ID: one error for each person.

Each error takes a person and a source of chance, and gives the person as somebody else wrote it
down, or None where it cannot happen (nobody called Nguyễn has a nickname in the table). Runs in the
peers' environment. The nicknames were written down for this benchmark alone.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

PARTICLES = ("de la", "de los", "del", "de", "du", "le", "la", "von der", "von", "zu", "van")
NICKNAMES = """Robert Bob Rob Bobby|William Bill Will Billy|Richard Rick Dick Rich|James Jim Jimmy
|John Jack Johnny|Michael Mike Mick|Charles Charlie Chuck|Joseph Joe Joey|Thomas Tom Tommy
|Christopher Chris Kit|Daniel Dan Danny|Matthew Matt|Anthony Tony|Donald Don|Steven Steve
|Stephen Steve|Andrew Andy Drew|Kenneth Ken Kenny|Joshua Josh|Edward Ed Ted Eddie|Ronald Ron
|Timothy Tim|Jeffrey Jeff|Gregory Greg|Benjamin Ben|Samuel Sam|Patrick Pat|Raymond Ray
|Jonathan Jon|Nicholas Nick|Alexander Alex Sasha|Lawrence Larry|Gerald Jerry|Zachary Zach
|Frederick Fred|Theodore Ted Theo|Eugene Gene|Walter Walt|Peter Pete|Douglas Doug|Nathaniel Nate
|Henry Hank Harry|Albert Al Bert|Francis Frank|Leonard Len Leo|Phillip Phil|Vincent Vince
|Russell Russ|Elizabeth Liz Beth Betty Lisa|Katherine Kathy Kate Katie|Margaret Peggy Maggie Meg
|Patricia Pat Patty Tricia|Jennifer Jenny Jen|Susan Sue Suzy|Deborah Debbie Deb|Barbara Barb
|Rebecca Becky|Jessica Jess Jessie|Kimberly Kim|Cynthia Cindy|Christine Chris Tina|Pamela Pam
|Victoria Vicky Tori|Samantha Sam|Theresa Terry Tess|Sandra Sandy|Amanda Mandy|Dorothy Dot Dolly
|Abigail Abby|Alexandra Alex Sandra|Jacqueline Jackie|Judith Judy|Nancy Nan|Virginia Ginny
|José Pepe|Francisco Paco Pancho|Ignacio Nacho|Jesús Chuy|Guadalupe Lupe|Enrique Kike
|Manuel Manolo|Eduardo Lalo|Roberto Beto|Guillermo Memo|Dolores Lola|Rosario Charo|Antonio Toño
|Concepción Concha|Alejandro Alex|Gabriela Gaby|Isabel Chabela|Rafael Rafa|Sergio Checo
|Józef Józek|Stanisław Staszek|Krzysztof Krzysiek|Wojciech Wojtek|Aleksandra Ola|Katarzyna Kasia
|Małgorzata Gosia|Jakub Kuba|Tomasz Tomek|Tadeusz Tadek|Andrzej Jędrek|Michał Misiek|Piotr Piotrek
|Anna Ania|Joanna Asia|Zuzanna Zuzia|Maciej Maciek|Grzegorz Grzesiek|Paweł Pawełek|Jan Janek
|Johannes Hans Hannes|Friedrich Fritz|Heinrich Heinz Heiner|Wolfgang Wolf|Sebastian Basti
|Katharina Käthe Kathi|Elisabeth Lisa Elli|Margarete Gretel Grete|Maximilian Max|Josef Sepp
|Alexandre Alex|Philippe Phil|Frédéric Fred|Stéphane Steph|Nicolas Nico|Christophe Chris
|Jacques Jacquot|Matthieu Mathieu Matt|Joseph Jo|Sébastien Seb|Dominique Dom|Édouard Ed
|Geneviève Ginette|Suzanne Suzon|Marguerite Margot|Élisabeth Babeth Lise"""
SHORT_FORMS: Mapping[str, tuple[str, ...]] = {
    line.split()[0]: tuple(line.split()[1:]) for line in NICKNAMES.replace("\n", "").split("|")
}
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
LOOKS_LIKE = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("l", "i"),
    ("i", "l"), ("h", "b"), ("e", "c"), ("c", "e"), ("u", "v"), ("v", "u"), ("n", "h"), ("a", "o"),
)  # fmt: skip
SOUNDS_LIKE = (
    ("ph", "f"), ("f", "ph"), ("ck", "k"), ("c", "k"), ("k", "c"), ("ie", "y"), ("y", "ie"),
    ("ee", "ea"), ("ei", "ie"), ("gh", "g"), ("th", "t"), ("sch", "sh"), ("sz", "sh"),
    ("cz", "ch"), ("tz", "z"), ("z", "s"), ("s", "z"), ("w", "v"), ("v", "b"), ("j", "y"),
    ("x", "ks"), ("qu", "k"), ("eau", "o"), ("au", "o"), ("ll", "l"), ("nn", "n"), ("tt", "t"),
    ("rr", "r"), ("ss", "s"), ("er", "ar"), ("en", "in"), ("o", "ou"), ("i", "y"),
)  # fmt: skip
WRITTEN_OUT = {"ü": "ue", "ö": "oe", "ä": "ae", "ß": "ss", "ł": "w", "ø": "oe", "å": "aa"}
PLAIN = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "ø": "o", "\u0131": "i", "Ø": "O"}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented; `birth` as ISO date, and shorter where a list knows less."""

    given: str
    middle: str
    family: str
    suffix: str
    birth: str
    sex: str
    population: str = ""
    aliases: tuple[str, ...] = ()
    """Each ``Given Family``."""


Chance = random.Random
Error = Callable[[Person, Chance], Person | None]


def clean(person: Person, _chance: Chance) -> Person:
    return person


def nickname(person: Person, chance: Chance) -> Person | None:
    forms = SHORT_FORMS.get(person.given)
    return replace(person, given=chance.choice(forms)) if forms else None


def swapped(person: Person, _chance: Chance) -> Person:
    return replace(person, given=person.family, family=person.given)


def _slip(name: str, chance: Chance) -> str:
    """One wrong key, one too many, one missing, or two the wrong way round."""
    at = chance.randrange(1, len(name))
    match chance.choice(("neighbour", "neighbour", "missing", "twice", "turned", "looks")):
        case "missing":
            return name[:at] + name[at + 1 :]
        case "twice":
            return name[:at] + name[at] + name[at:]
        case "turned" if at + 1 < len(name):
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        case "looks":
            return _replaced(name, LOOKS_LIKE, chance) or name[:at] + name[at + 1 :]
        case _:
            row = next((r for r in KEYS if plain(name[at]).lower() in r), "aeiou")
            near = row.find(plain(name[at]).lower()) + chance.choice((-1, 1))
            return name[:at] + row[near % len(row)] + name[at + 1 :]


def _replaced(name: str, pairs: tuple[tuple[str, str], ...], chance: Chance) -> str | None:
    fitting = [p for p in pairs if p[0] in name[1:]]
    if not fitting:
        return None
    old, new = chance.choice(fitting)
    at = name.index(old, 1)
    return name[:at] + new + name[at + len(old) :]


def typo(person: Person, chance: Chance) -> Person | None:
    """One slip of a finger or of a reader in the given or the family name; now and then two."""
    for _ in range(1 + (chance.random() < 0.2)):
        field = "family" if chance.random() < 0.55 else "given"
        name = getattr(person, field)
        if len(name) < 3:
            return None
        person = replace(person, **{field: _slip(name, chance)})
    return person


def respelled(person: Person, chance: Chance) -> Person | None:
    """As somebody spells it who only heard it."""
    field = "family" if chance.random() < 0.6 else "given"
    heard = _replaced(getattr(person, field), SOUNDS_LIKE, chance)
    return replace(person, **{field: heard}) if heard else None


def truncated(person: Person, chance: Chance) -> Person | None:
    """A column that was too narrow."""
    field = "family" if len(person.family) >= len(person.given) else "given"
    name = getattr(person, field)
    kept = max(4, round(len(name) * chance.uniform(0.5, 0.8)))
    return replace(person, **{field: name[:kept].strip()}) if kept < len(name) else None


def married(person: Person, chance: Chance, other: str) -> Person:
    """A second surname beside the first, with a hyphen or a blank."""
    joint = chance.choice("- ")
    pair = (person.family, other) if chance.random() < 0.7 else (other, person.family)
    return replace(person, family=joint.join(pair))


def changed(person: Person, other: str) -> Person:
    return replace(person, family=other)


def halved(person: Person, chance: Chance) -> Person | None:
    """One of two surnames; mostly the first is kept."""
    parts = surnames(person.family)
    if len(parts) < 2:
        return None
    return replace(person, family=parts[0] if chance.random() < 0.75 else parts[-1])


def turned(person: Person, _chance: Chance) -> Person | None:
    parts = surnames(person.family)
    return replace(person, family=" ".join(reversed(parts))) if len(parts) > 1 else None


def first_surname_as_middle(person: Person, _chance: Chance) -> Person | None:
    """García López as somebody files it who expects one surname: García is the middle name."""
    parts = surnames(person.family)
    if len(parts) < 2:
        return None
    return replace(person, middle=f"{person.middle} {parts[0]}".strip(), family=parts[-1])


def surnames(family: str) -> list[str]:
    """``de la Cruz López`` has two, ``García-Ruiz`` too."""
    found: list[str] = []
    held = ""
    for word in family.replace("-", " ").split():
        held = f"{held} {word}".strip()
        if word.casefold() not in {"de", "la", "los", "del", "du", "le", "von", "der", "zu"}:
            found.append(held)
            held = ""
    return found


def given_halved(person: Person, chance: Chance) -> Person | None:
    """Jean-Pierre is Jean, or Jean with Pierre as middle name, or Jeanpierre."""
    parts = re.split(r"[ -]", person.given)
    if len(parts) < 2:
        return None
    match chance.randrange(4):
        case 0:
            return replace(person, given=parts[0], middle=" ".join(parts[1:]))
        case 1:
            return replace(person, given="".join(parts).capitalize())
        case _:
            return replace(person, given=parts[0])


def middle_joined(person: Person, chance: Chance) -> Person | None:
    """Thị Hương: the middle name is part of the given name, with a blank or without."""
    if not person.middle:
        return None
    joint = " " if chance.random() < 0.7 else ""
    return replace(person, given=f"{person.middle}{joint}{person.given}", middle="")


def middle_as_given(person: Person, _chance: Chance) -> Person | None:
    if not person.middle:
        return None
    return replace(person, given=person.middle, middle="")


def initial(person: Person, _chance: Chance) -> Person:
    return replace(person, given=person.given[0])


def masculine(person: Person, _chance: Chance) -> Person | None:
    """-ska where her papers say -ski, or the other way round."""
    for ours, theirs in (("ska", "ski"), ("cka", "cki"), ("dzka", "dzki")):
        for old, new in ((ours, theirs), (theirs, ours)):
            if person.family.endswith(old):
                return replace(person, family=person.family[: -len(old)] + new)
    return None


def particle_lost(person: Person, chance: Chance) -> Person | None:
    """De la Cruz is Cruz, or Delacruz."""
    for words in PARTICLES:
        if person.family.casefold().startswith(f"{words} "):
            rest = person.family[len(words) + 1 :]
            glued = words.replace(" ", "").capitalize() + rest.casefold()
            return replace(person, family=rest if chance.random() < 0.5 else glued)
    return None


def plain(text: str) -> str:
    spelled = "".join(PLAIN.get(c, c) for c in text)
    marked = unicodedata.normalize("NFKD", spelled)
    return "".join(c for c in marked if not unicodedata.combining(c))


def unmarked(person: Person, _chance: Chance) -> Person | None:
    """Without accents, as most American IDs are printed."""
    bare = replace(
        person, given=plain(person.given), middle=plain(person.middle), family=plain(person.family)
    )
    return bare if (bare.given, bare.family) != (person.given, person.family) else None


def written_out(person: Person, chance: Chance) -> Person | None:
    """Müller is Mueller; where a name has no such letter, the accents go."""
    given, family = (
        plain("".join(WRITTEN_OUT.get(c, c) for c in name))
        for name in (person.given, person.family)
    )
    if (given, family) == (plain(person.given), plain(person.family)):
        return unmarked(person, chance)
    return replace(person, given=given.capitalize(), family=family.capitalize())


def day_and_month(person: Person, _chance: Chance) -> Person | None:
    year, month, day = person.birth.split("-")
    if int(day) > 12 or day == month:
        return None
    return replace(person, birth=f"{year}-{day}-{month}")


def digit(person: Person, chance: Chance) -> Person:
    """One wrong digit; a date that cannot be is written again."""
    for _ in range(50):
        at = chance.choice((2, 3, 3, 5, 6, 6, 8, 9, 9))
        other = str((int(person.birth[at]) + chance.randrange(1, 10)) % 10)
        birth = person.birth[:at] + other + person.birth[at + 1 :]
        if (
            "1930" <= birth[:4] <= "2010"
            and "01" <= birth[5:7] <= "12"
            and "01" <= birth[8:] <= "28"
        ):
            return replace(person, birth=birth)
    return replace(person, birth=f"{int(person.birth[:4]) - 1}{person.birth[4:]}")


def year_only(person: Person, _chance: Chance) -> Person:
    return replace(person, birth=person.birth[:4])


def no_birth_date(person: Person, _chance: Chance) -> Person:
    return replace(person, birth="")
