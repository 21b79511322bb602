"""A program from Rust in Python and back: again.py NAME IN.json OUT.json

Loads the file into the program of that name, with every warning an error, runs it, and saves it.
"""

import logging
import os
import sys
import tempfile
import types
import warnings

os.environ.setdefault("DSPY_CACHEDIR", os.path.join(tempfile.gettempdir(), "dspy-interop-cache"))
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

import dspy  # noqa: E402

import programs  # noqa: E402
import shop  # noqa: E402


class Loud(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING:
            sys.exit(f"Python warns: {record.getMessage()}")


class NoWorld:
    """Stands for a server of tickets, of which only the signatures are asked."""

    stages = [{"instructions": "To be loaded."}, {"instructions": "To be loaded."}]
    signature = programs.Tickets.signature

    def rows(self, *_):
        return []


class Answers(dspy.BaseLM):
    """Answers orders as the shop does, and everything else with one word."""

    def forward(self, prompt=None, messages=None, **kwargs):
        content = messages[-1]["content"]
        if "#K" in content:
            text = shop.answer(messages)
        else:
            fields = shop.asked_fields(content)
            text = "\n\n".join([*(f"[[ ## {name} ## ]]\nword" for name in fields), "[[ ## completed ## ]]"])
        message = types.SimpleNamespace(content=text, tool_calls=None)
        choice = types.SimpleNamespace(message=message, finish_reason="stop")
        return types.SimpleNamespace(choices=[choice], usage={}, model="answers")


def main():
    name, source, target = sys.argv[1:]
    world = NoWorld()
    case = next(case for case in programs.cases(world, world) if case.name == name)
    logging.getLogger("dspy").addHandler(Loud())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        case.program.load(source)
    logging.getLogger("dspy").handlers.clear()
    case.program.save(target)
    for predictor in case.program.predictors():
        predictor.lm = None
    inputs = {"text": "#T000001 a b"} if case.world else dict(case.train[0].inputs())
    with dspy.context(lm=Answers(model="answers"), adapter=dspy.ChatAdapter()):
        prediction = case.program(**inputs)
    print(f"{name}: loaded in Python {dspy.__version__} without a warning; it says {prediction[case.target]!r}")


main()
