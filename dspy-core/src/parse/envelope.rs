//! What models put around an answer: thoughts, fences, tags, quotation marks.

use std::borrow::Cow;

use super::reader::is_space;

/// Tags around thoughts, which are no part of the answer.
pub(crate) const THOUGHTS: &[&str] =
    &["think", "thinking", "thought", "thoughts", "reasoning", "scratchpad", "analysis"];

/// Those of which only the end tag may be there, as templates write the other one.
const UNOPENED: &[&str] = &["think", "thinking"];

/// The deepest nesting of tags around an answer.
const MAX_TAGS: usize = 4;

/// White space, byte order marks and invisible spaces removed from both ends.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The answer after a block of thoughts that opens it; nothing if there is none, the empty text if
/// the thoughts never end.
pub(crate) fn after_opened_thoughts(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<').or_else(|| text.strip_prefix('['))?;
    let close_mark = if text.starts_with('<') { '>' } else { ']' };
    let tag = THOUGHTS.iter().find(|tag| {
        inner.get(..tag.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag))
            && inner.get(tag.len()..).is_some_and(|rest| rest.starts_with(close_mark))
    })?;
    let open_mark = if close_mark == '>' { '<' } else { '[' };
    match find_ignoring_case(text, &format!("{open_mark}/{tag}{close_mark}")) {
        Some(end) => text.get(end..).map(trimmed),
        // Thoughts that never end hold no answer.
        None if close_mark == '>' => Some(""),
        None => None,
    }
}

/// The answer without a block of thoughts in front of it, also if only its end tag is there.
pub(crate) fn without_thoughts(text: &str) -> &str {
    if let Some(rest) = after_opened_thoughts(text) {
        return rest;
    }
    for tag in UNOPENED {
        let Some(end) = find_ignoring_case(text, &format!("</{tag}>")) else { continue };
        let before = text.get(..end).unwrap_or_default();
        let rest = trimmed(text.get(end..).unwrap_or_default());
        // In a text that is JSON from the start, the tag may be a part of it.
        let inside = text.starts_with(['{', '[']) && !rest.starts_with(['{', '[', '`', '<']);
        if find_ignoring_case(before, &format!("<{tag}>")).is_none() && !inside {
            return rest;
        }
    }
    text
}

/// Where the first `needle` (in lower case, of ASCII) ends.
fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    let first = needle.chars().next()?;
    text.match_indices(first).map(|(at, _)| at..at + needle.len()).find_map(|range| {
        let end = range.end;
        text.get(range).is_some_and(|found| found.eq_ignore_ascii_case(needle)).then_some(end)
    })
}

/// What tags enclose, if they enclose the whole text.
pub(crate) fn inside_tags(text: &str) -> &str {
    let mut body = text;
    for _ in 0..MAX_TAGS {
        match inside_tag(body) {
            Some(inner) => body = inner,
            None => break,
        }
    }
    body
}

fn inside_tag(text: &str) -> Option<&str> {
    let data = text.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
    if let Some(data) = data.filter(|data| !data.contains("]]>")) {
        return Some(trimmed(data));
    }
    let rest = text.strip_prefix('<')?;
    let (head, body) = rest.split_once('>')?;
    let name = head.split(' ').next()?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    if !is_name || head.ends_with('/') {
        return None;
    }
    let body = body.strip_suffix('>')?.strip_suffix(name)?.strip_suffix("</")?;
    // `<a>1</a> and <a>2</a>` is not one element.
    (!body.contains(&format!("</{name}>"))).then(|| trimmed(body))
}

/// The text without the `>` that Markdown puts before every line of a quotation.
pub(crate) fn unquoted(text: &str) -> Cow<'_, str> {
    let quoted = |line: &str| line.is_empty() || line.trim_start().starts_with('>');
    if !text.starts_with('>') || !text.lines().all(quoted) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_start().strip_prefix('>').unwrap_or(line);
        out.push_str(line.strip_prefix(' ').unwrap_or(line));
        out.push('\n');
    }
    out.truncate(trimmed(&out).len() + (out.len() - out.trim_start_matches(is_space).len()));
    Cow::Owned(out)
}

/// The body of the only fence of a text, or the whole text.
pub(crate) fn only_fence(text: &str) -> &str {
    match fences(text).as_slice() {
        [only] => only,
        _ => text,
    }
}

/// The bodies of the fences in a text: fenced from line starts, the last one possibly unclosed.
pub(crate) fn fences(text: &str) -> Vec<&str> {
    let mut bodies = Vec::new();
    if !text.contains("```") && !text.contains("~~~") {
        return bodies;
    }
    let mut at = 0;
    let mut open: Option<(&str, usize)> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed_line = line.trim();
        match open {
            None => {
                for mark in ["```", "~~~"] {
                    if opens_fence(trimmed_line, mark) {
                        if let Some(body) = one_line(trimmed_line, mark) {
                            bodies.push(body);
                        } else {
                            open = Some((mark, at));
                        }
                    }
                }
            }
            Some((mark, body)) if trimmed_line.trim_end_matches(is_space) == mark => {
                bodies.push(trimmed(text.get(body..start).unwrap_or_default()));
                open = None;
            }
            Some(_) => {}
        }
    }
    if let Some((_, body)) = open {
        bodies.push(trimmed(text.get(body..).unwrap_or_default()));
    }
    bodies
}

/// Whether a line is a fence with a language, a whole block, or nothing after it.
fn opens_fence(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|tag| {
        tag.is_empty()
            || tag.starts_with(|c: char| c.is_alphabetic() || c == ' ')
            || tag.ends_with(mark)
    })
}

/// ```` ```json 42``` ```` on one line.
fn one_line<'t>(line: &'t str, mark: &str) -> Option<&'t str> {
    let body = line.strip_prefix(mark)?.strip_suffix(mark)?;
    let body = body.strip_prefix("json").unwrap_or(body);
    Some(trimmed(body))
}
