//! Results as files; the form is in the docs of [`evaluate`](super).

mod csv;
mod line;
mod trace;

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::item::Item;
use super::program_note::ProgramNote;
use super::result::Evaluation;
use crate::error::{Error, Result};
use crate::row::DataError;
use crate::signature::Data;
use line::{End, Head, ItemLine, Summary};

/// The version of the file format that this crate writes, and the newest it reads.
const FORMAT: u64 = 1;

/// Writes a result while it comes about. What it wrote last may still be in memory.
#[derive(Debug)]
pub(super) struct Writer {
    name: String,
    file: BufWriter<File>,
}

impl Writer {
    /// Begins a file, in place of an older one; on Unix only its owner may read it.
    pub(super) fn create(path: &Path, program: Option<&ProgramNote>, rows: usize) -> Result<Self> {
        let name = path.display().to_string();
        let begun = crate::lm::append_privately(path).and_then(|file| {
            file.set_len(0)?;
            Ok(BufWriter::new(file))
        });
        let file = begun.map_err(|error| refused(&name, &error))?;
        let mut writer = Self { name, file };
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let program = program.cloned();
        writer.line(&Head { dspy_evaluation: FORMAT, version, rows, program })?;
        Ok(writer)
    }

    pub(super) fn item<O: Serialize>(&mut self, item: &Item<O>) -> Result<()> {
        let line = ItemLine::of(item).map_err(|error| {
            let index = item.index;
            Error::Invalid(format!("the outcome of row {index} cannot be written as JSON: {error}"))
        })?;
        self.line(&line)
    }

    pub(super) fn finish<O>(mut self, evaluation: &Evaluation<O>) -> Result<()> {
        self.line(&End { summary: Summary::of(evaluation) })?;
        self.file.flush().map_err(|error| refused(&self.name, &error))
    }

    fn line(&mut self, line: &impl Serialize) -> Result<()> {
        let written = serde_json::to_writer(&mut self.file, line).map_err(std::io::Error::from);
        let written = written.and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|error| refused(&self.name, &error))
    }
}

fn refused(path: &str, error: &std::io::Error) -> Error {
    crate::error::FileError::Io {
        action: "could not write",
        path: path.to_owned(),
        message: error.to_string(),
    }
    .into()
}

impl<O: Data> Evaluation<O> {
    /// Writes head, rows and summary as JSON Lines into a file that only its owner may read. In the
    /// order of rows, and one line each, so that tools and people can look into it.
    ///
    /// # Errors
    /// [`FileError::Io`](crate::error::FileError::Io), and [`Error::Invalid`] for an output that has
    /// no form in JSON or where the items were written to another file already.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        self.require_items()?;
        let mut writer = Writer::create(path.as_ref(), self.program(), self.items().len())?;
        for item in self.items() {
            writer.item(item)?;
        }
        writer.finish(self)
    }

    /// Reads what [`save`](Self::save) or [`Evaluate::to_jsonl`](super::Evaluate::to_jsonl) wrote. With
    /// `serde_json::Value` for `O`, results of any program can be read.
    ///
    /// # Errors
    /// [`DataError`] with file and line, for what is no such file or has outputs of another type.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| DataError::Io {
            file: name.clone(),
            message: error.to_string(),
        };
        let file = BufReader::new(File::open(path).map_err(unreadable)?);
        let mut items = Vec::new();
        let mut head: Option<Head> = None;
        let mut end: Option<Summary> = None;
        for (place, line) in file.lines().enumerate() {
            let line = line.map_err(unreadable)?;
            let wrong = |message: String| DataError::Syntax {
                file: name.clone(),
                line: place as u64 + 1,
                message,
            };
            if head.is_none() {
                let read: Head = serde_json::from_str(&line)
                    .map_err(|error| wrong(format!("this is no saved evaluation: {error}")))?;
                if read.dspy_evaluation > FORMAT {
                    let newer = read.dspy_evaluation;
                    return Err(wrong(format!(
                        "the format {newer} is newer than the {FORMAT} known here; update dspy"
                    ))
                    .into());
                }
                head = Some(read);
            } else if line.starts_with("{\"summary\":") {
                let read: End =
                    serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
                end = Some(read.summary);
            } else if !line.trim().is_empty() {
                let read: ItemLine =
                    serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
                items.push(read.item().map_err(wrong)?);
            }
        }
        let Some(head) = head else {
            return Err(DataError::Empty {
                what: format!("`{name}`"),
                fix: "it is no saved evaluation".to_owned(),
            }
            .into());
        };
        let (elapsed, stopped) = match end {
            Some(end) => (end.elapsed(), end.stopped),
            None => {
                let cut = format!("the file ends after {} of {} rows", items.len(), head.rows);
                (items.iter().map(|item: &Item<O>| item.elapsed).sum(), Some(cut))
            }
        };
        Ok(Self::new(items, elapsed, stopped).of_program(head.program))
    }

    fn require_items(&self) -> Result<()> {
        match self.written_to() {
            None => Ok(()),
            Some(path) => Err(Error::Invalid(format!(
                "the rows were written to `{}` and are not in memory; load that file first",
                path.display()
            ))),
        }
    }
}

/// Seconds as a duration; nothing where they are no time.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
