//! Which recorded request is nearest to one that was not recorded, and where they differ.

use serde_json::{Map, Value};

use super::super::request::Request;

/// Differences that are named.
const NAMED: usize = 3;
/// Characters shown of a text on either side of the place where it differs.
const AROUND: usize = 30;

/// Says what a person needs to find the mistake.
pub(super) fn nearest(request: &Request, recorded: &[(usize, Request)]) -> String {
    const FIX: &str = "record it anew, or give the replay a model to ask with `.or(…)`";
    let Ok(asked) = serde_json::to_value(request) else { return FIX.to_owned() };
    let nearest = recorded
        .iter()
        .filter_map(|(line, recorded)| {
            let mut found = Vec::new();
            differences("", &serde_json::to_value(recorded).ok()?, &asked, &mut found);
            Some((line, found))
        })
        .min_by_key(|(_, found)| {
            (found.len(), found.iter().map(|difference| difference.weight).sum::<usize>())
        });
    match nearest {
        None => format!("it has no requests to compare with; {FIX}"),
        Some((line, found)) if found.is_empty() => {
            format!("line {line} reads the same, so it was redacted there; {FIX}")
        }
        Some((line, found)) => {
            let named: Vec<_> =
                found.iter().take(NAMED).map(|difference| difference.text.as_str()).collect();
            let more = match found.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            format!("the nearest is line {line}, where {}{more}; {FIX}", named.join(", "))
        }
    }
}

struct Difference {
    text: String,
    /// How much of a text is different: characters after the common beginning.
    weight: usize,
}

fn differences(path: &str, recorded: &Value, asked: &Value, found: &mut Vec<Difference>) {
    let at = |step: &str| {
        if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") }
    };
    match (recorded, asked) {
        (Value::Object(recorded), Value::Object(asked)) => {
            let all =
                recorded.keys().chain(asked.keys().filter(|key| !recorded.contains_key(*key)));
            let of =
                |fields: &Map<String, Value>, key| fields.get(key).cloned().unwrap_or_default();
            for key in all {
                differences(&at(key), &of(recorded, key), &of(asked, key), found);
            }
        }
        (Value::Array(recorded), Value::Array(asked)) => {
            for place in 0..recorded.len().max(asked.len()) {
                let of = |items: &[Value]| items.get(place).cloned().unwrap_or_default();
                differences(&format!("{path}[{place}]"), &of(recorded), &of(asked), found);
            }
        }
        (Value::String(recorded), Value::String(asked)) if recorded != asked => {
            found.push(texts(path, recorded, asked));
        }
        (recorded, asked) if recorded != asked => {
            let text = format!("`{path}` is {} instead of {}", short(recorded), short(asked));
            found.push(Difference { text, weight: 1 });
        }
        _ => {}
    }
}

fn texts(path: &str, recorded: &str, asked: &str) -> Difference {
    let common = recorded.chars().zip(asked.chars()).take_while(|(a, b)| a == b).count();
    let excerpt = |text: &str| {
        let from = common.saturating_sub(AROUND);
        let before = if from > 0 { "…" } else { "" };
        let shown: String = text.chars().skip(from).take(2 * AROUND).collect();
        let after = if text.chars().nth(from + 2 * AROUND).is_some() { "…" } else { "" };
        format!("{before}{}{after}", shown.escape_debug())
    };
    Difference {
        text: format!("`{path}` is \"{}\" instead of \"{}\"", excerpt(recorded), excerpt(asked)),
        weight: recorded.chars().count().max(asked.chars().count()) - common,
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(2 * AROUND) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
