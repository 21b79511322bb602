//! [`State`]: what a batch job remembers in its file.

use std::io::{ErrorKind, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::request::Request;
use super::BatchModel;
use super::error::BatchError;
use super::status::BatchId;
use crate::canonical;

/// The version of the file's form.
const FORMAT: u32 = 1;

/// A job: what was asked of whom, and under which name it runs. It holds no prompt, only hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    format: u32,
    /// The model's name, for people.
    model: String,
    /// The hash of what beside the requests decides the answers.
    service: String,
    /// The requests' hashes.
    requests: Vec<String>,
    /// The batch; none while it is handed in.
    pub(super) batch: Option<BatchId>,
}

impl State {
    pub(super) fn new<M: BatchModel>(model: &M, requests: &[Request]) -> Self {
        let hash = |request| canonical::hash(&serde_json::to_value(request).unwrap_or_default());
        Self {
            format: FORMAT,
            model: model.name().to_owned(),
            service: blake3::hash(model.fingerprint().as_bytes()).to_hex().to_string(),
            requests: requests.iter().map(hash).collect(),
            batch: None,
        }
    }

    /// What the file holds; `None` where there is none.
    pub(super) fn load(path: &Path) -> Result<Option<Self>, BatchError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault("read", path, &error)),
        };
        let state: Self =
            serde_json::from_slice(&text).map_err(|error| fault("understand", path, &error))?;
        if state.format != FORMAT {
            return Err(fault("understand", path, &format!("its format is {}", state.format)));
        }
        Ok(Some(state))
    }

    /// How this job differs from `other`; `None` where it is the same.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.model != other.model {
            return Some(format!("it was for `{}`, this one is for `{}`", self.model, other.model));
        }
        if self.service != other.service {
            return Some("its address or its settings for all requests were others".to_owned());
        }
        if self.requests.len() != other.requests.len() {
            return Some(format!(
                "it had {} requests, this one has {}",
                self.requests.len(),
                other.requests.len()
            ));
        }
        let pairs = self.requests.iter().zip(&other.requests);
        let place = pairs.into_iter().position(|(one, another)| one != another)?;
        Some(format!("its request {place} was another one (counted from 0)"))
    }

    /// Writes the file where there is none yet, so that of two runs at once only one goes on.
    pub(super) fn create(&self, path: &Path) -> Result<Created, BatchError> {
        let file = self.written(path)?;
        match file.persist_noclobber(path) {
            Ok(_) => Ok(Created::New),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(Created::Existed),
            Err(error) => Err(fault("write", path, &error.error)),
        }
    }

    /// Replaces the file as a whole.
    pub(super) fn replace(&self, path: &Path) -> Result<(), BatchError> {
        let file = self.written(path)?;
        file.persist(path).map(drop).map_err(|error| fault("write", path, &error.error))
    }

    /// The state in a file beside the target, which only its owner can read.
    fn written(&self, path: &Path) -> Result<tempfile::NamedTempFile, BatchError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let failed = |error: &dyn std::fmt::Display| fault("write", path, error);
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| failed(&error))?;
        text.push(b'\n');
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
        file.write_all(&text).map_err(|error| failed(&error))?;
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        Ok(file)
    }
}

/// Whether the file is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Created {
    New,
    Existed,
}

/// Forgets a job that was never handed in.
pub(super) fn remove(path: &Path) -> Result<(), BatchError> {
    std::fs::remove_file(path).map_err(|error| fault("remove", path, &error))
}

fn fault(action: &'static str, path: &Path, error: &dyn std::fmt::Display) -> BatchError {
    BatchError::File { action, path: path.to_owned(), message: error.to_string() }
}
