//! Why a text gave no value that fits.

use std::fmt;

/// Why a text (or a JSON value) does not fit a schema.
///
/// The messages are written so that they can be shown to the model that gave the answer: they say
/// what was expected and what was found instead. Paths are JSON pointers (`/items/0`), empty for
/// the whole answer; keys over 64 characters are shortened in them.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// A value of the wrong type, or outside of its bounds.
    #[error("expected {expected}, found {found}{at}", found = Found(found), at = At(path))]
    Mismatch {
        /// Where.
        path: String,
        /// What the schema asks for.
        expected: String,
        /// What was there, shortened.
        found: String,
    },
    /// A value outside of a closed set.
    #[error(
        "expected one of {allowed}, found {found}{at}{hint}",
        allowed = Listed(allowed), found = Found(found), at = At(path), hint = Hint(suggestion)
    )]
    UnknownChoice {
        /// Where.
        path: String,
        /// What was there, shortened.
        found: String,
        /// The values that the schema allows.
        allowed: Vec<String>,
        /// The allowed value that looks most like what was found.
        suggestion: Option<String>,
    },
    /// Several readings are as good as each other; none was picked.
    #[error(
        "expected {expected}, found {found}{at}, which is ambiguous{candidates}",
        found = Found(found), at = At(path), candidates = Between(candidates)
    )]
    Ambiguous {
        /// Where.
        path: String,
        /// What the schema asks for.
        expected: String,
        /// What was there, shortened.
        found: String,
        /// The readings that are possible.
        candidates: Vec<String>,
    },
    /// A required key is not there.
    #[error("the required key `{key}` is missing{at}", at = At(path))]
    MissingKey {
        /// The object that lacks the key.
        path: String,
        /// The key.
        key: String,
    },
    /// A key that a closed object does not have.
    #[error("unknown key `{key}`{at}{allowed}", at = At(path), allowed = Keys(allowed))]
    UnknownKey {
        /// The object that has the key.
        path: String,
        /// The key.
        key: String,
        /// The keys that the schema declares.
        allowed: Vec<String>,
    },
    /// No alternative of a union fits.
    #[error(
        "no alternative fits {found}{at}: {reasons}",
        found = Found(found), at = At(path), reasons = reasons.join("; ")
    )]
    NoAlternative {
        /// Where.
        path: String,
        /// What was there, shortened.
        found: String,
        /// Why each alternative failed, in the order of the schema.
        reasons: Vec<String>,
    },
    /// Text that starts like JSON but cannot be read without guessing.
    #[error("malformed JSON: {problem} near `{near}`")]
    Malformed {
        /// What is wrong.
        problem: String,
        /// The text around the place.
        near: String,
    },
    /// The text holds nothing that could be the value.
    #[error("expected {expected}, found {found}", found = Found(found))]
    NotFound {
        /// What the schema asks for.
        expected: String,
        /// The text, shortened.
        found: String,
    },
    /// Brackets are nested deeper than is read.
    #[error("the value is nested more than {limit} levels deep; make it flatter")]
    TooDeep {
        /// The deepest nesting that is read.
        limit: usize,
    },
    /// Reading would take more work than a text of this length deserves.
    #[error("the text cannot be read in reasonable time; answer with plain JSON and nothing else")]
    TooComplex,
    /// A type with a form of its own refused it.
    #[error("{message}")]
    Refused {
        /// What was expected and what was found.
        message: String,
    },
    /// The schema itself is faulty.
    #[error("faulty JSON schema: {message}")]
    Schema {
        /// What is wrong.
        message: String,
    },
}

impl ParseError {
    /// Where in the value the error is, as a JSON pointer; empty for the whole value.
    pub fn path(&self) -> &str {
        match self {
            Self::Mismatch { path, .. }
            | Self::UnknownChoice { path, .. }
            | Self::Ambiguous { path, .. }
            | Self::MissingKey { path, .. }
            | Self::UnknownKey { path, .. }
            | Self::NoAlternative { path, .. } => path,
            _ => "",
        }
    }

    /// The same error of a value that stands at another place.
    pub(crate) fn moved(&self, from: &str, to: &str) -> Self {
        let mut error = self.clone();
        match &mut error {
            Self::Mismatch { path, .. }
            | Self::UnknownChoice { path, .. }
            | Self::Ambiguous { path, .. }
            | Self::MissingKey { path, .. }
            | Self::UnknownKey { path, .. } => *path = moved(path, from, to),
            Self::NoAlternative { path, reasons, .. } => {
                *path = moved(path, from, to);
                for reason in reasons {
                    *reason = reason.replace(&format!("at `{from}/"), &format!("at `{to}/"));
                }
            }
            _ => {}
        }
        error
    }

    /// Whether several readings were equally good.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Self::Ambiguous { .. })
    }

    /// Whether trying another alternative is pointless.
    pub(crate) fn is_fatal(&self) -> bool {
        matches!(self, Self::TooDeep { .. } | Self::TooComplex | Self::Schema { .. })
    }
}

fn moved(path: &str, from: &str, to: &str) -> String {
    match path.strip_prefix(from) {
        Some(below) => format!("{to}{below}"),
        None => path.to_owned(),
    }
}

struct At<'a>(&'a str);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " at `{}`", self.0) }
    }
}

struct Found<'a>(&'a str);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("an empty text") } else { write!(f, "`{}`", self.0) }
    }
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            write!(f, "{}`{item}`", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

struct Keys<'a>(&'a [String]);

impl fmt::Display for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str("; the schema does not allow keys of this form")
        } else {
            write!(f, "; the keys are {}", Listed(self.0))
        }
    }
}

struct Between<'a>(&'a [String]);

impl fmt::Display for Between<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [] => Ok(()),
            [only] => write!(f, ": is `{only}` meant?"),
            several => write!(f, ": it could be any of {}", Listed(several)),
        }
    }
}

struct Hint<'a>(&'a Option<String>);

impl fmt::Display for Hint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}
