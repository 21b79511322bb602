//! What an answer's text holds for each output, before types are looked at.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::answer::{Answer, AnswerError, AnswerErrorKind};
use super::builder::{AnswerBuilder, is_reasoning, text_of};
use super::call::AdapterCall;
use super::names::meant;
use super::render::render_value;
use super::texts::with_texts;
use super::thoughts;
use crate::lm::{Completion, FinishReason};
use crate::parse::{self, Repair, RepairKind};
use crate::signature::{Field, Fields};

/// How many of the parts that are left out of an answer are named in its warnings.
const NAMED: usize = 3;

/// What was found for one output.
#[derive(Clone, Debug)]
pub(super) enum Piece<'t> {
    Text(Cow<'t, str>),
    Json(Value),
    /// A value in a notation of the format's own.
    Read {
        text: Cow<'t, str>,
        value: Value,
    },
}

impl Piece<'_> {
    /// The piece as a stream gives it.
    pub(super) fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Read { text, .. } => Cow::Borrowed(text),
            Self::Json(Value::String(text)) => Cow::Borrowed(text),
            Self::Json(value) => Cow::Owned(render_value(value)),
        }
    }
}

/// What was found, by output.
#[derive(Debug)]
pub(super) struct Found<'t> {
    pub(super) pieces: Vec<Option<Piece<'t>>>,
    /// The piece that stands last in the text: a token limit may have cut it.
    pub(super) open: Option<usize>,
    /// Whether the answer was visibly brought to its end.
    pub(super) closed: bool,
    pub(super) warnings: Vec<String>,
    pub(super) repairs: Vec<Repair>,
    /// How many parts were left out so far.
    left_out: usize,
}

impl<'t> Found<'t> {
    pub(super) fn nothing(outputs: &[Field]) -> Self {
        Self {
            pieces: outputs.iter().map(|_| None).collect(),
            open: None,
            closed: false,
            warnings: Vec::new(),
            repairs: Vec::new(),
            left_out: 0,
        }
    }

    /// Takes a piece for an output. The first piece of a field counts, as in DSPy: what follows is
    /// mostly a model going on by itself. A later one that differs is told about.
    pub(super) fn put(&mut self, outputs: &[Field], at: usize, piece: Piece<'t>) {
        let Some(place) = self.pieces.get_mut(at) else { return };
        match place {
            None => *place = Some(piece),
            Some(first) if first.to_text() == piece.to_text() => {}
            Some(_) if self.left_out >= NAMED => {}
            Some(first) => {
                self.left_out += 1;
                let name = outputs.get(at).map_or("", Field::name);
                let (kept, later) = (short(&first.to_text()), short(&piece.to_text()));
                self.warnings.push(format!(
                    "the answer has `{name}` more than once; the first one, `{kept}`, counts and \
                     not `{later}`"
                ));
            }
        }
    }

    /// Notes a part of the answer that belongs to no output.
    pub(super) fn stranger(&mut self, what: &str, name: &str) {
        self.left_out = (self.left_out + 1).min(NAMED + 1);
        if self.left_out <= NAMED {
            self.warnings.push(format!("left out the {what} `{}` of the answer", short(name)));
        }
    }

    /// Takes the values of a JSON object, after `mend` has looked at each.
    pub(super) fn take_object(
        &mut self,
        outputs: &[Field],
        object: Fields,
        mend: impl Fn(Value) -> Value,
    ) {
        for (key, value) in object {
            match meant(outputs, &key) {
                Some(at) => {
                    self.put(outputs, at, Piece::Json(mend(value)));
                    self.open = Some(at);
                }
                None => self.stranger("key", &key),
            }
        }
    }

    /// Whether there is anything for an output.
    pub(super) fn any(&self) -> bool {
        self.pieces.iter().any(Option::is_some)
    }

    pub(super) fn has(&self, at: usize) -> bool {
        self.pieces.get(at).is_some_and(Option::is_some)
    }

    /// Takes thoughts that the model wrote ahead of its answer for a `reasoning` that it left out.
    pub(super) fn take_thoughts(&mut self, outputs: &[Field], thoughts: &'t str) {
        let thoughts = thoughts.trim();
        let place = outputs.iter().position(is_reasoning);
        let rest = outputs
            .iter()
            .enumerate()
            .all(|(at, field)| Some(at) == place || self.has(at) || !is_required(field));
        if let (Some(at), true, false) = (place, rest, thoughts.is_empty())
            && !self.has(at)
            && outputs.len() > 1
        {
            self.put(outputs, at, Piece::Text(Cow::Borrowed(thoughts)));
            self.warnings.push("took the text before the answer for the field `reasoning`".into());
        }
    }
}

/// Reads a completion in the way of one format, which `find` knows.
pub(super) fn read<'a>(
    call: &AdapterCall<'a>,
    completion: &'a Completion,
    find: impl for<'t> FnOnce(&[Field], &'t str) -> Found<'t>,
) -> Result<Answer, Box<AnswerError>> {
    let text = text_of(completion);
    let outputs = call.schema.outputs();
    let mut builder = AnswerBuilder::new(call, completion);
    if completion.finish == FinishReason::ContentFilter {
        return Err(builder.fail(AnswerErrorKind::Filtered));
    }
    let limited = matches!(completion.finish, FinishReason::Length | FinishReason::ContextWindow);
    let (_, answer) = thoughts::apart(outputs, &text, |_| true);
    if answer.trim().is_empty() && completion.tool_calls().next().is_none() {
        let kind = if limited { AnswerErrorKind::CutOff } else { AnswerErrorKind::Empty };
        return Err(builder.fail(kind));
    }
    let found = find(outputs, &text);
    let cut = limited && !found.closed;
    for warning in found.warnings {
        builder.warn(warning);
    }
    builder.repaired(found.repairs);
    for (at, (field, piece)) in outputs.iter().zip(found.pieces).enumerate() {
        match piece {
            _ if cut && found.open == Some(at) => {}
            Some(Piece::Text(text)) => builder.text(field, Some(&text)),
            Some(Piece::Json(value) | Piece::Read { value, .. }) => {
                builder.value(field, Some(value));
            }
            None if cut => {}
            None => builder.text(field, None),
        }
    }
    if cut {
        return Err(builder.fail(AnswerErrorKind::CutOff));
    }
    builder.finish()
}

/// An answer out of its format: one JSON object of the outputs, or the value of the only one. What
/// the format did to texts `mend` undoes.
pub(super) fn unformatted<'t>(
    outputs: &[Field],
    text: &'t str,
    lacking: &str,
    mend: impl Fn(&str) -> Cow<'_, str>,
) -> Found<'t> {
    // A text that merely holds an object is a text.
    let is_text = matches!(outputs, [only] if only.is_text());
    if (!is_text || text.starts_with(['{', '`']))
        && let Some((value, repairs)) = object(outputs, text)
    {
        let mut found = Found::nothing(outputs);
        found.warnings.push(format!("the answer had {lacking}; it was read as a JSON object"));
        found.closed = is_closed(&repairs);
        found.take_object(outputs, value, |value| with_texts(value, &mend));
        found.repairs = repairs;
        return found;
    }
    whole(outputs, text, lacking, mend)
}

/// An answer that is nothing but the value of the only output.
pub(super) fn whole<'t>(
    outputs: &[Field],
    text: &'t str,
    lacking: &str,
    mend: impl Fn(&str) -> Cow<'_, str>,
) -> Found<'t> {
    let mut found = Found::nothing(outputs);
    let text = text.trim();
    if outputs.len() == 1 && !text.is_empty() {
        found.warnings.push(format!("the answer had {lacking}; it was taken as a whole"));
        found.open = Some(0);
        found.put(outputs, 0, Piece::Text(mend(text)));
    }
    found
}

/// The JSON object in a text that has outputs as its keys, and what was repaired to read it.
pub(super) fn object(outputs: &[Field], text: &str) -> Option<(Fields, Vec<Repair>)> {
    // Without a brace there may still be `key: value` lines.
    if !text.contains('{') && (outputs.len() == 1 || !text.contains(':')) {
        return None;
    }
    let wanted = |all: bool| {
        let names = outputs.iter().flat_map(|field| {
            std::iter::once(field.name()).chain(field.aliases().iter().map(String::as_str))
        });
        let properties: Fields = names.map(|name| (name.to_owned(), Value::Bool(true))).collect();
        let must = outputs.iter().filter(|field| all && is_required(field));
        let required: Vec<_> = must.map(Field::name).collect();
        json!({"type": "object", "properties": properties, "required": required})
    };
    // First the object with everything in it; an incomplete one only where there is none.
    [true, false].into_iter().find_map(|all| match parse::parse(text, &wanted(all)) {
        Ok(parsed) => match parsed.value {
            Value::Object(fields) if fields.keys().any(|key| meant(outputs, key).is_some()) => {
                Some((fields, parsed.repairs))
            }
            _ => None,
        },
        Err(_) => None,
    })
}

/// Whether the text of a repaired object went to its end.
pub(super) fn is_closed(repairs: &[Repair]) -> bool {
    repairs.iter().all(|repair| repair.kind != RepairKind::Incomplete)
}

/// Whether a field must be in the answer.
pub(super) fn is_required(field: &Field) -> bool {
    field.default_value().is_none() && !field.is_nullable()
}

/// A text without its surroundings, for a warning.
fn short(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.replace('\n', " ")
}
