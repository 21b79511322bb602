"""Reads case files with dspy-bench and with the peers, and counts right, wrong and no answers.

compare.py [--write README.md] [--verdicts FILE] CASES.jsonl...
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from peers import PEERS
from report import put
from worker import Worker

OURS = "dspy for Rust"


def same(left, right):
    """Equal as JSON: 85 and 85.0 are one number, and a null key counts as an absent one."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        left, right = ({k: v for k, v in one.items() if v is not None} for one in (left, right))
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def verdict(case, status, value):
    if status == "inexpressible":
        return "skipped"
    if case.get("expect_error"):
        return "ok" if status == "error" else "wrong"
    if status == "error":
        return "error"
    expected = case["expected"]
    if isinstance(value, str) and isinstance(expected, str):
        value, expected = value.strip(), expected.strip()
    return "ok" if same(value, expected) else "wrong"


def ours(path):
    command = [os.environ["DSPY_BENCH"], "parse", "--cases", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        yield answer["status"], answer.get("value") if answer["status"] == "ok" else answer["error"]


def table(cases, verdicts):
    """Markdown: a row for each peer, a column for each category."""
    categories = sorted({case["category"] for case in cases})
    sizes = Counter(case["category"] for case in cases)
    head = [*(f"{name} ({sizes[name]})" for name in categories), f"all ({len(cases)})", "of wrong: where none is right", "skipped"]
    lines = [f"| right / wrong / no answer | {' | '.join(head)} |", "|---" * (len(head) + 1) + "|"]
    for name, by_case in verdicts.items():
        counts = defaultdict(Counter)
        for case, found in zip(cases, by_case):
            counts[case["category"]][found] += 1
            counts["all"][found] += 1
            counts["none is right"][found] += bool(case.get("expect_error"))
        cells = [
            f"{counts[c]['ok']} / {counts[c]['wrong']} / {counts[c]['error']}"
            for c in [*categories, "all"]
        ]
        cells += [str(counts["none is right"]["wrong"]), str(counts["all"]["skipped"])]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--write", type=Path, help="put the tables into this file")
    options.add_argument("--verdicts", type=Path, help="write every verdict to this file")
    options.add_argument("cases", nargs="+", type=Path)
    given = options.parse_args()
    parts, told = [], []
    agreed, recorded = Counter(), Counter()
    for path in given.cases:
        cases = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        answers = {OURS: list(ours(path))}
        for name in PEERS:
            worker = Worker(name)
            answers[name] = [worker.read(case["schema"], case["text"]) for case in cases]
            worker.stop()
        verdicts = {
            name: [verdict(case, *answer) for case, answer in zip(cases, found, strict=True)]
            for name, found in answers.items()
        }
        for name, found in verdicts.items():
            for case, answer, one in zip(cases, answers[name], found):
                told.append({"peer": name, "id": case["id"], "verdict": one, "answer": answer[1]})
                before = case.get("peers", {}).get(name)
                if before and one != "skipped":
                    recorded[name] += 1
                    agreed[name] += {"ok": "ok", "ok(rejects)": "ok", "WRONG": "wrong", "fails": "error"}[before] == one
        parts.append(f"`{path.name}`, {len(cases)} cases:\n\n{table(cases, verdicts)}")
    text = "\n\n".join(parts)
    print(text)
    for name in recorded:
        print(f"{name}: {agreed[name]} of {recorded[name]} verdicts as recorded in the cases", file=sys.stderr)
    if given.verdicts:
        given.verdicts.write_text("".join(json.dumps(one) + "\n" for one in told))
    if given.write:
        put(given.write, "peers", text)


if __name__ == "__main__":
    main()
