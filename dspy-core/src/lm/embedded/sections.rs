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
                value.push_str(unescaped(line));
            }
        }
        for (_, value) in &mut sections {
            *value = value.trim().to_owned();
        }
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

/// A line without the backslash that keeps it from being a marker.
fn unescaped(line: &str) -> &str {
    line.strip_prefix('\\').filter(|rest| reads_like_marker(rest)).unwrap_or(line)
}

/// The text with a backslash before every line that could be taken for a marker.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            escaped.push('\n');
        }
        if reads_like_marker(line) {
            escaped.push('\\');
        }
        escaped.push_str(line);
    }
    escaped
}

fn reads_like_marker(line: &str) -> bool {
    let line = line.trim_start_matches(['\\', '*', '#', '`', '_', '>', ' ', '\t']);
    line.starts_with("[[") && line.contains("##")
}
