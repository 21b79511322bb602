"""A small world of orders that a simulated model reads, for programs with typed fields and tools.

What it answers follows from the order it is asked about, from how many demonstrations it was shown,
and a little from every word of the prompt. It writes the chat format only.
"""

import datetime
import hashlib
import json
import re

GOODS = {"apples": 0.4, "lamps": 19.5, "chairs": 45.0, "pens": 1.25, "tents": 120.0}
CITIES = {"Basel": 6.0, "Oslo": 11.0, "Lyon": 7.5, "Turin": 8.0}
ORDER = re.compile(r"#K(\d{6})")


def draw(*parts):
    """A number from 0 to 1 that follows from the parts."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") / 2**56


def pick(choices, *parts):
    choices = list(choices)
    return choices[int(draw(*parts) * len(choices))]


def order(number):
    """Everything that is true of an order."""
    lines = []
    for place in range(1 + int(draw("lines", number) * 2)):
        name = pick(GOODS, "good", number, place)
        price = GOODS[name] if draw("priced", number, place) < 0.6 else None
        lines.append({"name": name, "count": 1 + int(draw("count", number, place) * 9), "price": price})
    city = pick(CITIES, "city", number)
    due = datetime.date(2026, 1, 1) + datetime.timedelta(days=int(draw("due", number) * 360))
    priority = pick(["low", "normal", "urgent"], "priority", number)
    first = lines[0]
    return {
        "priority": priority,
        "due": due.isoformat(),
        "lines": lines,
        "comment": f"Ring twice in {city}." if draw("comment", number) < 0.5 else None,
        "channel": pick(["web", "phone", "shop floor"], "channel", number),
        "gift": draw("gift", number) < 0.3,
        "weight": round(draw("weight", number) * 40, 2),
        "stock": {line["name"]: line["count"] * 2 for line in lines},
        "total": round(first["count"] * GOODS[first["name"]] + CITIES[city], 2),
        "city": city,
    }


def text(number):
    """What a customer wrote."""
    it = order(number)
    wanted = " and ".join(f"{line['count']} {line['name']}" for line in it["lines"])
    tail = "" if it["comment"] is None else f"\n{it['comment']}"
    return f"#K{number:06} Please send {wanted} to {it['city']} by {it['due']}.{tail}"


def wrong(name, truth):
    """A value of the same type that is not true."""
    if name == "priority":
        return "low" if truth != "low" else "normal"
    if name == "channel":
        return "web" if truth != "web" else "phone"
    if name == "due":
        return "2026-12-31"
    if isinstance(truth, bool):
        return not truth
    if isinstance(truth, float):
        return truth + 1.5
    return truth


def asked_fields(question):
    """The output fields that the reminder at the end of a question names, in order."""
    reminder = question.rsplit("\n\n", 1)[-1]
    return [name for name in re.findall(r"`\[\[ ## (\w+) ## \]\]`", reminder) if name != "completed"]


def step(number, question):
    """The agent's next step; how many there were is seen in the text of its past ones."""
    done = len(re.findall(r"^(?:\[\[ ## tool_name_\d+ ## \]\]|Step \d+)\s*$", question, re.MULTILINE))
    it = order(number)
    first = it["lines"][0]
    plan = [
        ("The price comes first.", "price", {"item": first["name"]}),
        ("Then the way there.", "delivery", {"city": it["city"], "express": False}),
        ("That is all I need.", "finish", {}),
    ]
    thought, tool, arguments = plan[min(done, 2)]
    return {"next_thought": thought, "next_tool_name": tool, "next_tool_args": arguments}


def answer(messages):
    """The reply to a request."""
    question = messages[-1]["content"]
    number = int(ORDER.findall(question)[0])
    shown = sum(message["role"] == "assistant" for message in messages[:-1])
    told = 0.1 if "carefully" in messages[0]["content"] else 0.0
    known = draw("known", number) < 0.55 + told + 0.06 * min(shown, 4)
    slipped = draw("slip", *(message["content"] for message in messages)) < 0.03
    true = order(number)
    out = []
    for name in asked_fields(question):
        if name == "reasoning":
            value = "The order says so."
        elif name.startswith("next_"):
            value = step(number, question)[name]
        else:
            value = true[name] if known and not slipped else wrong(name, true[name])
        shown_value = value if isinstance(value, str) else json.dumps(value)
        shown_value = {"true": "True", "false": "False", "null": "None"}.get(shown_value, shown_value)
        out.append(f"[[ ## {name} ## ]]\n{shown_value}")
    return "\n\n".join([*out, "[[ ## completed ## ]]"])
