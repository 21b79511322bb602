"""Lets Optuna search in the worlds of `dspy-bench surrogate`.

    run.sh surrogate_optuna.py [--worlds N]

Writes what Optuna asked for as JSON Lines into target/peers/, lets `dspy-bench surrogate` judge it
beside our searches, and prints that command's output.
"""

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import optuna

BENCH = os.environ["DSPY_BENCH"]


def value(world, point):
    """What a point is truly worth."""
    total = world["base"]
    for effects, choice in zip(world["singles"], point):
        total += effects[choice]
    for pair in world["pairs"]:
        total += pair["effects"][point[pair["first"]]][point[pair["second"]]]
    return total


def sampler(method, seed):
    if method == "Optuna random":
        return optuna.samplers.RandomSampler(seed=seed)
    return optuna.samplers.TPESampler(seed=seed, multivariate=True)


def search(world, method):
    study = optuna.create_study(direction="maximize", sampler=sampler(method, world["world"]))
    points, scores = [], []
    for noise in world["noise"]:
        trial = study.ask()
        point = [
            trial.suggest_categorical(str(place), list(range(count)))
            for place, count in enumerate(world["choices"])
        ]
        score = value(world, point) + noise
        study.tell(trial, score)
        points.append(point)
        scores.append(score)
    history = {"method": method, "space": world["space"], "world": world["world"]}
    return json.dumps(history | {"points": points, "scores": scores})


def searches(line):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    world = json.loads(line)
    return [search(world, method) for method in ("Optuna random", "Optuna TPE")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--worlds", type=int, default=200)
    worlds = str(parser.parse_args().worlds)
    export = [BENCH, "surrogate", "--export", "--worlds", worlds]
    lines = subprocess.run(export, check=True, capture_output=True, text=True).stdout.splitlines()
    home = Path(sys.prefix).parent
    histories = home / "surrogate_optuna.jsonl"
    with ProcessPoolExecutor() as pool, histories.open("w") as file:
        for found in pool.map(searches, lines, chunksize=8):
            print(*found, sep="\n", file=file)
    print(f"Optuna {optuna.__version__}", file=sys.stderr)
    subprocess.run(
        [BENCH, "surrogate", "--worlds", worlds, "--histories", str(histories)], check=True
    )


if __name__ == "__main__":
    main()
