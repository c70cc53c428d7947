#!/usr/bin/env python3
"""Checks a log that ``vestibule-hub log export`` wrote, without Vestibule and without its database.

    python3 verify_exported_log.py LOG [--hub-key HEX] [--seen SIZE:ROOT ...]

Needs Python 3.11 and the package `cryptography`, nothing else. Read it: it is meant to be read.

What a log is. Every device writes events, one line of JSON each, numbered from 1 without a gap. The
hash of an event is SHA-256(hash of the one before || its line); before the first one stand 32 zero
bytes. The line holds no personal facts: these are in a body beside it, and the line has only
SHA-256(salt || body), so that they can be erased later and the chain still holds. A kiosk signs the
head of each batch that it sends (Ed25519). The hub puts all events into one order, and signs the
root of a Merkle tree over their hashes (RFC 9162). Kiosks and printed reports keep earlier roots.

When the hub gets another key, its old one signs the new one and how the log stood.

The file. The first line is JSON (keys, signed heads, the hub's signed root, the changes of its key,
how many bodies are not here, and `bare` if all were left out of this file and may be at the hub), a
tab, and the hub's signature over that JSON in hex. Each further line is an event in the hub's
order: line, salt in hex and body, with tabs between; salt and body are empty where the facts were
erased or left out. Hex digits are small, and each line ends with one line feed.

What this shows. With --hub-key (as `vestibule-hub log head` said it to somebody you trust; an
earlier one will do) the root is the hub's. With --seen, a size and root that a kiosk or a printed
report shows, the log still begins as it did then: the hub did not write another past. Without
either, only that the file agrees with itself. Both may be typed with spaces, in quotes.

Ends with 0 when everything holds, 1 when something does not, 2 when the file is no such log, or
what was typed is no key or no size and root.
"""

import argparse
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PLACE = re.compile(
    rb'\{"v":1,"type":"[^"\\]*","type_v":\d+,"event_id":"[0-9a-f-]{36}",'
    rb'"district_id":"[^"\\]*","site_id":"[^"\\]*",'
    rb'"kiosk_id":"([^"\\]*)","epoch":(\d+),"seq":(\d+),"occurred_at":"[^"\\]*",'
    rb'"clock_offset":-?\d+,"actor":"[^"\\]*","visit_id":[^,]*,"cause_id":[^,]*,'
    rb'"refs":\{"watchlists":\{[^{}]*\},"settings":\d+\},"body_commit":"[0-9a-f]{64}"\}'
)
"""A line as Vestibule writes it, and where it says whose it is. Others are read as JSON."""
COMMIT = re.compile(rb',"body_commit":"([0-9a-f]{64})"\}$')
SALT_DIGITS = 32
ERASED = b"\t\n"
"""What follows the line and its tab where salt and body are gone."""
LARGE = 32 * 1024 * 1024
"""From here on, in bytes, a second process checks the bodies while this one checks the chains."""


class WrongError(Exception):
    """Something does not hold; the words say what and where."""


class OtherHubError(Exception):
    """The file does not say that it is of the hub whose key was given; it may be whole."""


@dataclass
class Chain:
    """One device's events in one epoch, so far."""

    head: bytes = bytes(32)
    events: int = 0
    erased: int = 0
    signed: int = 0
    places: set[int] = field(default_factory=set)
    """Where the kiosk signed."""
    heads: dict[int, bytes] = field(default_factory=dict)
    """The hashes there."""


@dataclass
class Tree:
    """The Merkle tree so far: the roots of its complete subtrees, from left to right."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def root(self) -> bytes:
        if not self.roots:
            return hashlib.sha256().digest()
        *left, found = self.roots
        for root in reversed(left):
            found = hashlib.sha256(b"\1" + root + found).digest()
        return found


def place_of(line: bytes) -> tuple[str, int, int]:
    """Device, epoch and number of an event."""
    plain = PLACE.fullmatch(line)
    if plain is not None:
        return plain[1].decode(), int(plain[2]), int(plain[3])
    said = json.loads(line)
    return str(said["kiosk_id"]), int(said["epoch"]), int(said["seq"])


def commit_of(line: bytes) -> bytes:
    """What the line says of its body."""
    plain = COMMIT.search(line)
    return plain[1] if plain is not None else str(json.loads(line)["body_commit"]).encode()


def name_of(line: bytes) -> str:
    """An event as it is called in words."""
    device, epoch, seq = place_of(line)
    return f"event {seq} of {device} epoch {epoch}"


def is_signed(key: str, lines: list[object], signature: str) -> bool:
    """Whether the key's holder signed these lines."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), "\n".join(map(str, lines)).encode())
        return signature == signature.lower()
    except (InvalidSignature, ValueError):
        return False


def check_bodies(rows: Iterable[bytes]) -> None:
    """Whether salt and body are those that the line commits to, wherever they are there."""
    sha256, commit, end = hashlib.sha256, COMMIT.search, ERASED
    for number, row in enumerate(rows, 2):
        line, _, rest = row.partition(b"\t")
        if rest == end:
            continue
        salt, tab, body = rest.partition(b"\t")
        if not tab or body[-1:] != b"\n":
            raise WrongError(f"line {number} of the file is no event, or only a part of one")
        plain = commit(line)
        said = commit_of(line) if plain is None else plain[1]
        try:
            digest = sha256(bytes.fromhex(salt.decode()) + body[:-1]).hexdigest()
        except ValueError:
            digest = ""
        if digest.encode() != said or len(salt) != SALT_DIGITS or salt != salt.lower():
            raise WrongError(f"{name_of(line)}: its personal facts are not those its line names")


def check_bodies_of(path: str) -> None:
    """The same for a whole file, in a process of its own."""
    with open(path, "rb") as file:  # noqa: PTH123  one import less to read
        file.readline()
        check_bodies(file)


def check_events(
    rows: Iterable[bytes], places: dict[tuple[str, int], set[int]], seen: dict[int, str]
) -> tuple[dict[tuple[str, int], Chain], Tree]:
    """Recompute every chain and the tree; raises WrongError at the first event that differs."""
    chains: dict[tuple[str, int], Chain] = {}
    known: dict[tuple[bytes, ...], Chain] = {}
    tree, sha256, place_in, end = Tree(), hashlib.sha256, PLACE.fullmatch, ERASED
    roots, size, first_seen = tree.roots, 0, min(seen, default=-1)
    check_seen(tree, seen)
    for row in rows:
        line, _, rest = row.partition(b"\t")
        plain = place_in(line)
        chain = known.get(plain.group(1, 2)) if plain is not None else None
        seq = int(plain[3]) if plain is not None else -1
        if chain is None:
            device, epoch, seq = place_of(line)
            chain = chains.setdefault((device, epoch), Chain())
            chain.places = places.get((device, epoch), set())
            if plain is not None:
                known[plain.group(1, 2)] = chain
        if seq != chain.events + 1:
            raise WrongError(f"{name_of(line)}: number {chain.events + 1} was expected")
        chain.events = seq
        chain.erased += rest == end
        chain.head = head = sha256(chain.head + line).digest()
        if seq in chain.places:
            chain.heads[seq] = head
        digest, place = sha256(b"\0" + head).digest(), size
        while place & 1:
            digest, place = sha256(b"\1" + roots.pop() + digest).digest(), place >> 1
        roots.append(digest)
        size += 1
        if size >= first_seen >= 0:
            tree.size = size
            check_seen(tree, seen)
    tree.size = size
    return chains, tree


def check_seen(tree: Tree, seen: dict[int, str]) -> None:
    if tree.size in seen and tree.root().hex() != seen[tree.size]:
        raise WrongError(f"the first {tree.size} events are not those that were seen before")


def check_signatures(header: dict[str, Any], chains: dict[tuple[str, int], Chain]) -> None:
    """Each signed head is of the event at its place; each signed chain is signed to its end."""
    keys = {(k["device_id"], k["epoch"]): k["public_key"] for k in header["keys"]}
    for head in header["signed_heads"]:
        device, epoch, seq = head["device_id"], head["epoch"], head["seq"]
        chain = chains.get((device, epoch), Chain())
        digest = chain.heads.get(seq)
        where = f"event {seq} of {device} epoch {epoch}"
        if digest is None:
            raise WrongError(f"{where} was signed by the kiosk and is not here")
        lines = ["vestibule chain head v1", device, epoch, seq, digest.hex()]
        if not is_signed(keys.get((device, epoch), ""), lines, head["signature"]):
            raise WrongError(f"{where} is not the one that the kiosk signed")
        chain.signed = max(chain.signed, seq)
    for (device, epoch), chain in chains.items():
        if (device, epoch) in keys and chain.signed != chain.events:
            raise WrongError(
                f"{device} epoch {epoch}: events after {chain.signed} are not signed by the kiosk"
            )


def check_header(header: dict[str, Any], said: bytes, signature: bytes, hub_key: str) -> None:
    """What stands in the first line is the hub's, and so is the root in it."""
    told = header["tree"]
    before = [change["old_key"] for change in header.get("hub_key_changes", [])]
    if hub_key and hub_key not in [header["hub_key"], *before]:
        raise OtherHubError
    lines = ["vestibule exported log v1", hashlib.sha256(said).hexdigest()]
    if not is_signed(header["hub_key"], lines, signature[:-1].decode()) or signature[-1:] != b"\n":
        raise WrongError("the first line of the file is not the one that the hub signed")
    lines = ["vestibule tree head v1", told["log_id"], told["size"], told["root"], told["at"]]
    if not is_signed(header["hub_key"], lines, told["signature"]):
        raise WrongError("the root of the log is not signed by the hub")


def check_key_changes(header: dict[str, Any], seen: dict[int, str]) -> dict[int, str]:
    """Each key of the hub named the next one. Returns `seen`, and the roots that they signed then.

    Who knows an earlier key gets from it to the one of now, and past a key that is none.
    """
    changes, seen = header.get("hub_key_changes", []), dict(seen)
    for number, told in enumerate(changes, 1):
        following = changes[number]["old_key"] if number < len(changes) else header["hub_key"]
        names = ("old_key", "new_key", "log_id", "size", "root", "at")
        lines = ["vestibule hub key v1", *(told[name] for name in names)]
        if not is_signed(told["old_key"], lines, told["signature"]) or told["new_key"] != following:
            raise WrongError(f"key {number} of the hub did not name the next one")
        if seen.setdefault(told["size"], told["root"]) != told["root"]:
            raise WrongError(f"key {number} of the hub signed another log than was seen")
    return seen


def check_tree(header: dict[str, Any], tree: Tree, erased: int) -> None:
    told = header["tree"]
    if (tree.size, tree.root().hex()) != (told["size"], told["root"]):
        raise WrongError(
            f"the hub signed a log of {told['size']} events with another root than these "
            f"{tree.size} have"
        )
    if erased != header["erased"]:
        kept_from = "left out" if header.get("bare") else "erased"
        raise WrongError(
            f"the personal facts of {erased} events are gone where the hub had {kept_from} those "
            f"of {header['erased']}"
        )


def verify(path: str, hub_key: str = "", seen: dict[int, str] | None = None) -> list[str]:
    """What holds, in lines to print.

    Raises WrongError or OtherHubError, or ValueError when it is no log.
    """
    seen = seen or {}
    with ExitStack() as stack:
        file = stack.enter_context(open(path, "rb"))  # noqa: PTH123  see check_bodies_of
        said, _, signature = file.readline().partition(b"\t")
        header = json.loads(said)
        if not isinstance(header, dict) or header.get("vestibule_log") != 1:
            raise ValueError("the first line does not say that this is a log of Vestibule")
        check_header(header, said, signature, hub_key)
        seen = check_key_changes(header, seen)
        places: dict[tuple[str, int], set[int]] = {}
        for head in header["signed_heads"]:
            places.setdefault((head["device_id"], head["epoch"]), set()).add(head["seq"])
        if os.path.getsize(path) >= LARGE:  # noqa: PTH202
            pool = stack.enter_context(ProcessPoolExecutor(1))
            bodies = pool.submit(check_bodies_of, path)
            chains, tree = check_events(file, places, seen)
            bodies.result()
        else:
            check_bodies_of(path)
            chains, tree = check_events(file, places, seen)
    check_signatures(header, chains)
    check_tree(header, tree, sum(chain.erased for chain in chains.values()))
    beyond = [size for size in seen if size > tree.size]
    if beyond:
        raise WrongError(f"{max(beyond)} events were seen before, and {tree.size} are here")
    facts = ", the personal facts of {} were erased"
    if header.get("bare"):
        facts = ", their personal facts left out of this file"
    lines = [
        f"{device} epoch {epoch}: {chain.events} events"
        + (facts.format(chain.erased) if chain.erased else "")
        + (", signed by the kiosk" if chain.signed else ", not signed by a kiosk's key")
        for (device, epoch), chain in sorted(chains.items())
    ]
    lines.append(f"all: {tree.size} events, root {tree.root().hex()}")
    if hub_key and hub_key != header["hub_key"]:
        lines.append(f"the key given has led to the hub's key of now: {header['hub_key']}")
    return lines


def hex_of(text: str) -> str:
    """A key or root as somebody types it from paper, where it stands in groups."""
    digits = "".join(text.split()).lower()
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise argparse.ArgumentTypeError(f"64 digits and letters a to f are wanted, not {text!r}")
    return digits


def seen_of(text: str) -> tuple[int, str]:
    found = re.fullmatch("([0-9]{1,18}):([0-9a-f]{64})", "".join(text.split()).lower())
    if found is None:
        raise argparse.ArgumentTypeError(
            "SIZE:ROOT is wanted, in quotes: a number, a colon, and 64 digits and letters a to f, "
            f"not {text!r}"
        )
    return int(found[1]), found[2]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an exported log of Vestibule.")
    parser.add_argument("log", help="file that vestibule-hub log export wrote")
    parser.add_argument("--hub-key", type=hex_of, help="public key of the hub, in hex")
    parser.add_argument(
        "--seen", action="append", default=[], type=seen_of, metavar="SIZE:ROOT",
        help="a size and root that a kiosk or a printed report shows; may be given several times",
    )  # fmt: skip
    asked = parser.parse_args()
    seen = dict(asked.seen)
    try:
        if len(seen) != len(set(asked.seen)):
            raise WrongError("two of the roots that were seen are of one size and differ")
        lines = verify(asked.log, asked.hub_key or "", seen)
    except OtherHubError:
        print(
            "The log is of another hub than the one whose key was given. Nothing was checked.\n"
            "Compare the key with what vestibule-hub log head says at the hub that was meant."
        )
        return 1
    except WrongError as wrong:
        print(f"BROKEN: {wrong}.\nThe log was changed. Keep this file as it is.")
        return 1
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"This is no exported log, or it is damaged ({error}).", file=sys.stderr)
        return 2
    print("\n".join(lines))
    if not (asked.hub_key or asked.seen):
        print("The log agrees with itself. Give --hub-key or --seen to compare it with more.")
    else:
        print("The log is whole.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
