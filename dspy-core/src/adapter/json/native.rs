//! Structured output: the answer's schema in the dialect of the model that is called.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::schema::subset::{Dialect, Subset, rewrite};

/// The answer's schema, and what has been made of it for the models that were called.
#[derive(Debug)]
pub(super) struct Native {
    object: Value,
    /// `None` for a dialect that cannot say what the schema says.
    subsets: Mutex<Vec<(Dialect, Option<Arc<Subset>>)>>,
}

impl Native {
    /// Of the schema of the whole answer.
    pub(super) fn new(object: Value) -> Self {
        Self { object, subsets: Mutex::default() }
    }

    /// The schema in a dialect; `None` where it cannot be said there, and JSON mode has to do.
    pub(super) fn subset(&self, dialect: Dialect) -> Option<Arc<Subset>> {
        let mut subsets = self.subsets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = subsets.iter().find(|(known, _)| *known == dialect) {
            return known.clone();
        }
        let made = rewrite(&self.object, dialect).ok().map(Arc::new);
        subsets.push((dialect, made.clone()));
        made
    }
}

/// A name that every provider takes for a schema.
pub(super) fn schema_name(signature: &str) -> String {
    const LONGEST: usize = 64;
    let allowed = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name: String = signature.chars().map(allowed).take(LONGEST).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}
