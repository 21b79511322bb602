//! What an answer may be compared with: one reference, or several of which the closest counts.

/// One reference text or several. Texts, lists, arrays and references to them are.
pub trait References {
    /// All of them, in order.
    fn texts(&self) -> Vec<&str>;
}

impl References for str {
    fn texts(&self) -> Vec<&str> {
        vec![self]
    }
}

impl References for String {
    fn texts(&self) -> Vec<&str> {
        vec![self.as_str()]
    }
}

impl<T: AsRef<str>> References for [T] {
    fn texts(&self) -> Vec<&str> {
        self.iter().map(AsRef::as_ref).collect()
    }
}

impl<T: AsRef<str>, const N: usize> References for [T; N] {
    fn texts(&self) -> Vec<&str> {
        self.as_slice().texts()
    }
}

impl<T: AsRef<str>> References for Vec<T> {
    fn texts(&self) -> Vec<&str> {
        self.as_slice().texts()
    }
}

impl<T: References + ?Sized> References for &T {
    fn texts(&self) -> Vec<&str> {
        (**self).texts()
    }
}

/// The best value over the references, and which reference it is of; `None` without references. Of
/// equals the first counts.
pub(super) fn best<'a, V>(
    references: &'a (impl References + ?Sized),
    mut value: impl FnMut(&str) -> V,
    rank: impl Fn(&V) -> f64,
) -> Option<(V, &'a str)> {
    let mut best: Option<(V, &'a str)> = None;
    for reference in references.texts() {
        let new = value(reference);
        if best.as_ref().is_none_or(|(old, _)| rank(&new) > rank(old)) {
            best = Some((new, reference));
        }
    }
    best
}

/// A text for feedback, cut where it is long.
pub(super) fn shown(text: &str) -> String {
    const LIMIT: usize = 120;
    match text.char_indices().nth(LIMIT) {
        None => format!("`{text}`"),
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
    }
}

/// What a metric says of a row that has nothing to compare with.
pub(super) fn without_reference() -> super::Score {
    super::Score::new(0.0).with_feedback("there is no reference to compare with")
}
