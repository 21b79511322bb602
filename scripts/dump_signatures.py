"""Writes down what a saved DSPy program leaves out: dump_signatures.py MODULE:NAME [OUT.json]

NAME is a program, or a function without arguments that makes one, in a Python module that can be
imported from here. The result has the names, types and roles of all fields by predictor, and the tools
of agents; `dspy-import` makes Rust of it together with the file of `program.save("x.json")`.

The program is imported and walked, never run.
"""

import importlib
import json
import os
import sys

import dspy
from pydantic import TypeAdapter


def field(name, info):
    """One field: its description only where somebody wrote one."""
    words = info.json_schema_extra.get("desc") or ""
    told = {"name": name, "type": str(info.annotation), "schema": schema(info.annotation)}
    return told if words == f"${{{name}}}" else {**told, "desc": words}


def schema(annotation):
    if annotation is dspy.Reasoning:
        return {"type": "string"}
    try:
        return TypeAdapter(annotation).json_schema()
    except Exception:
        # A type that has no schema can be anything.
        return {}


def signature(it):
    return {
        "name": it.__name__,
        "instructions": it.instructions,
        "inputs": [field(name, info) for name, info in it.input_fields.items()],
        "outputs": [field(name, info) for name, info in it.output_fields.items()],
    }


def tool(it):
    return {"name": it.name, "desc": it.desc or "", "args": it.args or {}}


def described(program, name=None):
    """Everything that a generator of code needs to know of a program."""
    owners = {}
    for _, module in program.named_sub_modules():
        if isinstance(module, dspy.ReAct):
            owners[id(module.react)] = ("ReAct", module)
            owners[id(module.extract.predict)] = ("ReAct", module)
        elif isinstance(module, dspy.ChainOfThought):
            owners.setdefault(id(module.predict), ("ChainOfThought", module))
    predictors, agents = {}, {}
    for path, predictor in program.named_predictors():
        kind, owner = owners.get(id(predictor), ("Predict", None))
        predictors[path] = {"module": kind, "signature": signature(predictor.signature)}
        if kind == "ReAct" and predictor is owner.react:
            place = path.removesuffix("react").removesuffix(".") or "self"
            agents[place] = {
                "signature": signature(owner.signature),
                "tools": [tool(it) for it in owner.tools.values() if it.name != "finish"],
                "max_iters": owner.max_iters,
            }
    return {
        "program": name or type(program).__name__,
        "dspy": dspy.__version__,
        "predictors": predictors,
        "agents": agents,
    }


def main():
    if len(sys.argv) not in (2, 3) or ":" not in sys.argv[1]:
        sys.exit(__doc__)
    module, _, name = sys.argv[1].partition(":")
    sys.path.insert(0, os.getcwd())
    found = getattr(importlib.import_module(module), name)
    program = found if isinstance(found, dspy.Module) else found()
    text = json.dumps(described(program), ensure_ascii=False, indent=2) + "\n"
    if len(sys.argv) == 3:
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            out.write(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
