//! A text with slots.

use super::PhraseError;

/// A text with `{slots}`; `{{` and `}}` are braces.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Slot(String),
}

impl Template {
    /// Reads a text that may have the slots `known`, of which it must have `needed` unless it is
    /// empty.
    pub(super) fn read(
        phrase: &'static str,
        text: &str,
        known: &[&str],
        needed: &[&str],
    ) -> Result<Self, PhraseError> {
        let fault = |message: String| PhraseError::Slot { phrase, message };
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = after.strip_prefix("{{").or_else(|| after.strip_prefix("}}")) {
                plain.push_str(rest.get(at..=at).unwrap_or_default());
                rest = after;
                continue;
            }
            let Some((name, after)) = after.strip_prefix('{').and_then(|it| it.split_once('}'))
            else {
                let what = "a brace without its partner; for a brace itself, write it twice";
                return Err(fault(what.to_owned()));
            };
            if !known.contains(&name) {
                let slots: Vec<_> = known.iter().map(|slot| format!("`{{{slot}}}`")).collect();
                return Err(fault(format!(
                    "there is no slot `{{{name}}}` here; there are: {}",
                    slots.join(", ")
                )));
            }
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            pieces.push(Piece::Slot(name.to_owned()));
            rest = after;
        }
        plain.push_str(rest);
        pieces.push(Piece::Text(plain));
        let has = |wanted: &str| {
            pieces.iter().any(|piece| matches!(piece, Piece::Slot(name) if name == wanted))
        };
        match needed.iter().find(|slot| !has(slot)) {
            Some(slot) if !text.is_empty() => Err(fault(format!("it lacks the slot `{{{slot}}}`"))),
            _ => Ok(Self { pieces }),
        }
    }

    /// The text with its slots filled.
    pub(super) fn filled(&self, value: impl Fn(&str) -> String) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Slot(name) => text.push_str(&value(name)),
            }
        }
        text
    }
}
