//! [`Language`]: which language a [`Code`](super::Code) is in.

/// A programming language, as the type parameter of [`Code`](super::Code). Implement it for another
/// one:
///
/// ```
/// use dspy::form::{Code, Language};
///
/// #[derive(Debug)]
/// struct Zig;
///
/// impl Language for Zig {
///     const NAME: &'static str = "Zig";
///     const TAGS: &'static [&'static str] = &["zig"];
/// }
///
/// let code = Code::<Zig>::new("pub fn main() void {}");
/// # let _ = code;
/// ```
pub trait Language: Send + Sync + 'static {
    /// What a person calls it; empty for any language.
    const NAME: &'static str;
    /// The words that a fenced block may have behind its fence, the usual one first.
    const TAGS: &'static [&'static str];
}

macro_rules! languages {
    ($($type:ident $name:literal [$($tag:literal),*],)*) => {$(
        #[doc = concat!("Code in ", $name, ".")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $type;

        impl Language for $type {
            const NAME: &'static str = $name;
            const TAGS: &'static [&'static str] = &[$($tag),*];
        }
    )*};
}

/// Code in any language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Any;

impl Language for Any {
    const NAME: &'static str = "";
    const TAGS: &'static [&'static str] = &[];
}

languages! {
    Bash "Bash" ["bash", "sh", "shell"],
    Css "CSS" ["css"],
    Go "Go" ["go", "golang"],
    Html "HTML" ["html"],
    Java "Java" ["java"],
    JavaScript "JavaScript" ["javascript", "js"],
    Json "JSON" ["json"],
    Python "Python" ["python", "py", "python3"],
    Rust "Rust" ["rust", "rs"],
    Sql "SQL" ["sql", "sqlite", "postgresql", "mysql"],
    TypeScript "TypeScript" ["typescript", "ts"],
    Yaml "YAML" ["yaml", "yml"],
}
