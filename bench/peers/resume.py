"""Kills an optimizer with SIGKILL at random moments and lets it go on from its journal.

    python3 bench/peers/resume.py [--kills 20] [--optimizer miprov2] [--binary target/release/dspy-bench]

A run that nobody disturbs comes first, then one that is killed again and again, both against
simulated servers of their own with the same world. What is checked, by the servers' own counts:
at most `concurrency` calls more for each kill, the same program, and the same report.
"""

import argparse
import json
import pathlib
import random
import subprocess
import tempfile
import time
import urllib.request

INSTRUCTIONS = "Route the text to the queue that handles it."


def server(binary, world, latency):
    command = [binary, "sim", "--port", "0", "--world", str(world), "--latency-ms", str(latency)]
    # A proposal that a kill lost on its way must come back the same.
    command.append("--stateless")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    return process, line.split()[-1].rstrip("/")


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def rows(base, folder, split, count):
    root = base.removesuffix("/v1")
    path = folder / f"{split}.jsonl"
    path.write_text(get(f"{root}/dataset?split={split}&n={count}&seed=0"))
    return path


def command(binary, base, folder, args, name):
    files = {split: rows(base, folder, split, count) for split, count in (("train", 60), ("val", 60), ("test", 20))}
    return [
        binary, "optimize", "--base-url", base, "--signature", "text -> label",
        "--instructions", INSTRUCTIONS, "--train", files["train"], "--val", files["val"],
        "--test", files["test"], "--optimizer", args.optimizer, "--seed", "1", "--no-cache",
        "--concurrency", str(args.concurrency), "--journal", folder / f"{name}.journal",
        "--report", folder / f"{name}.report", "--save", folder / f"{name}.program",
    ]


def calls(base):
    stats = json.loads(get(f"{base.removesuffix('/v1')}/stats"))
    return stats["task"]["calls"] + stats["proposer"]["calls"]


def outcome(folder, name):
    report = json.loads((folder / f"{name}.report").read_text())
    report.pop("elapsed_s")
    program = json.loads((folder / f"{name}.program").read_text())
    program["metadata"].pop("dspy_rust", None)
    return report, program


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--optimizer", default="miprov2")
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--latency-ms", type=int, default=30)
    parser.add_argument("--binary", default="target/release/dspy-bench")
    args = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dspy-resume-"))

    process, base = server(args.binary, 1, args.latency_ms)
    begun = time.time()
    subprocess.run(command(args.binary, base, folder, args, "whole"), check=True, stdout=subprocess.DEVNULL)
    whole, seconds = calls(base), time.time() - begun
    process.kill()

    process, base = server(args.binary, 1, args.latency_ms)
    line = command(args.binary, base, folder, args, "killed")
    moments = random.Random(7)
    kills = 0
    while True:
        run = subprocess.Popen(line, stdout=subprocess.DEVNULL)
        try:
            wait = moments.uniform(0.05, 2 * seconds / args.kills) if kills < args.kills else None
            if run.wait(timeout=wait) != 0:
                raise SystemExit(f"the run failed: {run.returncode}")
            break
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            kills += 1
    total = calls(base)
    process.kill()
    same_report = outcome(folder, "whole")[0] == outcome(folder, "killed")[0]
    same_program = outcome(folder, "whole")[1] == outcome(folder, "killed")[1]
    result = {
        "optimizer": args.optimizer, "kills": kills, "concurrency": args.concurrency,
        "calls_undisturbed": whole, "calls_killed": total, "extra": total - whole,
        "allowed": kills * args.concurrency, "same_report": same_report, "same_program": same_program,
    }
    print(json.dumps(result))
    if total - whole > kills * args.concurrency or not (same_report and same_program):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
