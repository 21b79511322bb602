//! Where a command's words go.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::style::Style;
use crate::surroundings::Surroundings;

/// Where a command's words go, and how they look there.
pub(crate) struct Console<'a> {
    pub(crate) around: Surroundings<'a>,
    /// Whether the output is for a machine: one JSON value.
    pub(crate) is_json: bool,
    pub(crate) style: Style,
    error_style: Style,
}

impl<'a> Console<'a> {
    pub(crate) fn new(around: Surroundings<'a>) -> Self {
        let style = Style::of(around.stdout_is_terminal, &around.env);
        let error_style = Style::of(around.stderr_is_terminal, &around.env);
        Self { around, is_json: false, style, error_style }
    }

    /// A path of the command line, from the folder that the command works in.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.around.folder.join(path)
    }

    /// Checks that a file can be put there, before anything is spent on what goes into it.
    pub(crate) fn check_target(&self, option: &str, path: &str) -> Result<(), Fault> {
        let target = self.path(path);
        if target.is_dir() {
            return Err(Fault::usage(format!(
                "`--{option} {path}` is a folder; name a file in it"
            )));
        }
        match target.parent() {
            Some(folder) if !folder.is_dir() => Err(Fault::usage(format!(
                "`--{option} {path}`: there is no folder `{}`; make it, or name another",
                folder.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Writes to standard output, as it is.
    pub(crate) fn write(&mut self, text: &str) -> Result<(), Fault> {
        let out = &mut self.around.stdout;
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Fault::Output)
    }

    /// Writes one line to standard output.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Fault> {
        self.write(&format!("{text}\n"))
    }

    /// Writes a value as one line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Fault> {
        let text = serde_json::to_string(value).map_err(|error| Fault::Output(error.into()))?;
        self.line(&text)
    }

    /// Writes a value as JSON for people to read.
    pub(crate) fn pretty(&mut self, value: &Value) -> Result<(), Fault> {
        let text =
            serde_json::to_string_pretty(value).map_err(|error| Fault::Output(error.into()))?;
        self.line(&text)
    }

    /// Says something on standard error. Nobody may listen there, which is no failure.
    pub(crate) fn note(&mut self, text: &str) {
        let text = if self.is_json {
            json!({"note": text}).to_string()
        } else {
            format!("{} {text}", self.error_style.dim("note:"))
        };
        self.error_line(&text);
    }

    pub(crate) fn warn(&mut self, text: &str) {
        let text = if self.is_json {
            json!({"warning": text}).to_string()
        } else {
            format!("{} {text}", self.error_style.bold("warning:"))
        };
        self.error_line(&text);
    }

    pub(crate) fn fault(&mut self, fault: &Fault) {
        if !fault.is_told() {
            return;
        }
        let text = if self.is_json {
            json!({"error": fault.to_string(), "exit_code": fault.exit().code()}).to_string()
        } else {
            format!("{} {fault}", self.error_style.red("error:"))
        };
        self.error_line(&text);
    }

    /// Whether there may be colours on standard error.
    pub(crate) fn errors_are_styled(&self) -> bool {
        self.error_style.is_on()
    }

    pub(crate) fn error_line(&mut self, text: &str) {
        let _ = writeln!(self.around.stderr, "{text}");
    }
}
