"""Optimizers side by side on simulated models: optimize.py [OPTION...]

--runs LIST      what to run, with commas: FRAMEWORK:OPTIMIZER[:AUTO[:MAX_CALLS]], where FRAMEWORK is
                 `dspy` (Python) or `ours`, for instance `dspy:miprov2:light,ours:best`; with `-paper`
                 ours as published, for instance `ours:gepa-paper:light`
--worlds 1-5 --seeds 1-10 --variants single   each takes ranges and lists with commas
--out FILE       JSON Lines; what is in it already is not run again
--jobs N         how many at a time (2)
--table          prints the comparison of all that is in the file, and runs nothing
--write README   puts the table between its markers there
--bench PATH     the program `dspy-bench` (or DSPY_BENCH)

Each run has a server of its own, and the calls are what that server counted.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.request

import optimize_table
import report

HERE = pathlib.Path(__file__).parent
LOCK = threading.Lock()


def numbers(text):
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def spec_of(text):
    framework, optimizer, auto, calls = (text.split(":") + [None] * 3)[:4]
    if framework not in ("dspy", "ours"):
        raise SystemExit(f"there is no framework `{framework}`: dspy and ours")
    return {
        "framework": framework,
        "optimizer": optimizer,
        "auto": auto or None,
        "max_calls": int(calls) if calls else None,
    }


def key(line):
    names = ("framework", "optimizer", "auto", "max_calls", "variant", "world", "seed")
    return tuple(line.get(name) for name in names)


def get(base, path):
    with urllib.request.urlopen(f"{base}{path}") as reply:
        return reply.read().decode()


def theirs(base, job, options):
    command = [sys.executable, str(HERE / "optimize_dspy.py"), "--base-url", base]
    for name in ("optimizer", "seed", "auto", "world", "variant"):
        if job[name] is not None:
            command += [f"--{name}", str(job[name])]
    for name in ("train", "val", "test"):
        command += [f"--{name}", str(getattr(options, name))]
    return finished(command)


def ours(base, job, options):
    with tempfile.TemporaryDirectory() as folder:
        command = [options.bench, "optimize", "--base-url", base]
        for stage in json.loads(get(base, "/task"))["stages"]:
            command += ["--signature", stage["signature"], "--instructions", stage["instructions"]]
        for split in ("train", "val", "test"):
            seed = 0 if split == "test" else job["seed"]
            file = pathlib.Path(folder, f"{split}.jsonl")
            file.write_text(get(base, f"/dataset?split={split}&n={getattr(options, split)}&seed={seed}"))
            command += [f"--{split}", str(file)]
        name = job["optimizer"].removesuffix("-paper")
        command += ["--optimizer", name, "--seed", str(job["seed"]), "--concurrency", "4", "--no-cache"]
        if name != job["optimizer"]:
            command.append("--paper")
        if job["auto"]:
            command += ["--auto", job["auto"]]
        if job["max_calls"]:
            command += ["--max-calls", str(job["max_calls"])]
        return finished(command)


def finished(command):
    """The last line that a command prints, read as JSON."""
    environment = {**os.environ, "OPENAI_API_KEY": "none", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])} ended with {done.returncode}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run(job, options):
    command = [options.bench, "sim", "--port", "0", "--world", str(job["world"]), "--variant", job["variant"]]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        base = server.stdout.readline().strip()
        line = (theirs if job["framework"] == "dspy" else ours)(base, job, options)
        stats = json.loads(get(base, "/stats"))
        if job["framework"] == "ours":
            # What the server counted, not what the program says.
            line["told_task_calls"] = line["task_calls"]
            line["task_calls"] = stats["task"]["completions"] - line["test_calls"]
            line["proposer_calls"] = stats["proposer"]["completions"]
        line = {**line, **job}
    finally:
        server.kill()
        server.wait()
    with LOCK, open(options.out, "a") as file:
        file.write(json.dumps(line) + "\n")
    return line


def read(path):
    if not os.path.exists(path):
        return []
    lines = []
    for text in pathlib.Path(path).read_text().splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:
            # The last line of a run that was killed.
            print(f"left out: {text[:60]}", file=sys.stderr)
    return lines


def wanted(options):
    done = {key(line) for line in read(options.out)}
    # One seed of everything first: a table of few is worth more than half a table.
    for seed in numbers(options.seeds):
        for variant in options.variants.split(","):
            for world in numbers(options.worlds):
                for spec in map(spec_of, options.runs.split(",")):
                    job = {**spec, "variant": variant, "world": world, "seed": seed}
                    if key(job) not in done:
                        yield job


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", default="")
    parser.add_argument("--worlds", default="1-5")
    parser.add_argument("--seeds", default="1-10")
    parser.add_argument("--variants", default="single")
    parser.add_argument("--out", default="optimize.jsonl")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--train", type=int, default=100)
    parser.add_argument("--val", type=int, default=100)
    parser.add_argument("--test", type=int, default=400)
    parser.add_argument("--bench", default=os.environ.get("DSPY_BENCH", "target/release/dspy-bench"))
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--write")
    options = parser.parse_args()
    if options.table or options.write:
        text = optimize_table.table(read(options.out))
        print(text)
        if options.write:
            report.put(pathlib.Path(options.write), "optimize", text)
        return 0
    if not options.runs:
        parser.error("--runs or --table")
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(run, job, options): job for job in wanted(options)}
        for future in concurrent.futures.as_completed(futures):
            job = futures[future]
            name = f"{job['framework']}:{job['optimizer']}:{job['auto']} {job['variant']} {job['world']}/{job['seed']}"
            try:
                line = future.result()
                print(f"{name}: {line['baseline_test']:.3f} -> {line['test']:.3f}, {line['task_calls']} calls, {line['seconds']} s", flush=True)
            except Exception as error:  # noqa: BLE001 - one run that fails is no reason to lose the others
                failures += 1
                print(f"{name} failed: {error}", file=sys.stderr, flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
