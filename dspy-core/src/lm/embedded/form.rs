//! Forms: how the values of a prompt and of its answer are set apart.

use serde_json::Value;

use super::sections::{Sections, escaped, marker};

/// How a prompt wants its fields to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `[[ ## name ## ]]` lines.
    Markers,
    /// Questions as with markers, answers as one JSON object.
    Json,
    /// `<name>` and `</name>` on lines of their own.
    Tags,
    /// `name: value` lines, values of several lines indented.
    Words,
}

const INDENT: &str = "    ";

impl Form {
    /// The form that a system message shows for these outputs.
    pub(super) fn shown<'a>(
        system: &str,
        mut outputs: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        let outline = Sections::read(system);
        let has_tag = |name: &str| {
            let tag = format!("<{name}>");
            system.lines().any(|line| line.starts_with(&tag))
        };
        if outputs.clone().any(|name| outline.get(name).is_some()) {
            Self::Markers
        } else if system.contains("JSON object") {
            Self::Json
        } else if outputs.any(has_tag) {
            Self::Tags
        } else if system.contains("in your own words") {
            Self::Words
        } else {
            Self::Markers
        }
    }

    /// The values in a message, by name. Only `known` names count where a form has no marks.
    pub(super) fn read(self, text: &str, known: impl Fn(&str) -> bool) -> Sections {
        match self {
            Self::Markers | Self::Json => Sections::read(text),
            Self::Tags => tagged(text, known),
            Self::Words => labelled(text, known),
        }
    }

    /// Whether a line of a message begins a value.
    pub(super) fn begins(self, line: &str) -> bool {
        match self {
            Self::Markers | Self::Json => marker(line).is_some(),
            Self::Tags => line.starts_with('<'),
            Self::Words => label(line).is_some(),
        }
    }

    /// Answers as text: pairs of a name and a value, with the spelling of the value where the
    /// prompt has one.
    pub(super) fn write(self, values: &[(String, Value, Option<String>)]) -> String {
        if self == Self::Json {
            let text = |value: &Value| match value {
                Value::String(text) => Value::from(escaped(text)),
                other => other.clone(),
            };
            let object = values.iter().map(|(name, value, _)| (name.clone(), text(value)));
            return Value::Object(object.collect()).to_string();
        }
        let mut out = String::new();
        for (name, value, spelling) in values {
            let written = match (spelling, value) {
                (Some(spelling), _) => spelling.clone(),
                (None, Value::String(text)) => text.clone(),
                (None, other) => other.to_string(),
            };
            out.push_str(&match self {
                Self::Markers | Self::Json => {
                    format!("[[ ## {name} ## ]]\n{}\n\n", escaped(&written))
                }
                Self::Tags => format!("<{name}>\n{}\n</{name}>\n\n", entities(&written)),
                Self::Words => format!("{name}: {}\n", written.replace('\n', "\n    ")),
            });
        }
        match self {
            Self::Markers => out + "[[ ## completed ## ]]",
            _ => out.trim_end().to_owned(),
        }
    }
}

/// The values between tags. Where a value is elements, it begins and ends beside its tags.
fn tagged(text: &str, known: impl Fn(&str) -> bool) -> Sections {
    let mut sections: Vec<(String, String)> = Vec::new();
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in text.lines() {
        let mut line = line;
        if open.is_none() {
            let tag = line.strip_prefix('<').and_then(|rest| rest.split_once('>'));
            let Some((name, rest)) = tag else { continue };
            let bare = name.trim_end_matches([' ', '/']);
            if !known(bare) {
                continue;
            }
            if bare.len() < name.len() {
                sections.push((bare.to_owned(), String::new()));
                continue;
            }
            open = Some((bare, Vec::new()));
            line = rest;
        }
        let Some((name, lines)) = &mut open else { continue };
        let end = line.strip_suffix('>').and_then(|rest| rest.strip_suffix(*name));
        match end.and_then(|rest| rest.strip_suffix("</")) {
            // A value on lines of its own ends on a line of its own.
            Some(rest) if rest.is_empty() || !lines.first().is_some_and(|it| it.is_empty()) => {
                lines.push(rest);
                sections.push(((*name).to_owned(), unentities(lines.join("\n").trim())));
                open = None;
            }
            _ => lines.push(line),
        }
    }
    Sections::of(sections)
}

/// The values of `name: value` lines.
pub(super) fn labelled(text: &str, known: impl Fn(&str) -> bool) -> Sections {
    let mut sections: Vec<(String, String)> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        if let Some((name, value)) = label(line).filter(|(name, _)| known(name)) {
            sections.push((name.to_owned(), value.trim().to_owned()));
            open = true;
        } else if let (true, Some(more), Some((_, value))) =
            (open, line.strip_prefix(INDENT), sections.last_mut())
        {
            if !value.is_empty() {
                value.push('\n');
            }
            value.push_str(more);
        } else {
            open = false;
        }
    }
    Sections::of(sections)
}

fn label(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, value))
}

fn entities(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// The text that entities stand for, unless it holds what they would stand for.
pub(super) fn unentities(text: &str) -> String {
    if text.contains('<') {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
