"""Calls to compare prompts on: (signature, demonstrations, history, inputs), made from a seed.

A type is made once, as its spelling in the signature grammar (or its JSON Schema, where the grammar
has no spelling) and as the annotation that a Python user would write.
"""

import random
from enum import Enum
from typing import Any, Literal, Optional, Union

import pydantic


class Address(pydantic.BaseModel):
    street: str
    number: int
    extra: Optional[str] = None


class Person(pydantic.BaseModel):
    name: str
    tags: list[str]
    home: Address


class Color(Enum):
    RED = "red"
    DARK_GREEN = "dark green"


WORDS = "north harbour lamp copper seven quiet müller 東京 a,b 'quoted' \"double\" {braces} <b>tag</b> R&D".split(" ")
NAMES = "question context passage title score items limits choice flag person answer summary label note total".split(" ")


class Kind:
    """A type: how it is spelt, what it is in Python, and values of it as JSON."""

    def __init__(self, spelling, annotation, value, schema=None):
        self.spelling, self.annotation, self.value, self.schema = spelling, annotation, value, schema

    def field(self, name, desc):
        typed = {"schema": self.schema} if self.schema is not None else {"type": self.spelling}
        return {"name": name, **typed, "desc": desc}


def text(r):
    words = " ".join(r.choice(WORDS) for _ in range(r.randint(1, 6)))
    return r.choice([words, words, f"{words}\n\n{r.choice(WORDS)}\n  indented", "", f"  {words} "])


def number(r):
    return r.choice([0.5, -1.25, 3.0, 100.0, 1e-05, 1e16, 1.5e300, 0.1, 12345.678])


def kinds():
    whole = lambda r: r.choice([0, 7, -3, 12345678901234])
    flag = lambda r: r.random() < 0.5
    texts = lambda r: [text(r) for _ in range(r.randint(0, 3))]
    address = lambda r: {"street": text(r), "number": whole(r), "extra": r.choice([None, text(r)])}
    person = lambda r: {"name": text(r), "tags": texts(r), "home": address(r)}
    model = lambda kind: pydantic.TypeAdapter(kind).json_schema()
    return [
        Kind("str", str, text),
        Kind("str", str, text),
        Kind("int", int, whole),
        Kind("float", float, number),
        Kind("bool", bool, flag),
        Kind("list[str]", list[str], texts),
        Kind("list[int]", list[int], lambda r: [whole(r) for _ in range(r.randint(0, 4))]),
        Kind("list[float]", list[float], lambda r: [number(r) for _ in range(r.randint(1, 3))]),
        Kind("list[list[str]]", list[list[str]], lambda r: [texts(r), texts(r)]),
        Kind("dict[str, int]", dict[str, int], lambda r: {r.choice(WORDS): whole(r) for _ in range(r.randint(0, 3))}),
        Kind("dict[str, list[bool]]", dict[str, list[bool]], lambda r: {r.choice(WORDS): [flag(r)]}),
        Kind("Literal['yes', 'no', \"it's\"]", Literal["yes", "no", "it's"], lambda r: r.choice(["yes", "no", "it's"])),
        Kind("Literal[1, 2, 3]", Literal[1, 2, 3], lambda r: r.choice([1, 2, 3]), model(Literal[1, 2, 3])),
        Kind("Optional[str]", Optional[str], lambda r: r.choice([None, text(r)])),
        Kind("Optional[int]", Optional[int], lambda r: r.choice([None, whole(r)])),
        Kind("Optional[list[str]]", Optional[list[str]], lambda r: r.choice([None, texts(r)])),
        Kind("Union[int, str]", Union[int, str], lambda r: r.choice([whole(r), text(r)]), model(Union[int, str])),
        Kind("Any", Any, lambda r: r.choice([1, text(r), [1, None, True], {"k": 2.5}])),
        Kind("Color", Color, lambda r: r.choice([c.value for c in Color]), model(Color)),
        Kind("Address", Address, address, model(Address)),
        Kind("Person", Person, person, model(Person)),
        Kind("list[Person]", list[Person], lambda r: [person(r) for _ in range(r.randint(1, 2))], model(list[Person])),
    ]


DESCRIPTIONS = ["", "", "What it is about.", "At most five words; keep `code` as it is.", "Between 0 and 1"]
INSTRUCTIONS = [
    "Answer the question.",
    "Judge the text.\n\nBe strict:\n  - one reason\n  - no praise",
    "Fülle die Felder aus.",
    "",
]


def triples(adapter, count, seed):
    """So many calls, each with its Python annotations."""
    for index in range(count):
        r = random.Random(f"{adapter}/{seed}/{index}")
        all_kinds = kinds()
        # The first calls go through the types one by one, so that each occurs on both sides.
        chosen = [all_kinds[index % len(all_kinds)]] + r.sample(all_kinds, r.randint(1, 4))
        r.shuffle(chosen)
        split = r.randint(1, len(chosen) - 1)
        names = r.sample(NAMES, len(chosen))
        described = [(name, kind, r.choice(DESCRIPTIONS)) for name, kind in zip(names, chosen)]
        inputs, outputs = described[:split], described[split:]
        full = lambda fields: {name: kind.value(r) for name, kind, _ in fields}
        demos = [demo(r, full(inputs), full(outputs)) for _ in range(r.randint(0, 3))]
        history = [{**full(inputs), **full(outputs)} for _ in range(r.choice([0, 0, 0, 1, 2]))]
        given = full(inputs)
        if index % 10 == 3:
            as_listed_text(r, inputs, given)
        yield {
            "case": {
                "id": f"{adapter}-{index}",
                "adapter": adapter,
                "signature": {
                    "instructions": r.choice(INSTRUCTIONS),
                    "inputs": [kind.field(name, desc) for name, kind, desc in inputs],
                    "outputs": [kind.field(name, desc) for name, kind, desc in outputs],
                },
                "demos": demos,
                "history": history,
                "inputs": given,
            },
            "kinds": {name: kind for name, kind, _ in described},
        }


def demo(r, inputs, outputs):
    """Complete, or with fields left out or null; now and then one that teaches nothing."""
    fields = {**inputs, **outputs}
    form = r.choice(["complete", "complete", "fewer", "null", "one side"])
    if form == "fewer" and len(fields) > 2:
        del fields[r.choice(list(fields))]
    if form == "null":
        fields[r.choice(list(fields))] = None
    if form == "one side":
        fields = r.choice([inputs, outputs])
    return dict(fields)


def as_listed_text(r, inputs, given):
    """A list where a text is declared, as retrieved passages are."""
    for name, kind, _ in inputs:
        if kind.annotation is str:
            given[name] = r.choice([[], ["one"], ["one", "two\nlines"], ["a «b» c", "d"]])
            return
