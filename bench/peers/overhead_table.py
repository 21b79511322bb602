"""Rows of `dspy-bench overhead` on standard input, as a table of medians, with the median of each
round's ratio to the bare loop on the same runtime: what slows the machine down slows both."""

import json
import statistics
import sys

groups = {}
for line in sys.stdin:
    row = json.loads(line)
    groups.setdefault((row["concurrency"], row["client"]), []).append(row)


def median(rows, key):
    return statistics.median(row[key] for row in rows)


print("| concurrency | client | CPU µs/call | CPU / bare | p50 µs | p99 µs | calls/s | peak MiB |")
print("|--:|---|--:|--:|--:|--:|--:|--:|")
for (concurrency, client), rows in sorted(groups.items()):
    runtime = client.split(":")[0] if ":" in client else "current"
    cpu = median(rows, "cpu_us_per_call")
    bare = groups.get((concurrency, f"{runtime}:reqwest"))
    pairs = zip(rows, bare or [], strict=False)
    ratios = [row["cpu_us_per_call"] / beside["cpu_us_per_call"] for row, beside in pairs]
    ratio = f"{statistics.median(ratios):.2f}" if ratios else ""
    print(
        f"| {concurrency} | {client} | {cpu:.1f} | {ratio} | {median(rows, 'p50_us'):.0f} "
        f"| {median(rows, 'p99_us'):.0f} | {median(rows, 'rps'):.0f} | {median(rows, 'peak_rss_mb'):.1f} |"
    )

print()
for concurrency in sorted({concurrency for concurrency, _ in groups}):
    nested = groups.get((concurrency, "current:dspy-nested"), [])
    for name, words in [("current:dspy", "own answer"), ("current:reasoned dspy", "same answer")]:
        pairs = zip(nested, groups.get((concurrency, name), []), strict=False)
        ratios = [row["cpu_us_per_call"] / beside["cpu_us_per_call"] for row, beside in pairs]
        if ratios:
            ratio = statistics.median(ratios)
            print(f"nested / bare predictor, {words}, concurrency {concurrency}: {ratio:.2f}")
