"""Records what Optuna's TPE suggests after fixed histories, for tests/surrogate.rs.

    run.sh surrogate_parity.py

Writes tests/data/surrogate_optuna.json: spaces, histories, points in flight, and how often points
were suggested, over many seeds. Points are numbered as an odometer counts whose first dimension turns
fastest. Those that TPE cannot tell apart, since they have the same likelihoods, are one class: which
of them wins is a matter of rounding.
"""

import itertools
import json
import random
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution
from optuna.samplers._tpe.sampler import _split_trials, default_gamma
from optuna.trial import TrialState, create_trial

SEEDS = 1500
FILE = Path(__file__).parents[2] / "tests/data/surrogate_optuna.json"

# What varies: when the older trials start to count less (beyond 25 of the worse part), how many are
# good (a tenth, rounded up), trials in flight, dimensions without a choice, and ties.
CASES = [
    {"name": "the first that is not random", "choices": [8, 6], "trials": 10},
    {"name": "one more makes two good ones", "choices": [8, 6], "trials": 11},
    {"name": "27 worse ones", "choices": [8, 6], "trials": 30},
    {"name": "many old ones", "choices": [8, 6], "trials": 80, "drift": True},
    {"name": "old ones among the good", "choices": [10, 9], "trials": 300, "drift": True},
    {"name": "three dimensions", "choices": [5, 4, 4], "trials": 45},
    {"name": "a dimension without a choice", "choices": [6, 1, 7], "trials": 20},
    {"name": "ties", "choices": [8, 6], "trials": 24, "ties": True},
    {"name": "in flight", "choices": [8, 6], "trials": 18, "pending": 5},
]


def history(case, rng):
    """Points with a liking for low choices, later for high ones where there is drift."""
    choices, trials = case["choices"], case["trials"]
    points, scores = [], []
    for trial in range(trials):
        late = case.get("drift", False) and trial > trials // 2
        point = [rng.randrange(rng.randint(1, count)) for count in choices]
        if late:
            point = [count - 1 - choice for count, choice in zip(choices, point)]
        score = sum(point) + rng.gauss(0, 4)
        points.append(point)
        scores.append(float(round(score / 2)) if case.get("ties") else round(score, 3))
    pending = [[rng.randrange(count) for count in choices] for _ in range(case.get("pending", 0))]
    return points, scores, pending


def suggestions(choices, points, scores, pending):
    space = {str(i): CategoricalDistribution(list(range(n))) for i, n in enumerate(choices)}
    named = [{str(i): choice for i, choice in enumerate(point)} for point in points]
    study = optuna.create_study(direction="maximize")
    for params, score in zip(named, scores):
        study.add_trial(create_trial(params=params, distributions=space, value=score))
    for point in pending:
        study.enqueue_trial({str(i): choice for i, choice in enumerate(point)})
        trial = study.ask()
        assert point == [trial.suggest_categorical(k, v.choices) for k, v in space.items()]
    # The trial that asks is one in flight as well, which the sampler leaves out.
    asking = study.ask()
    current = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))[-1]
    assert current.number == asking.number
    grid = [list(reversed(p)) for p in itertools.product(*map(range, reversed(choices)))]
    number = {tuple(point): place for place, point in enumerate(grid)}
    counts = [0] * len(grid)
    for seed in range(SEEDS):
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True)
        relative = sampler.infer_relative_search_space(study, current)
        found = sampler.sample_relative(study, current, relative)
        counts[number[tuple(found.get(str(i), 0) for i in range(len(choices)))]] += 1
    # How Optuna itself rates each point.
    trials = [trial for trial in study.get_trials(deepcopy=False) if trial.number != current.number]
    good, rest = (
        sampler._build_parzen_estimator(study, relative, part, handle_below=place == 0)
        for place, part in enumerate(_split_trials(study, trials, default_gamma(len(points))))
    )
    columns = {str(i): np.array([point[i] for point in grid]) for i in range(len(choices))}
    columns = {name: columns[name] for name in relative}
    gains = np.round(good.log_pdf(columns) - rest.log_pdf(columns), 9)
    classes = {}
    for place, gain in enumerate(gains.tolist()):
        classes.setdefault(gain, []).append(place)
    classes = [places for _, places in sorted(classes.items(), reverse=True)]
    return classes, [sum(counts[place] for place in places) for places in classes]


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    recorded = []
    for place, case in enumerate(CASES):
        points, scores, pending = history(case, random.Random(place))
        classes, suggested = suggestions(case["choices"], points, scores, pending)
        recorded.append(
            {
                "name": case["name"],
                "choices": case["choices"],
                "points": points,
                "scores": scores,
                "pending": pending,
                "classes": classes,
                "suggested": suggested,
            }
        )
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in recorded)
    FILE.write_text(f'{{"optuna":"{optuna.__version__}","cases":[\n{lines}\n]}}\n')
    print(FILE)


if __name__ == "__main__":
    main()
