//! Sections: texts divided by `[[ ## name ## ]]` lines.

/// Named texts in the order they stand in a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Sections(Vec<(String, String)>);

/// What stands in a demonstration for a value it does not have.
const NOT_SUPPLIED: &str = "not supplied for this";

impl Sections {
    /// Divides a text at its markers. A marker stands at the start of a line; what stands before
    /// the first one belongs to no section.
    pub(super) fn read(text: &str) -> Self {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            if let Some((name, rest)) = marker(line) {
                sections.push((name.to_owned(), rest.trim().to_owned()));
            } else if let Some((_, value)) = sections.last_mut() {
                value.push('\n');
                value.push_str(line);
            }
        }
        for (_, value) in &mut sections {
            *value = unescaped(value.trim());
        }
        Self(sections)
    }

    /// Sections that were found in another form than markers.
    pub(super) fn of(sections: Vec<(String, String)>) -> Self {
        Self(sections)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a section, unless it is missing or only says so.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// Names and values, without those that are only placeholders.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(_, value)| !is_placeholder(value))
    }

    /// The text of the last section, to be cleaned of what follows it.
    pub(super) fn last_mut(&mut self) -> Option<&mut String> {
        self.0.last_mut().map(|(_, value)| value)
    }

    pub(super) fn push(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }

    /// Moves the sections that `belong` out into a set of their own.
    pub(super) fn split_off(&mut self, belong: impl Fn(&str) -> bool) -> Self {
        let (out, stay) = std::mem::take(&mut self.0).into_iter().partition(|(n, _)| belong(n));
        self.0 = stay;
        Self(out)
    }

    /// All values in one text.
    pub(super) fn joined(&self) -> String {
        self.iter().map(|(_, value)| value).collect::<Vec<_>>().join("\n")
    }
}

fn is_placeholder(value: &str) -> bool {
    value.get(..NOT_SUPPLIED.len()).is_some_and(|start| start.eq_ignore_ascii_case(NOT_SUPPLIED))
}

/// The name in a marker line, and what follows the marker on it.
pub(super) fn marker(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.strip_prefix("[[ ## ")?.split_once(" ## ]]")?;
    Some((name.trim(), rest))
}

/// A text without the backslashes that keep what reads like a marker from being one.
pub(super) fn unescaped(text: &str) -> String {
    rewritten(text, |out| {
        if out.ends_with('\\') {
            out.pop();
        }
    })
}

/// The text with a backslash before everything that could be taken for a marker.
pub(super) fn escaped(text: &str) -> String {
    rewritten(text, |out| out.push('\\'))
}

/// The text with something done before each marker in it.
fn rewritten(text: &str, before: impl Fn(&mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("[[") {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        // A bracket alone goes on: the next one may open a marker.
        let length = marker_length(from);
        if length.is_some() {
            before(&mut out);
        }
        let (taken, after) = from.split_at(length.unwrap_or(1));
        out.push_str(taken);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The length of the marker that a text begins with, whatever its spacing.
fn marker_length(text: &str) -> Option<usize> {
    const LONGEST: usize = 200;
    let end = text.find("]]")? + 2;
    let inside = text.get(2..end - 2).filter(|_| end <= LONGEST)?;
    let name = inside.trim_matches([' ', '\t']).strip_prefix("##")?.strip_suffix("##")?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '\t');
    (!name.trim().is_empty() && name.chars().all(is_name)).then_some(end)
}
