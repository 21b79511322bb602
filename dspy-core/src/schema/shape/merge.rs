//! Schemas that hold at once: a reference with keywords beside it, `allOf`, and a union with
//! properties beside it.

use serde_json::{Map, Value};

use crate::schema::is_annotation;

/// Unions that hold at once make one alternative of each pair; no more of them than this.
const MAX_ALTERNATIVES: usize = 64;

/// Whether keywords beside `$ref` change what is valid.
pub(super) fn is_intersection(object: &Map<String, Value>) -> bool {
    object.keys().any(|key| !is_annotation(key))
}

/// Both schemas at once: properties and required keys of both, every alternative of one with every
/// alternative of the other; what else both say is said by `over`. `None` for too many alternatives.
pub(crate) fn merged(base: &Value, over: &Value) -> Option<Value> {
    let (Some(base), Some(over)) = (base.as_object(), over.as_object()) else {
        return Some(if over == &Value::Bool(true) { base.clone() } else { over.clone() });
    };
    let mut all = base.clone();
    for (key, value) in over {
        match (key.as_str(), all.get_mut(key)) {
            ("properties" | "patternProperties" | "$defs", Some(Value::Object(mine))) => {
                mine.extend(value.as_object().cloned().unwrap_or_default());
            }
            ("required", Some(Value::Array(mine))) => {
                let new = value.as_array().into_iter().flatten();
                let new: Vec<_> = new.filter(|key| !mine.contains(key)).cloned().collect();
                mine.extend(new);
            }
            ("description", Some(Value::String(mine))) => {
                if let Some(said) = value.as_str().filter(|said| said != mine) {
                    *mine = format!("{mine}\n{said}");
                }
            }
            // Handled below.
            ("anyOf" | "oneOf", _) => {}
            _ => drop(all.insert(key.clone(), value.clone())),
        }
    }
    if let Some(new) = alternatives(over) {
        let known = alternatives(base);
        all.shift_remove("oneOf");
        let product = match known {
            None => new.clone(),
            Some(known) if known.len() * new.len() > MAX_ALTERNATIVES => return None,
            Some(known) => {
                let pairs = known.iter().flat_map(|a| new.iter().map(move |b| (a, b)));
                pairs.map(|(a, b)| merged(a, b)).collect::<Option<_>>()?
            }
        };
        all.insert("anyOf".to_owned(), Value::Array(product));
    }
    Some(Value::Object(all))
}

/// The alternatives of a union.
pub(super) fn alternatives(object: &Map<String, Value>) -> Option<&Vec<Value>> {
    ["anyOf", "oneOf"].into_iter().find_map(|key| object.get(key)?.as_array())
}

/// The object of a union without its alternatives, if that says something of its own.
pub(super) fn beside_union(object: &Map<String, Value>) -> Option<Value> {
    let mut base = object.clone();
    base.retain(|key, _| !matches!(key.as_str(), "anyOf" | "oneOf") && !is_annotation(key));
    let says_more = base.keys().any(|key| key != "type");
    says_more.then_some(Value::Object(base))
}
