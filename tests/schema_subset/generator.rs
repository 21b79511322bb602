//! Instances of a rewritten schema, by chance and by seed.

use serde_json::{Map, Value, json};

/// A small source of chance, the same for the same seed.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// A value that the schema admits; shallow where `depth` is small.
pub(crate) fn instance(root: &Value, schema: &Value, chance: &mut Chance, depth: usize) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = if reference == "#" { root } else { root.pointer(&reference[1..]).unwrap() };
        return instance(root, target, chance, depth);
    }
    let is_nullable = schema["nullable"] == true || schema["type"][1] == "null";
    if is_nullable && (depth == 0 || chance.below(3) == 0) {
        return Value::Null;
    }
    if let Some(parts) = schema["anyOf"].as_array() {
        let null = json!({"type": "null"});
        // At the bottom, whatever leads no further.
        let flat = |part: &&Value| part["enum"].is_array() || **part == null || !is_deep(part);
        let shallow: Vec<&Value> = parts.iter().filter(flat).collect();
        let part = match shallow.as_slice() {
            [_, ..] if depth == 0 => *chance.pick(&shallow),
            _ => chance.pick(parts),
        };
        return instance(root, part, chance, depth.saturating_sub(1));
    }
    if let Some(members) = schema["enum"].as_array() {
        return chance.pick(members).clone();
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str()).unwrap_or_default();
    let below = depth.saturating_sub(1);
    match kind.to_lowercase().as_str() {
        "null" => Value::Null,
        "boolean" => json!(chance.below(2) == 0),
        "integer" => {
            let least = schema["minimum"].as_i64().unwrap_or(0);
            json!(least + chance.below(5) as i64)
        }
        "number" => json!(0.5 * chance.below(9) as f64),
        "string" if says_json(schema) => {
            let any = [r#"{"a": [1]}"#, "null", "\"text\"", "[]", "7"];
            json!(chance.pick(&any))
        }
        "string" => json!(chance.pick(&["a", "ü", "7", "null", "{}", "x y"])),
        "array" => {
            let prefix = schema["prefixItems"].as_array();
            let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
            let most = if depth == 0 { least } else { least + chance.below(3) };
            let most = schema["maxItems"].as_u64().map_or(most, |limit| most.min(limit as usize));
            let part = |at: usize| prefix.map_or(&schema["items"], |prefix| &prefix[at]);
            let mut items: Vec<Value> =
                (0..most).map(|at| instance(root, part(at), chance, below)).collect();
            let mut keys: Vec<Value> = Vec::new();
            if is_pairs(schema) {
                // Keys are told to differ.
                items.retain(|pair| {
                    let is_new = !keys.contains(&pair["key"]);
                    keys.push(pair["key"].clone());
                    is_new
                });
            }
            json!(items)
        }
        "object" => {
            let mut map = Map::new();
            let required = schema["required"].as_array();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let is_required = required.is_some_and(|all| all.iter().any(|key| key == name));
                if is_required || (depth > 0 && chance.below(2) == 0) {
                    map.insert(name.clone(), instance(root, property, chance, below));
                }
            }
            if let rest @ Value::Object(_) = &schema["additionalProperties"] {
                let words = schema["description"].as_str().unwrap_or_default();
                let keys = if words.contains("whole number") { ["1", "12"] } else { ["k", "k 2"] };
                for key in keys.iter().take(chance.below(3)) {
                    map.insert((*key).to_owned(), instance(root, rest, chance, below));
                }
            }
            Value::Object(map)
        }
        _ => json!([1, {"a": null}, "x"]),
    }
}

fn says_json(schema: &Value) -> bool {
    schema["description"].as_str().is_some_and(|words| words.contains("as JSON in a text"))
}

fn is_pairs(schema: &Value) -> bool {
    schema["description"].as_str().is_some_and(|words| words.contains("keys and values"))
}

fn is_deep(schema: &Value) -> bool {
    schema.to_string().contains("$ref")
}
