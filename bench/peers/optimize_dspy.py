"""Runs one optimizer of Python DSPy against a simulated model, and prints one JSON line.

optimize_dspy.py --base-url URL --optimizer NAME --seed N [--auto light|medium|heavy] [--world W]
                 [--variant V] [--train N] [--val N] [--test N] [--threads N]

The line has the fields of `dspy-bench optimize`; calls and tokens are those that the server counted
between the start and the end of the optimization. Rows come from the server: train and validation
rows by the seed, test rows always the same.
"""

import argparse
import contextlib
import json
import os
import sys
import tempfile
import time
import urllib.request

# Neither a cache nor a look at prices over the network.
os.environ.setdefault("DSPY_CACHEDIR", os.path.join(tempfile.gettempdir(), "dspy-peers-cache"))
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

import dspy  # noqa: E402

NAMES = ["none", "labeled", "bootstrap", "random-search", "miprov2", "gepa", "copro", "simba"]


class TwoStages(dspy.Module):
    """Names the topic, then the label."""

    def __init__(self, first, second):
        super().__init__()
        self.topic = dspy.Predict(first)
        self.label = dspy.Predict(second)

    def forward(self, text):
        topic = self.topic(text=text).topic
        return self.label(text=text, topic=topic)


class Server:
    def __init__(self, base_url):
        self.base = base_url.rstrip("/")

    def get(self, path):
        with urllib.request.urlopen(f"{self.base}{path}") as reply:
            return reply.read().decode()

    def rows(self, split, count, seed):
        lines = self.get(f"/dataset?split={split}&n={count}&seed={seed}").splitlines()
        return [dspy.Example(**json.loads(line)).with_inputs("text") for line in lines]

    def stages(self):
        return json.loads(self.get("/task"))["stages"]

    def stats(self):
        return json.loads(self.get("/stats"))

    def reset(self):
        urllib.request.urlopen(f"{self.base}/reset", data=b"").read()


def is_right(example, prediction):
    return str(getattr(prediction, "label", "")).strip() == example.label


def metric(example, prediction, trace=None):
    return is_right(example, prediction)


def metric_with_feedback(example, prediction, trace=None, pred_name=None, pred_trace=None):
    right = is_right(example, prediction)
    feedback = "Right." if right else f"Wrong: expected {example.label}."
    return dspy.Prediction(score=float(right), feedback=feedback)


def program_of(stages):
    # A fresh class for each run: some optimizers write into it.
    signatures = [dspy.Signature(stage["signature"], stage["instructions"]) for stage in stages]
    return TwoStages(*signatures) if len(signatures) == 2 else dspy.Predict(signatures[0])


def optimized(options, program, train, val, lm):
    """The program that an optimizer returns, and its score on the validation rows if it has one."""
    threads, seed, name = options.threads, options.seed, options.optimizer
    shots = {"max_bootstrapped_demos": 4, "max_labeled_demos": 4}
    if name == "none":
        return program, None
    if name == "labeled":
        return dspy.LabeledFewShot(k=4).compile(program, trainset=train), None
    if name == "bootstrap":
        return dspy.BootstrapFewShot(metric=metric, **shots).compile(program, trainset=train), None
    if name == "random-search":
        search = dspy.BootstrapFewShotWithRandomSearch(
            metric=metric, num_candidate_programs=8, num_threads=threads, **shots
        )
        best = search.compile(program, trainset=train, valset=val)
        return best, best.candidate_programs[0]["score"] / 100
    if name == "miprov2":
        search = dspy.MIPROv2(
            metric=metric, auto=options.auto, seed=seed, num_threads=threads, prompt_model=lm, task_model=lm, **shots
        )
        best = search.compile(program, trainset=train, valset=val)
        return best, getattr(best, "score", None) and best.score / 100
    if name == "gepa":
        search = dspy.GEPA(
            metric=metric_with_feedback,
            auto=options.auto,
            seed=seed,
            num_threads=threads,
            reflection_lm=lm.copy(temperature=1.0),
            track_stats=True,
        )
        best = search.compile(program, trainset=train, valset=val)
        return best, max(best.detailed_results.val_aggregate_scores)
    if name == "copro":
        search = dspy.COPRO(metric=metric, breadth=6, depth=2, prompt_model=lm)
        quiet = {"num_threads": threads, "display_progress": False, "display_table": 0}
        return search.compile(program, trainset=train, eval_kwargs=quiet), None
    search = dspy.SIMBA(metric=metric, max_steps=4, max_demos=4, num_threads=threads, prompt_model=lm.copy(temperature=1.0))
    return search.compile(program, trainset=train, seed=seed), None


def score(program, rows, threads):
    """Whether each row is right."""
    evaluate = dspy.Evaluate(devset=rows, metric=metric, num_threads=threads, display_progress=False, max_errors=10**9)
    return [bool(right) for _, _, right in evaluate(program).results]


def bits(rights):
    return "".join("1" if right else "0" for right in rights)


def run(options):
    server = Server(options.base_url)
    lm = dspy.LM("openai/sim", api_base=server.base, api_key="none", temperature=0, cache=False)
    dspy.configure(lm=lm, adapter=dspy.ChatAdapter())
    train = server.rows("train", options.train, options.seed)
    val = server.rows("val", options.val, options.seed)
    program = program_of(server.stages())
    server.reset()
    start = time.monotonic()
    best, on_val = optimized(options, program.deepcopy(), train, val, lm)
    seconds = time.monotonic() - start
    spent = server.stats()
    test = server.rows("test", options.test, 0)
    before = score(program, test, options.threads)
    after = score(best, test, options.threads)
    scored = server.stats()["task"]["completions"] - spent["task"]["completions"]
    both = spent["task"], spent["proposer"]
    return {
        "optimizer": options.optimizer,
        "seed": options.seed,
        "baseline_test": sum(before) / len(before),
        "test": sum(after) / len(after),
        "val": on_val,
        "task_calls": spent["task"]["completions"],
        "proposer_calls": spent["proposer"]["completions"],
        "test_calls": scored,
        "prompt_tokens": sum(role["prompt_tokens"] for role in both),
        "completion_tokens": sum(role["completion_tokens"] for role in both),
        "stopped": "finished",
        "seconds": round(seconds, 2),
        "world": options.world,
        "variant": options.variant,
        "auto": options.auto if options.optimizer in ("miprov2", "gepa") else None,
        "baseline_items": bits(before),
        "test_items": bits(after),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", required=True)
    parser.add_argument("--optimizer", required=True, choices=NAMES)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--auto", default="light", choices=["light", "medium", "heavy"])
    parser.add_argument("--world", type=int)
    parser.add_argument("--variant", default="single")
    parser.add_argument("--train", type=int, default=100)
    parser.add_argument("--val", type=int, default=100)
    parser.add_argument("--test", type=int, default=400)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    # Optimizers print; only the result goes to standard output.
    with contextlib.redirect_stdout(sys.stderr):
        line = run(options)
    print(json.dumps(line))


main()
