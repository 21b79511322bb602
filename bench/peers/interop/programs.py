"""Twelve programs of different shapes, their rows, and how each is optimized."""

import datetime
import enum
import json
import types
import urllib.request
from typing import Literal, Optional

import dspy
import pydantic

import shop

TRAIN, VALIDATION = 60, 60


class Tickets:
    """Rows and instructions of a server of `dspy-bench sim`."""

    def __init__(self, url):
        self.url = url
        self.stages = json.loads(self.get("/task"))["stages"]

    def get(self, path):
        with urllib.request.urlopen(f"{self.url}{path}") as reply:
            return reply.read().decode()

    def rows(self, split, count, seed=3):
        lines = self.get(f"/dataset?split={split}&n={count}&seed={seed}").splitlines()
        return [dspy.Example(**json.loads(line)).with_inputs("text") for line in lines]

    def signature(self, name, text, stage=-1):
        signature = dspy.Signature(text, self.stages[stage]["instructions"])
        signature.__name__ = name
        return signature


# --- Tickets: text in, label out, in several shapes. -------------------------------------------------


class Router(dspy.Module):
    """A module inside another one."""

    def __init__(self, topic, label):
        super().__init__()
        self.topic = dspy.Predict(topic)
        self.label = dspy.ChainOfThought(label)

    def forward(self, text):
        topic = self.topic(text=text).topic
        return self.label(text=text, topic=topic)


class Nested(dspy.Module):
    def __init__(self, topic, label):
        super().__init__()
        self.router = Router(topic, label)

    def forward(self, text):
        return self.router(text=text)


class TwoStages(dspy.Module):
    def __init__(self, topic, label):
        super().__init__()
        self.topic = dspy.Predict(topic)
        self.label = dspy.Predict(label)

    def forward(self, text):
        return self.label(text=text, topic=self.topic(text=text).topic)


class Classifier(dspy.Module):
    def __init__(self, label):
        super().__init__()
        self.classify = dspy.ChainOfThought(label)

    def forward(self, text):
        return self.classify(text=text)


class Votes(dspy.Module):
    """A list of modules: the first label that two of them give."""

    def __init__(self, label):
        super().__init__()
        self.votes = [dspy.Predict(label), dspy.ChainOfThought(label), dspy.Predict(label)]

    def forward(self, text):
        labels = [vote(text=text).label for vote in self.votes]
        chosen = labels[1] if labels[1] == labels[2] else labels[0]
        return dspy.Prediction(label=chosen)


class Experts(dspy.Module):
    """A dict of modules."""

    def __init__(self, topic, label):
        super().__init__()
        self.experts = {"the topic": dspy.Predict(topic), "label": dspy.Predict(label)}

    def forward(self, text):
        topic = self.experts["the topic"](text=text).topic
        return self.experts["label"](text=text, topic=topic)


# --- Orders: typed fields and tools. -----------------------------------------------------------------


class Priority(enum.Enum):
    LOW = "low"
    NORMAL = "normal"
    URGENT = "urgent"


class Line(pydantic.BaseModel):
    name: str
    count: int
    price: Optional[float]


class Customer(pydantic.BaseModel):
    name: str
    city: str
    since: datetime.date
    tags: list[str]


class ReadOrder(dspy.Signature):
    """Read an order."""

    text: str = dspy.InputField(desc="The customer's words.")
    today: datetime.date = dspy.InputField()
    priority: Priority = dspy.OutputField(desc="How soon it is wanted.")
    due: datetime.date = dspy.OutputField()
    lines: list[Line] = dspy.OutputField(desc="One for each kind of goods.")
    comment: Optional[str] = dspy.OutputField()


class JudgeOrder(dspy.Signature):
    """Judge an order of a customer.

    Look at the customer, too:
      - an old one may be trusted."""

    text: str = dspy.InputField()
    customer: Customer = dspy.InputField(desc="Who wrote it.")
    limit: float = dspy.InputField()
    channel: Literal["web", "phone", "shop floor"] = dspy.OutputField()
    gift: bool = dspy.OutputField(desc="Whether it is a present.")
    weight: float = dspy.OutputField(desc="In kilograms.")
    stock: dict[str, int] = dspy.OutputField()


class Quote(dspy.Signature):
    """Say what an order costs in total."""

    text: str = dspy.InputField()
    total: float = dspy.OutputField(desc="In francs.")


class Offers(dspy.Module):
    def __init__(self):
        super().__init__()
        self.judge = dspy.ChainOfThought(JudgeOrder)

    def forward(self, text, customer, limit):
        return self.judge(text=text, customer=customer, limit=limit)


class Desk(dspy.Module):
    """An agent inside a module, beside a predictor with settings of its own."""

    def __init__(self):
        super().__init__()
        self.read = dspy.Predict(ReadOrder)
        self.agent = dspy.ReAct(Quote, tools=TOOLS, max_iters=5)

    def forward(self, text, today):
        read = self.read(text=text, today=today)
        return dspy.Prediction(priority=read.priority, total=self.agent(text=text).total)


def price(item: str) -> float:
    """The price of one piece."""
    return shop.GOODS[item]


def delivery(city: str, express: bool) -> float:
    """What it costs to send a parcel."""
    return shop.CITIES[city] * (2 if express else 1)


TOOLS = [price, delivery]
TODAY = datetime.date(2026, 1, 1)


def orders(first, count, inputs, outputs):
    rows = []
    for number in range(first, first + count):
        true = shop.order(number)
        customer = Customer(
            name=shop.pick(["Ada", "Björn", "Chloé"], "who", number),
            city=true["city"],
            since=datetime.date(2000 + number % 20, 5, 17),
            tags=["new"] if number % 3 else ["old", "trusted"],
        )
        given = {"text": shop.text(number), "today": TODAY, "customer": customer, "limit": 100.0 + number % 7}
        typed = {
            **true,
            "priority": Priority(true["priority"]),
            "due": datetime.date.fromisoformat(true["due"]),
            "lines": [Line(**line) for line in true["lines"]],
        }
        fields = {**{name: given[name] for name in inputs}, **{name: typed[name] for name in outputs}}
        rows.append(dspy.Example(**fields).with_inputs(*inputs))
    return rows


# --- Metrics and optimizers. -------------------------------------------------------------------------


def equal_on(name):
    def metric(example, prediction, trace=None):
        return getattr(prediction, name, None) == example[name]

    return metric


def with_feedback(name):
    right = equal_on(name)

    def metric(example, prediction, trace=None, pred_name=None, pred_trace=None):
        good = right(example, prediction)
        return dspy.Prediction(score=float(good), feedback="Right." if good else f"Wrong: expected {example[name]}.")

    return metric


def labeled(case, lm):
    return dspy.LabeledFewShot(k=5).compile(case.program, trainset=case.train)


def bootstrapped(case, lm):
    search = dspy.BootstrapFewShot(metric=case.metric, max_bootstrapped_demos=3, max_labeled_demos=5)
    return search.compile(case.program, trainset=case.train)


def mipro(case, lm):
    search = dspy.MIPROv2(
        metric=case.metric, auto="light", seed=5, num_threads=2, prompt_model=lm, task_model=lm,
        max_bootstrapped_demos=2, max_labeled_demos=3,
    )
    return search.compile(case.program, trainset=case.train, valset=case.validation)


def simba(case, lm):
    search = dspy.SIMBA(
        metric=case.metric, bsize=24, max_steps=2, num_candidates=3, max_demos=3, num_threads=2,
        prompt_model=lm.copy(temperature=1.0),
    )
    return search.compile(case.program, trainset=case.train, seed=1)


def gepa(case, lm):
    search = dspy.GEPA(
        metric=with_feedback(case.target), max_full_evals=4, seed=1, num_threads=2,
        reflection_lm=lm.copy(temperature=1.0),
    )
    return search.compile(case.program, trainset=case.train, valset=case.validation)


def by_hand(case, lm):
    """No optimizer: incomplete and empty-handed demonstrations, and settings of a model."""
    program = case.program
    program.read.demos = [
        dspy.Example(text="#K900001 Two lamps, quickly!", priority=Priority.URGENT),
        dspy.Example(text="#K900002 No hurry.", today=TODAY, priority=Priority.LOW, due=None, lines=[], comment=None),
        dspy.Example(remark="of no use to it"),
    ]
    program.read.lm = dspy.LM("openai/gpt-4o-mini", temperature=0.25, max_tokens=321, api_base="http://elsewhere.example/v1", top_p=0.5)
    program.agent.react.signature = program.agent.react.signature.with_instructions(
        program.agent.react.signature.instructions + "\nWork carefully."
    )
    program.read.signature = program.read.signature.with_updated_fields("due", desc="The day it must be there.")
    return program


def cases(single, staged):
    """All programs; `single` and `staged` are the two worlds of tickets."""
    label = lambda world, name, text="text -> label": world.signature(name, text)
    two = (staged.signature("FindTopic", "text -> topic", 0), staged.signature("FindLabel", "text, topic -> label"))
    ticket = lambda world: dict(
        world=world, target="label",
        train=world.rows("train", TRAIN), validation=world.rows("val", VALIDATION),
        test=lambda count: world.rows("test", count, 0),
    )
    order = lambda target, inputs, outputs: dict(
        world=None, target=target,
        train=orders(1000, TRAIN, inputs, outputs), validation=orders(2000, VALIDATION, inputs, outputs),
        test=lambda count: orders(5000, count, inputs, outputs),
    )
    read = order("priority", ["text", "today"], ["priority", "due", "lines", "comment"])
    judged = order("channel", ["text", "customer", "limit"], ["channel", "gift", "weight", "stock"])
    quoted = order("total", ["text"], ["total"])
    desk = order("total", ["text", "today"], ["priority", "total"])
    made = [
        ("plain", dspy.Predict(label(single, "Label")), labeled, ticket(single)),
        ("thought", dspy.ChainOfThought(label(single, "Label")), bootstrapped, ticket(single)),
        ("classifier", Classifier(label(single, "Label")), mipro, ticket(single)),
        ("two_stages", TwoStages(*two), simba, ticket(staged)),
        ("nested", Nested(*two), gepa, ticket(staged)),
        ("votes", Votes(label(single, "Label")), bootstrapped, ticket(single)),
        ("experts", Experts(*two), labeled, ticket(staged)),
        ("typed", dspy.Predict(ReadOrder), labeled, read),
        ("offers", Offers(), bootstrapped, judged),
        ("agent", dspy.ReAct(Quote, tools=TOOLS, max_iters=5), bootstrapped, quoted),
        ("desk", Desk(), by_hand, desk),
        ("rewritten", Classifier(label(single, "Label")), gepa, ticket(single)),
    ]
    for name, program, optimize, rest in made:
        yield types.SimpleNamespace(
            name=name, program=program, optimize=optimize, metric=equal_on(rest["target"]), **rest
        )
