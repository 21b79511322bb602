"""Programs of Python DSPy in Rust and back: run.py [--only NAME,...] [--record] [--score N] [--reuse] [--no-rust]

Optimizes twelve programs on simulated models, saves them, writes down the messages that Python builds
for 50 inputs each, and has tests/interop.rs load the files, compare the messages, score both sides on
N rows, and send a program there and back. `--record` keeps files and messages in tests/interop.
DSPY_BENCH is the program `dspy-bench`; DSPY_INTEROP_TEST, the test where it is built already.
"""

import argparse
import contextlib
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

os.environ.setdefault("DSPY_CACHEDIR", os.path.join(tempfile.gettempdir(), "dspy-interop-cache"))
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
os.environ.setdefault("TQDM_DISABLE", "1")

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "scripts"))

import dspy  # noqa: E402
from dspy.adapters.utils import serialize_for_json  # noqa: E402

import programs  # noqa: E402
from dump_signatures import described  # noqa: E402
from front import Front  # noqa: E402

INPUTS = 50


def plain(value):
    return json.loads(json.dumps(serialize_for_json(value)))


def recorded(case, program, front, lm):
    """The calls of a program on its test inputs; texts stand in a list of their own, once each."""
    texts, places, runs = [], {}, []

    def place(text):
        if text not in places:
            places[text] = len(texts)
            texts.append(text)
        return places[text]

    for row in case.test(2 * INPUTS):
        calls = front.record()
        with dspy.context(lm=lm):
            prediction = program(**row.inputs())
        # After an answer out of form Python asks again for JSON, and we show what is wrong: no messages
        # to be compared.
        if len(runs) == INPUTS or any("[[ ## " not in answer for _, answer in calls):
            continue
        runs.append({
            "inputs": plain(dict(row.inputs())),
            "calls": [
                {
                    "messages": [[message["role"], place(message["content"])] for message in messages],
                    "answer": place(answer),
                }
                for messages, answer in calls
            ],
            "output": plain(prediction[case.target]),
        })
    front.calls = None
    return {"target": case.target, "texts": texts, "runs": runs}


def scored(case, program, lm, count):
    """Whether each test row is right, and the rows."""
    rows = case.test(count)
    right = []
    with dspy.context(lm=lm):
        for row in rows:
            try:
                right.append(bool(case.metric(row, program(**row.inputs()))))
            except Exception as error:
                print(f"{case.name}: a row fails: {error!r:.200}", file=sys.stderr)
                right.append(False)
    label = lambda row: plain(row[case.target])
    return {
        "target": case.target,
        "right": "".join("1" if one else "0" for one in right),
        "rows": [{"inputs": plain(dict(row.inputs())), "label": label(row)} for row in rows],
    }


@contextlib.contextmanager
def worlds(bench):
    servers = {}
    try:
        for name, variant in (("tickets", "single"), ("staged", "two-stage")):
            command = [bench, "sim", "--port", "0", "--world", "4", "--variant", variant]
            servers[name] = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        yield {name: server.stdout.readline().strip() for name, server in servers.items()}
    finally:
        for server in servers.values():
            server.kill()
            server.wait()


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="names of programs, with commas")
    parser.add_argument("--record", action="store_true", help="keep files and messages in tests/interop")
    parser.add_argument("--score", type=int, default=2000, help="rows that both sides answer (2000)")
    parser.add_argument("--reuse", action="store_true", help="take the files of the last run")
    parser.add_argument("--no-rust", action="store_true", help="Python's part alone")
    options = parser.parse_args()
    logging.getLogger("dspy").setLevel(logging.ERROR)
    dspy.disable_logging()
    out = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "interop"
    out.mkdir(parents=True, exist_ok=True)
    for file in out.glob("*.scores.json"):
        # They name servers that are gone.
        file.unlink()
    with worlds(os.environ["DSPY_BENCH"]) as urls:
        front = Front(urls)
        tickets = {name: programs.Tickets(url) for name, url in urls.items()}
        for case in programs.cases(tickets["tickets"], tickets["staged"]):
            if options.only and case.name not in options.only.split(","):
                continue
            name = next((name for name, world in tickets.items() if world is case.world), "shop")
            base = front.base(name)
            lm = dspy.LM("openai/sim", api_base=base, api_key="none", temperature=0.0, cache=False)
            dspy.configure(lm=lm, adapter=dspy.ChatAdapter())
            write(out / f"{case.name}.signatures.json", described(case.program, name=case.name))
            saved = str(out / f"{case.name}.program.json")
            if not options.reuse:
                with contextlib.redirect_stdout(sys.stderr):
                    case.optimize(case, lm).save(saved)
            # What was saved, not what was in memory: a program of Python after a load is the measure.
            program = case.program.deepcopy()
            program.load(saved)
            for predictor in program.predictors():
                predictor.lm = None
            write(out / f"{case.name}.messages.json", recorded(case, program, front, lm))
            if options.score:
                found = scored(case, program, lm, options.score)
                write(out / f"{case.name}.scores.json", {**found, "base": base})
            print(f"{case.name}: saved, {INPUTS} inputs recorded", flush=True)
        if options.record:
            kept = ROOT / "tests" / "interop" / "recorded"
            kept.mkdir(parents=True, exist_ok=True)
            for kind in ("program", "messages", "signatures"):
                for file in out.glob(f"*.{kind}.json"):
                    shutil.copy(file, kept / file.name)
        if not options.no_rust:
            sys.exit(rust(out))


def rust(out):
    environment = {
        **os.environ,
        "DSPY_INTEROP": str(out),
        "DSPY_INTEROP_PYTHON": f"{sys.executable} {pathlib.Path(__file__).with_name('again.py')}",
        "OPENAI_API_KEY": "none",
        "NO_PROXY": "127.0.0.1",
    }
    command = ["cargo", "test", "--package", "dspy", "--features", "chrono", "--test", "interop", "--", "--nocapture"]
    if built := os.environ.get("DSPY_INTEROP_TEST"):
        command = [built, "--nocapture"]
    return subprocess.run(command, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    main()
