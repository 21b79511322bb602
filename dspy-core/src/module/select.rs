//! Choosing leaves by path.

use std::fmt;

/// A choice of leaves by glob patterns on their paths: `*` stands for any text, dots included.
///
/// ```
/// let select = dspy::module::Select::new(["rag.*", "judge"]).except(["rag.rerank"]);
/// assert!(select.matches("rag.generate"));
/// assert!(!select.matches("rag.rerank"));
/// assert!(!select.matches("other"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Default for Select {
    fn default() -> Self {
        Self::all()
    }
}

impl Select {
    /// Every leaf.
    pub fn all() -> Self {
        Self::new(["*"])
    }

    /// The leaves that match one of the patterns.
    pub fn new<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self { include: patterns.into_iter().map(Into::into).collect(), exclude: Vec::new() }
    }

    /// The same choice without the leaves that match one of these patterns.
    #[must_use]
    pub fn except<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.exclude.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Whether the leaf of this path is chosen.
    pub fn matches(&self, path: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|pattern| glob(pattern, path));
        any(&self.include) && !any(&self.exclude)
    }
}

impl From<&str> for Select {
    fn from(pattern: &str) -> Self {
        Self::new([pattern])
    }
}

impl<const N: usize> From<[&str; N]> for Select {
    fn from(patterns: [&str; N]) -> Self {
        Self::new(patterns)
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.include.join("`, `"))?;
        if !self.exclude.is_empty() {
            write!(f, " except `{}`", self.exclude.join("`, `"))?;
        }
        Ok(())
    }
}

fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}
