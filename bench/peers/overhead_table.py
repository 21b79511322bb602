"""Rows of `dspy-bench overhead` on standard input, as a table of medians with ratios to the bare loop
on the same runtime."""

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
    ratio = f"{cpu / median(bare, 'cpu_us_per_call'):.2f}" if bare else ""
    print(
        f"| {concurrency} | {client} | {cpu:.1f} | {ratio} | {median(rows, 'p50_us'):.0f} "
        f"| {median(rows, 'p99_us'):.0f} | {median(rows, 'rps'):.0f} | {median(rows, 'peak_rss_mb'):.1f} |"
    )
