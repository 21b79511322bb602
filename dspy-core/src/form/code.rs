//! [`Code`]: a program text in a known language.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::language::{Any, Language};
use super::{Form, Target};
use crate::lm::Part;

/// Code in a language. A prompt shows it as a fenced block; of an answer the first block in that
/// language counts, or else the first block, or else all of it.
///
/// As JSON it is a text, and it dereferences to one.
///
/// ```
/// use dspy::form::{Code, Rust};
/// use dspy::prelude::*;
///
/// #[derive(Signature)]
/// struct Write {
///     #[input]
///     wish: String,
///     #[output]
///     function: Code<Rust>,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let model = dspy::lm::Scripted::texts([
///     "[[ ## function ## ]]\nHere it is:\n```rust\nfn one() -> u8 { 1 }\n```\nEnjoy!",
/// ]);
/// let write = Predict::<Write>::new().with_lm(model.lm());
/// assert_eq!(&*write.call("a function that gives 1").await?.function, "fn one() -> u8 { 1 }");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct Code<L = Any> {
    text: String,
    language: PhantomData<fn() -> L>,
}

impl<L: Language> Code<L> {
    /// Code of this text, without a fence.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), language: PhantomData }
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.text
    }
}

impl<L> Deref for Code<L> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl<L> fmt::Display for Code<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<L: Language> From<&str> for Code<L> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<L: Language> From<String> for Code<L> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

// None is derived: that would ask the same of `L`.
impl<L> Clone for Code<L> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), language: PhantomData }
    }
}

impl<L> PartialEq for Code<L> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<L> Eq for Code<L> {}

impl<L> fmt::Debug for Code<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Code").field(&self.text).finish()
    }
}

impl<L> Serialize for Code<L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

impl<'de, L: Language> Deserialize<'de> for Code<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl<L: Language> Form for Code<L> {
    fn word() -> Cow<'static, str> {
        match L::TAGS.first() {
            Some(tag) => format!("code/{tag}").into(),
            None => "code".into(),
        }
    }

    fn title() -> Cow<'static, str> {
        if L::NAME.is_empty() { "code".into() } else { format!("code in {}", L::NAME).into() }
    }

    fn schema() -> Value {
        json!({"type": "string"})
    }

    fn note() -> Option<String> {
        let tag = L::TAGS.first().copied().unwrap_or("language");
        Some(format!("the code in a block that begins with ```{tag} and ends with ```"))
    }

    fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
        let fence = fence_around(&self.text);
        let tag = L::TAGS.first().copied().unwrap_or_default();
        Ok(vec![Part::text(format!("{fence}{tag}\n{}\n{fence}", self.text.trim_end_matches('\n')))])
    }

    fn parse(text: &str) -> Result<Self, String> {
        let blocks = blocks(text);
        let is_own = |tag: &str| L::TAGS.iter().any(|own| own.eq_ignore_ascii_case(tag));
        let found = blocks.iter().find(|(tag, _)| is_own(tag)).or_else(|| blocks.first());
        let code = match found {
            Some((_, code)) => code.clone(),
            None => text.trim_matches(['\n', '\r']).trim_end().to_owned(),
        };
        match code.trim() {
            "" => Err(format!("expected {}, found none", Self::title())),
            _ => Ok(Self::new(code)),
        }
    }
}

impl<L: Language> JsonSchema for Code<L> {
    fn schema_name() -> Cow<'static, str> {
        super::schema_name::<Self>()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        super::json_schema::<Self>(generator)
    }
}

/// A fence that nothing in the text ends.
fn fence_around(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// The fenced blocks of a text, each with the word behind its fence. The last one may be open.
fn blocks(text: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        let Some((mark, fence, tag)) = fence(line.trim_start()) else { continue };
        let ends = |line: &str| {
            let line = line.trim();
            line.starts_with(fence) && line.trim_start_matches(mark).is_empty()
        };
        let code: Vec<&str> = lines.by_ref().take_while(|line| !ends(line)).collect();
        let plain = |line: &&str| {
            let spaces = line.len() - line.trim_start_matches(' ').len();
            line.get(spaces.min(indent)..).unwrap_or_default().to_owned()
        };
        let code: Vec<String> = code.iter().map(plain).collect();
        found.push((tag, code.join("\n")));
    }
    found
}

/// The fence that a line begins with, its character, and the word behind it.
fn fence(line: &str) -> Option<(char, &str, &str)> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let fence = line.get(..line.len() - rest.len()).filter(|fence| fence.len() >= 3)?;
    // A line such as ```x``` is no fence.
    let is_open = !rest.contains(mark);
    is_open.then(|| (mark, fence, rest.split_whitespace().next().unwrap_or_default()))
}
