//! What a request asks for: which fields, of which kind, written how.

use serde_json::{Value, json};

/// A request, read as far as anything depends on it.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) messages: Vec<Message>,
    pub(crate) fields: Vec<Asked>,
    pub(crate) format: Format,
    pub(crate) temperature: f64,
    pub(crate) samples: usize,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) strict: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) role: String,
    pub(crate) content: String,
}

impl Message {
    pub(crate) fn instructs(&self) -> bool {
        matches!(self.role.as_str(), "system" | "developer")
    }
}

/// A field to answer, and its JSON Schema as far as it is said.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) schema: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `[[ ## field ## ]]`
    Markers,
    Json,
    Xml,
    /// A fenced block.
    Block,
    /// `field: value`
    Lines,
}

impl Ask {
    pub(crate) fn read(request: &Value) -> Result<Self, String> {
        let list = request["messages"].as_array().ok_or("`messages` is missing")?;
        let messages: Vec<Message> = list.iter().map(message).collect();
        if request["stream"] == true {
            return Err("streaming is not supported".to_owned());
        }
        let all = || messages.iter();
        let system = all().filter(|message| message.instructs());
        let system = system.map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n");
        let asked = all().rfind(|message| message.role == "user");
        let asked = asked.map_or("", |message| message.content.as_str());
        let response = &request["response_format"];
        let schema = &response["json_schema"]["schema"];
        let fields = match schema["properties"].as_object() {
            Some(properties) => properties
                .iter()
                .map(|(name, part)| Asked { name: name.clone(), schema: resolved(schema, part) })
                .collect(),
            None => listed(&system).or_else(|| listed(asked)).unwrap_or_default(),
        };
        let strict = matches!(response["type"].as_str(), Some("json_object" | "json_schema"));
        let format = if strict { Format::Json } else { format(&fields, &system, asked) };
        let limit = ["max_completion_tokens", "max_tokens"].iter();
        Ok(Self {
            fields,
            format,
            temperature: request["temperature"].as_f64().unwrap_or(1.0),
            samples: request["n"].as_u64().map_or(1, |n| n.clamp(1, 64) as usize),
            max_tokens: limit.filter_map(|name| request[*name].as_u64()).next(),
            strict,
            messages,
        })
    }

    /// All that was said, in order.
    pub(crate) fn text(&self) -> String {
        let contents: Vec<&str> = self.messages.iter().map(|m| m.content.as_str()).collect();
        contents.join("\n")
    }
}

fn message(message: &Value) -> Message {
    let content = match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
            texts.join("\n")
        }
        _ => String::new(),
    };
    Message { role: message["role"].as_str().unwrap_or("user").to_owned(), content }
}

/// A part of a schema, with what it refers to in its place.
fn resolved(root: &Value, part: &Value) -> Value {
    let target = part["$ref"].as_str().and_then(|path| root.pointer(path.strip_prefix('#')?));
    target.unwrap_or(part).clone()
}

/// The numbered list that follows the words "output fields".
fn listed(text: &str) -> Option<Vec<Asked>> {
    let mut lines = text.lines();
    lines.find(|line| line.to_ascii_lowercase().contains("output fields"))?;
    let mut fields = Vec::new();
    for line in lines {
        let start = line.trim_start();
        let numbered = start.trim_start_matches(|c: char| c.is_ascii_digit());
        let field = (numbered.len() < start.len()).then(|| numbered.strip_prefix(". `")).flatten();
        match field.and_then(|rest| rest.split_once('`')) {
            Some((name, rest)) => {
                let schema = noted(text, name).unwrap_or_else(|| of_words(rest));
                fields.push(Asked { name: name.to_owned(), schema });
            }
            // A description may go on for lines; the list ends with an empty one.
            None if start.is_empty() => break,
            None => {}
        }
    }
    (!fields.is_empty()).then_some(fields)
}

/// The schema in the note on a field's value.
fn noted(text: &str, name: &str) -> Option<Value> {
    let place = format!("{{{name}}}");
    let line = text.lines().find(|line| line.contains(&place) && line.contains("schema"))?;
    let (_, rest) = line.split_once("schema")?;
    let json = rest.get(rest.find('{')?..)?;
    let schema: Value = serde_json::Deserializer::from_str(json).into_iter().next()?.ok()?;
    Some(resolved(&schema, &schema))
}

/// The schema that a type's name stands for, in Python's words or plain ones.
fn of_words(rest: &str) -> Value {
    let words = rest.trim_start().strip_prefix('(').unwrap_or("").to_ascii_lowercase();
    let words = words.trim_start_matches("optional ").trim_start_matches("optional[");
    let is = |names: &[&str]| names.iter().any(|name| words.starts_with(name));
    let kind = if is(&["dict", "map", "object"]) {
        "object"
    } else if is(&["list", "array"]) {
        "array"
    } else if is(&["bool", "true", "yes"]) {
        "boolean"
    } else if is(&["int", "float", "number"]) {
        "number"
    } else {
        "string"
    };
    json!({"type": kind})
}

fn format(fields: &[Asked], system: &str, asked: &str) -> Format {
    let Some(first) = fields.first() else {
        return if asked.contains("```") || system.contains("```") {
            Format::Block
        } else {
            Format::Lines
        };
    };
    let said = |what: &str| asked.contains(what) || system.contains(what);
    if said(&format!("[[ ## {} ## ]]", first.name)) {
        Format::Markers
    } else if said(&format!("<{}>", first.name)) {
        Format::Xml
    } else if said("JSON") {
        Format::Json
    } else {
        Format::Lines
    }
}
