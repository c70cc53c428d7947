"""Which names somebody may be given to sign in with: those that are what they look like. Pure.

A name that only looks like another would let whoever reads the audit or the page of staff take one
member for another, and its own member could not type it. Who has such a name from before keeps it.
"""

import re
import unicodedata

from db.list_fields import clean

_IGNORED = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164"
    r"\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Signs that count as letters or marks and show nothing (Unicode, Default_Ignorable_Code_Point, and
the empty Braille pattern). Those that join letters are no `str.isprintable`."""
REFUSED = (
    "That name to sign in with has signs that nobody sees, or that look like others. Nothing was "
    "changed. Type it anew, with single spaces."
)


_ALIKE = frozenset({"LATIN", "GREEK", "CYRILLIC"})
"""Scripts of which many letters look the same, as their names in Unicode begin."""


def is_plain(name: str) -> bool:
    """Whether nothing in it is hidden and none of its signs is another one's double.

    By NFKC, and no letters stand together of scripts that look alike (UTS 39, clause 5.2). A whole
    name of one script may look like one of another.
    """
    is_shown = name.isprintable() and not _IGNORED.search(name) and clean(name) == name
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in name if sign.isalpha()}
    return is_shown and unicodedata.is_normalized("NFKC", name) and len(scripts & _ALIKE) < 2
