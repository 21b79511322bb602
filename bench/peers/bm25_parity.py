"""Compares BM25 with the Python package rank_bm25, and records what that one finds.

    python bm25_parity.py [COMMAND]   1,000 generated texts and 100 queries: the ten best of each, up
                                      to ties, and their scores; COMMAND runs `dspy-bench retrieval`
    python bm25_parity.py --record    writes tests/data/bm25.json, for tests/retrieval.rs

Needs `pip install rank_bm25==0.2.2`.
"""

import json
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from rank_bm25 import BM25Okapi

ROOT = Path(__file__).parents[2]
COMMAND = "cargo run --release -q -p dspy-bench -- retrieval"
K = 10


def corpus(seed, documents, queries, words):
    """Texts in which few words are frequent, some in more than half of all texts."""
    rng = random.Random(seed)
    weights = [1 / (1 + rank) for rank in range(words)]
    draw = lambda count: " ".join(f"w{w}" for w in rng.choices(range(words), weights, k=count))
    texts = [draw(rng.randint(3, 60)) for _ in range(documents)]
    asked = [draw(rng.randint(1, 6)) for _ in range(queries)]
    # A word that is nowhere, and one that is asked for twice.
    asked[-1] += " nowhere"
    asked[-2] = asked[-2].split(" ")[0] + " " + asked[-2]
    return {"documents": texts, "queries": asked}


def found_by_rank_bm25(corpus):
    """For each query all texts that hold one of its words, with their scores, best first."""
    split = [text.split(" ") for text in corpus["documents"]]
    index = BM25Okapi(split)
    found = []
    for query in corpus["queries"]:
        words = query.split(" ")
        scores = index.get_scores(words)
        hits = [place for place, text in enumerate(split) if set(words) & set(text)]
        found.append(sorted(((p, float(scores[p])) for p in hits), key=lambda hit: (-hit[1], hit[0])))
    return found


def record():
    texts = corpus(3, 60, 20, 120)
    texts["found"] = [best[:K] for best in found_by_rank_bm25(texts)]
    file = ROOT / "tests/data/bm25.json"
    file.write_text(json.dumps(texts, indent=1) + "\n")
    print(f"wrote {file.relative_to(ROOT)}")


def compare(command):
    texts = corpus(11, 1000, 100, 4000)
    theirs = found_by_rank_bm25(texts)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(texts, file)
        file.flush()
        asked = [*shlex.split(command), "--corpus", file.name]
        output = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    ours = [json.loads(line) for line in output.splitlines()]
    assert len(ours) == len(theirs)
    same, ties, widest = 0, 0, 0.0
    for number, (mine, full) in enumerate(zip(ours, theirs)):
        best, scores = full[:K], dict(full)
        assert len(mine) == len(best), f"query {number}: {len(mine)} found, not {len(best)}"
        for (place, score), (_, expected) in zip(mine, best):
            # The same score at the same rank: another text there is a tie.
            apart = max(abs(score - expected), abs(score - scores[int(place)]))
            widest = max(widest, apart)
            assert apart <= 1e-9, f"query {number}: text {place} has {score}, not {expected}"
        if [int(place) for place, _ in mine] == [place for place, _ in best]:
            same += 1
        else:
            ties += 1
    print(json.dumps({"queries": len(ours), "same": same, "same_up_to_ties": ties, "score_apart": widest}))


if __name__ == "__main__":
    if sys.argv[1:] == ["--record"]:
        record()
    else:
        compare(" ".join(sys.argv[1:]) or COMMAND)
