//! Saved programs as a person reads them, without the program's type.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path as FilePath;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::diff::{ProgramDiff, diff_parameters};
use super::load::LoadOptions;
use super::parameter::{Parameter, ParameterKind};
use super::python;
use super::save::{FORMAT_VERSION, Provenance};
use crate::error::FileError;
use crate::terminal::{Colour, Ink, Page};

/// Demonstrations that are shown of each predictor.
const DEMOS: usize = 3;

/// A saved program, to be looked at: what [`save`](super::save()) wrote, or Python DSPy. Nothing of it
/// is run, and the Rust type is not needed.
///
/// It displays as a tree of predictors with their instructions, fields, demonstrations and models, in
/// lines of 80 columns at most.
///
/// ```
/// use dspy::module::{self, SavedProgram};
/// use dspy::prelude::*;
///
/// /// Answer the question.
/// #[derive(Signature)]
/// struct Qa {
///     #[input]
///     question: String,
///     #[output]
///     answer: String,
/// }
///
/// let seed = Predict::<Qa>::new();
/// let tuned = seed.clone().with_instructions("Answer in one word.");
/// let [seed, tuned] = [seed, tuned].map(|it| module::to_value(&it, None));
/// let seed = SavedProgram::of_value(seed, "seed.json")?;
/// let tuned = SavedProgram::of_value(tuned, "tuned.json")?.compared_with(&seed);
/// assert!(tuned.to_string().contains(
///     "self\n  instructions (changed)\n    Answer in one word.\n"
/// ));
/// # Ok::<(), dspy::error::FileError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SavedProgram {
    name: String,
    entries: Map<String, Value>,
    own: Option<Value>,
    changed: Option<BTreeMap<String, Vec<ParameterKind>>>,
}

impl SavedProgram {
    /// Reads a file.
    ///
    /// # Errors
    /// [`FileError`]: the file cannot be read, is too large, is no JSON, or is of a newer version.
    pub fn open(path: impl AsRef<FilePath>) -> Result<Self, FileError> {
        let (file, name) = super::load::read(path.as_ref(), &LoadOptions::default())?;
        Self::of_value(file, &name)
    }

    /// The same of the JSON of a file; `name` is what errors call it.
    ///
    /// # Errors
    /// [`FileError::Syntax`] and [`FileError::Newer`].
    pub fn of_value(file: Value, name: &str) -> Result<Self, FileError> {
        let Value::Object(mut entries) = file else {
            return Err(FileError::Syntax {
                path: name.to_owned(),
                message: "expected a JSON object of leaves by path".to_owned(),
            });
        };
        if python::is_bare(&entries) {
            entries = python::of_bare(&entries);
        }
        let metadata = entries.shift_remove("metadata").unwrap_or_default();
        let own = metadata.get("dspy_rust").cloned();
        let format = own.as_ref().and_then(|own| own.get("format")).and_then(Value::as_u64);
        if let Some(found) = format.filter(|found| *found > FORMAT_VERSION) {
            let path = name.to_owned();
            return Err(FileError::Newer { path, found, known: FORMAT_VERSION });
        }
        Ok(Self { name: name.to_owned(), entries, own, changed: None })
    }

    /// The same, displayed with a word at each parameter that differs from this program, the one it was
    /// made of.
    #[must_use]
    pub fn compared_with(mut self, seed: &Self) -> Self {
        let mut changed: BTreeMap<String, Vec<ParameterKind>> = BTreeMap::new();
        for change in seed.diff(&self).changes() {
            changed.entry(change.path.clone()).or_default().push(change.kind.clone());
        }
        self.changed = Some(changed);
        self
    }

    /// The paths of the leaves, in the order of the file.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Where its parameters come from, if the file says so.
    pub fn provenance(&self) -> Option<Provenance> {
        let provenance = self.own.as_ref()?.get("provenance")?.clone();
        serde_json::from_value(provenance).ok()
    }

    /// All parameters, in the order of the file. Descriptions of fields go by the names that the file
    /// gives them.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut all = Vec::new();
        for (path, entry) in &self.entries {
            let mut add = |kind, value| {
                all.push(Parameter { path: path.clone(), kind, value, frozen: false });
            };
            let Some(entry) = entry.as_object() else { continue };
            if let Some(signature) = entry.get("signature") {
                let said = signature.get("instructions").cloned().unwrap_or_default();
                add(ParameterKind::INSTRUCTIONS, said);
                add(ParameterKind::DESCRIPTIONS, described(signature));
            }
            for (kind, value) in entry {
                if !["signature", "traces", "train"].contains(&kind.as_str()) {
                    add(ParameterKind::new(kind.clone()), value.clone());
                }
            }
        }
        all
    }

    /// What differs in another saved program.
    pub fn diff(&self, other: &Self) -> ProgramDiff {
        diff_parameters(self.parameters(), other.parameters())
    }

    /// The program as text in 80 columns.
    pub fn to_text(&self, colour: Colour) -> String {
        let mut page = Page::new(colour);
        self.head(&mut page);
        let mut above: Vec<&str> = Vec::new();
        let parameters = self.parameters();
        for path in self.paths() {
            page.blank();
            let parts = segments(path);
            let shared = above.iter().zip(&parts).take_while(|(a, b)| a == b).count();
            for (depth, part) in parts.iter().enumerate().skip(shared) {
                page.put(Ink::Heading, 2 * depth, "", part);
            }
            let indent = 2 * parts.len();
            for parameter in parameters.iter().filter(|it| it.path == path) {
                self.show(&mut page, indent, parameter);
            }
            above = parts;
        }
        page.finish()
    }

    fn head(&self, page: &mut Page) {
        let text = |name: &str| self.own.as_ref()?.get(name)?.as_str().map(str::to_owned);
        page.put(Ink::Heading, 0, "", &self.name);
        match (text("version"), text("identity")) {
            (Some(version), Some(identity)) => {
                let identity = identity.get(..12).unwrap_or(&identity).to_owned();
                page.put(Ink::Faint, 2, "", &format!("dspy {version}, identity {identity}"));
            }
            _ => page.put(Ink::Faint, 2, "", "not of dspy for Rust"),
        }
        let Some(it) = self.provenance() else { return };
        let model = if it.model.is_empty() { "" } else { " on " };
        let by = format!("by {} with seed {}{model}{}", it.optimizer, it.seed, it.model);
        page.put(Ink::Faint, 2, "", &by);
        for (scores, rows) in
            [(it.scores, "rows that decided"), (it.holdout, "rows that did not decide")]
        {
            if let Some((before, after)) = scores {
                page.put(Ink::Faint, 2, "", &format!("{before:.3} → {after:.3} on {rows}"));
            }
        }
        let saved_at = UNIX_EPOCH.checked_add(Duration::from_secs(it.saved_at));
        // Dates that no calendar has any more would be refused.
        if let Some(at) = saved_at.filter(|_| (1..=253_402_300_799).contains(&it.saved_at)) {
            page.put(Ink::Faint, 2, "", &format!("saved {}", httpdate::fmt_http_date(at)));
        }
    }

    fn show(&self, page: &mut Page, indent: usize, parameter: &Parameter) {
        let Parameter { path, kind, value, .. } = parameter;
        let is_changed = self.changed.as_ref().and_then(|changed| changed.get(path));
        let is_changed = is_changed.is_some_and(|kinds| kinds.contains(kind));
        let (mark, ink) = if is_changed { (" (changed)", Ink::Added) } else { ("", Ink::Plain) };
        let inside = indent + 2;
        match value {
            Value::Null => {}
            Value::Array(demos) if *kind == ParameterKind::DEMOS => {
                if demos.is_empty() && !is_changed {
                    return;
                }
                page.put(ink, indent, "", &format!("demonstrations: {}{mark}", demos.len()));
                for (place, demo) in demos.iter().take(DEMOS).enumerate() {
                    fields(page, inside, &format!("{}. ", place + 1), demo);
                }
                if let Some(more) = demos.len().checked_sub(DEMOS).filter(|more| *more > 0) {
                    page.put(Ink::Faint, inside, "", &format!("and {more} more"));
                }
            }
            Value::String(text) => {
                page.put(ink, indent, "", &format!("{kind}{mark}"));
                page.put(Ink::Plain, inside, "", text);
            }
            Value::Object(map) => {
                if map.is_empty() && !is_changed {
                    return;
                }
                page.put(ink, indent, "", &format!("{kind}{mark}"));
                fields(page, inside, "", value);
            }
            other => page.put(ink, indent, "", &format!("{kind}: {other}{mark}")),
        }
    }
}

/// A map, a line for each entry.
fn fields(page: &mut Page, indent: usize, mark: &str, map: &Value) {
    let Some(map) = map.as_object() else {
        page.put(Ink::Plain, indent, mark, &map.to_string());
        return;
    };
    let mut mark = mark.to_owned();
    for (name, value) in map {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let lines: Vec<&str> = text.lines().collect();
        match lines.as_slice() {
            [] | [_] => page.put(Ink::Plain, indent, &mark, &format!("{name}: {text}")),
            _ => {
                page.put(Ink::Plain, indent, &mark, &format!("{name}:"));
                page.put(Ink::Plain, indent + mark.chars().count() + 2, "", &text);
            }
        }
        mark = " ".repeat(mark.chars().count());
    }
}

/// The descriptions of a signature's fields, by the names they have in the file.
fn described(signature: &Value) -> Value {
    let fields = signature.get("fields").and_then(Value::as_array);
    let text = |field: &Value, name: &str| {
        field.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let all = fields.into_iter().flatten().map(|field| {
        let name = text(field, "prefix").trim_end_matches(':').to_owned();
        let said = text(field, "description");
        // A placeholder stands for none.
        let said = if said.starts_with("${") { String::new() } else { said };
        (name, Value::from(said))
    });
    Value::Object(all.collect())
}

/// A path's parts: `rag.hops[0]` is `rag` and `hops[0]`. Dots inside of brackets part nothing.
fn segments(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut inside) = (0, false);
    for (place, c) in path.char_indices() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            '.' if !inside => {
                parts.push(path.get(begin..place).unwrap_or_default());
                begin = place + 1;
            }
            _ => {}
        }
    }
    parts.push(path.get(begin..).unwrap_or_default());
    parts
}

impl fmt::Display for SavedProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(Colour::Never))
    }
}
