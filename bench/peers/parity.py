"""Compares prompts with those of Python DSPy: parity.py [--count N] [--seed N] ADAPTER...

The words around fields are not compared; messages, roles, order, markers, names and values are.
What differs by design is told apart from what remains; bench/README.md says why each does.
"""

import argparse
import html
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import dspy
from pydantic import TypeAdapter

from layout import HISTORY, layout
from report import put
from triples import triples

ADAPTERS = {"chat": dspy.ChatAdapter, "json": dspy.JSONAdapter, "xml": dspy.XMLAdapter}


# Differences that are meant, each with its reason in bench/README.md.
TYPES = "types in words"
HISTORY_LISTED = "the history is no field"
HISTORY_LACKED = "a demonstration without past turns is complete"
TRIMMED = "white space at the end"
SPELLED = "the same number, spelt differently"
ESCAPED = "markup in values is escaped"
BY_DESIGN = (TYPES, HISTORY_LISTED, HISTORY_LACKED, TRIMMED, SPELLED, ESCAPED)
# Of these, the ones that leave every marker and value as it is.
WORDS = (TYPES, HISTORY_LISTED, HISTORY_LACKED)


def theirs(triple):
    """The messages of DSPy's adapter."""
    case, kinds = triple["case"], triple["kinds"]
    fields = {}
    for field in case["signature"]["inputs"]:
        fields[field["name"]] = (kinds[field["name"]].annotation, dspy.InputField(**described(field)))
    if case["history"]:
        fields[HISTORY] = (dspy.History, dspy.InputField())
    for field in case["signature"]["outputs"]:
        fields[field["name"]] = (kinds[field["name"]].annotation, dspy.OutputField(**described(field)))
    signature = dspy.Signature(fields, case["signature"]["instructions"] or default_instructions(case))
    inputs = typed(kinds, case["inputs"])
    if case["history"]:
        inputs[HISTORY] = dspy.History(messages=[typed(kinds, turn) for turn in case["history"]])
    demos = [typed(kinds, demo) for demo in case["demos"]]
    return ADAPTERS[case["adapter"]]().format(signature, demos, inputs)


def described(field):
    return {"desc": field["desc"]} if field["desc"] else {}


def default_instructions(case):
    names = lambda fields: ", ".join(f"`{field['name']}`" for field in fields)
    signature = case["signature"]
    return f"Given the fields {names(signature['inputs'])}, produce the fields {names(signature['outputs'])}."


def typed(kinds, fields):
    """Values as a Python program has them: models and enums are instances."""
    values = {}
    for name, value in fields.items():
        listed_text = kinds[name].annotation is str and isinstance(value, list)
        if value is not None and not listed_text:
            value = TypeAdapter(kinds[name].annotation).validate_python(value)
        values[name] = value
    return values


def ours(cases):
    """The messages of dspy-bench, or an error, by case."""
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    command = [os.environ["DSPY_BENCH"], "format", "--cases", "-"]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def differences(case, left, right):
    """Kinds of difference with what was seen: DSPy's messages left, ours right."""
    roles = [[message["role"] for message in messages] for messages in (left, right)]
    if len(roles[0]) != len(roles[1]):
        yield "number of messages", f"{len(roles[0])} and {len(roles[1])}"
        return
    if roles[0] != roles[1]:
        yield "roles", f"{roles[0]} and {roles[1]}"
        return
    last = len(left) - 1
    for index, (one, other) in enumerate(zip(left, right)):
        place = "system" if index == 0 else "question" if index == last else f"{one['role']} turn"
        read = [layout(case, message["role"], message["content"]) for message in (one, other)]
        for part in read[0].keys() | read[1].keys():
            values = read[0].get(part), read[1].get(part)
            if values[0] == values[1]:
                continue
            if part in WORDING:
                yield WORDING[part](case) or f"{place}: {part}", f"{values[0]!r} and {values[1]!r}"
                continue
            if not part.startswith("value") or len(values[0] or []) != len(values[1] or []):
                yield f"{place}: {part}", f"{values[0]!r} and {values[1]!r}"
                continue
            for pair in zip(*values):
                if pair[0] != pair[1]:
                    yield nature(*pair) or f"{place}: {part}", f"{pair[0]!r} and {pair[1]!r}"


# Parts of a message that are words, and by which design they differ.
WORDING = {
    "types in the field list": lambda case: TYPES,
    "the history is listed": lambda case: HISTORY_LISTED,
    "prefix of an incomplete demonstration": lambda case: HISTORY_LACKED if case["history"] else None,
}


def nature(one, other):
    """Why two renderings of a value differ, where that is by design."""
    if one == other.rstrip():
        return TRIMMED
    if NUMBER.search(one) and same_numbers(one, other):
        return SPELLED
    return ESCAPED if one == html.unescape(other) else None


# A number that Python and Rust spell differently.
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?e-\d+(?![\w.])")


def same_numbers(one, other):
    """Whether two texts are the same but for how their small numbers are spelt."""
    plain = lambda found: f"{float(found[0]):.20f}".rstrip("0")
    written = re.compile(NUMBER.pattern + r"|(?<![\w.])-?0\.0\d+(?![\w.])")
    return written.sub(plain, one) == written.sub(plain, other)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=66)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--write", type=Path, help="put the table into this file")
    options.add_argument("--show", type=int, default=2, help="examples of each kind of difference")
    options.add_argument("adapters", nargs="*", default=list(ADAPTERS))
    given = options.parse_args()
    rows = [
        "| adapter | calls | same messages, roles, order, markers and values | "
        "of these also the same types and fields listed | by design: calls | other differences: calls |",
        "|---|--:|--:|--:|---|---|",
    ]
    for adapter in given.adapters:
        made = list(triples(adapter, given.count, given.seed))
        counts, examples, same, equal = Counter(), defaultdict(list), 0, 0
        for triple, answer in zip(made, ours([triple["case"] for triple in made]), strict=True):
            case = triple["case"]
            if "messages" in answer:
                found = list(differences(case, theirs(triple), answer["messages"]))
            else:
                found = [(f"no prompt: {answer['error']}", "")]
            kinds = {kind for kind, _ in found}
            same += kinds <= set(BY_DESIGN)
            equal += kinds <= set(BY_DESIGN) - set(WORDS)
            counts.update(kinds)
            for kind, seen in found:
                examples[kind].append(f"{case['id']}: {seen}")
        listed = lambda meant: "; ".join(
            f"{kind}: {count}" for kind, count in sorted(counts.items()) if (kind in BY_DESIGN) == meant
        )
        rows.append(
            f"| {adapter} | {len(made)} | {same} | {equal} | {listed(True) or 'none'} | "
            f"{listed(False) or 'none'} |"
        )
        for kind in sorted(examples):
            for example in examples[kind][: given.show]:
                print(f"{adapter}, {kind}: {example[:600]}", file=sys.stderr)
    table = "\n".join(rows)
    print(table)
    if given.write:
        put(given.write, "parity", table)


if __name__ == "__main__":
    main()
