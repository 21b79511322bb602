"""Writes the texts of the parser's cases as seeds for the fuzz targets."""

import json
import pathlib

here = pathlib.Path(__file__).parent
cases = (here / "../tests/data/parse_cases.jsonl").read_text(encoding="utf-8").splitlines()
for index, line in enumerate(cases):
    text = json.loads(line)["text"]
    shapes = [
        f"[[ ## reasoning ## ]]\nbecause\n\n[[ ## topics ## ]]\n{text}\n\n[[ ## urgency ## ]]\nlow",
        f'{{"reasoning": "because", "topics": {text}, "urgency": "low"}}',
        f"<reasoning>because</reasoning>\n<topics>{text}</topics>\n<urgency>low</urgency>",
    ]
    answer = shapes[index % 3] if index % 2 else text
    inputs = {
        "parse": bytes([index % 256]) + text.encode(),
        "stream": bytes([index * 7 % 256, index % 256]) + text.encode(),
        "adapter": bytes([index % 3, index % 256]) + answer.encode(),
    }
    for target, data in inputs.items():
        folder = here / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"case-{index:04}").write_bytes(data)

for file in (here / "../tests/interop/recorded").glob("*.program.json"):
    folder = here / "corpus" / "load"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.stem).write_bytes(file.read_bytes())
field = lambda name: {"prefix": f"{name.title()}:", "description": f"${{{name}}}"}
entry = {
    "traces": [], "train": [], "lm": {"model": "openai/m", "temperature": 0.5},
    "demos": [{"augmented": True, "mail": "m", "tags": ["t"], "reasoning": "r", "label": "a", "count": 1}],
    "signature": {"instructions": "Sort.", "fields": [field(name) for name in ("mail", "tags", "reasoning", "label", "count")]},
}
(here / "corpus" / "load" / "own").write_text(json.dumps({"predict": entry, "metadata": {"dependency_versions": {}}}))
