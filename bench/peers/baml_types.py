"""JSON Schema to the types of BAML, and values of these back to JSON."""

import re
import types
from enum import Enum

import pydantic

from schema import INTEGERS, Inexpressible, alternatives, constants, resolve

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
MEMBER = re.compile(r"[A-Z][A-Za-z0-9_]*\Z")
KEYWORDS = {"class", "enum", "function", "client", "type", "test", "generator", "map", "true", "false", "null"}


class Source:
    """BAML source that declares one function, whose return type is the schema's."""

    def __init__(self, root):
        self.root = root
        self.blocks = []
        self.places = {}
        self.names = {}
        self.enums = types.ModuleType("enums")
        self.classes = types.ModuleType("classes")
        returned, limits = self.type(root), self.asserts(resolve(root, root))
        if limits:
            self.blocks.append(f"type Bounded = {returned}{limits}")
            returned = "Bounded"
        self.text = "\n".join([CLIENT, *self.blocks, FUNCTION % returned])

    def type(self, schema, variant=False):
        if not isinstance(schema, dict) or schema == {}:
            raise Inexpressible("a value of any type, or of none")
        place = id(resolve(self.root, schema)) if "$ref" in schema else id(schema)
        if place in self.places:
            return self.places[place]
        schema = resolve(self.root, schema)
        members = constants(self.root, schema)
        if members is not None:
            return self.closed_set(members, place)
        variants = alternatives(self.root, schema)
        if variants is not None:
            return "(" + " | ".join(self.type(inner, variant=True) for inner in variants) + ")"
        kind = schema.get("type")
        simple = {"string": "string", "integer": "int", "number": "float", "boolean": "bool", "null": "null"}
        if kind in simple:
            return simple[kind]
        if kind == "array":
            if "prefixItems" in schema or schema.get("uniqueItems"):
                raise Inexpressible("a tuple or a set")
            items = schema.get("items", True)
            return f"{self.type(items)}{self.asserts_inside(items)}[]"
        if kind == "object" and "properties" in schema:
            if schema.get("additionalProperties") is False and not variant:
                raise Inexpressible("an object that forbids other keys")
            return self.object(schema, place)
        if kind == "object":
            if "patternProperties" in schema:
                raise Inexpressible("keys of a pattern")
            return f"map<string, {self.type(schema.get('additionalProperties', True))}>"
        raise Inexpressible(f"a schema of type {kind}")

    def closed_set(self, members, place):
        values = [value for value, _ in members]
        if len(values) == 1 or not all(isinstance(value, str) for value in values):
            return "(" + " | ".join(literal(value) for value in values) + ")"
        name = f"Enum{len(self.places)}"
        lines, made = [], {}
        for index, (value, description) in enumerate(members):
            member = value if MEMBER.match(value) else f"Member{index}"
            line = f"  {member}"
            if member != value:
                line += f" @alias({literal(value)})"
            if description:
                line += f" @description({literal(description)})"
            lines.append(line)
            made[member] = value
        self.blocks.append("enum %s {\n%s\n}" % (name, "\n".join(lines)))
        setattr(self.enums, name, Enum(name, {member: member for member in made}))
        self.names[name] = made
        self.places[place] = name
        return name

    def object(self, schema, place):
        name = f"Class{len(self.places)}"
        self.places[place] = name
        lines, keys = [], {}
        for index, (key, inner) in enumerate(schema["properties"].items()):
            if isinstance(inner, dict) and inner.get("default") is not None:
                raise Inexpressible("a default")
            member = key if NAME.match(key) and key not in KEYWORDS else f"field{index}"
            optional = "" if key in schema.get("required", []) else "?"
            line = f"  {member} {self.type(inner)}{optional}{self.asserts(resolve(self.root, inner))}"
            if member != key:
                line += f" @alias({literal(key)})"
            lines.append(line)
            keys[member] = key
        self.blocks.append("class %s {\n%s\n}" % (name, "\n".join(lines)))
        open_model = types.new_class(
            name, (pydantic.BaseModel,), {}, lambda body: body.update(model_config={"extra": "allow"})
        )
        setattr(self.classes, name, open_model)
        self.names[name] = keys
        return name

    def asserts_inside(self, schema):
        if self.asserts(resolve(self.root, schema)):
            raise Inexpressible("bounds of the items of a list")
        return ""

    def asserts(self, schema):
        if not isinstance(schema, dict):
            return ""
        low, high = INTEGERS.get(schema.get("format"), (None, None))
        formats = {} if low is None or schema["format"] in ("int64", "uint64") else {"minimum": low, "maximum": high}
        schema = {**formats, **schema}
        tests = [
            f"this {sign} {schema[key]}"
            for key, sign in (("minimum", ">="), ("maximum", "<="), ("exclusiveMinimum", ">"), ("exclusiveMaximum", "<"))
            if key in schema
        ]
        if "multipleOf" in schema:
            tests.append(f"this % {schema['multipleOf']} == 0")
        for key, sign in (("min", ">="), ("max", "<=")):
            for what in ("Length", "Items", "Properties"):
                if key + what in schema:
                    tests.append(f"this|length {sign} {schema[key + what]}")
        return "".join(" @assert(b%d, {{ %s }})" % test for test in enumerate(tests))

    def plain(self, value):
        """A parsed value as JSON, under the schema's own names."""
        if isinstance(value, Enum):
            return self.names[type(value).__name__][value.name]
        if isinstance(value, pydantic.BaseModel):
            keys = self.names[type(value).__name__]
            fields = {**value.__dict__, **(value.__pydantic_extra__ or {})}
            return {keys[name]: self.plain(inner) for name, inner in fields.items() if inner is not None}
        if isinstance(value, dict):
            return {key: self.plain(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.plain(inner) for inner in value]
        return value


def literal(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if value < 0:
            raise Inexpressible("a negative constant")
        return str(value)
    if isinstance(value, str) and not set(value) & set('"\\\n'):
        return f'"{value}"'
    raise Inexpressible(f"the constant {value!r}")


CLIENT = """client<llm> Nobody {
  provider openai
  options {
    model "none"
    api_key "none"
  }
}"""

FUNCTION = """function Read() -> %s {
  client Nobody
  prompt #"none"#
}"""
