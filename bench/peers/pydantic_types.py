"""JSON Schema to the type a Python user would have written."""

import keyword
from typing import Annotated, Any, Literal, Union

import pydantic
from pydantic import ConfigDict, Field, TypeAdapter, create_model

from schema import INTEGERS, Inexpressible, alternatives, constants, resolve


class Types:
    """The types of one schema."""

    def __init__(self, root):
        self.root = root
        # By place in the document, so that a type may contain itself; and by name.
        self.places = {}
        self.models = {}

    def annotation(self, schema):
        if schema is True or schema == {}:
            return Any
        if schema is False:
            raise Inexpressible("a property that must not be there")
        place = id(resolve(self.root, schema)) if "$ref" in schema else id(schema)
        if place in self.places:
            return self.places[place]
        schema = resolve(self.root, schema)
        members = constants(self.root, schema)
        if members is not None:
            return Literal[tuple(value for value, _ in members)]
        variants = alternatives(self.root, schema)
        if variants is not None:
            return Union[tuple(self.annotation(variant) for variant in variants)]
        return self.single(schema, place)

    def single(self, schema, place):
        kind = schema.get("type")
        if kind == "string":
            return bounded(str, length(schema, "Length"))
        if kind == "boolean":
            return bool
        if kind == "null":
            return None
        if kind == "integer":
            low, high = INTEGERS.get(schema.get("format"), (None, None))
            formats = {} if low is None else {"minimum": low, "maximum": high}
            return bounded(int, numeric({**formats, **schema}))
        if kind == "number":
            return bounded(float, {**numeric(schema), "allow_inf_nan": False})
        if kind == "array":
            return self.array(schema)
        if kind == "object" and "properties" in schema:
            return self.model(schema, place)
        if kind == "object":
            return self.mapping(schema)
        raise Inexpressible(f"a schema of type {kind}")

    def array(self, schema):
        if "prefixItems" in schema:
            return tuple[tuple(self.annotation(item) for item in schema["prefixItems"])]
        items = self.annotation(schema.get("items", True))
        whole = set[items] if schema.get("uniqueItems") else list[items]
        return bounded(whole, length(schema, "Items"))

    def mapping(self, schema):
        values = schema.get("additionalProperties", True)
        keys = str
        patterns = schema.get("patternProperties")
        if patterns:
            if len(patterns) > 1 or values is not False:
                raise Inexpressible("several patterns for keys")
            [(pattern, values)] = patterns.items()
            keys = Annotated[str, Field(pattern=pattern)]
        return bounded(dict[keys, self.annotation(values)], length(schema, "Properties"))

    def model(self, schema, place):
        name = f"Model{len(self.places)}"
        extra = "forbid" if schema.get("additionalProperties") is False else "ignore"
        settings = ConfigDict(extra=extra, populate_by_name=True)
        # The place is taken by a forward reference until the fields are known.
        self.places[place] = name
        fields = {}
        for index, (key, inner) in enumerate(schema["properties"].items()):
            field = self.annotation(inner)
            default = inner.get("default") if isinstance(inner, dict) else None
            if default is None and key in schema.get("required", []):
                default = ...
            elif default is None:
                field = Union[field, None]
            safe = key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("_")
            safe = safe and not hasattr(pydantic.BaseModel, key)
            fields[key if safe else f"field_{index}"] = (field, Field(default, alias=key))
        model = create_model(name, __config__=settings, **fields)
        self.places[place] = self.models[name] = model
        for other in self.models.values():
            other.model_rebuild(force=True, raise_errors=False, _types_namespace=self.models)
        return model


def annotation(schema):
    """The type of a whole schema, checked to be usable."""
    made = Types(schema).annotation(schema)
    TypeAdapter(made)
    return made


def bounded(kind, limits):
    return Annotated[kind, Field(**limits)] if limits else kind


def numeric(schema):
    names = {
        "minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt",
        "multipleOf": "multiple_of",
    }
    return {name: schema[key] for key, name in names.items() if key in schema}


def length(schema, what):
    limits = {"min_length": schema.get(f"min{what}"), "max_length": schema.get(f"max{what}")}
    return {name: limit for name, limit in limits.items() if limit is not None}


def plain(kind, value):
    """A value of the type as JSON."""
    return TypeAdapter(kind).dump_python(value, mode="json", by_alias=True)
