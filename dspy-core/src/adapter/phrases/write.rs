//! Tasks and answers in the words of a file.

use std::borrow::Cow;

use serde_json::Value;

use super::python_types::{json_schema, type_name};
use super::template::Template;
use super::{PhrasedChatAdapter, Read, Types};
use crate::adapter::chat::open_section;
use crate::adapter::markers::{COMPLETED, header, neutral};
use crate::adapter::outline::shown_inputs;
use crate::adapter::render::{render_field, render_value};
use crate::adapter::stream::placeholder;
use crate::adapter::turns::{Format, shown};
use crate::schema;
use crate::signature::{Field, Fields, SignatureSchema};

impl Read {
    fn type_of(&self, field: &Field) -> String {
        match self.texts.types {
            Types::Words => field.type_name(),
            Types::Python => type_name(field.schema()),
        }
    }

    /// The list of some fields.
    fn list<'f>(&self, fields: impl Iterator<Item = &'f Field>) -> String {
        let lines: Vec<String> = fields.zip(1..).map(|(field, at)| self.line(field, at)).collect();
        self.trimmed(lines.join("\n"))
    }

    fn line(&self, field: &Field, number: usize) -> String {
        let indented = format!("\n{}", self.texts.desc_indent);
        let desc = field.desc().replace('\n', &indented);
        let mut line = self.field.filled(|slot| match slot {
            "number" => number.to_string(),
            "name" => field.name().to_owned(),
            "type" => self.type_of(field),
            "desc_after_colon" if desc.is_empty() => String::new(),
            "desc_after_colon" => format!(": {desc}"),
            _ => desc.clone(),
        });
        let resolved = schema::resolve(field.schema(), field.schema());
        if let Some(bounds) = schema::bounds_text(resolved) {
            line.push_str(&self.constraints.filled(|_| bounds.clone()));
        }
        if !field.examples().is_empty() {
            let one =
                |value: &Value| format!("`{}`", neutral(&render_value(value).replace('\n', " ")));
            let all: Vec<String> = field.examples().iter().map(one).collect();
            line.push_str(&self.examples.filled(|_| all.join("; ")));
        }
        for choice in schema::options(field.schema(), resolved) {
            if let Some(desc) = choice.description {
                line.push_str(&self.choice.filled(|slot| match slot {
                    "value" => render_value(&choice.value),
                    _ => desc.replace('\n', " "),
                }));
            }
        }
        line
    }

    /// What a layout shows in the place of an output's value.
    fn place(&self, field: &Field) -> String {
        let place = placeholder(field.name());
        match self.note_on(field) {
            Some(note) if !note.is_empty() => place + &self.note.filled(|_| note.clone()),
            _ => place,
        }
    }

    fn note_on(&self, field: &Field) -> Option<String> {
        let ours = schema::note(field.schema(), field.schema())?;
        let resolved = schema::resolve(field.schema(), field.schema());
        let kind = resolved.get("type").and_then(Value::as_str);
        let options = schema::choices(field.schema(), resolved);
        let template: &Template = match (kind, &options) {
            (_, Some(_)) if super::python_types::name(field.schema()).is_some() => &self.note_enum,
            (_, Some(_)) => &self.note_literal,
            (Some("boolean"), _) => &self.note_boolean,
            (Some("integer"), _) => &self.note_integer,
            (Some("number"), _) => &self.note_number,
            _ => &self.note_json,
        };
        Some(template.filled(|slot| match slot {
            "ours" => ours.clone(),
            "schema" => json_schema(field.schema()),
            "type" => self.type_of(field),
            _ => {
                let values = options.iter().flatten().map(|choice| render_value(&choice.value));
                values.collect::<Vec<_>>().join("; ")
            }
        }))
    }

    fn trimmed(&self, text: String) -> String {
        if self.texts.trim { text.trim().to_owned() } else { text }
    }

    fn objective(&self, instructions: &str) -> String {
        let common = if self.texts.dedent { common_indent(instructions) } else { 0 };
        let lines = instructions.lines().map(|line| {
            let line = if common > 0 && line.trim().is_empty() { "" } else { line };
            self.objective_line.filled(|_| line.get(common..).unwrap_or_default().to_owned())
        });
        lines.collect()
    }
}

/// The spaces that every line begins with, but for empty ones.
fn common_indent(text: &str) -> usize {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0)
}

fn section(name: &str, value: &str) -> String {
    format!("{}\n{value}", header(name))
}

impl Format for PhrasedChatAdapter {
    fn system(&self, schema: &SignatureSchema) -> String {
        let words = &self.phrases.0;
        let joined = |sections: Vec<String>| words.trimmed(sections.join("\n\n"));
        words.system.filled(|slot| match slot {
            "inputs" => words.list(shown_inputs(schema)),
            "outputs" => words.list(schema.outputs().iter()),
            "input_layout" => joined(
                shown_inputs(schema)
                    .map(|field| section(field.name(), &placeholder(field.name())))
                    .collect(),
            ),
            "output_layout" => joined(
                schema
                    .outputs()
                    .iter()
                    .map(|field| section(field.name(), &words.place(field)))
                    .collect(),
            ),
            "completed" => header(COMPLETED),
            _ => words.objective(schema.instructions()),
        })
    }

    fn open(&self, out: &mut String, name: &str) {
        open_section(out, name);
    }

    fn neutral<'t>(&self, _schema: &SignatureSchema, text: &'t str) -> Cow<'t, str> {
        neutral(text)
    }

    fn answer(&self, schema: &SignatureSchema, values: &Fields, absent: Option<&str>) -> String {
        let words = &self.phrases.0;
        let mut text = String::new();
        for field in schema.outputs() {
            let Some(value) = shown(values, field, absent) else { continue };
            open_section(&mut text, field.name());
            text.push_str(&neutral(&render_field(field, &value)));
        }
        let mut text = words.trimmed(text);
        open_section(&mut text, COMPLETED);
        // The line end is what `answer_end` says.
        let end = text.trim_end_matches('\n').len();
        text.truncate(end);
        text.push_str(&words.texts.answer_end);
        text
    }

    fn reminder(&self, schema: &SignatureSchema) -> String {
        let words = &self.phrases.0;
        let outputs = schema.outputs().iter().map(|field| {
            words.reminder_output.filled(|slot| match slot {
                "header" => header(field.name()),
                "name" => field.name().to_owned(),
                _ if field.is_text() => String::new(),
                _ => words.reminder_type.filled(|_| words.type_of(field)),
            })
        });
        let outputs = outputs.collect::<Vec<_>>().join(&words.texts.reminder_join);
        words.reminder.filled(|slot| match slot {
            "outputs" => outputs.clone(),
            _ => header(COMPLETED),
        })
    }

    fn incomplete(&self) -> &str {
        &self.phrases.0.texts.incomplete
    }

    fn absent(&self) -> &str {
        &self.phrases.0.texts.absent
    }

    fn trims(&self) -> bool {
        self.phrases.0.texts.trim
    }
}
