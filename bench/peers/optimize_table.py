"""What the lines of optimize.py say: scores, gains, harm and cost, with intervals."""

import math
import random

RESAMPLES = 4000
# A result of ours, and the peer's result that it is held against.
PAIRS = [("miprov2", "light", "miprov2", "light"), ("miprov2", "medium", "miprov2", "medium"),
         ("miprov2-paper", "light", "miprov2", "light"),
         ("miprov2-paper", "medium", "miprov2", "medium"),
         ("gepa", "light", "gepa", "light"), ("gepa-paper", "light", "gepa", "light"),
         ("best", None, "miprov2", "medium"),
         ("best", None, "miprov2", "light"), ("best", None, "gepa", "light"),
         ("labeled", None, "labeled", None), ("bootstrap", None, "bootstrap", None),
         ("random-search", None, "random-search", None), ("copro", None, "copro", None),
         ("simba", None, "simba", None)]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def interval(by_world):
    """95 % of the means when worlds, and runs within them, are drawn anew."""
    draw = random.Random(0)
    worlds = list(by_world.values())
    means = []
    for _ in range(RESAMPLES):
        sample = [value for _ in worlds for value in resampled(draw, draw.choice(worlds))]
        means.append(mean(sample))
    means.sort()
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES)]


def resampled(draw, values):
    return [draw.choice(values) for _ in values]


def shown(by_world):
    """Points: the mean and its interval."""
    low, high = interval(by_world)
    centre = mean(value for values in by_world.values() for value in values)
    return f"{100 * centre:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def grouped(pairs):
    by_world = {}
    for world, value in pairs:
        by_world.setdefault(world, []).append(value)
    return by_world


def is_worse(line):
    """Whether the result is worse than the baseline beyond noise."""
    before, after = line.get("baseline_items"), line.get("test_items")
    if before and after:
        lost = sum(b == "1" and a == "0" for b, a in zip(before, after))
        won = sum(b == "0" and a == "1" for b, a in zip(before, after))
        return lost > won and tail(won, lost + won) < 0.025
    count = 400
    variance = sum(line[name] * (1 - line[name]) / count for name in ("baseline_test", "test"))
    return line["test"] - line["baseline_test"] < -2 * math.sqrt(variance)


def tail(least, count):
    """The chance of at most so many heads (exact McNemar, one side)."""
    return sum(math.comb(count, heads) for heads in range(least + 1)) / 2**count


def name_of(line):
    parts = [line["framework"], line["optimizer"], line["auto"], line.get("max_calls") and f"≤ {line['max_calls']} calls"]
    return " ".join(part for part in parts if part)


def table(lines):
    parts = []
    for variant in sorted({line["variant"] for line in lines}, key=lambda name: (name != "single", name)):
        of_variant = [line for line in lines if line["variant"] == variant]
        parts += [f"**{variant}**", "", results(of_variant), ""]
        compared = comparisons(of_variant)
        if compared:
            parts += [compared, ""]
    return "\n".join(parts).rstrip()


def results(lines):
    rows = ["| optimizer | worlds × seeds | baseline % | test % | gain, points [95 %] | worse beyond noise | task calls | proposer calls | ktokens | s |",
            "|---|--:|--:|--:|---|--:|--:|--:|--:|--:|"]
    for name in sorted({name_of(line) for line in lines}):
        runs = [line for line in lines if name_of(line) == name]
        gain = grouped((line["world"], line["test"] - line["baseline_test"]) for line in runs)
        worse = sum(map(is_worse, runs))
        worlds = len(gain)
        tokens = mean(line["prompt_tokens"] + line["completion_tokens"] for line in runs) / 1000
        rows.append(
            f"| {name} | {len(runs)} of {worlds} worlds | {100 * mean(line['baseline_test'] for line in runs):.1f} "
            f"| {100 * mean(line['test'] for line in runs):.1f} | {shown(gain)} | {worse} ({100 * worse / len(runs):.0f} %) "
            f"| {mean(line['task_calls'] for line in runs):.0f} | {mean(line['proposer_calls'] for line in runs):.0f} "
            f"| {tokens:.0f} | {mean(line['seconds'] for line in runs):.1f} |"
        )
    return "\n".join(rows)


def comparisons(lines):
    by_name = {}
    for line in lines:
        found = by_name.setdefault((line["framework"], line["optimizer"], line["auto"]), {})
        found[line["world"], line["seed"]] = line
    rows = []
    for mine, my_auto, other, auto in PAIRS:
        ours, theirs = by_name.get(("ours", mine, my_auto), {}), by_name.get(("dspy", other, auto), {})
        both = sorted(ours.keys() & theirs.keys())
        if not both:
            continue
        gap = grouped((at[0], ours[at]["test"] - theirs[at]["test"]) for at in both)
        calls = mean(ours[at]["task_calls"] for at in both) / max(1, mean(theirs[at]["task_calls"] for at in both))
        rows.append(f"| {mine} {my_auto or ''} | {other} {auto or ''} | {len(both)} | {shown(gap)} | {100 * calls:.0f} % |")
    if not rows:
        return ""
    return "\n".join(["| ours | Python DSPy | pairs | ours − DSPy, points [95 %] | our task calls of theirs |",
                      "|---|---|--:|---|--:|", *rows])

