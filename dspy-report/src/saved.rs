//! Which report saved files make.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use dspy_core::error::{Error, FileError, Result};
use dspy_core::evaluate::Evaluation;
use serde_json::Value;

use crate::report::Report;
use crate::run::Run;

enum Kind {
    Evaluation,
    Run,
    Journal,
}

pub(crate) fn report(paths: &[impl AsRef<Path>]) -> Result<Report> {
    let kinds: Vec<Kind> = paths.iter().map(|path| kind(path.as_ref())).collect::<Result<_>>()?;
    match (kinds.as_slice(), paths) {
        ([Kind::Evaluation], [path]) => {
            Ok(Report::of_evaluation(&Evaluation::<Value>::load(path)?))
        }
        ([Kind::Evaluation, Kind::Evaluation], [baseline, candidate]) => {
            let baseline = Evaluation::<Value>::load(baseline)?;
            Report::of_comparison(&baseline, &Evaluation::<Value>::load(candidate)?)
        }
        ([Kind::Run], [path]) => {
            let path = path.as_ref();
            let text = read(path)?;
            let run = serde_json::from_str(&text).and_then(|value: Value| Run::read(&value));
            let run = run.map_err(|error| {
                Error::Invalid(format!(
                    "`{}` is no whole report of an optimizer's run: {error}; save it again",
                    path.display()
                ))
            })?;
            Ok(Report::of_saved_run(run))
        }
        ([Kind::Journal], [path]) => {
            Ok(Report::of_saved_run(Run::of_journal(&read(path.as_ref())?)))
        }
        _ => Err(Error::Invalid(format!(
            "a report is of one evaluation, of two of the same rows, or of one optimizer's run; \
             these are {} files: {}",
            paths.len(),
            if paths.is_empty() { "none".to_owned() } else { names(paths, &kinds) }
        ))),
    }
}

fn names(paths: &[impl AsRef<Path>], kinds: &[Kind]) -> String {
    let name = |(path, kind): (&_, &Kind)| {
        let path: &Path = AsRef::<Path>::as_ref(path);
        let what = match kind {
            Kind::Evaluation => "an evaluation",
            Kind::Run => "a run",
            Kind::Journal => "a journal",
        };
        format!("`{}` ({what})", path.display())
    };
    paths
        .iter()
        .map(AsRef::as_ref)
        .zip(kinds)
        .map(|(p, k)| name((&p, k)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What a file is, by its first line, or by all of it where it is one JSON object over many lines.
fn kind(path: &Path) -> Result<Kind> {
    let mut first = String::new();
    let mut file = BufReader::new(File::open(path).map_err(|error| refused(path, &error))?);
    file.read_line(&mut first).map_err(|error| refused(path, &error))?;
    if let Ok(head) = serde_json::from_str::<Value>(&first) {
        if head.get("dspy_evaluation").is_some() {
            return Ok(Kind::Evaluation);
        }
        if Run::is_journal(&first) {
            return Ok(Kind::Journal);
        }
    }
    let whole: Option<Value> = serde_json::from_str(&read(path)?).ok();
    let has = |field| whole.as_ref().is_some_and(|value| value.get(field).is_some());
    if has("optimizer") && has("candidates") {
        return Ok(Kind::Run);
    }
    Err(Error::Invalid(format!(
        "`{}` is neither a saved evaluation (JSON Lines) nor the saved report or the journal of an \
         optimizer's run",
        path.display()
    )))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| refused(path, &error))
}

fn refused(path: &Path, error: &std::io::Error) -> Error {
    FileError::Io {
        action: "could not read",
        path: path.display().to_string(),
        message: error.to_string(),
    }
    .into()
}
