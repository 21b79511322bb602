//! The file of answers: read to go on from, appended to, and put in order in the end.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use dspy_core::lm::Usage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Fault;

/// One line: the answer to a row, or why there is none.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answer {
    /// The row's place in the input file, from 0.
    pub(super) index: usize,
    /// The hash of its inputs.
    pub(super) hash: String,
    /// What tells the program from others.
    pub(super) program: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<String>,
    #[serde(default)]
    pub(super) usage: Usage,
}

impl Answer {
    /// A line that says nothing yet.
    pub(super) fn of(index: usize, hash: String, program: &str) -> Self {
        Self {
            index,
            hash,
            program: program.to_owned(),
            output: None,
            error: None,
            warnings: Vec::new(),
            usage: Usage::default(),
        }
    }
}

/// What the file had of a row, and how it ended.
#[derive(Debug)]
struct Kept {
    line: String,
    is_answer: bool,
}

/// The file of answers.
#[derive(Debug)]
pub(super) struct Answers {
    path: PathBuf,
    name: String,
    file: File,
    kept: BTreeMap<usize, Kept>,
}

/// A file that was opened, and the bytes of a torn last line that were taken away from it.
pub(super) type Opened = (Answers, usize);

impl Answers {
    /// Opens the file, and checks that it answers these rows by this program. A last line that was
    /// cut off is taken away.
    pub(super) fn open(path: PathBuf, hashes: &[String], program: &str) -> Result<Opened, Fault> {
        let name = path.display().to_string();
        let failed = |action| {
            let path = name.clone();
            move |source| Fault::File { action, path, source }
        };
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        let mut file = options.open(&path).map_err(failed("could not open"))?;
        // Bytes, since what was cut off may end in half a letter.
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed("could not read"))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let (lines, rest) = bytes.split_at(whole);
        let lines = std::str::from_utf8(lines).map_err(|error| {
            failed("could not read")(io::Error::new(io::ErrorKind::InvalidData, error))
        })?;
        let mut torn = 0;
        let mut kept = BTreeMap::new();
        let mut all: Vec<&str> = lines.lines().collect();
        let last = std::str::from_utf8(rest).ok();
        let last = last.filter(|line| serde_json::from_str::<Answer>(line).is_ok());
        if let Some(line) = last {
            file.write_all(b"\n").map_err(failed("could not write"))?;
            all.push(line);
        } else if !rest.is_empty() {
            file.set_len(whole as u64).map_err(failed("could not mend"))?;
            torn = rest.len();
        }
        for (place, line) in all.into_iter().enumerate() {
            let answer = checked(line, place + 1, &name, hashes, program)?;
            let is_answer = answer.error.is_none();
            // Tried again, a row has several lines: the answer counts, else the last try.
            let is_known = kept.get(&answer.index).is_some_and(|kept: &Kept| kept.is_answer);
            if is_answer || !is_known {
                kept.insert(answer.index, Kept { line: line.to_owned(), is_answer });
            }
        }
        Ok((Self { path, name, file, kept }, torn))
    }

    /// Whether the row was answered.
    pub(super) fn has(&self, index: usize) -> bool {
        self.kept.get(&index).is_some_and(|kept| kept.is_answer)
    }

    /// Appends what came of a row, at once.
    pub(super) fn add(&mut self, answer: &Answer) -> Result<(), Fault> {
        let written = serde_json::to_string(answer).map_err(io::Error::from);
        let written = written
            .and_then(|line| self.file.write_all(format!("{line}\n").as_bytes()).map(|()| line));
        let line = written.map_err(|source| Fault::File {
            action: "could not write",
            path: self.name.clone(),
            source,
        })?;
        let is_answer = answer.error.is_none();
        self.kept.insert(answer.index, Kept { line, is_answer });
        Ok(())
    }

    /// Replaces the file by one with a line for each row, in their order.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let lines = self.kept.into_values().map(|kept| kept.line + "\n");
        let text: String = lines.collect();
        replace(&self.path, text.as_bytes()).map_err(|source| Fault::File {
            action: "could not put in order",
            path: self.name,
            source,
        })
    }
}

fn checked(
    line: &str,
    number: usize,
    file: &str,
    hashes: &[String],
    program: &str,
) -> Result<Answer, Fault> {
    let answer: Answer = serde_json::from_str(line).map_err(|error| {
        Fault::usage(format!(
            "`{file}`, line {number}: this is no line of answers: {error}; give another --out"
        ))
    })?;
    let index = answer.index;
    match hashes.get(index) {
        None => Err(Fault::usage(format!(
            "`{file}`, line {number} answers row {index}, but the input file has {} rows now; give another \
             --out, or restore the input file",
            hashes.len()
        ))),
        Some(hash) if *hash != answer.hash => Err(Fault::usage(format!(
            "`{file}`, line {number} answers row {index} with other inputs than the input file has now; \
             give another --out, or restore the input file"
        ))),
        Some(_) if answer.program != program => Err(Fault::usage(format!(
            "`{file}`, line {number} was answered by the program {}, not by this one ({program}); give \
             another --out, or the same --program",
            answer.program
        ))),
        Some(_) => Ok(answer),
    }
}

/// Writes beside the file and renames over it, so that no reader sees half of it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    // Who could read the answers so far can read them still.
    file.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
