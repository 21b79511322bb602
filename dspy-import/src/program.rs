//! The program as structs that can be loaded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::names::{free, of_type, of_value};
use crate::parts::{Part, Segment};

/// Writes the structs of a program.
#[derive(Debug)]
pub(crate) struct Program {
    text: String,
    taken: BTreeSet<String>,
}

/// A type, and the expression that makes a value of it.
type Made = (String, String);

const LOADER: &str = "
/// The program as it was declared.
///
/// # Errors
/// What keeps an agent from being made, such as two tools with one name.
pub fn program() -> dspy::Result<Program> {
    Ok(MADE)
}

/// The program with what a file says, its own or Python's: everything must fit.
///
/// # Errors
/// The file cannot be read, or does not fit; the error says where.
pub fn load(path: impl AsRef<std::path::Path>) -> dspy::Result<Program> {
    let mut program = program()?;
    let options = dspy::module::LoadOptions::default();
    dspy::module::load(&mut program, path, options)?;
    Ok(program)
}
";

impl Program {
    /// A writer that leaves these names to others.
    pub(crate) fn beside<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let taken = names.chain(["Program"]).map(str::to_owned).collect();
        Self { text: String::new(), taken }
    }

    /// The file of a program of this name.
    pub(crate) fn file(mut self, name: &str, root: &Part) -> String {
        let (kind, made) = self.part(root, name);
        let mut text = "//! The program: its parts, and how it is loaded.\n\n".to_owned();
        text.push_str("#[allow(unused_imports)] // not every program has all of them\n");
        text.push_str("use crate::{signatures::*, tools};\nuse dspy::prelude::*;\n");
        text.push_str(&self.text);
        let _ = write!(text, "\n/// What is loaded.\npub type Program = {kind};\n");
        text.push_str(&LOADER.replace("MADE", &made));
        text
    }

    fn part(&mut self, part: &Part, name: &str) -> Made {
        let parts = match part {
            Part::Leaf { kind, made, .. } => return (kind.clone(), made.clone()),
            Part::Parts(parts) => parts,
        };
        match parts.keys().next() {
            Some(Segment::Index(_)) => self.list(parts, name),
            Some(Segment::Key(_)) => self.map(parts, name),
            _ => self.structure(parts, name),
        }
    }

    fn list(&mut self, parts: &BTreeMap<Segment, Part>, name: &str) -> Made {
        let all: Vec<Made> = parts.values().map(|part| self.part(part, name)).collect();
        let made: Vec<&str> = all.iter().map(|(_, made)| made.as_str()).collect();
        match all.first() {
            Some((first, _)) if all.iter().all(|(kind, _)| kind == first) => {
                (format!("Vec<{first}>"), format!("vec![{}]", made.join(", ")))
            }
            _ => {
                let kinds: Vec<&str> = all.iter().map(|(kind, _)| kind.as_str()).collect();
                (format!("({},)", kinds.join(", ")), format!("({},)", made.join(", ")))
            }
        }
    }

    /// A map; predictors of different tasks become predictors of tasks known at run time.
    fn map(&mut self, parts: &BTreeMap<Segment, Part>, name: &str) -> Made {
        let mut all: Vec<(String, Made)> = Vec::new();
        for (segment, part) in parts {
            if let Segment::Key(key) = segment {
                all.push((key.clone(), self.part(part, &format!("{name}_{key}"))));
            }
        }
        let first = all.first().map(|(_, (kind, _))| kind.clone()).unwrap_or_default();
        let mut kind = first.clone();
        if all.iter().any(|(_, (kind, _))| *kind != first) {
            kind = "dspy::Predictor".to_owned();
            for ((_, entry), part) in all.iter_mut().zip(parts.values()) {
                if let Part::Leaf { erased, .. } = part {
                    entry.1.clone_from(erased);
                }
            }
        }
        let entries = all
            .iter()
            .map(|(key, (_, made))| format!("({}.to_owned(), {made})", Value::from(key.as_str())));
        let entries = entries.collect::<Vec<_>>().join(", ");
        let map = "std::collections::BTreeMap";
        (format!("{map}<String, {kind}>"), format!("{map}::from([{entries}])"))
    }

    fn structure(&mut self, parts: &BTreeMap<Segment, Part>, name: &str) -> Made {
        let name = free(of_type(name), |name| self.taken.contains(name));
        self.taken.insert(name.clone());
        let (mut fields, mut values) = (String::new(), String::new());
        for (segment, part) in parts {
            let Segment::Field(field) = segment else { continue };
            let (kind, made) = self.part(part, field);
            let ident = of_value(field);
            if ident != *field {
                let _ =
                    writeln!(fields, "    #[parameters(rename = {})]", Value::from(field.as_str()));
            }
            let _ = writeln!(fields, "    pub {ident}: {kind},");
            let _ = write!(values, "{ident}: {made}, ");
        }
        let about = "/// Write its `pub async fn forward(&self, …)` in an `impl` with `#[module(derived)]`.";
        let _ = write!(
            self.text,
            "\n{about}\n#[derive(Clone, Parameters)]\npub struct {name} {{\n{fields}}}\n"
        );
        (name.clone(), format!("{name} {{ {values}}}"))
    }
}
