"""Changes of an exported log: what an attacker with each of the keys could do to the file."""

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db import chain, merkle, signing
from tests.bench.mutated_log import EARLIER, WrittenLog

Place = tuple[str, int, int]
"""Device, epoch and number of an event."""


@dataclass
class Export:
    """An exported log, taken apart. `sign` puts it together for somebody who has the keys."""

    said: bytes
    signature: bytes
    rows: list[bytes]
    written: WrittenLog
    places: list[Place] = field(default_factory=list)

    @staticmethod
    def of(written: WrittenLog) -> "Export":
        first, *rows = written.exported.splitlines(keepends=True)
        said, _, signature = first.partition(b"\t")
        places = []
        for row in rows:
            line = json.loads(row.partition(b"\t")[0])
            places.append((line["kiosk_id"], line["epoch"], line["seq"]))
        return Export(said, signature, rows, written, places)

    def content(self, rows: list[bytes] | None = None) -> bytes:
        kept = self.rows if rows is None else rows
        return self.said + b"\t" + self.signature + b"".join(kept)

    def signed(
        self,
        rows: list[bytes],
        *,
        hub_key: bytes | None,
        kiosk_keys: dict[tuple[str, int], bytes],
    ) -> bytes:
        """The file with everything made to fit `rows`, signed with these keys.

        Without `hub_key` the hub's own words stay as they were.
        """
        header: dict[str, Any] = json.loads(self.said)
        heads: dict[tuple[str, int], bytes] = {}
        at_place: dict[Place, bytes] = {}
        leaves = []
        for row in rows:
            line = row.partition(b"\t")[0]
            told = json.loads(line)
            device = (told["kiosk_id"], told["epoch"])
            heads[device] = chain.link(heads.get(device, chain.GENESIS), line)
            at_place[*device, told["seq"]] = heads[device]
            leaves.append(heads[device])
        for key in header["keys"]:
            private = kiosk_keys[key["device_id"], key["epoch"]]
            key["public_key"] = signing.public_of(private).hex()
        for head in header["signed_heads"]:
            place = (head["device_id"], head["epoch"], head["seq"])
            if place in at_place:
                told_head = signing.ChainHead(*place, at_place[place])
                head["signature"] = signing.sign(kiosk_keys[place[:2]], told_head).hex()
        if hub_key is None:
            return self._header(header) + b"\t" + self.signature + b"".join(rows)
        grown, tree = merkle.grow(merkle.Frontier(), leaves).frontier, header["tree"]
        root = grown.root().hex()
        lines = ("vestibule tree head v1", tree["log_id"], grown.size, root, tree["at"])
        private_key = Ed25519PrivateKey.from_private_bytes(hub_key)
        tree |= {
            "size": grown.size,
            "root": root,
            "signature": private_key.sign("\n".join(map(str, lines)).encode()).hex(),
        }
        header["hub_key"] = signing.public_of(hub_key).hex()
        header["erased"] = sum(row.endswith(b"\t\t\n") for row in rows)
        said = self._header(header)
        signature = signing.sign(hub_key, signing.Exported(hashlib.sha256(said).hexdigest()))
        return said + b"\t" + signature.hex().encode() + b"\n" + b"".join(rows)

    @staticmethod
    def _header(header: dict[str, Any]) -> bytes:
        return json.dumps(header, separators=(",", ":")).encode()


def _with_another_actor(row: bytes) -> bytes:
    for old, new in ((b"visitor", b"kiosk"), (b"hub", b"kiosk")):
        if b'"actor":"%s"' % old in row:
            return row.replace(b'"actor":"%s"' % old, b'"actor":"%s"' % new, 1)
    raise ValueError("nobody acts in this event")


def _changed(log: Export, chance: random.Random, *, before: int | None = None) -> list[bytes]:
    """The rows with one event's line changed; of a kiosk, or of the first `before`."""
    rows = list(log.rows)
    at = chance.randrange(before if before is not None else len(rows) - 40)
    rows[at] = _with_another_actor(rows[at])
    return rows


def flip_anywhere(log: Export, chance: random.Random) -> bytes:
    content = bytearray(log.content())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def flip_first_line(log: Export, chance: random.Random) -> bytes:
    content = bytearray(log.content())
    content[chance.randrange(len(log.said) + len(log.signature) + 1)] ^= 1 << chance.randrange(8)
    return bytes(content)


def other_case(log: Export, chance: random.Random) -> bytes:
    """A hex digit in capitals means the same number, but is not what was written."""
    content = bytearray(log.content())
    while True:
        at = chance.randrange(len(content))
        if content[at] in b"abcdef":
            content[at] ^= 0x20
            return bytes(content)


def drop(log: Export, chance: random.Random) -> bytes:
    rows = list(log.rows)
    del rows[chance.randrange(len(rows))]
    return log.content(rows)


def swap(log: Export, chance: random.Random) -> bytes:
    rows = list(log.rows)
    one, other = chance.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]
    return log.content(rows)


def truncate(log: Export, chance: random.Random) -> bytes:
    content = log.content()
    return content[: chance.randrange(len(content))]


def cut_last_byte(log: Export, _: random.Random) -> bytes:
    return log.content()[:-1]


def repeat(log: Export, chance: random.Random) -> bytes:
    rows = list(log.rows)
    rows.insert(chance.randrange(len(rows)), chance.choice(rows))
    return log.content(rows)


def erase(log: Export, chance: random.Random) -> bytes:
    rows = list(log.rows)
    at = chance.randrange(len(rows))
    rows[at] = rows[at].partition(b"\t")[0] + b"\t\t\n"
    return log.content(rows)


def exchange_bodies(log: Export, chance: random.Random) -> bytes:
    rows = list(log.rows)
    one, other = chance.sample(range(len(rows)), 2)
    (line, tab, body), (other_line, _, other_body) = (
        rows[one].partition(b"\t"),
        rows[other].partition(b"\t"),
    )
    rows[one], rows[other] = line + tab + other_body, other_line + tab + body
    return log.content(rows)


def move_into_salt(log: Export, chance: random.Random) -> bytes:
    """The first byte of the body becomes the last one of the salt: their hash stays."""
    rows = list(log.rows)
    at = chance.randrange(len(rows))
    line, salt, body = rows[at].split(b"\t", 2)
    rows[at] = b"\t".join((line, salt + body[:1].hex().encode(), body[1:]))
    return log.content(rows)


def drop_from_first_line(log: Export, chance: random.Random) -> bytes:
    header = json.loads(log.said)
    name = chance.choice(("keys", "signed_heads"))
    del header[name][chance.randrange(len(header[name]))]
    said = json.dumps(header, separators=(",", ":")).encode()
    return said + b"\t" + log.signature + b"".join(log.rows)


def resign_with_other_keys(log: Export, chance: random.Random) -> bytes:
    keys = {place: signing.new_key() for place in log.written.kiosk_keys}
    return log.signed(_changed(log, chance), hub_key=signing.new_key(), kiosk_keys=keys)


def resign_as_kiosk_only(log: Export, chance: random.Random) -> bytes:
    keys = {place: signing.new_key() for place in log.written.kiosk_keys}
    return log.signed(_changed(log, chance), hub_key=None, kiosk_keys=keys)


def fork(log: Export, chance: random.Random) -> bytes:
    """A kiosk's disk was copied: its own key signs another event at a place that is taken."""
    return log.signed(_changed(log, chance), hub_key=None, kiosk_keys=log.written.kiosk_keys)


def hub_rewrites_a_kiosk(log: Export, chance: random.Random) -> bytes:
    """The hub's real key signs another past of a kiosk, whose own signatures stay."""
    keys = {place: signing.new_key() for place in log.written.kiosk_keys}
    public = json.loads(log.said)["keys"]
    said = log.signed(
        _changed(log, chance, before=EARLIER), hub_key=log.written.hub_key, kiosk_keys=keys
    )
    for key in public:  # the kiosks' keys are known from when they were paired
        made = signing.public_of(keys[key["device_id"], key["epoch"]]).hex()
        said = said.replace(made.encode(), key["public_key"].encode())
    return said


def hub_rewrites_with_every_key(log: Export, chance: random.Random) -> bytes:
    """Hub and kiosks together write another past; somebody knows an earlier head."""
    return log.signed(
        _changed(log, chance, before=EARLIER),
        hub_key=log.written.hub_key,
        kiosk_keys=log.written.kiosk_keys,
    )


def hub_forgets(log: Export, chance: random.Random) -> bytes:
    """Hub and kiosks together leave the end away, from before the head that is known."""
    return log.signed(
        log.rows[: chance.randrange(EARLIER)],
        hub_key=log.written.hub_key,
        kiosk_keys=log.written.kiosk_keys,
    )


EXPORT_KINDS: dict[str, Callable[[Export, random.Random], bytes]] = {
    "a bit, anywhere": flip_anywhere,
    "a bit of the first line": flip_first_line,
    "a hex digit in capitals": other_case,
    "an event dropped": drop,
    "two events exchanged": swap,
    "cut anywhere": truncate,
    "the last byte cut": cut_last_byte,
    "an event twice": repeat,
    "one event's facts erased": erase,
    "two events' facts exchanged": exchange_bodies,
    "a byte moved from body to salt": move_into_salt,
    "a key or signed head dropped": drop_from_first_line,
    "changed and signed with other keys": resign_with_other_keys,
    "changed and signed with another kiosk key": resign_as_kiosk_only,
    "a fork signed by the kiosk": fork,
    "a kiosk's past rewritten with the hub's key": hub_rewrites_a_kiosk,
    "the past rewritten with every key, a head known": hub_rewrites_with_every_key,
    "the end left away with every key, a head known": hub_forgets,
}
