//! What models put around an answer: thoughts, fences, tags.

use super::reader::is_space;

/// White space, byte order marks and invisible spaces removed from both ends.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The answer without a block of thoughts in front of it, also if only its end tag is there.
pub(crate) fn without_thoughts(text: &str) -> &str {
    for tag in ["think", "thinking", "reasoning"] {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        let opened = text.starts_with(&open);
        match text.find(&close) {
            Some(at) if opened || !text.get(..at).is_some_and(|before| before.contains(&open)) => {
                let rest = text.get(at + close.len()..).unwrap_or_default();
                return trimmed(rest);
            }
            // Thoughts that never end hold no answer.
            None if opened => return "",
            _ => {}
        }
    }
    text
}

/// What a tag encloses, if one tag encloses the whole text.
pub(crate) fn inside_tag(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('<')?;
    let (name, body) = rest.split_once('>')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    if !is_name {
        return None;
    }
    let body = body.strip_suffix('>')?.strip_suffix(name)?.strip_suffix("</")?;
    // `<a>1</a> and <a>2</a>` is not one element.
    (!body.contains(&format!("</{name}>"))).then(|| trimmed(body))
}

/// The bodies of the fences in a text: fenced from line starts, the last one possibly unclosed.
pub(crate) fn fences(text: &str) -> Vec<&str> {
    let mut bodies = Vec::new();
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
