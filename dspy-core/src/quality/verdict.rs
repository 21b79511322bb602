//! What a gate decided.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::check::QualityCheck;
use super::junit::junit;
use crate::error::{FileError, Result};
use crate::optimize::Verdict;

/// What a [`QualityGate`](super::QualityGate) decided, check by check. Prints a line for each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QualityVerdict {
    /// Whether all checks passed.
    pub accepted: bool,
    /// The checks, in the order asked for.
    pub checks: Vec<QualityCheck>,
}

impl QualityVerdict {
    pub(super) fn new(checks: Vec<QualityCheck>) -> Self {
        Self { accepted: checks.iter().all(|check| check.passed), checks }
    }

    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &QualityCheck> {
        self.checks.iter().filter(|check| !check.passed)
    }

    /// What `main` returns: success, or 1.
    pub fn exit_code(&self) -> ExitCode {
        if self.accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// The verdict in JUnit's XML, which CI systems show: a test case for each check. `suite` names
    /// the whole, such as the program.
    ///
    /// # Errors
    /// [`FileError::Io`] where the file cannot be written.
    pub fn write_junit(&self, path: impl AsRef<Path>, suite: &str) -> Result<()> {
        write(path.as_ref(), &junit(&self.checks, suite))
    }

    /// The verdict as JSON, in the form of its fields.
    ///
    /// # Errors
    /// [`FileError::Io`] where the file cannot be written.
    pub fn write_json(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|error| FileError::Value(error.to_string()))?;
        text.push('\n');
        write(path.as_ref(), &text)
    }
}

/// As an optimizer's gate says it: why it was rejected, or what speaks for it.
impl From<QualityVerdict> for Verdict {
    fn from(verdict: QualityVerdict) -> Self {
        let reasons = |passed: bool| {
            let checks = verdict.checks.iter().filter(|check| check.passed == passed);
            checks.map(|check| check.message.clone()).collect()
        };
        Self { accepted: verdict.accepted, reasons: reasons(verdict.accepted) }
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    crate::lm::replace_privately(path, text.as_bytes()).map_err(|error| {
        FileError::Io {
            action: "could not write",
            path: path.display().to_string(),
            message: error.to_string(),
        }
        .into()
    })
}

impl fmt::Display for QualityVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", if self.accepted { "accepted" } else { "rejected" })?;
        for check in &self.checks {
            writeln!(f, "  {check}")?;
        }
        Ok(())
    }
}
