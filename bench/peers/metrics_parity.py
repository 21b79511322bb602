"""Our metrics beside Python DSPy's, rouge-score's, sacrebleu's and nltk's, on generated pairs.

    sh bench/peers/metrics.sh [--pairs N] [--write bench/README.md] [--record FILE N]

Prints a table, and each pair on which values differ by more than 1e-6. `--write` puts the table
between its marks; `--record` writes N pairs with the peers' values, which `cargo test` holds us to.
"""

import argparse
import contextlib
import io
import json
import math
import os
import random
import re
import subprocess
import sys

from dspy.dsp.utils import DPR_normalize
from dspy.evaluate import metrics as dspy_metrics
from nltk.metrics.distance import edit_distance
from rouge_score import rouge_scorer
from sacrebleu.metrics import BLEU

WORDS = (
    "the a an The A cat dog river Ada Lovelace computer engine year 1815 3.14 1,200 house-boat "
    "Zürich café naïve Ångström Привет мир 東京 大阪 مرحبا ñandú İstanbul straße ﬁsh É é yes no "
    "noanswer don't U.S.A. e-mail <b>bold</b> &amp; x_y 50% $9.99 C++ rock'n'roll ... — “quoted” "
    "a\u0301 an\u0308 the\u0301 100-200 7 -5 12.5 I II ½ ² Ⅳ 🎉 👩‍👩‍👧 \u00a0 \u200b of in to and is was"
).split(" ")
ENDS = ["", "", "", ".", "!", "?", ",", " ", "\n", ";", "...", "\t", " \n "]


def text(rng, longest=14):
    if rng.random() < 0.05:
        return rng.choice(["", " ", ".", "the", "a an the", "\n", "!?"])
    words = [rng.choice(WORDS) for _ in range(rng.randint(1, longest))]
    out = ""
    for word in words:
        out += word + rng.choice(ENDS[:-4] if rng.random() < 0.9 else ENDS) + " "
    out = out.strip() if rng.random() < 0.8 else out
    return out.upper() if rng.random() < 0.05 else out


def changed(rng, given):
    """A text that is near another."""
    words = given.split(" ")
    for _ in range(rng.randint(0, 3)):
        place = rng.randrange(len(words) + 1)
        act = rng.random()
        if act < 0.4:
            words.insert(place, rng.choice(WORDS))
        elif act < 0.8 and len(words) > 1:
            del words[min(place, len(words) - 1)]
        elif words:
            words[min(place, len(words) - 1)] = rng.choice(WORDS)
    out = " ".join(words)
    return out.lower() if rng.random() < 0.2 else out


def case(rng, number):
    if rng.random() < 0.1:
        prediction = rng.choice(["yes", "no", "Yes.", "noanswer", "The no"])
        references = [rng.choice(["yes", "no", "yes it is", "noanswer"])]
    else:
        prediction = text(rng)
        near = rng.random() < 0.75
        references = [
            changed(rng, prediction) if near else text(rng) for _ in range(rng.choice([1, 1, 1, 2, 3]))
        ]
    passages = [text(rng, 30) for _ in range(rng.randint(0, 3))]
    if passages and rng.random() < 0.6:
        passages[0] += " " + references[0] + " " + text(rng)
    a = rng.choice([0.0, 1.0, -5.0, 1e9, rng.uniform(-10, 10)])
    b = a * (1 + rng.choice([0, 1e-9, 0.01, 0.011, -0.2])) + rng.choice([0, 0, 0.5, -1e-3])
    numbers = [a, b, rng.choice([0, 0.01, 1e-6]), rng.choice([0, 0, 0.5, 1e-3])]
    return {
        "id": number,
        "prediction": prediction,
        "references": references,
        "passages": passages,
        "numbers": numbers,
    }


ROUGE = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=False)
SENTENCE = BLEU(effective_order=True)


def similarity(a, b):
    longest = max(len(a), len(b))
    return 1.0 - edit_distance(a, b) / longest if longest else 1.0


def peers(case):
    prediction, references = case["prediction"], case["references"]
    a, b, relative, absolute = case["numbers"]
    return {
        "normalized": dspy_metrics.normalize_text(prediction),
        "exact_match": float(dspy_metrics.EM(prediction, references)),
        "token_f1": float(dspy_metrics.F1(prediction, references)),
        "hotpot_f1": float(dspy_metrics.HotPotF1(prediction, references)),
        "answer_in_passage": float(dspy_metrics._passage_match(case["passages"], references)),
        "rouge_l": max(ROUGE.score(r, prediction)["rougeL"].fmeasure for r in references),
        "bleu": SENTENCE.sentence_score(prediction, references).score / 100.0,
        "edit_similarity": max(similarity(prediction, r) for r in references),
        "near": float(math.isclose(a, b, rel_tol=relative, abs_tol=absolute)),
    }


def justified(name, case, ours):
    """Why values may differ, where we mean them to."""
    if name == "answer_in_passage":
        words = lambda text: DPR_normalize(dspy_metrics.normalize_text(text))
        with_words = [r for r in case["references"] if words(r)]
        if float(dspy_metrics._passage_match(case["passages"], with_words)) == ours[name]:
            return "an answer without words is in no passage"
    return None


PEER = {
    "normalized": "dspy",
    "exact_match": "dspy",
    "token_f1": "dspy",
    "hotpot_f1": "dspy",
    "answer_in_passage": "dspy",
    "rouge_l": "rouge-score",
    "bleu": "sacrebleu",
    "edit_similarity": "nltk",
    "near": "math.isclose",
}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--write")
    parser.add_argument("--record", nargs=2, metavar=("FILE", "N"))
    options = parser.parse_args()
    rng = random.Random(7)
    cases = [case(rng, number) for number in range(options.pairs)]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    command = [os.environ["DSPY_BENCH"], "metrics", "--cases", "-"]
    done = subprocess.run(command, input=lines.encode(), stdout=subprocess.PIPE, check=True)
    ours = [json.loads(line) for line in done.stdout.decode().split("\n") if line]
    assert len(ours) == len(cases), (len(ours), len(cases))
    rows = {name: [0, 0, {}] for name in PEER}
    wrong = 0
    recorded = []
    for given, mine in zip(cases, ours):
        if "error" in mine:
            sys.exit(f"{given}: {mine['error']}")
        # DSPy prints what it thinks of empty texts.
        with contextlib.redirect_stdout(io.StringIO()):
            theirs = peers(given)
        recorded.append({**given, "values": theirs})
        for name, value in theirs.items():
            same = value == mine[name] if name == "normalized" else abs(value - mine[name]) <= 1e-6
            if same:
                rows[name][0] += 1
            elif why := justified(name, given, mine):
                rows[name][2][why] = rows[name][2].get(why, 0) + 1
                recorded[-1]["values"][name] = mine[name]
            else:
                rows[name][1] += 1
                wrong += 1
                print(f"{name}: ours {mine[name]!r}, {PEER[name]} {value!r} on {given}", file=sys.stderr)
    table = ["| metric | peer | pairs | equal to 1e-6 | by design | other |", "|---|---|--:|--:|---|--:|"]
    for name, (same, other, by_design) in rows.items():
        reasons = "; ".join(f"{why}: {count}" for why, count in by_design.items()) or "–"
        table.append(f"| {name} | {PEER[name]} | {len(cases)} | {same} | {reasons} | {other} |")
    print("\n".join(table))
    if options.write:
        begin, end = "<!-- metrics: begin -->", "<!-- metrics: end -->"
        with open(options.write, encoding="utf-8") as file:
            whole = file.read()
        fresh = begin + "\n\n" + "\n".join(table) + "\n\n" + end
        whole = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: fresh, whole, flags=re.S)
        with open(options.write, "w", encoding="utf-8") as file:
            file.write(whole)
    if options.record:
        file, number = options.record[0], int(options.record[1])
        with open(file, "w", encoding="utf-8") as out:
            for line in recorded[:number]:
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
