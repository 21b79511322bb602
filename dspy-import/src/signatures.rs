//! Tasks as signatures.

use std::fmt::Write as _;

use serde_json::Value;

use crate::dump::{DumpedField, DumpedSignature};
use crate::names::{doc, free, of_type, of_value};
use crate::types::Types;

/// The signatures of a program, each once.
#[derive(Debug, Default)]
pub(crate) struct Signatures {
    known: Vec<(String, DumpedSignature)>,
    text: String,
}

impl Signatures {
    /// The file of all signatures.
    pub(crate) fn file(&self) -> String {
        format!("//! What the model is asked to do.\n\nuse dspy::prelude::*;\n{}", self.text)
    }

    /// The names of all signatures.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|(name, _)| name.as_str())
    }

    /// The name of the signature of a task; `place` names one that has no name of its own.
    pub(crate) fn of(&mut self, task: &DumpedSignature, place: &str, types: &mut Types) -> String {
        if let Some((name, _)) = self.known.iter().find(|(_, known)| known == task) {
            return name.clone();
        }
        // What Python calls a signature that was made of a text.
        let wanted =
            if task.name == "StringSignature" { of_type(place) } else { of_type(&task.name) };
        let is_taken = |name: &str| {
            let input =
                |known: &str| name == format!("{known}Input") || name == format!("{known}Output");
            self.known.iter().any(|(known, _)| known == name || input(known))
        };
        let name = free(wanted, is_taken);
        let mut text = String::new();
        let mut taken = Vec::new();
        for (role, fields) in [("input", &task.inputs), ("output", &task.outputs)] {
            for field in fields {
                text.push_str(&written(role, field, &name, &mut taken, types));
            }
        }
        let about = doc(&task.instructions, "");
        let _ = write!(
            self.text,
            "\n{about}#[derive(Signature, Clone)]\npub struct {name} {{\n{text}}}\n"
        );
        self.known.push((name.clone(), task.clone()));
        name
    }
}

fn written(
    role: &str,
    field: &DumpedField,
    signature: &str,
    taken: &mut Vec<String>,
    types: &mut Types,
) -> String {
    let kind = types.of(&field.schema, &format!("{signature}_{}", field.name));
    let name = free(of_value(&field.name), |name| taken.iter().any(|it| it == name));
    let rename = match name == field.name {
        true => String::new(),
        false => format!("(rename = {})", Value::from(field.name.as_str())),
    };
    let about = doc(&field.desc, "    ");
    let line = format!("{about}    #[{role}{rename}]\n    pub {name}: {kind},\n");
    taken.push(name);
    line
}
