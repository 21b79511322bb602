//! Answers written as they were asked for.

use serde_json::{Map, Value};

use crate::ask::Format;

pub(crate) fn write(fields: &[(String, Value)], format: Format) -> String {
    match format {
        Format::Markers => {
            let parts = fields
                .iter()
                .map(|(name, value)| format!("[[ ## {name} ## ]]\n{}\n\n", plain(value)));
            parts.collect::<String>() + "[[ ## completed ## ]]"
        }
        Format::Json => {
            let object: Map<String, Value> = fields.iter().cloned().collect();
            Value::Object(object).to_string()
        }
        Format::Xml => {
            let parts = fields.iter().map(|(name, value)| {
                let text = plain(value).replace('&', "&amp;").replace('<', "&lt;");
                format!("<{name}>\n{text}\n</{name}>")
            });
            parts.collect::<Vec<_>>().join("\n\n")
        }
        Format::Block => {
            let texts: Vec<String> = fields.iter().map(|(_, value)| plain(value)).collect();
            format!("```\n{}\n```", texts.join("\n"))
        }
        Format::Lines => {
            let parts = fields.iter().map(|(name, value)| format!("{name}: {}", plain(value)));
            parts.collect::<Vec<_>>().join("\n")
        }
    }
}

/// A text as it is, and anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
