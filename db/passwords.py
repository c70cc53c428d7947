"""Which passwords may be chosen. Pure.

Length, and not the person's own name or the school's (NIST SP 800-63B, section 3.1.1.2: words of
the context are the first that somebody tries); no rule asks for digits or signs.
"""

from collections.abc import Iterable

SHORTEST = 8
LONGEST = 256
"""Beyond that, hashing would be work for whoever wants to keep the hub busy."""
_SHORTEST_WORD = 3
_OWN_CHARACTERS = 6
"""So many must be left once every known word is taken out."""
_KNOWN = ("vestibule", "password", "welcome", "school", "admin")


def why_not(password: str, names: Iterable[str]) -> str:
    """Why this cannot be a password, in words; empty when it can.

    `names` are those of the person, the school and the district.
    """
    if len(password) < SHORTEST:
        return f"A password has at least {SHORTEST} characters."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST} characters."
    left = "".join(password.casefold().split())
    words = {word for name in names for word in _words(name)} | set(_KNOWN)
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < _OWN_CHARACTERS or len(set(left)) == 1:
        return (
            "That password is easy to guess: it is little more than a name that others know. "
            "Take a few words that have nothing to do with you or the school."
        )
    return ""


def _words(name: str) -> list[str]:
    folded = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return [word for word in (*folded, "".join(folded)) if len(word) >= _SHORTEST_WORD]
