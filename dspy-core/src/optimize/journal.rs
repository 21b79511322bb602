//! [`Journal`]: what an optimizer did, written down as it happens, so that a killed run goes on.

mod line;
mod unit;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use self::line::{Call, Line, Noted, Rollout};
use super::outcome::Outcome;
use crate::error::{Error, FileError, Result};
use crate::lm::{Answered, Spent, append_privately};

pub(super) use self::line::Header;
pub(super) use self::unit::Unit;

/// Changes texts before they are written down.
pub(super) type Redact = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// An append-only file of JSON Lines: a header, then a line for each answer of a model, each rollout
/// and each decision. Without a file it forgets.
///
/// What a run decides follows from its seed and the answers. So a run goes on by doing everything
/// over again, with the answers that are written down, which cost nothing.
#[derive(Clone)]
pub(super) struct Journal(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    file: Option<File>,
    path: PathBuf,
    redact: Option<Redact>,
    /// Answers of rollouts and proposals that were not finished, by unit and request.
    calls: HashMap<(String, String), VecDeque<(Answered, Spent)>>,
    rollouts: HashMap<String, Outcome>,
    /// Decisions of the earlier run that this one has not come to yet.
    decisions: VecDeque<Noted>,
    /// What went wrong while writing; told at the next opportunity.
    fault: Option<std::io::Error>,
    unsynced: usize,
}

/// Lines after which the file is brought to the disk.
const BATCH: usize = 64;

impl Journal {
    /// A journal that forgets.
    pub(super) fn none() -> Self {
        Self(Arc::default())
    }

    /// Opens or begins a journal. Gives the number of answers and rollouts found in it.
    pub(super) fn open(
        path: &Path,
        header: &Header,
        redact: Option<Redact>,
    ) -> Result<(Self, usize)> {
        let io = |action: &'static str| {
            let path = path.display().to_string();
            move |error: std::io::Error| {
                Error::from(FileError::Io { action, path, message: error.to_string() })
            }
        };
        let mut file = append_privately(path).map_err(io("could not open"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Invalid(format!(
                    "the journal `{}` is in use by another run; wait for it, or give this one \
                     another file",
                    path.display()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(io("could not lock")(error)),
        }
        let mut state = State { path: path.to_owned(), redact, ..State::default() };
        let found = state.read(&mut file, header).map_err(|fault| match fault {
            Fault::Io(error) => io("could not read")(error),
            Fault::Other(message) => {
                Error::Invalid(format!("journal `{}`: {message}", path.display()))
            }
        })?;
        state.file = Some(file);
        let journal = Self(Arc::new(Mutex::new(state)));
        if found == 0 {
            journal.write(&Line::Header(header.clone()));
        }
        journal.fault()?;
        Ok((journal, found.saturating_sub(1)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next answer that was given to this request in this unit.
    fn answer(&self, unit: &str, key: &str) -> Option<(Answered, Spent)> {
        self.state().calls.get_mut(&(unit.to_owned(), key.to_owned()))?.pop_front()
    }

    fn note_call(&self, unit: &str, key: String, answer: Answered, spent: Spent) {
        if self.state().file.is_some() {
            self.write(&Line::Call(Call { unit: unit.to_owned(), key, spent, answer }));
        }
    }

    /// What became of a rollout in the earlier run.
    pub(super) fn rollout(&self, unit: &str) -> Option<Outcome> {
        self.state().rollouts.get(unit).cloned()
    }

    pub(super) fn note_rollout(&self, unit: &str, outcome: &Outcome) {
        if self.state().file.is_some() {
            let (unit, outcome) = (unit.to_owned(), outcome.clone());
            self.write(&Line::Rollout(Rollout { unit, outcome }));
        }
    }

    /// Notes a decision; one that the earlier run made must be the same.
    pub(super) fn decide(&self, kind: &str, what: Value) -> Result<()> {
        let noted = Noted { kind: kind.to_owned(), what };
        let before = self.state().decisions.pop_front();
        match before {
            None => {
                self.write(&Line::Decision(noted));
                self.fault()
            }
            Some(before) if before == noted => Ok(()),
            Some(before) => Err(Error::Invalid(format!(
                "the journal `{}` does not fit this run: where it says {} {}, this run comes to \
                 {} {}. A metric or program that gives something else each time, or a changed one, \
                 does that. Begin with another file",
                self.state().path.display(),
                before.kind,
                before.what,
                noted.kind,
                noted.what
            ))),
        }
    }

    fn write(&self, line: &Line) {
        let mut state = self.state();
        let Some(redacted) = state.text(line) else { return };
        let Some(file) = &mut state.file else { return };
        // One call to the system, without a buffer: what is written survives this process.
        let mut written = file.write_all(redacted.as_bytes());
        state.unsynced += 1;
        if state.unsynced >= BATCH && written.is_ok() {
            state.unsynced = 0;
            if let Some(file) = &state.file {
                written = file.sync_data();
            }
        }
        if let Err(error) = written {
            state.fault.get_or_insert(error);
        }
    }

    /// Brings everything to the disk, and tells what went wrong so far.
    pub(super) fn settle(&self) -> Result<()> {
        let mut state = self.state();
        if let Some(file) = &state.file
            && state.unsynced > 0
            && let Err(error) = file.sync_data()
        {
            state.fault.get_or_insert(error);
        }
        state.unsynced = 0;
        drop(state);
        self.fault()
    }

    /// Writes nothing any more, and lets others have the file.
    pub(super) fn close(&self) {
        self.state().file = None;
    }

    fn fault(&self) -> Result<()> {
        let mut state = self.state();
        match state.fault.take() {
            None => Ok(()),
            Some(error) => Err(Error::from(FileError::Io {
                action: "could not write",
                path: state.path.display().to_string(),
                message: error.to_string(),
            })),
        }
    }
}

enum Fault {
    Io(std::io::Error),
    Other(String),
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl State {
    /// Reads what is there, drops a last line that was cut off, and gives the number of lines.
    fn read(&mut self, file: &mut File, header: &Header) -> std::result::Result<usize, Fault> {
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(&mut *file);
        let (mut number, mut sound, mut text) = (0, 0, String::new());
        let mut finished: BTreeMap<String, Outcome> = BTreeMap::new();
        loop {
            text.clear();
            let length = reader.read_line(&mut text)?;
            if length == 0 || !text.ends_with('\n') {
                break;
            }
            let line: Line = serde_json::from_str(&text).map_err(|error| {
                Fault::Other(format!("line {} is none of ours: {error}", number + 1))
            })?;
            match (number, line) {
                (0, Line::Header(found)) => found.check(header).map_err(Fault::Other)?,
                (0, _) => return Err(Fault::Other("it has no header".to_owned())),
                (_, Line::Header(_)) => {}
                (_, Line::Call(call)) => {
                    let place = (call.unit, call.key);
                    self.calls.entry(place).or_default().push_back((call.answer, call.spent));
                }
                (_, Line::Rollout(rollout)) => {
                    finished.insert(rollout.unit, rollout.outcome);
                }
                (_, Line::Decision(noted)) => self.decisions.push_back(noted),
            }
            number += 1;
            sound += length as u64;
        }
        self.calls.retain(|(unit, _), _| !finished.contains_key(unit));
        self.rollouts = finished.into_iter().collect();
        // Written in append mode, so only the length matters.
        file.set_len(sound)?;
        Ok(number)
    }

    fn text(&self, line: &Line) -> Option<String> {
        let mut value = serde_json::to_value(line).ok()?;
        if let (Some(redact), Line::Call(_) | Line::Rollout(_) | Line::Decision(_)) =
            (&self.redact, line)
        {
            change_texts(&mut value, redact);
        }
        let mut text = value.to_string();
        text.push('\n');
        Some(text)
    }
}

/// Changes all strings inside a value; keys stay.
pub(super) fn change_texts(value: &mut Value, change: &Redact) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| change_texts(item, change)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| change_texts(field, change));
        }
        _ => {}
    }
}
