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

The file. The first line is JSON: keys, signed heads, and the hub's signed root. Each further line
is an event in the hub's order: line, salt in hex and body, with tabs between; salt and body are
empty where the facts were erased.

What this shows. With --hub-key (shown by the console, printed on reports) the root is the hub's.
With --seen, a size and root that a kiosk or a printed report shows, the log still begins as it did
then: the hub did not write another past. Without either, only that the file agrees with itself.

Ends with 0 when everything holds, 1 when something does not, 2 when the file is no such log.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PLACE = re.compile(rb',"kiosk_id":"([^"\\]*)","epoch":(\d+),"seq":(\d+),')
"""Where a line, written as Vestibule writes it, says whose it is. Others are read as JSON."""
COMMIT = re.compile(rb',"body_commit":"([0-9a-f]{64})"\}$')


class WrongError(Exception):
    """Something does not hold; the words say what and where."""


@dataclass
class Chain:
    """One device's events in one epoch, so far."""

    head: bytes = bytes(32)
    events: int = 0
    erased: int = 0
    signed: int = 0
    heads: dict[int, bytes] = field(default_factory=dict)
    """Hashes at the places where the kiosk signed."""


@dataclass
class Tree:
    """The Merkle tree so far: the roots of its complete subtrees, from left to right."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        digest, place = hashlib.sha256(b"\0" + leaf).digest(), self.size
        while place & 1:
            digest, place = hashlib.sha256(b"\1" + self.roots.pop() + digest).digest(), place >> 1
        self.roots.append(digest)
        self.size += 1

    def root(self) -> bytes:
        if not self.roots:
            return hashlib.sha256().digest()
        *left, found = self.roots
        for root in reversed(left):
            found = hashlib.sha256(b"\1" + root + found).digest()
        return found


def place_of(line: bytes) -> tuple[str, int, int]:
    """Device, epoch and number of an event."""
    plain = PLACE.search(line)
    if plain is not None:
        return plain[1].decode(), int(plain[2]), int(plain[3])
    said = json.loads(line)
    return str(said["kiosk_id"]), int(said["epoch"]), int(said["seq"])


def commit_of(line: bytes) -> str:
    """What the line says of its body."""
    plain = COMMIT.search(line)
    return plain[1].decode() if plain is not None else str(json.loads(line)["body_commit"])


def is_signed(key: str, lines: list[object], signature: str) -> bool:
    """Whether the key's holder signed these lines."""
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(signature), "\n".join(map(str, lines)).encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def check_events(
    rows: Iterator[bytes], places: dict[tuple[str, int], set[int]], seen: dict[int, str]
) -> tuple[dict[tuple[str, int], Chain], Tree]:
    """Recompute every chain and the tree; raises WrongError at the first event that differs."""
    chains: dict[tuple[str, int], Chain] = {}
    tree = Tree()
    check_seen(tree, seen)
    for number, row in enumerate(rows, 1):
        line, tab, rest = row.rstrip(b"\n").partition(b"\t")
        salt, second_tab, body = rest.partition(b"\t")
        if not (tab and second_tab):
            raise WrongError(f"line {number + 1} of the file is no event")
        device, epoch, seq = place_of(line)
        chain = chains.setdefault((device, epoch), Chain())
        where = f"event {seq} of {device} epoch {epoch}"
        if seq != chain.events + 1:
            raise WrongError(f"{where}: number {chain.events + 1} was expected")
        if salt or body:
            if hashlib.sha256(bytes.fromhex(salt.decode()) + body).hexdigest() != commit_of(line):
                raise WrongError(f"{where}: its personal facts are not those that its line names")
        else:
            chain.erased += 1
        chain.head = hashlib.sha256(chain.head + line).digest()
        chain.events = seq
        if seq in places.get((device, epoch), ()):
            chain.heads[seq] = chain.head
        tree.append(chain.head)
        check_seen(tree, seen)
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


def check_tree(header: dict[str, Any], tree: Tree, hub_key: str) -> None:
    told = header["tree"]
    if hub_key and header["hub_key"] != hub_key:
        raise WrongError("the log is of another hub than the one whose key was given")
    if (tree.size, tree.root().hex()) != (told["size"], told["root"]):
        raise WrongError(
            f"the hub signed a log of {told['size']} events with another root than these "
            f"{tree.size} have"
        )
    lines = ["vestibule tree head v1", told["log_id"], told["size"], told["root"], told["at"]]
    if not is_signed(header["hub_key"], lines, told["signature"]):
        raise WrongError("the root of the log is not signed by the hub")


def verify(file: IO[bytes], hub_key: str = "", seen: dict[int, str] | None = None) -> list[str]:
    """What holds, in lines to print. Raises WrongError, or ValueError when it is no log."""
    header = json.loads(file.readline())
    if not isinstance(header, dict) or header.get("vestibule_log") != 1:
        raise ValueError("the first line does not say that this is a log of Vestibule")
    places: dict[tuple[str, int], set[int]] = {}
    for head in header["signed_heads"]:
        places.setdefault((head["device_id"], head["epoch"]), set()).add(head["seq"])
    seen = seen or {}
    chains, tree = check_events(iter(file), places, seen)
    check_signatures(header, chains)
    check_tree(header, tree, hub_key)
    beyond = [size for size in seen if size > tree.size]
    if beyond:
        raise WrongError(f"{max(beyond)} events were seen before, and {tree.size} are here")
    lines = [
        f"{device} epoch {epoch}: {chain.events} events"
        + (f", the personal facts of {chain.erased} were erased" if chain.erased else "")
        + (", signed by the kiosk" if chain.signed else ", not signed by a kiosk's key")
        for (device, epoch), chain in sorted(chains.items())
    ]
    return [*lines, f"all: {tree.size} events, root {tree.root().hex()}"]


def seen_of(text: str) -> tuple[int, str]:
    size, _, root = text.partition(":")
    return int(size), root.lower()


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an exported log of Vestibule.")
    parser.add_argument("log", help="file that vestibule-hub log export wrote")
    parser.add_argument("--hub-key", default="", help="public key of the hub, in hex")
    parser.add_argument(
        "--seen", action="append", default=[], type=seen_of, metavar="SIZE:ROOT",
        help="a size and root that a kiosk or a printed report shows; may be given several times",
    )  # fmt: skip
    asked = parser.parse_args()
    try:
        with open(asked.log, "rb") as file:  # noqa: PTH123  one import less to read
            lines = verify(file, asked.hub_key.lower(), dict(asked.seen))
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
