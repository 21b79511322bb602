//! What was changed to make a text fit, and how much that matters.

use std::fmt;

/// How far a value is from what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// As written.
    Exact,
    /// Written differently, but nothing was lost or guessed.
    Repaired,
    /// Something that was written is gone, or the text ended too early.
    Lossy,
}

/// One change that was made to fit a value to its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Where in the value, as a JSON pointer (`/items/0`); empty for the whole value.
    pub path: String,
    /// What kind of change.
    pub kind: RepairKind,
    /// What was written, shortened to about 80 characters.
    pub from: String,
    /// What it became, shortened to about 80 characters.
    pub to: String,
}

impl Repair {
    /// How much the change matters.
    pub fn level(&self) -> Level {
        self.kind.level()
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.meaning())?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        match (self.from.is_empty(), self.to.is_empty()) {
            (true, true) => Ok(()),
            (false, true) => write!(f, ": `{}`", self.from),
            (true, false) => write!(f, ": `{}`", self.to),
            (false, false) => write!(f, ": `{}` to `{}`", self.from, self.to),
        }
    }
}

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RepairKind {
    /// The value was taken out of surrounding text, a fence or a tag.
    Extracted,
    /// A later value in the text replaced an earlier one, as a correction does.
    Superseded,
    /// Punctuation, quoting or a literal of the JSON was mended.
    Syntax,
    /// A quote inside of a text was not escaped.
    InnerQuote,
    /// The text ended before the value did.
    Incomplete,
    /// A key was written twice; the last one counts.
    DuplicateKey,
    /// Half of a surrogate pair became U+FFFD.
    LoneSurrogate,
    /// A placeholder `...` was dropped.
    Ellipsis,
    /// JSON inside of a text was read.
    Decoded,
    /// A wrapping object or a list of one was removed.
    Unwrapped,
    /// A single value became a list, or a bare text the only field of an object.
    Wrapped,
    /// Several values after each other became a list.
    Gathered,
    /// Lines or comma-separated words became a list.
    Split,
    /// A list of key and value pairs became a map.
    Pairs,
    /// A key was written differently.
    KeyRenamed,
    /// A key that the schema does not declare was left out.
    ExtraKey,
    /// A required key was missing (or null) and has a default.
    DefaultFilled,
    /// A required list was missing or null.
    EmptyList,
    /// The tag that names a variant was missing; its keys told which one it is.
    TagFilled,
    /// A number was dressed up, or written as text.
    Number,
    /// A boolean was written in words or as a number.
    Boolean,
    /// A member of a closed set was written differently.
    Choice,
    /// A date, an address or the like was written differently.
    Format,
    /// A word such as `None` stood for null.
    Null,
    /// A number, boolean or JSON was written where a text is expected.
    AsText,
    /// A value that occurs twice in a set was left out.
    DuplicateItem,
}

impl RepairKind {
    /// How much this kind of change matters.
    pub fn level(self) -> Level {
        match self {
            Self::Superseded
            | Self::Incomplete
            | Self::DuplicateKey
            | Self::LoneSurrogate
            | Self::Ellipsis => Level::Lossy,
            _ => Level::Repaired,
        }
    }

    /// A bit of its own.
    pub(crate) fn bit(self) -> u64 {
        1 << (self as u32)
    }

    /// Whether the change is about how the value is written, not about what it is.
    pub(crate) fn is_cosmetic(self) -> bool {
        matches!(self, Self::Extracted | Self::Syntax | Self::KeyRenamed | Self::Decoded)
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Extracted => "took the value out of the text around it",
            Self::Superseded => "took the last of several values",
            Self::Syntax => "mended the JSON",
            Self::InnerQuote => "kept an unescaped quote as part of the text",
            Self::Incomplete => "the text ended before the value did",
            Self::DuplicateKey => "took the last of two equal keys",
            Self::LoneSurrogate => "replaced half of a surrogate pair",
            Self::Ellipsis => "dropped a placeholder",
            Self::Decoded => "read JSON out of a text",
            Self::Unwrapped => "removed a wrapper",
            Self::Wrapped => "wrapped a single value",
            Self::Gathered => "gathered several values into a list",
            Self::Split => "split a text into a list",
            Self::Pairs => "turned pairs into a map",
            Self::KeyRenamed => "matched a key written differently",
            Self::ExtraKey => "left out an undeclared key",
            Self::DefaultFilled => "filled in the default",
            Self::EmptyList => "read nothing as an empty list",
            Self::TagFilled => "filled in the tag of the only variant that fits",
            Self::Number => "read a number out of a text",
            Self::Boolean => "read a boolean",
            Self::Choice => "matched an allowed value written differently",
            Self::Format => "respelled a text by its format",
            Self::Null => "read a word as null",
            Self::AsText => "took a value as text",
            Self::DuplicateItem => "left out a repeated item of a set",
        }
    }
}
