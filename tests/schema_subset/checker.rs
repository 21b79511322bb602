//! What each provider accepts, checked keyword by keyword.

use dspy::schema::subset::Dialect;
use serde_json::{Map, Value};

/// Demands that the provider would accept the schema.
pub(crate) fn check(schema: &Value, dialect: Dialect) {
    let root = schema.as_object().unwrap();
    match dialect {
        Dialect::OpenAiStrict | Dialect::Anthropic => {
            assert_eq!(root["type"], "object", "the root of {schema}");
        }
        Dialect::Gemini => {
            assert!(root["type"] == "object" || root["type"] == "array", "the root of {schema}");
        }
        _ => {}
    }
    let checker = Checker { dialect, root: schema };
    checker.schema(root, true);
    if matches!(dialect, Dialect::Anthropic | Dialect::Ollama | Dialect::GeminiOpenApi) {
        let names = root.get("$defs").and_then(Value::as_object);
        for name in names.into_iter().flat_map(Map::keys) {
            assert!(!checker.leads_to(name, name), "{name} is within itself in {schema}");
        }
    }
}

struct Checker<'a> {
    dialect: Dialect,
    root: &'a Value,
}

impl Checker<'_> {
    /// The keywords that the dialect knows, by type.
    fn keywords(&self, kind: &str) -> Vec<&'static str> {
        use Dialect::{Anthropic, Gemini, GeminiOpenApi, LlamaCpp, Ollama, OpenAiStrict, Vllm};
        let mut known = vec!["type", "description", "enum"];
        match kind {
            "string" => known.extend(match self.dialect {
                OpenAiStrict | Anthropic => &["pattern", "format"] as &[_],
                Gemini | GeminiOpenApi => &["format"],
                Ollama => &["format", "minLength", "maxLength"],
                _ => &["pattern", "format", "minLength", "maxLength"],
            }),
            "integer" | "number" => known.extend(match (self.dialect, kind) {
                (OpenAiStrict, _) => {
                    &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
                        as &[_]
                }
                (Anthropic, _) | (LlamaCpp | Ollama, "number") => &[],
                (Gemini | GeminiOpenApi, _) => &["minimum", "maximum"],
                _ => &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
            }),
            "array" => known.extend(match self.dialect {
                Anthropic => &["items", "minItems"] as &[_],
                Gemini | Vllm => &["items", "minItems", "maxItems", "prefixItems"],
                _ => &["items", "minItems", "maxItems"],
            }),
            "object" => known.extend(match self.dialect {
                GeminiOpenApi => &["properties", "required", "propertyOrdering"] as &[_],
                _ => &["properties", "required", "additionalProperties"],
            }),
            _ => {}
        }
        if self.dialect == GeminiOpenApi {
            known.push("nullable");
        }
        known
    }

    fn schema(&self, schema: &Map<String, Value>, is_root: bool) {
        let shown = Value::Object(schema.clone());
        let keys: Vec<&str> =
            schema.keys().map(String::as_str).filter(|key| !(is_root && *key == "$defs")).collect();
        if is_root && let Some(definitions) = schema.get("$defs") {
            assert_ne!(self.dialect, Dialect::GeminiOpenApi, "{shown}");
            for definition in definitions.as_object().unwrap().values() {
                self.schema(definition.as_object().unwrap(), false);
            }
        }
        if let Some(reference) = schema.get("$ref") {
            assert_eq!(keys, ["$ref"], "nothing beside a reference: {shown}");
            let reference = reference.as_str().unwrap();
            match reference {
                "#" => assert!(
                    !matches!(self.dialect, Dialect::LlamaCpp | Dialect::Ollama),
                    "{reference} is unknown"
                ),
                _ => assert!(self.root.pointer(&reference[1..]).is_some(), "{reference}"),
            }
            assert_ne!(self.dialect, Dialect::GeminiOpenApi, "{shown}");
            return;
        }
        if let Some(parts) = schema.get("anyOf") {
            let allowed = ["anyOf", "description", "nullable"];
            assert!(keys.iter().all(|key| allowed.contains(key)), "beside anyOf: {shown}");
            for part in parts.as_array().unwrap() {
                self.schema(part.as_object().unwrap(), false);
            }
            return;
        }
        let kind = match schema.get("type") {
            Some(Value::String(kind)) => kind.to_lowercase(),
            Some(Value::Array(kinds)) => {
                assert_ne!(self.dialect, Dialect::GeminiOpenApi, "{shown}");
                assert_eq!((kinds.len(), &kinds[1]), (2, &Value::from("null")), "{shown}");
                kinds[0].as_str().unwrap().to_owned()
            }
            _ => {
                let open =
                    matches!(self.dialect, Dialect::Vllm | Dialect::LlamaCpp | Dialect::Ollama);
                assert!(open && keys.iter().all(|key| *key == "description"), "{shown}");
                return;
            }
        };
        let known = self.keywords(&kind);
        for key in keys {
            assert!(known.contains(&key), "{:?} does not know `{key}`: {shown}", self.dialect);
        }
        if self.dialect == Dialect::GeminiOpenApi {
            assert_eq!(schema["type"], kind.to_uppercase(), "{shown}");
            assert_ne!(kind, "null", "{shown}");
        }
        self.values(schema, &kind, &shown);
        match kind.as_str() {
            "object" => self.object(schema, &shown),
            "array" => {
                let items = schema.get("items").or(schema.get("prefixItems"));
                assert!(items.is_some(), "{shown}");
                let prefix = schema.get("prefixItems").and_then(Value::as_array);
                for part in schema.get("items").into_iter().chain(prefix.into_iter().flatten()) {
                    self.schema(part.as_object().unwrap(), false);
                }
            }
            _ => {}
        }
    }

    fn values(&self, schema: &Map<String, Value>, kind: &str, shown: &Value) {
        for member in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
            let is_known = match self.dialect {
                Dialect::GeminiOpenApi => member.is_string(),
                Dialect::Gemini => member.is_string() || member.is_number(),
                _ => !member.is_object() && !member.is_array(),
            };
            assert!(is_known, "{member} in {shown}");
        }
        if let Some(format) = schema.get("format") {
            let known: &[&str] = match self.dialect {
                Dialect::OpenAiStrict => &[
                    "date-time",
                    "time",
                    "date",
                    "duration",
                    "email",
                    "hostname",
                    "ipv4",
                    "ipv6",
                    "uuid",
                ],
                Dialect::Anthropic | Dialect::Vllm => &[
                    "date-time",
                    "time",
                    "date",
                    "duration",
                    "email",
                    "hostname",
                    "ipv4",
                    "ipv6",
                    "uuid",
                    "uri",
                ],
                Dialect::GeminiOpenApi => &["date-time"],
                Dialect::Gemini => &["date-time", "date", "time"],
                _ => &["date", "time", "date-time", "uuid"],
            };
            assert!(kind == "string" && known.contains(&format.as_str().unwrap()), "{shown}");
        }
        let is_formed = schema.contains_key("pattern") || schema.contains_key("format");
        let has_length = schema.contains_key("minLength") || schema.contains_key("maxLength");
        assert!(!(is_formed && has_length), "a form and a length: {shown}");
        if self.dialect == Dialect::Anthropic
            && let Some(least) = schema.get("minItems")
        {
            assert!(least.as_u64().unwrap() <= 1, "{shown}");
        }
        if self.dialect == Dialect::LlamaCpp
            && let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
        {
            assert!(pattern.starts_with('^') && pattern.ends_with('$'), "{shown}");
        }
    }

    fn object(&self, schema: &Map<String, Value>, shown: &Value) {
        let empty = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let list = |key: &str| -> Vec<&str> {
            let all = schema.get(key).and_then(Value::as_array);
            all.into_iter().flatten().filter_map(Value::as_str).collect()
        };
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        assert!(list("required").iter().all(|key| properties.contains_key(*key)), "{shown}");
        match self.dialect {
            Dialect::OpenAiStrict => {
                assert_eq!(schema["additionalProperties"], false, "{shown}");
                assert_eq!(list("required"), names, "{shown}");
            }
            Dialect::Anthropic => assert_eq!(schema["additionalProperties"], false, "{shown}"),
            Dialect::GeminiOpenApi => {
                assert!(!names.is_empty(), "{shown}");
                assert_eq!(list("propertyOrdering"), names, "{shown}");
            }
            _ => {
                let rest = &schema["additionalProperties"];
                assert!(*rest == false || rest.is_object(), "{shown}");
                if let Some(rest) = rest.as_object() {
                    self.schema(rest, false);
                }
            }
        }
        for property in properties.values() {
            self.schema(property.as_object().unwrap(), false);
        }
    }

    fn leads_to(&self, from: &str, to: &str) -> bool {
        let mut seen: Vec<String> = Vec::new();
        let mut open = vec![from.to_owned()];
        while let Some(name) = open.pop() {
            let text = self.root["$defs"][&name].to_string();
            for part in text.split("#/$defs/").skip(1) {
                let next: String = part.chars().take_while(|c| *c != '"').collect();
                if next == to {
                    return true;
                }
                if !seen.contains(&next) {
                    seen.push(next.clone());
                    open.push(next);
                }
            }
        }
        false
    }
}
