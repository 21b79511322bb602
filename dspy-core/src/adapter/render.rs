//! Values as prompt text.

use std::fmt::Write as _;

use serde_json::Value;

use crate::signature::Field;

/// A value as a prompt shows it: text as it is, `True`/`False`/`None` as Python spells them, and
/// everything else as JSON on one line. This is how DSPy renders values, too.
///
/// ```
/// use dspy::adapter::render_value;
/// use serde_json::json;
///
/// assert_eq!(render_value(&json!("as it is")), "as it is");
/// assert_eq!(render_value(&json!(true)), "True");
/// assert_eq!(render_value(&json!({"a": [1, true]})), r#"{"a": [1, true]}"#);
/// ```
pub fn render_value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => "None".to_owned(),
        other => {
            let mut text = String::new();
            write_json(other, &mut text);
            text
        }
    }
}

/// A value of a field as a prompt shows it: as [`render_value`], but for a list that stands in a
/// field for one text, which becomes numbered passages.
///
/// ```
/// use dspy::Field;
/// use dspy::adapter::render_field;
/// use serde_json::json;
///
/// let context = Field::of::<String>("context");
/// assert_eq!(render_field(&context, &json!(["One.", "Two."])), "[1] «One.»\n[2] «Two.»");
/// ```
pub fn render_field(field: &Field, value: &Value) -> String {
    match value {
        Value::Array(items) if field.is_text() => passages(items),
        other => render_value(other),
    }
}

fn passages(items: &[Value]) -> String {
    match items {
        [] => "N/A".to_owned(),
        [only] => passage(&render_value(only)),
        many => {
            let numbered = many.iter().enumerate();
            let each = numbered
                .map(|(index, item)| format!("[{}] {}", index + 1, passage(&render_value(item))));
            each.collect::<Vec<_>>().join("\n")
        }
    }
}

fn passage(text: &str) -> String {
    if text.contains(['\n', '«', '»']) {
        format!("«««\n    {}\n»»»", text.replace('\n', "\n    "))
    } else {
        format!("«{text}»")
    }
}

/// JSON with a space after `:` and `,`, and text outside ASCII kept as it is.
fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) => {
            out.push('{');
            for (index, (key, item)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                let _ = write!(out, "{}: ", Value::from(key.as_str()));
                write_json(item, out);
            }
            out.push('}');
        }
        scalar => drop(write!(out, "{scalar}")),
    }
}
