//! [`Outcome`] of one check, and the table of all.

use dspy::lm::LmError;

use crate::target::Target;

/// How one check ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// As it should, with a word on what came.
    Passed(String),
    /// The client refused the call before it was sent, because the provider's API has no such thing.
    Refused(String),
    /// The server cannot show it, for this reason.
    Skipped(String),
    Failed(String),
}

/// Why a check did not pass.
#[derive(Debug)]
pub(crate) enum Fault {
    Lm(LmError),
    Other(String),
}

impl From<LmError> for Fault {
    fn from(error: LmError) -> Self {
        Self::Lm(error)
    }
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::Other(message)
    }
}

impl Outcome {
    pub(crate) fn of(result: Result<String, Fault>) -> Self {
        match result {
            Ok(detail) => Self::Passed(detail),
            Err(Fault::Lm(LmError::Unsupported { feature, .. })) => Self::Refused(feature),
            Err(Fault::Lm(error)) => Self::Failed(error.to_string()),
            Err(Fault::Other(message)) => Self::Failed(message),
        }
    }

    fn mark(&self) -> &'static str {
        match self {
            Self::Passed(_) => "yes",
            Self::Refused(_) => "refused",
            Self::Skipped(_) => "–",
            Self::Failed(_) => "FAILED",
        }
    }
}

/// Capabilities down, targets across, and below why something was not shown.
pub(crate) fn table(names: &[&str], targets: &[Target], columns: &[Vec<Outcome>]) -> String {
    let mut out = String::from("| capability |");
    for target in targets {
        out.push_str(&format!(" {target} |"));
    }
    out.push_str(&format!("\n|---|{}\n", "---|".repeat(targets.len())));
    for (row, name) in names.iter().enumerate() {
        out.push_str(&format!("| {name} |"));
        for outcomes in columns {
            out.push_str(&format!(" {} |", outcomes[row].mark()));
        }
        out.push('\n');
    }
    out.push_str(
        "\nyes: as expected; refused: an error before the call, the API has no such thing; \
         –: the server cannot show it\n",
    );
    for (target, outcomes) in targets.iter().zip(columns) {
        for (name, outcome) in names.iter().zip(outcomes) {
            match outcome {
                Outcome::Passed(detail) if detail.is_empty() => {}
                Outcome::Passed(detail) => out.push_str(&format!("  {target}: {name}: {detail}\n")),
                Outcome::Refused(reason) | Outcome::Skipped(reason) | Outcome::Failed(reason) => {
                    out.push_str(&format!("  {target}: {name}: {}: {reason}\n", outcome.mark()));
                }
            }
        }
    }
    out
}
