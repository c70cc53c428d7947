"""What is kept of people: which facts, where, for how long, who can see them, how protected.

One table as data. README's section is made from it by ``python -m db.inventory README.md``, the
console's page with the days of its school; a test holds it against every column that there is.
Pure: no database.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from db.domain.inventory import KeptFacts

BEGIN, END = "<!-- inventory: begin -->", "<!-- inventory: end -->"
_VISITS, _PHOTOS, _BACKUPS, _AUDIT = "{visits}", "{photos}", "{backups}", "{audit}"
"""In place of days that each school settles for itself."""
_ENCRYPTED, _HUBS = "{database}", "{hub's database}"
"""In place of how a database is protected, which differs: the kiosk's and the hub's, the hub's."""
_FILES = "encrypted database"
_SERVERS = "as its operator protects the PostgreSQL server, whose files Vestibule does not encrypt"
_USUAL = {
    _VISITS: "365 days from the sign-in, or what `policy --visit-keep-days` says",
    _PHOTOS: "30 days, or the kiosk's `photo_keep_days` and the hub's `--photo-keep-days`",
    _BACKUPS: "seven days, or what `serve --backups-kept` says",
    _AUDIT: "for ever, or what `policy --audit-keep-days` says, a year at least",
    _ENCRYPTED: _FILES,
    _HUBS: _FILES,
}
_BOTH = "kiosk and hub"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of facts.

    `columns` are the tables' columns that hold it, as ``table.column``.
    """

    what: str
    where: str
    how_long: str
    who_sees: str
    protection: str
    columns: tuple[str, ...]


def _of(table: str, columns: str) -> tuple[str, ...]:
    return tuple(f"{table}.{column}" for column in columns.split())


INVENTORY = (
    Kept(
        "Who came: name, birth date, sex, kind and place of the ID, whom they saw and why, when",
        _BOTH,
        f"{_VISITS}; then blanked; times and type stay. A week later where nobody saw the visit's "
        "end, and on a kiosk that has a hub only once that has it, unless its log forked",
        "the site's staff at the console, district and auditors; each visit that somebody opens, "
        "page of past visits, search by name and export is noted",
        f"{_ENCRYPTED}; the ID's number and the badge's code only as keyed and plain hashes",
        _of(
            "visit",
            "given_name middle_name family_name suffix search_name birth_date sex document "
            "number_hash visitor_key started_at visitor_type details with_escort badge_token_hash "
            "badge_code checked_in_at checked_out_at checked_out_by sticker",
        ),
    ),
    Kept(
        "How a visitor was screened, and who on a list was alike",
        _BOTH,
        f"as who came: {_VISITS}; the outcome stays",
        "all staff, of a visit that they look at",
        _ENCRYPTED,
        (
            *_of("screening", "outcome screening"),
            *_of("recheck", "screening verdict decision"),
            *_of("rescreen_due", "visit_id"),
        ),
    ),
    Kept(
        "Who decided on a visitor, and why",
        _BOTH,
        "as who came; the verdict stays",
        "all staff, of a visit that they look at",
        _ENCRYPTED,
        _of("decision", "verdict reason decided_by"),
    ),
    Kept(
        "Clearances: who is not the person on a list, by whose word",
        _BOTH,
        "as who came, from when the clearance ended",
        "all staff",
        f"{_ENCRYPTED}; the visitor as a hash",
        _of("clearance", "visitor_key reason decided_by ended_by"),
    ),
    Kept(
        "The log's bodies: what happened, with names",
        _BOTH,
        "as who came, and of what the hub could not apply from its receipt: body and salt are "
        "deleted, the line without names stays and still verifies",
        "staff, as a visit's story and in exports; whoever exports is noted",
        _ENCRYPTED,
        (*_of("event_body", "salt body"), *_of("event", "line")),
    ),
    Kept(
        "What kiosks are told: decisions, clearances, who was signed out by whom, hosts, "
        "names and PINs of staff; of a list which entry changed, not what it says",
        "hub",
        "as who came; hosts and PINs until a day after others took their place",
        "paired kiosks",
        f"{_HUBS}; PINs only as hashes",
        _of("change", "body"),
    ),
    Kept(
        "Visitors' photos",
        f"{_BOTH}: `photos/`",
        _PHOTOS,
        "all staff; every look is noted",
        "encrypted files",
        (*_of("photo", "sha256 taken_at"), "visit.photo"),
    ),
    Kept(
        "People on lists: names, birth dates, places, case numbers, notes, what staff should do",
        f"{_BOTH} (notes too); an index of names and birth dates in `list-index/`",
        "until the list's next version leaves them out or somebody removes them",
        "administrators, district and auditors; the front desk those whom a visitor is like",
        f"{_ENCRYPTED}, encrypted index",
        _of(
            "watchlist_entry",
            "given_name middle_name family_name suffix born sex aliases jurisdiction number_hash "
            "reference note instructions valid_from valid_until digest sought",
        ),
    ),
    Kept(
        "A list's file while it is imported",
        "hub: the computer's temporary folder, in files without a name",
        "until the import ends, however it ends",
        "nobody",
        "not encrypted",
        (),
    ),
    Kept(
        "Photos of people on lists",
        "hub: `photos/lists/`",
        "until no entry has them, nor a change that waits for a second person, and a day more",
        "as the entry",
        "encrypted files",
        _of("watchlist_entry", "photo"),
    ),
    Kept(
        "Who changed an entry of a list, when, and what it said before and after",
        "hub",
        "as long as the entry is on its list, and then as who came, a year at least; then what it "
        "said is blanked: who changed something when stays",
        "administrators, district and auditors",
        _HUBS,
        (
            *_of("watchlist_entry_history", "changed_by fields reason"),
            *_of("watchlist_entry_removal", "asked_by asked_by_name reason draft"),
        ),
    ),
    Kept(
        "Custody orders: days, hours and students' names",
        "hub",
        "until the order or its entry is removed",
        "administrators, district and auditors; the desk at a hold",
        _HUBS,
        _of("custody_rule", "rule"),
    ),
    Kept(
        "Notices to the office",
        "hub",
        "as the visit that they are about; those about none, which name lists, kiosks, "
        "programs and staff, a year at least",
        "all staff; some only administrators, district and auditors",
        _HUBS,
        _of("notice", "about text read_by"),
    ),
    Kept(
        "Messages to other programs that have not arrived: a visit's id, verdict and badge code; "
        "of notices kind and ids",
        "hub",
        "until they have arrived or the receiver is given up, after three days of tries; of those "
        "that it refuses, the last thousand, and none for longer than who came; what a receiver "
        "keeps is its own matter",
        "nobody; the program that they are sent to",
        _HUBS,
        _of("webhook_message", "body"),
    ),
    Kept(
        "Staff: names, roles, sites, passwords, PINs, second factors, linked accounts, "
        "who is signed in, when they were last",
        "hub; names and PINs on kiosks too",
        "a removed person's name stays, since the log names them by id; nothing lets them in",
        "administrators of their school, district and the terminal; colleagues see the name with "
        "what was decided",
        f"{_ENCRYPTED}; passwords, PINs, codes, tokens and accounts only as hashes",
        (
            *_of(
                "staff",
                "name display_name role password_hash totp_key created_at removed_at seen_at",
            ),
            *_of("staff_pin", "display_name pin_hash"),
            *_of("staff_site", "staff_id site_id"),
            *_of("staff_session", "token_hash staff_id created_at expires_at seen_at"),
            *_of("recovery_code", "code_hash staff_id"),
            *_of("staff_account", "account_hash staff_id linked_at"),
        ),
    ),
    Kept(
        "The audit: which of the staff looked at or changed what, and from which address",
        "hub",
        f"{_AUDIT}. No visitor's name is in it",
        "administrators, district and auditors",
        _HUBS,
        _of("audit", "who about about_id address detail"),
    ),
    Kept(
        "Who of the staff let a kiosk in",
        "hub",
        "ten minutes, and then until the next kiosk asks; the audit has it as long as the rest",
        "administrators",
        _HUBS,
        _of("pairing_request", "decided_by"),
    ),
    Kept(
        "Failed tries to get in",
        "hub",
        "a quarter of an hour",
        "nobody",
        f"{_HUBS}; what was tried only as a hash",
        _of("attempt", "who at"),
    ),
    Kept(
        "Badges on their way to the printer: name, photo, host",
        "kiosk: the computer's printing system, or the folder that `printer.folder` names",
        "until the printing system forgets its jobs (CUPS: a day, if nobody says otherwise); files "
        "in a folder until somebody deletes them",
        "whoever administers the computer",
        "not encrypted",
        (),
    ),
    Kept(
        "Tables and papers that staff had made: exports, daily reports, records of a visit",
        "wherever they saved or printed them",
        "until somebody deletes them; that they were made is in the audit",
        "whoever has the file or the paper",
        "not encrypted",
        (),
    ),
    Kept(
        "All of the hub's as it was before a restore or a move",
        "hub: the folder that the command names, or the database that was moved from",
        "until somebody deletes it",
        "nobody without its key",
        "as it was",
        (),
    ),
    Kept(
        "All of the hub's again, in backups",
        "hub: `backups/`, and wherever somebody copied them",
        f"{_BACKUPS}; copies as long as they lie",
        "whoever has the backup's key",
        "encrypted files",
        (),
    ),
    Kept(
        "Hosts: whom visitors come to see",
        _BOTH,
        "until the next import of hosts",
        "all staff, and visitors at the kiosk",
        _ENCRYPTED,
        _of("setting", "value"),
    ),
)


@dataclass(frozen=True, slots=True)
class Days:
    """What a school has settled. `backups` are made daily; 0 for none by the hub itself.

    `audit`: 0 for ever. `is_encrypted`: whether the hub's database is a file that its key opens.
    """

    visits: int
    photos: int
    backups: int
    audit: int = 0
    is_encrypted: bool = True


def facts(days: Days) -> tuple[KeptFacts, ...]:
    """The inventory with a school's own days, for its people: without marks of Markdown."""
    own = {
        _VISITS: f"{days.visits} days from the sign-in",
        _PHOTOS: f"{days.photos} days on the hub; on a kiosk what its photo_keep_days says",
        _BACKUPS: f"{days.backups} days" if days.backups else "none made by the hub itself",
        _AUDIT: f"{days.audit} days" if days.audit else "for ever",
        _ENCRYPTED: _FILES if days.is_encrypted else f"{_FILES} on kiosks; at the hub {_SERVERS}",
        _HUBS: _FILES if days.is_encrypted else _SERVERS,
    }
    return tuple(_filled(kept, {**own, "`": ""}) for kept in INVENTORY)


def _filled(kept: Kept, words: dict[str, str]) -> KeptFacts:
    told = (kept.what, kept.where, kept.how_long, kept.who_sees, kept.protection)
    return KeptFacts(*(_said(text, words) for text in told))


def _said(text: str, words: dict[str, str]) -> str:
    for mark, said in words.items():
        text = text.replace(mark, said)
    return text


def as_table() -> str:
    """The inventory in Markdown."""
    heads = ("what", "where", "how long", "who can see it", "how protected")
    told = [_filled(kept, _USUAL) for kept in INVENTORY]
    rows = [(f.what, f.where, f.how_long, f.who_sees, f.protection) for f in told]
    lines = ["| " + " | ".join(row) + " |" for row in (heads, ("---",) * len(heads), *rows)]
    return "\n".join(lines)


def with_table(text: str) -> str:
    """A document with the inventory between its marks. Raises `ValueError` without marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"there is no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{as_table()}\n{END}{after}"


def main() -> None:
    path = Path(sys.argv[1])
    path.write_text(with_table(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
