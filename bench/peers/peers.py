"""The peers: each reads a text for a JSON Schema as its users would.

A peer raises `Inexpressible` where its types cannot say the schema, and anything else where it
finds no value.
"""

import json
import logging


class JsonRepair:
    """Repair, then an ordinary lax validation by pydantic."""

    def __init__(self, salvage=False):
        import json_repair
        import pydantic_types
        self.loads, self.types, self.salvage = json_repair.loads, pydantic_types, salvage

    def read(self, schema, text):
        from pydantic import TypeAdapter
        kind = self.types.annotation(schema)
        if isinstance(schema, dict) and schema.get("type") == "string" and "enum" not in schema:
            # Nobody repairs what is to be text.
            return TypeAdapter(kind).validate_python(text)
        options = {"schema": schema, "schema_repair_mode": "salvage"} if self.salvage else {}
        repaired = self.loads(text, **options)
        if repaired == "":
            # Nothing was found; a type that takes text may still take the text itself.
            repaired = text.strip()
        return self.types.plain(kind, TypeAdapter(kind).validate_python(repaired))


class Baml:
    """The parser of BAML's runtime, without a call."""

    def __init__(self):
        import baml_py
        import baml_types
        self.baml, self.types = baml_py, baml_types

    def read(self, schema, text):
        source = self.types.Source(schema)
        try:
            runtime = self.baml.BamlRuntime.from_files("peers", {"main.baml": source.text}, {})
        except Exception as error:
            first = str(error).splitlines()[0]
            raise self.types.Inexpressible(f"BAML refuses the source: {first}") from None
        context = runtime.create_context_manager()
        value = runtime.parse_llm_response(
            "Read", text, source.enums, source.classes, source.classes, False, context, None, None, {}
        )
        return source.plain(value)


class DspyChat:
    """DSPy's chat adapter: the text is the section of one output field."""

    def __init__(self):
        import dspy
        import pydantic_types
        logging.getLogger("dspy").setLevel(logging.ERROR)
        self.dspy, self.types = dspy, pydantic_types
        self.adapter = dspy.ChatAdapter()

    def signature(self, outputs):
        fields = {"question": (str, self.dspy.InputField())}
        for name, (kind, options) in outputs.items():
            fields[name] = (kind, self.dspy.OutputField(**options))
        return self.dspy.Signature(fields, "Answer.")

    def value(self, kind, value):
        """As JSON; a field's own bounds, which DSPy shows but does not enforce, are checked here."""
        return self.types.plain(kind, self.types.TypeAdapter(kind).validate_python(value))

    def read(self, schema, text):
        kind = self.types.annotation(schema)
        completion = f"[[ ## out ## ]]\n{text}\n\n[[ ## completed ## ]]"
        fields = self.adapter.parse(self.signature({"out": (kind, {})}), completion)
        return self.value(kind, fields["out"])


class DspyJson(DspyChat):
    """DSPy's JSON adapter: the text is the completion where the target is an object with declared
    keys, else the value of one field."""

    def __init__(self):
        super().__init__()
        self.adapter = self.dspy.JSONAdapter()

    def read(self, schema, text):
        from schema import resolve
        target = resolve(schema, schema)
        properties = target.get("properties") if isinstance(target, dict) else None
        is_object = properties and "oneOf" not in target and "anyOf" not in target
        if not is_object or not all(usable(name) for name in properties):
            kind = self.types.annotation(schema)
            fields = self.adapter.parse(self.signature({"out": (kind, {})}), json.dumps({"out": text}))
            return self.value(kind, fields["out"])
        if target.get("additionalProperties") is False:
            raise self.types.Inexpressible("outputs that forbid other keys")
        made = self.types.Types(schema)
        outputs = {}
        for name, inner in properties.items():
            default = inner.get("default") if isinstance(inner, dict) else None
            required = name in target.get("required", []) and default is None
            outputs[name] = (made.annotation(inner), {} if required else {"default": default})
        fields = self.adapter.parse(self.signature(outputs), text)
        return {
            name: self.value(outputs[name][0], value)
            for name, value in fields.items()
            if value is not None or "default" not in outputs[name][1]
        }


def usable(name):
    """Whether DSPy takes it as a field's name."""
    import keyword
    import pydantic
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith("_")
        and not hasattr(pydantic.BaseModel, name)
        and name not in ("question", "instructions")
    )


PEERS = {
    "json_repair": JsonRepair,
    "json_repair+schema": lambda: JsonRepair(salvage=True),
    "baml": Baml,
    "dspy_chat": DspyChat,
    "dspy_json": DspyJson,
}
