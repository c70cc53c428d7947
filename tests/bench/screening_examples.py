"""Misses and false alarms one can look at: invented people, so they may be printed."""

from collections import Counter
from collections.abc import Sequence

from measures import NEVER, Scores, Truth, bits_of, is_hit, recalls
from roster_files import Line, Roster, lines_of


def examples(roster: Roster, scores: Scores, count: int) -> str:
    """Listed visitors missed at 1 %, and the unlisted with the most bits; `count` of each."""
    found = recalls(scores, roster.truths)
    strict, least = (r.threshold for r in found)
    missed = [t for t in roster.truths if t.entry_id and not is_hit(scores, t, least)]
    unlisted = [t for t in roster.truths if not t.entry_id]
    alarms = sorted(unlisted, key=lambda t: -bits_of(scores, t.visitor_id))
    shown = [*_spread(missed, count), *alarms[:count]]
    entries = {t.entry_id for t in shown} | {
        scores[t.visitor_id].entry_id for t in shown if t.visitor_id in scores
    }
    listed = {line["id"]: line for line in lines_of(roster.listed, dict.fromkeys(entries))}
    wanted = dict.fromkeys(t.visitor_id for t in shown)
    visitors = {line["id"]: line for line in lines_of(roster.visitors, wanted)}
    kinds = Counter(t.error for t in missed).most_common()
    lines = [
        f"\nMissed at 1 % (above {least:.1f} bits; at 0.1 % above {strict:.1f}): {len(missed)}, "
        + ", ".join(f"{n} {e}" for e, n in kinds)
    ]
    for truth in _spread(missed, count):
        score = scores.get(truth.visitor_id)
        own = NEVER if score is None else score.all_bits.get(truth.entry_id, NEVER)
        lines.append(
            f"{truth.error}: {_who(visitors[truth.visitor_id])} | listed "
            f"{_who(listed[truth.entry_id])} | {own:.1f} bits, "
            f"best {bits_of(scores, truth.visitor_id):.1f}"
        )
    lines.append("\nUnlisted with the most bits")
    for truth in alarms[:count]:
        score = scores.get(truth.visitor_id)
        if score is None or not score.entry_id:
            continue
        lines.append(
            f"{score.bits:.1f} {score.tier or '-'}: {_who(visitors[truth.visitor_id])} | "
            f"{_who(listed[score.entry_id])} | {score.text}"
        )
    return "\n".join(lines)


def _spread(missed: Sequence[Truth], count: int) -> list[Truth]:
    """Some of every error, the most frequent errors first."""
    kinds = [error for error, _ in Counter(t.error for t in missed).most_common()]
    some = {kind: [t for t in missed if t.error == kind] for kind in kinds}
    found: list[Truth] = []
    for place in range(len(missed)):
        found += [some[kind][place] for kind in kinds if place < len(some[kind])]
        if len(found) >= count:
            break
    return found[:count]


def _who(line: Line) -> str:
    names = " ".join(
        filter(
            None, (line["given_name"], f"({line['middle_name']})" if line["middle_name"] else "")
        )
    )
    said = f"{line['family_name']} {line['suffix']}".strip()
    aliases = f" alias {line['aliases']}" if line.get("aliases") else ""
    return f"{said}, {names} {line['birth_date'] or '-'} {line['sex']}{aliases}"
