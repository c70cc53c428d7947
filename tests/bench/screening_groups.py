"""Who is held without being on the list: by group, by tier, by what was expected. Pure."""

from collections.abc import Mapping, Sequence

from measures import Score, Scores, Truth, percent, ratio, table, wilson

from db.screening.calibrate import ALL_KINDS

PROMISED = {"strong": 0.0003, "possible": 0.005, "photo": 0.013}
GROUPS = (
    "women", "men", "100 most common surnames", "Hispanic double surnames",
    "names outside English", "born on 1 January",
)  # fmt: skip
MOST_TIMES = 3.0
KINDS = ("agrees", "differs", "not whole")
NO_MATCH = 2.0
"""More than any share."""
STEPS = (0.0003, 0.001, 0.003, 0.005, 0.01, 0.013, 0.03, 0.1)


def fairness(truths: Sequence[Truth], extra: Sequence[Truth], scores: Scores) -> str:
    """False alarms of each group; the few groups have more visitors, who count nowhere else."""
    everybody = [t for t in truths if not t.entry_id]
    more = [*everybody, *extra]
    all_hits, all_of = _held(everybody, scores), len(everybody)
    low, high = wilson(all_hits, all_of)
    share = all_hits / max(1, all_of)
    rows = [
        ["everybody", str(all_of), str(all_hits), percent(share, 2), _span(low, high), "1.00", ""]
    ]
    for group in GROUPS:
        whom = everybody if group in ("women", "men") else more
        of = [t for t in whom if group in t.groups]
        rows.append(_row(group, of, scores, (all_hits, all_of)))
    for population in sorted({t.population for t in more}):
        of = [t for t in more if t.population == population]
        if population not in ("english", "descended"):
            rows.append(_row(f"  {population}", of, scores, (all_hits, all_of)))
    heads = ("group", "visitors", "held", "%", "95 %", "times", "95 %")
    return table(f"Held though on no list (goal: at most {MOST_TIMES:.0f} times)", heads, rows)


def _row(group: str, of: Sequence[Truth], scores: Scores, everybody: tuple[int, int]) -> list[str]:
    hits = _held(of, scores)
    low, high = wilson(hits, len(of))
    times, least, most = ratio(hits, len(of), *everybody)
    verdict = " !" if times > MOST_TIMES else ""
    return [
        group, str(len(of)), str(hits), percent(hits / max(1, len(of)), 2), _span(low, high),
        f"{times:.2f}{verdict}", f"{least:.2f}-{most:.2f}",
    ]  # fmt: skip


def _held(of: Sequence[Truth], scores: Scores) -> int:
    return sum(t.visitor_id in scores and scores[t.visitor_id].outcome == "hold" for t in of)


def _span(low: float, high: float) -> str:
    return f"{percent(low, 2)}-{percent(high, 2)}"


def tiers(truths: Sequence[Truth], scores: Scores) -> str:
    """False alarms and found members by tier."""
    unlisted, listed = _parted(truths, scores)
    rows = []
    for tier, promised in PROMISED.items():
        best = sum(s.tier == tier for s in unlisted.values())
        any_of = sum(tier in s.tiers for s in unlisted.values())
        low, high = wilson(any_of, len(unlisted))
        found = sum(s.tier == tier for s in listed.values())
        rows.append(
            [
                tier, percent(promised, 2), percent(best / len(unlisted), 2),
                percent(any_of / len(unlisted), 2), _span(low, high),
                percent(found / max(1, len(listed))),
            ]
        )  # fmt: skip
    held = sum(s.outcome == "hold" for s in unlisted.values())
    low, high = wilson(held, len(unlisted))
    caught = sum(s.outcome == "hold" for s in listed.values())
    rows.append(
        [
            "any hold", "", percent(held / len(unlisted), 2), "", _span(low, high),
            percent(caught / max(1, len(listed))),
        ]
    )  # fmt: skip
    heads = ("tier", "promised %", "best match %", "any match %", "95 %", "listed %")
    return table("Unlisted visitors by tier, and listed ones", heads, rows)


def expectations(truths: Sequence[Truth], scores: Scores) -> str:
    """Of unlisted visitors, how many have a match that is expected for so few or fewer.

    Each kind of match on its own, as the engine reckons; then of any kind, which is what staff are
    told: `ALL_KINDS` times as many as by one.
    """
    unlisted, _ = _parted(truths, scores)
    tables = []
    for kind in (*KINDS, "any"):
        times = ALL_KINDS if kind == "any" else 1.0
        rows = []
        for step in STEPS:
            hits = sum(_least(s, kind) <= step for s in unlisted.values())
            low, high = wilson(hits, len(unlisted))
            share, promised = hits / len(unlisted), min(step * times, 1.0)
            rows.append(
                [
                    percent(promised, 2), percent(share, 2), _span(low, high),
                    f"{share / promised:.2f}",
                ]
            )  # fmt: skip
        what = "of any kind, as staff are told" if kind == "any" else f"birth date {kind}"
        heads = ("expected at most %", "observed %", "95 %", "times")
        tables.append(table(f"Expected and observed matches, {what}", heads, rows))
    return "\n".join(tables)


def _least(score: Score, kind: str) -> float:
    if kind == "any":
        return min(score.expected_of.values(), default=NO_MATCH)
    return score.expected_of.get(kind, NO_MATCH)


def _parted(
    truths: Sequence[Truth], scores: Scores
) -> tuple[Mapping[str, Score], Mapping[str, Score]]:
    none = Score(0.0, "", 0.0)
    parts: tuple[dict[str, Score], dict[str, Score]] = {}, {}
    for truth in truths:
        parts[bool(truth.entry_id)][truth.visitor_id] = scores.get(truth.visitor_id, none)
    return parts
