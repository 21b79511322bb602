"""What of a message is compared: names, markers, values and their order, not the words around."""

import json
import re

# What stands for an output that a demonstration lacks, as DSPy and as we write it.
PLACEHOLDER = "(placeholder)"
PLACEHOLDERS = ("Not supplied for this particular example.", "Not supplied for this demonstration.")
# The line above a demonstration that lacks fields.
PREFIXES = (
    "This is an example of the task, though some input or output fields are not supplied.",
    "This demonstration leaves some fields out.",
)
# The input that holds the turns of a conversation.
HISTORY = "history"
HEADER = re.compile(r"^\[\[ ## (\w+) ## \]\][ \t]*\n?", re.MULTILINE)
LISTED = re.compile(r"^\d+\. `(\w+)` \((.*?)\)(?::|$)", re.MULTILINE)


def layout(case, role, content):
    """The parts of a message by name."""
    if not isinstance(content, str):
        return {"content": content}
    for text in PLACEHOLDERS:
        content = content.replace(f"{text} ", PLACEHOLDER).replace(text, PLACEHOLDER)
    signature = case["signature"]
    inputs = [field["name"] for field in signature["inputs"]]
    outputs = [field["name"] for field in signature["outputs"]]
    if role == "system":
        return system(case["adapter"], signature, inputs + outputs, content)
    names = inputs if role == "user" else outputs
    if case["adapter"] == "json" and role == "assistant":
        return json_answer(content)
    read = xml_sections if case["adapter"] == "xml" else chat_sections
    before, sections, after = read(content, names)
    parts = {"order of sections": [name for name, _ in sections]}
    if role == "user":
        parts["prefix of an incomplete demonstration"] = before.strip() in PREFIXES
        parts["other text before"] = before.strip() if before.strip() not in PREFIXES else ""
        sections, after = without_reminder(sections, after)
        parts["order of fields in the reminder"] = mentioned(after, outputs)
    else:
        parts["text before"] = before.strip()
    for name, value in sections:
        parts[f"value of {kind(signature, name)}"] = [
            *parts.get(f"value of {kind(signature, name)}", []), value
        ]
    return parts


def system(adapter, signature, names, content):
    """Field list, markers in order, descriptions and instructions of a system message."""
    listed = LISTED.findall(content)
    markers = HEADER.findall(content)
    tags = [name for name in re.findall(r"^<(\w+)>", content, re.MULTILINE) if name in names]
    fields = [*signature["inputs"], *signature["outputs"]]
    instructions = [line for line in signature["instructions"].splitlines() if line.strip()]
    return {
        "order of the field list": [name for name, _ in listed if name != HISTORY],
        "types in the field list": [spelling for name, spelling in listed if name != HISTORY],
        "the history is listed": HISTORY in content,
        "order of markers": [name for name in (tags if adapter == "xml" else markers) if name != HISTORY],
        "descriptions": [field["desc"] in content for field in fields],
        "instructions": [f"        {line}" in content for line in instructions],
        "notes on values": re.findall(r"\{(\w+)\} {8}# note: ", content),
    }


def chat_sections(content, names):
    """Text before, sections in order, text after."""
    pieces = HEADER.split(content)
    before, rest = pieces[0], pieces[1:]
    return before, [(name, value.strip("\n")) for name, value in zip(rest[::2], rest[1::2])], ""


def xml_sections(content, names):
    sections, before, end = [], None, 0
    for match in re.finditer(r"^<(\w+)(?: />|>(.*?)</\1>)", content, re.MULTILINE | re.DOTALL):
        if match[1] in names and match.start() >= end:
            before = content[: match.start()] if before is None else before
            value = match[2] or ""
            sections.append((match[1], value[1:-1] if value.startswith("\n") else value))
            end = match.end()
    return before or "", sections, content[end:]


def json_answer(content):
    try:
        fields = json.loads(content)
    except ValueError:
        return {"an object": False}
    shown = [value if isinstance(value, str) else json.dumps(value) for value in fields.values()]
    return {"order of sections": list(fields), "values": shown, "line breaks": content.count("\n")}


def without_reminder(sections, after):
    """Splits off the last paragraph of the last section: how to answer."""
    if not sections or after.strip():
        return sections, after
    *others, (name, value) = sections
    value, found, reminder = value.rpartition("\n\n")
    starts = ("Respond with", "Answer with")
    if not found and reminder.startswith(starts):
        return [*others, (name, "")], reminder
    if found and reminder.startswith(starts):
        return [*others, (name, value)], reminder
    return sections, ""


def mentioned(reminder, outputs):
    """Output fields in the order of their first mention."""
    places = {name: re.search(rf"(?:`|## |<){name}(?:`| ##|>)", reminder) for name in outputs}
    return sorted((n for n in outputs if places[n]), key=lambda n: places[n].start())


def kind(signature, name):
    """The type of a field, to sort differences by."""
    for field in [*signature["inputs"], *signature["outputs"]]:
        if field["name"] == name:
            schema = field.get("schema", {})
            return field.get("type") or schema.get("title") or schema.get("type")
    return f"section {name}"
