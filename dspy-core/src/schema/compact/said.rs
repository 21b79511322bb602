//! Comments: what is said of a type beside its notation.

use serde_json::Value;

use crate::schema::limits::bounds_text;
use crate::schema::shape::{Kind, Shape};

/// What is said of a type.
#[derive(Default)]
pub(super) struct Said {
    /// Descriptions.
    pub(super) words: Vec<String>,
    /// Constraints.
    pub(super) limits: Vec<String>,
    /// Members of a closed set, each with its description.
    pub(super) options: Vec<String>,
}

impl Said {
    pub(super) fn say(&mut self, description: Option<&str>) {
        let words = description.map(line).filter(|words| !words.is_empty());
        if let Some(words) = words.filter(|words| !self.words.contains(words)) {
            self.words.push(words);
        }
    }

    pub(super) fn limit(&mut self, shape: &Shape) {
        // The words for a format depend on the type.
        let mut schema = shape.limits.clone();
        if matches!(shape.kind, Kind::Text) {
            schema.insert("type".to_owned(), Value::from("string"));
        }
        if let Some(text) = bounds_text(&Value::Object(schema)) {
            self.limits.push(text);
        }
    }

    /// One line of sentences, and one for each option.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut sentences: Vec<String> = self.words.iter().map(|words| sentence(words)).collect();
        sentences.extend(self.limits.iter().map(|limit| sentence(limit)));
        let first = (!sentences.is_empty()).then(|| sentences.join(" "));
        first.into_iter().chain(self.options.iter().cloned()).collect()
    }
}

/// A text on one line.
pub(super) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let stop = if words.ends_with(['.', '!', '?', ':', '…']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}
