"""What all readings of a JSON Schema share."""


class Inexpressible(Exception):
    """A schema that a peer's types cannot say."""


def resolve(root, schema):
    """The schema behind references, with the keywords beside a reference merged in."""
    for _ in range(32):
        if not isinstance(schema, dict) or "$ref" not in schema:
            return schema
        pointer = schema["$ref"].removeprefix("#").split("/")[1:]
        target = root
        for step in pointer:
            target = target[step.replace("~1", "/").replace("~0", "~")]
        beside = {key: value for key, value in schema.items() if key not in ("$ref", "$defs")}
        if target is root:
            beside.pop("properties", None)
        schema = merged(target, beside) if beside.get("properties") else target
    raise Inexpressible("circular references")


def merged(base, extra):
    """Two object schemas as one."""
    both = dict(base)
    both["type"] = "object"
    both["properties"] = {**base.get("properties", {}), **extra.get("properties", {})}
    both["required"] = [*base.get("required", []), *extra.get("required", [])]
    for key in ("oneOf", "anyOf"):
        if both["properties"] and key in extra:
            both[key] = extra[key]
    return both


def alternatives(root, schema):
    """The members of a union, each whole; None where the schema is no union."""
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": name} for name in schema["type"]]
    variants = schema.get("oneOf") or schema.get("anyOf")
    if not variants:
        return None
    if not schema.get("properties"):
        return variants
    base = {key: value for key, value in schema.items() if key not in ("oneOf", "anyOf")}
    return [merged(base, resolve(root, variant)) for variant in variants]


def constants(root, schema):
    """The members of a closed set as (value, description); None where it is none."""
    schema = resolve(root, schema)
    if not isinstance(schema, dict):
        return None
    if "const" in schema:
        return [(schema["const"], schema.get("description"))]
    if "enum" in schema:
        return [(value, None) for value in schema["enum"]]
    members = []
    for variant in schema.get("oneOf", []):
        inner = constants(root, variant)
        if inner is None:
            return None
        members.extend(inner)
    return members or None


INTEGERS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
    "uint": (0, 2**64 - 1),
    "int": (-(2**63), 2**63 - 1),
}
