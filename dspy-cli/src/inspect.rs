//! `inspect`: a program as a readable tree.

use std::fmt::Write as _;

use clap::{Arg, ArgMatches, Command};
use dspy_core::module::{
    Module, Parameter, ParameterKind, identity, parameters, task_schemas, to_value,
};
use dspy_core::signature::{Field, SignatureSchema};
use serde_json::Value;

use crate::command::{Session, json as json_flag, number, option, text};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::style::Style;

/// Characters of a line.
const WIDTH: usize = 80;

/// `inspect`.
pub(crate) fn command() -> Command {
    Command::new("inspect")
        .about("The program, or a saved one: predictors, instructions, fields, demonstrations")
        .arg(Arg::new("file").value_name("FILE").help("A saved program; else the one of the code"))
        .arg(option(
            "demos",
            "N",
            "How many demonstrations of each predictor are shown [default: 3]",
        ))
        .arg(json_flag("Write the parameters as one line of JSON, as files have them"))
}

/// Writes the tree.
pub(crate) fn run<P: Module, R>(
    session: &mut Session<'_, '_, P, R>,
    args: &ArgMatches,
) -> Result<Exit, Fault> {
    let most = number(args, "demos", "a whole number")?.unwrap_or(3);
    let (program, provenance) = match text(args, "file") {
        Some(file) => (session.loaded(file)?, provenance(&session.console.path(file))),
        None => (session.cli.program.clone(), None),
    };
    let console = &mut session.console;
    if console.is_json {
        let mut value = to_value(&program, None);
        let own = value.pointer_mut("/metadata/dspy_rust").and_then(Value::as_object_mut);
        if let (Some(own), Some(provenance)) = (own, provenance) {
            own.insert("provenance".to_owned(), provenance);
        }
        console.json(&value)?;
    } else {
        let style = console.style;
        let tree = Tree { text: String::new(), style, most_demos: most };
        console.write(&tree.of(&program, provenance.as_ref()))?;
    }
    Ok(Exit::Done)
}

/// Where a saved program comes from, if its file says so. The file was read before.
fn provenance(path: &std::path::Path) -> Option<Value> {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    file.pointer("/metadata/dspy_rust/provenance").cloned()
}

struct Tree {
    text: String,
    style: Style,
    most_demos: usize,
}

impl Tree {
    fn of<P: Module>(mut self, program: &P, provenance: Option<&Value>) -> String {
        let tasks = task_schemas(program);
        let id: String = identity(program).chars().take(16).collect();
        let plural = if tasks.len() == 1 { "predictor" } else { "predictors" };
        self.put(0, &format!("program {id}, {} {plural}", tasks.len()));
        if let Some(Value::Object(facts)) = provenance {
            let facts: Vec<String> = facts
                .iter()
                .filter(|(_, fact)| !fact.is_null())
                .map(|(name, fact)| format!("{name}: {}", plain(fact)))
                .collect();
            self.put(2, &format!("made by {}", facts.join(", ")));
        }
        let parameters = parameters(program);
        let mut shown: Vec<&str> = Vec::new();
        for parameter in &parameters {
            let path = parameter.path.as_str();
            if shown.contains(&path) {
                continue;
            }
            shown.push(path);
            let frozen = if parameter.frozen { " (frozen)" } else { "" };
            let title = format!("\n{}{frozen}\n", self.style.bold(path));
            self.text.push_str(&title);
            let task = tasks.iter().find(|(at, ..)| at == path).map(|(_, task, _)| task);
            if let Some(task) = task {
                self.task(task);
            }
            for parameter in parameters.iter().filter(|parameter| parameter.path == path) {
                self.parameter(parameter, task.is_some());
            }
        }
        self.text
    }

    fn task(&mut self, task: &SignatureSchema) {
        self.put(2, "instructions");
        for line in task.instructions().lines() {
            self.put(4, line);
        }
        for (title, fields) in [("inputs", task.inputs()), ("outputs", task.outputs())] {
            self.put(2, title);
            for field in fields {
                self.field(field);
            }
        }
    }

    fn field(&mut self, field: &Field) {
        let desc =
            if field.desc().is_empty() { String::new() } else { format!(": {}", field.desc()) };
        self.put(4, &format!("{} [{}]{desc}", field.name(), field.type_name()));
    }

    fn parameter(&mut self, parameter: &Parameter, has_task: bool) {
        let Parameter { kind, value, .. } = parameter;
        if *kind == ParameterKind::DEMOS {
            return self.demos(value);
        }
        let is_told = *kind == ParameterKind::INSTRUCTIONS || *kind == ParameterKind::DESCRIPTIONS;
        let is_empty = match value {
            Value::Null => true,
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        if !(is_empty || has_task && is_told) {
            self.put(2, &format!("{kind}: {}", plain(value)));
        }
    }

    fn demos(&mut self, value: &Value) {
        let demos = value.as_array().map(Vec::as_slice).unwrap_or_default();
        self.put(2, &format!("{} demonstrations", demos.len()));
        for demo in demos.iter().take(self.most_demos) {
            let fields = demo.as_object().into_iter().flatten();
            let fields: Vec<String> =
                fields.map(|(name, value)| format!("{name}: {}", plain(value))).collect();
            self.put(4, &format!("- {}", fields.join("; ")));
        }
        if demos.len() > self.most_demos && self.most_demos > 0 {
            let more = format!("and {} more (--demos N)", demos.len() - self.most_demos);
            self.put(4, &more);
        }
    }

    /// Writes a text, broken into lines that are indented.
    fn put(&mut self, indent: usize, text: &str) {
        let room = WIDTH - indent;
        let mut line = String::new();
        let mut lines = Vec::new();
        for word in text.split(' ') {
            let length = line.chars().count() + word.chars().count() + 1;
            if !line.is_empty() && length > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
        for (place, line) in lines.iter().enumerate() {
            let extra = if place > 0 { 2 } else { 0 };
            let _ = writeln!(self.text, "{:width$}{line}", "", width = indent + extra);
        }
    }
}

/// A value in one line; texts without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
