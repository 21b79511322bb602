//! What a load should put up with.

use std::collections::BTreeMap;

/// How a file is loaded. By default everything must match, and the file sets no endpoint.
///
/// ```
/// use dspy::module::LoadOptions;
///
/// let options = LoadOptions::default().with_renamed("judge", "evaluator.judge");
/// assert!(!options.allow_unused && !options.allow_endpoints);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    /// Leaves of the program that the file lacks stay as they are.
    pub allow_missing: bool,
    /// What the file has and the program lacks is left out: whole entries, and parameters of one.
    pub allow_unused: bool,
    /// A model that the file names is asked where the file says (`api_base`). Only for files of
    /// people you would let read your prompts. Keys are never taken from a file.
    pub allow_endpoints: bool,
    /// Paths of the program that are called otherwise in the file: a leaf, or everything below a part
    /// of the program. The longest that fits counts.
    pub renamed: BTreeMap<String, String>,
    /// The largest file that is read, in bytes; 64 MiB by default.
    pub max_bytes: u64,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            allow_missing: false,
            allow_unused: false,
            allow_endpoints: false,
            renamed: BTreeMap::new(),
            max_bytes: 64 << 20,
        }
    }
}

impl LoadOptions {
    /// The same options, with a path of the program that the file calls otherwise.
    #[must_use]
    pub fn with_renamed(mut self, here: impl Into<String>, in_file: impl Into<String>) -> Self {
        self.renamed.insert(here.into(), in_file.into());
        self
    }

    /// What the file calls a leaf, and the rule that says so.
    pub(super) fn file_path(&self, path: &str) -> (String, Option<String>) {
        let rest = |here: &str| {
            let rest = path.strip_prefix(here)?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
        };
        let fitting = self
            .renamed
            .iter()
            .filter_map(|(here, there)| rest(here).map(|rest| (here, format!("{there}{rest}"))));
        match fitting.max_by_key(|(here, _)| here.len()) {
            Some((here, path)) => (path, Some(here.clone())),
            None => (path.to_owned(), None),
        }
    }
}
