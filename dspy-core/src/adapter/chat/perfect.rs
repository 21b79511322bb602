//! Answers in the form they were asked for, which most are.

use std::borrow::Cow;

use crate::adapter::found::{Found, Piece};
use crate::adapter::markers::{COMPLETED, opening};
use crate::adapter::names::alike;
use crate::adapter::stream::stands_for;
use crate::adapter::thoughts::may_be_inside;
use crate::signature::Field;

/// The outputs of an answer that has every header as it was asked for, at the start of a line and
/// in the order of the task, and nothing else that could be one. Then what the reader of all answers
/// would find is plain to see; for every other answer this gives `None`.
pub(super) fn find<'t>(outputs: &[Field], text: &'t str) -> Option<Found<'t>> {
    let first = text.find(|c| !matches!(c, '\n' | ' ' | '\t'))?;
    if outputs.is_empty() || may_be_inside(text) || !outputs.iter().all(is_plain) {
        return None;
    }
    let mut found = Found::nothing(outputs);
    let mut at = after_header(text, first, outputs.first()?.name())?;
    for (index, field) in outputs.iter().enumerate() {
        // A name that two fields go by means the first of them.
        if outputs.iter().take(index).any(|other| other.answers_to(field.name())) {
            return None;
        }
        let end = opening(text, at)?;
        let content = text.get(at..end)?;
        let next = outputs.get(index + 1).map_or(COMPLETED, Field::name);
        at = after_header(text, end, next)?;
        let trimmed = content.trim();
        if !content.ends_with('\n') || stands_for(field.name(), trimmed) {
            return None;
        }
        *found.pieces.get_mut(index)? = Some(Piece::Text(Cow::Borrowed(trimmed)));
    }
    found.closed = true;
    Some(found)
}

/// Where the text goes on after the header of this name, which stands here.
fn after_header(text: &str, at: usize, name: &str) -> Option<usize> {
    let rest =
        text.get(at..)?.strip_prefix("[[ ## ")?.strip_prefix(name)?.strip_prefix(" ## ]]")?;
    // A colon after a header belongs to it.
    (!rest.starts_with(':')).then(|| text.len() - rest.len())
}

/// Whether a field's header is one whatever stands around it, and no end of an answer.
fn is_plain(field: &Field) -> bool {
    const LONGEST: usize = 100;
    let name = field.name();
    let mut names = std::iter::once(name).chain(field.aliases().iter().map(String::as_str));
    (1..=LONGEST).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !names.any(|name| name.len() >= COMPLETED.len() && alike(name, COMPLETED))
}
