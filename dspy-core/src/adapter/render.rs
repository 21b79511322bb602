//! Values as prompt text.

use std::fmt::Write as _;

use serde_json::Value;

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
